// Evaluates what `formulas/in_page.py` made of a formula. Numbers are exact: {units, scale} counts in 10 ** -scale.
// Blank is null. What cannot be known here throws `Unknown`: then the server is to be asked.

export class Unknown extends Error {}

export function numberOf(text) {
  const found = /^([+-]?)(\d{1,40})(?:\.(\d{1,20}))?$/.exec(text);
  if (!found) throw new Unknown(text);
  const [, sign, whole, part = ""] = found;
  return { units: BigInt(`${sign === "-" ? "-" : ""}${whole}${part}`), scale: part.length };
}

/** The value of `tree`; `get(name)` gives the values of fields. */
export function evaluate(tree, get) {
  const [key, ...args] = tree;
  if (key === "field") return get(args[0]);
  if (key === "blank") return null;
  if (key === "number") return numberOf(args[0]);
  if (key === "text" || key === "date" || key === "boolean") return args[0];
  const run = CALLS[key];
  if (!run) throw new Unknown(key);
  return run((at) => evaluate(args[at], get), args.length);
}

const pair = (a, b) => {
  const scale = Math.max(a.scale, b.scale);
  return [a.units * 10n ** BigInt(scale - a.scale), b.units * 10n ** BigInt(scale - b.scale), scale];
};
const isNumber = (value) => typeof value?.units === "bigint";

function same(a, b) {
  if (!isNumber(a) || !isNumber(b)) return a === b;
  const [left, right] = pair(a, b);
  return left === right;
}

function isLess(a, b, orEqual) {
  if (a === null || b === null) return false;
  if (!isNumber(a)) return orEqual ? a <= b : a < b;
  const [left, right] = pair(a, b);
  return orEqual ? left <= right : left < right;
}

const holds = (value) => (isNumber(value) ? value.units !== 0n : value !== null && value !== false);
const isTrue = (value) => value === true;

const exact = (run) => (at) => {
  const [a, b] = [at(0), at(1)];
  return a === null || b === null ? null : run(a, b);
};
const negated = (value) => (value === null ? null : { units: -value.units, scale: value.scale });

/** In small letters; other alphabets than ours have rules of their own, which only the server knows. */
function folded(text) {
  for (const character of text) {
    if (character > "\x7f" && (character.toLowerCase() !== character || character.toUpperCase() !== character)) throw new Unknown(text);
  }
  return text.toLowerCase();
}
const parts = (run) => (at) => {
  const [text, part] = [at(0), at(1)];
  return Boolean(text && part) && run(folded(text), folded(part));
};

/** The value beside the first of `pairs` (test, value, test, value …) that holds; at the end what holds otherwise. */
function chosen(at, from, count, isIt) {
  for (let n = from; n + 1 < count; n += 2) if (isIt(at(n))) return at(n + 1);
  return (count - from) % 2 ? at(count - 1) : null;
}
const numbers = (count, from = 0) => Array.from({ length: count - from }, (_, n) => n + from);

const CALLS = {
  equal: (at) => same(at(0), at(1)),
  not_equal: (at) => !same(at(0), at(1)),
  less: (at) => isLess(at(0), at(1), false),
  less_equal: (at) => isLess(at(0), at(1), true),
  greater: (at) => isLess(at(1), at(0), false),
  greater_equal: (at) => isLess(at(1), at(0), true),
  between: (at) => isLess(at(1), at(0), true) && isLess(at(0), at(2), true),
  and: (at, count) => numbers(count).every((n) => isTrue(at(n))),
  or: (at, count) => numbers(count).some((n) => isTrue(at(n))),
  not: (at) => !isTrue(at(0)),
  truth: (at) => holds(at(0)),
  in: (at, count) => numbers(count, 1).some((n) => same(at(0), at(n))),
  if: (at, count) => chosen(at, 0, count, isTrue),
  case: (at, count) => chosen(at, 1, count, (match) => same(match, at(0))),
  coalesce: (at, count) => numbers(count).reduce((found, n) => (found === null ? at(n) : found), null),
  is_blank: (at) => at(0) === null,
  not_blank: (at) => at(0) !== null,
  includes: (at) => (at(0) ?? []).includes(at(1)),
  includes_any: (at, count) => numbers(count, 1).some((n) => (at(0) ?? []).includes(at(n))),
  contains: parts((text, part) => text.includes(part)),
  starts_with: parts((text, part) => text.startsWith(part)),
  ends_with: parts((text, part) => text.endsWith(part)),
  number_add: exact((a, b) => { const [left, right, scale] = pair(a, b); return { units: left + right, scale }; }),
  number_subtract: exact((a, b) => { const [left, right, scale] = pair(a, b); return { units: left - right, scale }; }),
  number_multiply: exact((a, b) => ({ units: a.units * b.units, scale: a.scale + b.scale })),
  number_negate: (at) => negated(at(0)),
  number_plus: (at) => at(0),
};
