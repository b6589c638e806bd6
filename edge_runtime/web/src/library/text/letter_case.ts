/**
 * Lines in capitals and titles: read in ordinary case, written as they came; the same as
 * `edge_runtime/text/letter_case.py`.
 */

/** How the letters of a sentence are written. */
export type LetterCase = "ordinary" | "capitals" | "title";

const LETTER = "\\p{L}\\p{Nl}\\p{No}";
const WORD = new RegExp(`[${LETTER}]+(?:['’][${LETTER}]+)*`, "gu");
const END = /[.!?…。！？][^\p{L}\p{N}_]*$/u;
const FEWEST_TITLE_WORDS = 4;
/** Longest words that titles write small, such as "the" and "of". */
const SHORT_WORD = 3;

const CAPITAL = /\p{Uppercase}/u;
const LETTERS = /\p{L}/gu;
const SMALL_OR_TITLE = /[\p{Lowercase}\p{Lt}]/u;
const NOT_SMALL = /[\p{Uppercase}\p{Lt}]/u;
const SMALL = /\p{Lowercase}/u;

/**
 * Returns how the letters of a sentence are written.
 *
 * A sentence is in capitals if it has two letters or more and all of them are, and a title
 * if it does not end like a sentence and all its longer words begin with one.
 */
export function letterCase(text: string): LetterCase {
  if (!CAPITAL.test(text)) return "ordinary";
  if (!SMALL_OR_TITLE.test(text)) {
    // Scripts without capitals say nothing: 这是DVD is an ordinary sentence.
    const letters = text.match(LETTERS) ?? [];
    const isAll = letters.length > 1 && letters.every((letter) => CAPITAL.test(letter));
    return isAll ? "capitals" : "ordinary";
  }
  const characters = Array.from(text);
  const end = characters.slice(-8).join("");
  if (END.test(end) || !CAPITAL.test(characters.slice(1).join(""))) return "ordinary";
  const words = text.match(WORD) ?? [];
  const longer = words
    .map((word) => Array.from(word))
    .filter(({ length }) => length > SHORT_WORD);
  const isTitle =
    words.length >= FEWEST_TITLE_WORDS &&
    longer.length > 1 &&
    longer.every(([first, ...rest]) => {
      const others = rest.join("");
      return CAPITAL.test(first!) && SMALL.test(others) && !NOT_SMALL.test(others);
    });
  return isTitle ? "title" : "ordinary";
}

/**
 * Returns a text whose letters are small but for the first.
 *
 * The text keeps its length: letters that would become two stay as they are.
 */
export function inSentenceCase(text: string): string {
  let begun = false;
  return Array.from(text, (character) => {
    if (begun) return lower(character);
    begun = /\p{L}/u.test(character);
    return character;
  }).join("");
}

/** Returns a translation in the case of its source; it keeps its length. */
export function inLetterCase(text: string, letters: LetterCase): string {
  if (letters === "capitals") return Array.from(text, upper).join("");
  if (letters === "ordinary") return text;
  return text.replace(WORD, (word) => {
    const first = String.fromCodePoint(word.codePointAt(0)!);
    return upper(first) + word.slice(first.length);
  });
}

function lower(character: string): string {
  const small = character.toLowerCase();
  return small.length === character.length ? small : character;
}

function upper(character: string): string {
  if (character === "ß") return "ẞ";
  const capital = character.toUpperCase();
  return capital.length === character.length ? capital : character;
}
