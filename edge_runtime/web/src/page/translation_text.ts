/** The translation, sentence by sentence, with its marks. */

import type { Translation } from "../translator.js";
import { carriedSpans, type Mark, markedText } from "./carried_marks.js";
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

  /** Shows a whole translation; returns how many of its sentences are doubtful. */
  show(sentences: readonly SentenceChoices[], doubt: Doubt): number {
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
        sentence.append(...(isWithheld ? [WITHHELD] : marked(translation)));
        return [gap, sentence];
      }),
    );
    return doubtful;
  }

  private get sentences(): Element[] {
    return [...this.output.querySelectorAll(".sentence")];
  }
}

function marked({ text, tokens, spans }: Translation): (string | Node)[] {
  const carried = carriedSpans(text, tokens, spans);
  return markedText(
    text,
    carried.map((span): Mark => ({ kind: "carried", span })),
  );
}
