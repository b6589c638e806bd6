/**
 * Kinds of text that a translation carries over: one table of patterns; the same as
 * `edge_runtime/text/span_kinds.py`.
 */

import { SPACE } from "./words.js";

const { raw } = String;

// Python's `\w`, `\d` and `\s` are those of all scripts, JavaScript's those of English.
const WORD = raw`\p{L}\p{N}_`;
const DIGIT = raw`\p{Nd}`;
const TICK = "`";

let atoms = 0;

/**
 * Returns a pattern that keeps its first match, like a possessive quantifier.
 *
 * JavaScript has none; but what a lookahead has matched is never tried otherwise.
 */
function atomic(pattern: string): string {
  const name = `atom${atoms++}`;
  return raw`(?=(?<${name}>${pattern}))\k<${name}>`;
}

const NAME = raw`[A-Za-z][${WORD}:.-]{0,63}`;
const ATTRIBUTE =
  raw`(?:[${SPACE}]+[A-Za-z_:@][${WORD}:.@-]{0,63}` +
  raw`(?:[${SPACE}]*=[${SPACE}]*(?:"[^"<]*"|'[^'<]*'|[^${SPACE}"'<>=]+))?)`;
// Up to the next beginning: what has no end is not read twice.
const COMMENT = `<!--${atomic("(?:[^<-]|-(?!->)|<(?!!--))*")}-->`;
const TAG =
  raw`</${NAME}[${SPACE}]*>|<${NAME}${atomic(`${ATTRIBUTE}{0,64}`)}[${SPACE}]*/?>|` +
  `${COMMENT}|<!(?!--)[^<>]*>`;
const ENTITY = "&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});";

const ROLE = raw`(?::[A-Za-z][${WORD}+.:-]{0,60}:)?`;
// The text of a link is translated, what stands around it is carried over.
const LINKED = raw`${ROLE}${TICK}[^${TICK}<>\n]+<[^${TICK}<>\n]+>${TICK}_{0,2}`;
const CODE =
  raw`${ROLE}${TICK}{2}[^${TICK}\n]+(?:${TICK}[^${TICK}\n]+)*${TICK}{2}|` +
  raw`${ROLE}${TICK}[^${TICK}\n]+${TICK}_{0,2}`;

const PLACEHOLDER =
  raw`\{\{[^\{\}\n]{1,80}\}\}|[$%#@]\{[^\{\}${SPACE}]{1,80}\}|` +
  raw`\{[A-Za-z0-9_.:!\[\]-]{0,80}\}|` +
  raw`%\([A-Za-z0-9_.-]{1,80}\)[-+#0]?${DIGIT}{0,3}(?:\.${DIGIT}{1,3})?[A-Za-z]|` +
  raw`(?<![${DIGIT}%])%(?:${DIGIT}{1,2}\$)?[-+#0]?${DIGIT}{0,3}(?:\.${DIGIT}{1,3})?` +
  raw`(?:hh|h|ll|l|z)?[diouxXeEfFgGcspn@](?![A-Za-z])|` +
  raw`(?<![${DIGIT}%])%${DIGIT}{1,2}(?!${DIGIT})|%%|` +
  raw`(?<![${WORD}])__[${WORD}]{1,60}?__(?![${WORD}])`;

// In Chinese and Japanese no space parts an address from the text around it.
const LATIN = raw`\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f`;
const ADDRESS_CHARACTER = raw`[A-Za-z0-9${LATIN}\-._~:\/?#\[\]@!$&'*+,;=%]`;
// What begins within an address ends there, too: /wiki/Mercury_(planet).
const BRACKETED = raw`\(${ADDRESS_CHARACTER}*\)`;
const WEB_ADDRESS =
  raw`(?:(?:https?|ftps?|file):\/\/(?:[${WORD}-]{1,63}\.)*|(?<![${WORD}.])www\.|mailto:)` +
  raw`(?:${ADDRESS_CHARACTER}|${BRACKETED})*` +
  raw`(?:[A-Za-z0-9${LATIN}\-_~\/#@$&+=%]|${BRACKETED})`;
const EMAIL =
  raw`(?!')[A-Za-z0-9${LATIN}.+_'-]{1,64}@[A-Za-z0-9${LATIN}-]{1,63}` +
  raw`(?:\.[A-Za-z0-9${LATIN}-]{1,63})+`;
const EXTENSION =
  "bak|bat|bmp|bz2|cfg|cmd|conf|cpp|css|csv|dll|docx?|exe|gif|gz|html?|ini|ipynb|" +
  "jar|java|jpe?g|js|json|lock|log|md|mov|mp[34]|odt|pdf|php|png|po|pptx?|ps1|py|" +
  "pyc|rar|rs|rst|sh|so|sql|srt|svg|sys|tar|tex|tgz|toml|ts|tsv|txt|wav|webp|whl|" +
  "xlsx?|xml|xz|ya?ml|zip|zst";
