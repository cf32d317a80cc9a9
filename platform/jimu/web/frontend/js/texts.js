// Texts in the reader's language: the page carries a JSON block with the translations of what the calls of t() name.
const block = document.getElementById("jm-texts");
const texts = block ? JSON.parse(block.textContent) : {};

/** The text of an English template, with its {places} filled. */
export function t(template, values = {}) {
  return (texts[template] ?? template).replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** A request to our own server that carries the session's token; resolves to the response, whatever its status. */
export function ask(url, options = {}) {
  const headers = { "X-CSRF-Token": csrf(), "X-Requested-With": "fetch", ...options.headers };
  return fetch(url, { credentials: "same-origin", ...options, headers });
}

/** An element of the sprite: icon("x"). */
export function icon(name) {
  const file = document.querySelector('meta[name="icons"]').content;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${file}#${name}`);
  svg.append(use);
  return svg;
}
