/**
 * A glossary: terms of the source and what they are in the target language; the same as
 * `edge_runtime/text/glossary.py`.
 */

import { characterAt, characterBefore, isCjk, strip } from "./words.js";

/** Begin and end of a term in a text, and its translations. */
export type FoundTerm = readonly [
  begin: number,
  end: number,
  translations: readonly string[],
];

/** From each term to its translations. */
export type Terms = ReadonlyMap<string, readonly string[]>;

/** A glossary cannot be used; the message says why. */
export class GlossaryError extends Error {
  override name = "GlossaryError";
}

/** What may follow the beginning of a term. */
interface Node {
  following: Map<string, Node>;
  isTerm: boolean;
}

const FORMS = "|";
const OF_WORD = /^[\p{L}\p{N}\p{M}]/u;

/**
 * Terms, each with one or more translations.
 *
 * A term is found where it stands as a word of its own; Chinese and Japanese terms are
 * found anywhere. Of several terms at one place the longest is found. A term in lower
 * case is found in any case ("apple" in "Apple" and "APPLE"), one with capitals as it is
 * written only ("US" not in "us").
 *
 * ```ts
 * const glossary = new Glossary(new Map([["apple", ["Apfel", "Äpfel"]]]));
 * [...glossary.find("An Apple.")]; // [[3, 8, ["Apfel", "Äpfel"]]]
 * ```
 */
export class Glossary {
  private readonly translations = new Map<string, readonly string[]>();
  private readonly folded = new Map<string, readonly string[]>();
  private readonly root: Node = { following: new Map(), isTerm: false };

  /** @throws GlossaryError where a term or a translation is empty. */
  constructor(readonly terms: Terms) {
    for (const [term, translations] of terms) {
      const forms = [...new Set(translations.map(stripped))];
      const key = stripped(term);
      if (key === "" || forms.length === 0 || forms.includes("")) {
        throw new GlossaryError(
          "Every term of a glossary must have text on both sides. " +
            `Received: ${JSON.stringify(term)} with ${JSON.stringify(forms)}.`,
        );
      }
      if (key === key.toLowerCase()) this.folded.set(lowerCase(key), forms);
      else this.translations.set(key, forms);
      let node = this.root;
      for (const character of lowerCase(key)) {
        let next = node.following.get(character);
        if (!next) {
          next = { following: new Map(), isTerm: false };
          node.following.set(character, next);
        }
        node = next;
      }
      node.isTerm = true;
    }
  }

  /**
   * Reads a glossary of lines `source<TAB>target`, or of two columns of a CSV.
   *
   * Several forms of a target are separated by `|`. Empty lines and lines that begin with
   * `#` are skipped.
   *
   * @param fileName Name of the file; one that ends in `.csv` has commas for tabs.
   * @throws GlossaryError where a line is no entry.
   */
  static fromText(text: string, fileName = ""): Glossary {
    const delimiter = fileName.toLowerCase().endsWith(".csv") ? "," : "\t";
    const terms = new Map<string, string[]>();
    text
      .replace(/^\ufeff/u, "")
      .split("\n")
      .forEach((ended, place) => {
        const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
        if (stripped(line) === "" || line.startsWith("#")) return;
        const columns = readColumns(line, delimiter) ?? line.split(delimiter);
        const [term, target] = [stripped(columns[0]!), stripped(columns[1] ?? "")];
        if (term === "" || target === "") {
          const where = `${fileName && `${fileName}, `}line ${place + 1}`;
          const shown = Array.from(line).slice(0, 60).join("");
          throw new GlossaryError(
            "Every line of a glossary must hold a term and its translation, separated " +
              `by ${delimiter === "," ? "a comma" : "a tab"}. ` +
              `Received in ${where}: ${JSON.stringify(shown)}.`,
          );
        }
        const forms = target.split(FORMS).filter((form) => stripped(form) !== "");
        terms.set(term, [...(terms.get(term) ?? []), ...forms]);
      });
    return new Glossary(terms);
  }

  /** Number of terms. */
  get size(): number {
    return this.translations.size + this.folded.size;
  }

  /** Yields the terms of `text[begin:end]` with their translations, in order. */
  *find(text: string, begin = 0, end = text.length): Generator<FoundTerm> {
    let place = begin;
    while (place < end) {
      const found = this.longest(text, place, end);
      if (found) {
        yield [place, ...found];
        place = found[0];
      } else {
        place += characterAt(text, place).length;
      }
    }
  }

  private longest(
    text: string,
    begin: number,
    limit: number,
  ): [end: number, translations: readonly string[]] | undefined {
    let node = this.root;
    let longest: [number, readonly string[]] | undefined;
    let place = begin;
    // Some characters have a lower case of two; the text's own place is counted.
    while (place < limit) {
      const written = characterAt(text, place);
      for (const character of lowerCase(written)) {
        const next = node.following.get(character);
        if (!next) return longest;
        node = next;
      }
      if (place === begin && !isEdge(text, begin)) return undefined;
      place += written.length;
      if (node.isTerm && isEdge(text, place)) {
        const term = text.slice(begin, place);
        const translations =
          this.translations.get(term) ?? this.folded.get(lowerCase(term));
        if (translations) longest = [place, translations];
      }
    }
    return longest;
  }
}

/**
 * Returns the columns of a line, of which some may be in quotes; `undefined` where the
 * quotes are no such quotes.
 */
function readColumns(line: string, delimiter: string): string[] | undefined {
  const columns: string[] = [];
  let place = 0;
  while (place <= line.length) {
    let column = "";
    if (line[place] === '"') {
      for (;;) {
        const quote = line.indexOf('"', place + 1);
        if (quote < 0) return undefined;
        column += line.slice(place + 1, quote);
        place = quote + 1;
        if (line[place] !== '"') break;
        column += '"'; // written twice
      }
      if (place < line.length && line[place] !== delimiter) return undefined;
    } else {
      const found = line.indexOf(delimiter, place);
      const end = found < 0 ? line.length : found;
      column = line.slice(place, end);
      place = end;
    }
    columns.push(column);
    place += 1;
  }
  return columns;
}

function stripped(text: string): string {
  return text.slice(...strip(text, 0, text.length));
}

/**
 * Character by character: within a text, the last sigma of a Greek word is another.
 */
function lowerCase(text: string): string {
  return Array.from(text, (character) => character.toLowerCase())
    .join("")
    .replaceAll("ς", "σ");
}

/** Returns whether a word can begin or end at a place of a text. */
export function isEdge(text: string, place: number): boolean {
  const before = characterBefore(text, place);
  const after = characterAt(text, place);
  return !(isOfWord(before) && isOfWord(after));
}

function isOfWord(character: string): boolean {
  return OF_WORD.test(character) && !isCjk(character);
}
