/** The translation, sentence by sentence, with its marks. */

import type { Glossary } from "../library/text/glossary.js";
import type { Translation } from "../translator.js";
import { carriedOf, type Mark, markedText } from "./carried_marks.js";
import { percent } from "./numbers.js";
import { type SentenceChoices, shownTexts } from "./sentence_choices.js";

/** What stands for a sentence that is withheld. */
const WITHHELD = "[…]";

/** What is done with sentences that the model is not sure of. */
export interface Doubt {
  /** Sentences of less confidence are doubtful. */
  leastConfidence: number;
  /** Whether they are withheld, or marked only. */
  withholds: boolean;
}

export class TranslationText {
  /** @param onPoint Called with the place of a sentence that was tapped. */
  constructor(
    private readonly output: HTMLElement,
    onPoint: (place: number) => void,
  ) {
    output.addEventListener("click", ({ target }) => {
      const isSelecting = !(getSelection()?.isCollapsed ?? true);
      const sentence = (target as Element).closest(".sentence");
      if (!isSelecting && sentence) onPoint(this.sentences.indexOf(sentence));
    });
  }

  /** What is shown, without marks. */
  get text(): string {
    return this.output.textContent ?? "";
  }

  /** Shows a translation while it grows. */
  grow(text: string): void {
    this.output.textContent = text;
  }

  /**
   * Shows a whole translation.
   *
   * @param glossary The one that it was made with.
   * @returns How many of its sentences are doubtful.
   */
  show(
    sentences: readonly SentenceChoices[],
    doubt: Doubt,
    glossary?: Glossary,
  ): number {
    let doubtful = 0;
    this.output.replaceChildren(
      ...shownTexts(sentences).flatMap(({ gap, translation }) => {
        const { confidence } = translation;
        const isDoubtful = confidence !== null && confidence < doubt.leastConfidence;
        const isWithheld = isDoubtful && doubt.withholds;
        const sentence = document.createElement("span");
        sentence.className = isDoubtful ? "sentence doubtful" : "sentence";
        if (isDoubtful) {
          doubtful += 1;
          sentence.title = `Confidence ${percent(confidence)}`;
        }
        sentence.append(...(isWithheld ? [WITHHELD] : marked(translation, glossary)));
        return [gap, sentence];
      }),
    );
    return doubtful;
  }

  private get sentences(): Element[] {
    return [...this.output.querySelectorAll(".sentence")];
  }
}

function marked(
  translation: Translation,
  glossary: Glossary | undefined,
): (string | Node)[] {
  return markedText(
    translation.text,
    carriedOf(translation, glossary).target.map(
      (span): Mark => ({ kind: "carried", span }),
    ),
  );
}