const FILE_CHARACTER = "[A-Za-z0-9_.@+-]";
const PATH =
  raw`(?<![A-Za-z0-9_.\/\\~<])(?:` +
  // ~/notes, ./run, ../run, /usr/bin/env
  raw`(?:~|\.{1,2})?(?:\/${FILE_CHARACTER}{0,255}[A-Za-z0-9_+-])+\/?|` +
  raw`[A-Za-z]:\\(?:${FILE_CHARACTER}{0,255}[A-Za-z0-9_+-]\\?)+|` +
  // src/main.py, setup.cfg
  // Not from the middle of a name, which would be tried anew at each of its marks.
  raw`(?<![@+-])` +
  atomic(raw`(?:[A-Za-z0-9_@+-]${FILE_CHARACTER}{0,255}\/)*`) +
  raw`[A-Za-z0-9_-]${FILE_CHARACTER}{0,255}\.(?:${EXTENSION})(?![A-Za-z0-9_])|` +
  raw`\.[a-z][a-z0-9_-]{1,40}(?:rc|ignore|env|config)(?![A-Za-z0-9_])` +
  ")";

const VERSION =
  raw`(?<![A-Za-z0-9_.,])[vV]${DIGIT}{1,9}(?:\.${DIGIT}{1,9})*(?:[-+.][A-Za-z0-9]{1,40})*|` +
  // 1.000.000 is a number.
  raw`(?<![A-Za-z0-9_.,])(?!${DIGIT}{1,3}(?:\.${DIGIT}{3})+(?![${DIGIT}.]))` +
  raw`${DIGIT}{1,9}(?:\.${DIGIT}{1,9}){2,}(?:[-+][A-Za-z0-9.]{0,40}[A-Za-z0-9])?`;
// Words of letters and digits, or with underscores: MP3, COVID-19, snake_case.
const IDENTIFIER =
  "(?<![A-Za-z0-9_])(?:" +
  raw`[A-Za-z]{1,40}-?${DIGIT}[A-Za-z0-9_]{0,60}|` +
  "_{0,2}[A-Za-z][A-Za-z0-9]{0,40}(?:_[A-Za-z0-9]{1,40})+_{0,2}" +
  raw`)(?:\(\))?(?![A-Za-z0-9_])`;

// What is written with these is a word of its own in other languages: 三万 is thirty
// thousand, 3月5日 the fifth of March.
const MAGNITUDE = "百佰千仟万萬亿億兆";
/** What makes a word of the digits before it. */
export const DATE_CHARACTERS = `年月日号號份${MAGNITUDE}`;
const MONTH = "(?:1[0-2]|0?[1-9])";
const DAY = "(?:3[01]|[12][0-9]|0?[1-9])";
const DATE =
  raw`(?:(?<!${DIGIT})${DIGIT}{2,4}[${SPACE}]?年[${SPACE}]?)?` +
  raw`(?<!${DIGIT})${MONTH}[${SPACE}]?月[${SPACE}]?${DAY}[${SPACE}]?[日号號]|` +
  raw`(?<!${DIGIT})${DIGIT}{2,4}[${SPACE}]?年[${SPACE}]?${MONTH}[${SPACE}]?月|` +
  raw`(?<!${DIGIT})${MONTH}[${SPACE}]?月(?:(?![${DIGIT}份])|份)|` +
  raw`(?<![${DIGIT}.,:])${DIGIT}[${DIGIT}.,]{0,5}[${SPACE}]?[${MAGNITUDE}]`;
const CURRENCY = "$€£¥￥₩₽₹₺₴₪฿";
const NUMBER_SPACE = raw`[ \u00a0\u202f]`;
// Behind Chinese letters it is a sign (气温是-5度), but not in a range (10日-15日).
const FAR = raw`[^\x00-\u2e7f]`;
const SIGN =
  raw`(?:(?<![${WORD})\]${CURRENCY}])|` +
  raw`(?<=${FAR})(?<!${DIGIT}${FAR})(?<!${DIGIT}${FAR}{2}))[-+−±–]`;
// Telephone numbers: +49 (0)30 123456, (555) 123-4567, 030/123456, 06 12 34 56 78. What
// is behind a group is no digit, and no colon: a time follows.
const GAP = NUMBER_SPACE;
const GROUP = raw`${DIGIT}{1,12}(?!${DIGIT}|:)`;
const SLASH = raw`${GAP}?\/${GAP}?`;
const MORE_GROUPS = raw`(?:(?:${SLASH}|${GAP}|[.\-])${GROUP})`;
// As many digits as a telephone number has.
const SEVEN_DIGITS = raw`(?=(?:[ \u00a0\u202f\/.\-]{0,3}${DIGIT}){7})`;
const TELEPHONE =
  raw`(?<=(?<![${WORD})\]])\+)(?:` +
  raw`${DIGIT}{1,3}${GAP}?\(${DIGIT}{1,5}\)(?:${SLASH}|${GAP})?${GROUP}${MORE_GROUPS}{0,6}|` +
  raw`${SEVEN_DIGITS}${DIGIT}{1,3}${MORE_GROUPS}{1,7})|` +
  raw`\(${DIGIT}{3}\)${GAP}?${DIGIT}{3}(?:${GAP}|[.\-])${DIGIT}{4}(?!${DIGIT})|` +
  raw`\(0${DIGIT}{1,5}\)${GAP}?(?=${DIGIT}{3})${GROUP}${MORE_GROUPS}{0,6}|` +
  raw`${SEVEN_DIGITS}0${DIGIT}{1,5}(?:${SLASH}|${GAP}|-)` +
  raw`(?=${DIGIT}{3})${GROUP}${MORE_GROUPS}{0,6}|` +
  raw`0${DIGIT}(?:(?:${GAP}|[.\-])${DIGIT}${DIGIT}(?!${DIGIT})){4}`;
