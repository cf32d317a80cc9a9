// Loaded in the head before anything is painted: theme, contrast and the width of the navigation, so that nothing flickers.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const contrast = window.matchMedia("(prefers-contrast: more)");
  const apply = () => {
    const setting = root.dataset.themeSetting;
    root.dataset.bsTheme = setting === "dark" || (setting !== "light" && dark.matches) ? "dark" : "light";
    if (setting === "contrast" || contrast.matches) root.dataset.contrast = "more";
    else delete root.dataset.contrast;
    const colour = document.querySelector('meta[name="theme-color"]');
    if (colour) colour.content = root.dataset.bsTheme === "dark" ? "#181d26" : "#ffffff";
  };
  apply();
  dark.addEventListener("change", apply);
  contrast.addEventListener("change", apply);
  document.addEventListener("jm-theme", apply);
  try {
    if (window.localStorage.getItem("jimu-nav") === "narrow") root.dataset.nav = "narrow";
  } catch { /* no storage: then it is wide */ }
})();
