// What may be the same as what is typed: the server tells with the live state, the panel is put above the buttons.
document.addEventListener("jm-state", (event) => {
  const found = event.detail?.duplicates;
  const place = event.target.querySelector?.("[data-duplicates]");
  if (!found || !place) return;
  const now = place.querySelector("[data-duplicates-key]")?.dataset.duplicatesKey ?? "";
  if (now === found.key) return;
  const reason = place.querySelector("[name=_duplicates_reason]")?.value;
  place.innerHTML = found.html;
  const field = place.querySelector("[name=_duplicates_reason]");
  if (field && reason) field.value = reason;
});