// Thousands: 1 000 000, 10 000, €12 345, 12 345,67. "Room 5 300 guests" has two numbers.
const NO_MORE = raw`(?!${DIGIT}|:)`;
const THOUSANDS =
  raw`[1-9]${DIGIT}{0,2}(?:${GAP}${DIGIT}{3}${NO_MORE}){2,7}(?:[.,]${DIGIT}+)?|` +
  raw`[1-9]${DIGIT}{0,2}${GAP}(?:000${NO_MORE}(?:[.,]${DIGIT}+)?|` +
  raw`${DIGIT}{3}(?:[.,]${DIGIT}${DIGIT}(?!${DIGIT})|(?=${GAP}?[${CURRENCY}])))|` +
  raw`(?<=[${CURRENCY}])[1-9]${DIGIT}{1,2}${GAP}${DIGIT}{3}${NO_MORE}`;
// Cards and accounts: 1234 5678 9012 3456.
const ACCOUNT = raw`${DIGIT}{4}(?:(?:${GAP}|-)${DIGIT}{4}){2,4}${NO_MORE}`;
const GROUPS = raw`${TELEPHONE}|${THOUSANDS}|${ACCOUNT}`;
const NUMBER =
  // A keycap is a symbol.
  raw`(?!${DIGIT}\ufe0f?\u20e3)(?:${SIGN})?(?:[${CURRENCY}]${NUMBER_SPACE}?)?` +
  raw`(?:${GROUPS}|${DIGIT}+(?:[.,:\/'’\u00a0\u202f–−-]${DIGIT}+)*)` +
  raw`(?:${NUMBER_SPACE}?(?:[%‰]|°(?:[CF](?![${WORD}]))?|` +
  raw`[${CURRENCY}](?!${NUMBER_SPACE}?${DIGIT})))?`;
const EMOJI = raw`[\u{1f000}-\u{1faff}\u2600-\u27bf\u2b05-\u2b55\u231a-\u23ff\u2934\u2935]`;
// Arrows, mathematical and technical signs, boxes and blocks.
const SIGNS = raw`\u2190-\u22ff\u2300-\u23ff\u2500-\u25ff\u27c0-\u2bff`;
const FLAG_LETTERS = raw`\u{1f1e6}-\u{1f1ff}`;
const SYMBOL =
  raw`[${FLAG_LETTERS}]{2}|[0-9#*]\ufe0f?\u20e3|[©®™${SIGNS}]|` +
  raw`${EMOJI}(?:[\ufe0e\ufe0f\u{1f3fb}-\u{1f3ff}]|\u200d${EMOJI})*`;

/** Terms of a glossary; they have no pattern. */
export const TERM = "term";

/** Group of `text <target>`: two spans of the kind "code" around the text. */
export const LINK = "link";

/** Group of what looks like a number and is translated. */
export const NOT_CARRIED = "not_carried";

/**
 * Finds the addresses of a text, which no term can stand in; `kindOf` says which they
 * are.
 */
export const ADDRESS = compiled({
  tag: `${TAG}|${ENTITY}`,
  [LINK]: LINKED,
  code: CODE,
  placeholder: PLACEHOLDER,
  url: WEB_ADDRESS,
  email: EMAIL,
  path: PATH,
});

/** Finds the figures of a text, which a term goes before. */
export const FIGURE = compiled({
  [NOT_CARRIED]: DATE,
  version: VERSION,
  identifier: IDENTIFIER,
  number: NUMBER,
  symbol: SYMBOL,
});

/** Finds nothing in a text without spans, at a fraction of the cost. */
export const MAY_HOLD_SPANS = new RegExp(
  raw`[${DIGIT}<&${TICK}\{%@\\\/_:#*~${FLAG_LETTERS}©®™${SIGNS}]|\.[A-Za-z]|${EMOJI}`,
  "u",
);

/** Returns the kind of what `ADDRESS` or `FIGURE` found. */
export function kindOf({ groups }: RegExpExecArray): string {
  // In the order of the pattern: the group of a kind comes before the groups in it.
  for (const kind in groups) if (groups[kind] !== undefined) return kind;
  return "";
}

function compiled(kinds: Readonly<Record<string, string>>): RegExp {
  const groups = Object.entries(kinds).map(
    ([kind, pattern]) => `(?<${kind}>${pattern})`,
  );
  return new RegExp(groups.join("|"), "gu");
}
