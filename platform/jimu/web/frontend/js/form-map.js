// The sections of a long form beside it: where one is, and which hold problems.
const map = document.querySelector(".form-map");
if (map) {
  const links = new Map([...map.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target.id);
    const here = [...links.keys()].find((id) => seen.has(id));
    for (const [id, link] of links) link.toggleAttribute("aria-current", id === here);
  }, { rootMargin: "-80px 0px -40% 0px" });
  for (const id of links.keys()) { const part = document.getElementById(id); if (part) watcher.observe(part); }
  map.addEventListener("click", (event) => {
    const part = event.target.closest("a") && document.getElementById(event.target.closest("a").hash.slice(1));
    if (part?.matches("details")) part.open = true;
  });
  document.addEventListener("jm-state", ({ detail }) => {
    for (const item of map.querySelectorAll("[data-map]")) item.hidden = detail.hidden_sections.includes(item.dataset.map);
  });
  document.addEventListener("jm-problems", () => {
    for (const [id, link] of links) link.parentElement.classList.toggle("has-errors", Boolean(document.getElementById(id)?.querySelector(".has-errors, .is-wrong")));
  });
}
