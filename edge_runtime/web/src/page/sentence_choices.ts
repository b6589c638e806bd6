/** The sentences of a text, each with translations that can be chosen from. */

import { type Part, separator, type Translation } from "../translator.js";

export interface SentenceChoices {
  segment: Part["segment"];
  /** The first is shown. */
  choices: readonly Translation[];
}

/** Returns sentences with the one translation that was found. */
export function shownOnly(parts: readonly Part[]): SentenceChoices[] {
  return parts.map(({ segment, translation }) => ({ segment, choices: [translation] }));
}

/** Returns sentences with all that differs from what they have among what was found. */
export function withOthers(
  sentences: readonly SentenceChoices[],
  found: readonly Part[],
): SentenceChoices[] {
  return sentences.map(({ segment, choices }, place) => {
    const { translation } = found[place]!;
    const all = [...choices];
    for (const other of [translation, ...translation.alternatives]) {
      const isNew = all.every(({ text }) => text !== other.text);
      if (isNew && other.text.trim() !== "") all.push(other);
    }
    return { segment, choices: all };
  });
}

/** Returns sentences with another translation of one of them shown. */
export function withChoice(
  sentences: readonly SentenceChoices[],
  place: number,
  choice: Translation,
): SentenceChoices[] {
  return sentences.map((sentence, at) =>
    at === place
      ? {
          ...sentence,
          choices: [choice, ...sentence.choices.filter((other) => other !== choice)],
        }
      : sentence,
  );
}

/** Returns the translation of the whole text. */
export function wholeText(sentences: readonly SentenceChoices[]): string {
  return shownTexts(sentences)
    .map(({ gap, translation }) => gap + translation.text)
    .join("");
}

/** Returns the translations that are shown, each with what stands before it. */
export function shownTexts(
  sentences: readonly SentenceChoices[],
): { gap: string; translation: Translation }[] {
  let before = "";
  return sentences.map(({ segment, choices }) => {
    const translation = choices[0]!;
    const gap = separator(before, translation.text, segment.gap);
    before = translation.text || before;
    return { gap, translation };
  });
}
