/**
 * Numbers as the readers of a language write them; the same as
 * `edge_runtime/text/number_format.py`.
 */

/** The separators of numbers. */
export interface NumberFormat {
  /** Stands before the fraction. */
  decimal: string;
  /** Stands between thousands. */
  group: string;
}

const { raw } = String;

const SPACES = "\u00a0\u202f ";
const POINT: NumberFormat = { decimal: ".", group: "," };
const COMMA: NumberFormat = { decimal: ",", group: "." };
const COMMA_AND_SPACE: NumberFormat = { decimal: ",", group: "\u202f" };
const POINT_AND_APOSTROPHE: NumberFormat = { decimal: ".", group: "’" };

const COMMA_LANGUAGES = new Set(
  "az ca da de el es eu fo gl hr id is it ka lt mk nl pt ro sl sq sr tr vi".split(" "),
);
const SPACE_LANGUAGES = new Set(
  "be bg cs et fi fr hu hy kk ky lv nb nn no pl ru sk sv tg tk tt uk uz".split(" "),
);
const OTHERWISE = new Map([
  ["de-ch", POINT_AND_APOSTROPHE],
  ["de-li", POINT_AND_APOSTROPHE],
  ["it-ch", POINT_AND_APOSTROPHE],
  ["es-mx", POINT],
  ["es-us", POINT],
  ["pt-pt", COMMA_AND_SPACE],
]);

/**
 * Returns how a language writes numbers; as English does where nothing is known.
 *
 * @param language Its code, such as `de` or `de-CH`.
 */
export function numberFormat(language: string): NumberFormat {
  const code = language.toLowerCase().replaceAll("_", "-");
  const known = OTHERWISE.get(code);
  if (known) return known;
  const primary = code.split("-", 1)[0]!;
  if (COMMA_LANGUAGES.has(primary)) return COMMA;
  return SPACE_LANGUAGES.has(primary) ? COMMA_AND_SPACE : POINT;
}

// Python's digits are those of all scripts.
const DIGIT = raw`\p{Nd}`;
const NO_DIGIT = raw`\P{Nd}`;

/**
 * Returns a number with the separators of another format.
 *
 * What is no plain number, such as a time, a date, a telephone number or a version, stays
 * as it is, and so does a number that the source's format would not write.
 *
 * ```ts
 * rewriteNumber("-1,234.5%", numberFormat("en"), numberFormat("de")); // "-1.234,5%"
 * ```
 */
export function rewriteNumber(
  text: string,
  source: NumberFormat,
  target: NumberFormat,
): string {
  let groups = `[${source.group}]`;
  if (SPACES.includes(source.group)) groups = `[${SPACES}]`;
  else if (source.group === "’") groups = "['’]";
  const whole = raw`${DIGIT}{1,3}(?:${groups}${DIGIT}{3})+|${DIGIT}+`;
  const pattern = new RegExp(
    raw`^(${NO_DIGIT}*)(${whole})(?:[${source.decimal}](${DIGIT}+))?(${NO_DIGIT}*)$`,
    "u",
  );
  const found = pattern.exec(text);
  if (!found) return text;
  const [, before, integer, fraction, after] = found;
  // +48 601 234 567 and 020 123 456 are telephone numbers.
  const isSpaced = SPACES.includes(source.group) && before!.endsWith("+");
  const isGrouped = new RegExp(NO_DIGIT, "u").test(integer!);
  if (isGrouped && (/^0/u.test(integer!) || isSpaced)) return text;
  const grouped = integer!.replace(new RegExp(NO_DIGIT, "gu"), target.group);
  const written = fraction === undefined ? "" : target.decimal + fraction;
  return `${before}${grouped}${written}${after}`;
}
