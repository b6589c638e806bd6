/** The text sentence by sentence: where the words come from, and other translations. */

import { type Translation, unread } from "../translator.js";
import { alignedSentences } from "./alignment_units.js";
import { counted, percent } from "./numbers.js";
import type { SentenceChoices } from "./sentence_choices.js";
import { type Languages, SentenceFigure } from "./sentence_figure.js";

export interface CardListener {
  /** Another translation of the sentence at a place was chosen. */
  onChoice(place: number, choice: Translation): void;
}

/** Cards in one section of the page. */
export class SentenceCards {
  private readonly heading: HTMLElement;
  private readonly hint: HTMLElement;
  private readonly list: HTMLElement;
  private cards: SentenceCard[] = [];
  private generation = 0;

  constructor(
    private readonly section: HTMLElement,
    private readonly languages: () => Languages,
    private readonly listener: CardListener,
  ) {
    this.heading = section.querySelector("h2")!;
    this.hint = section.querySelector(".hint")!;
    this.list = section.querySelector("#cards")!;
  }

  /** Shows the sentences of a text; none to clear the section. */
  async show(sentences: readonly SentenceChoices[]): Promise<void> {
    const generation = ++this.generation;
    const attends = sentences.some(({ choices }) => choices[0]!.alignments.length > 0);
    const several = sentences.length > 1;
    const hasMore = sentences.some(({ choices }) => choices.length > 1);
    this.section.hidden = !(attends || hasMore);
    this.hint.hidden = !attends;
    if (several) this.heading.textContent = "Sentence by sentence";
    else {
      this.heading.textContent = attends
        ? "Where each word comes from"
        : "Other translations";
    }
    for (const [place, sentence] of sentences.entries()) {
      // A page of text has many sentences: one a frame keeps typing smooth.
      if (place > 0) await new Promise(requestAnimationFrame);
      if (generation !== this.generation) return;
      this.cardFor(place, sentence).update(sentence.choices, several);
    }
    for (const card of this.cards.splice(sentences.length)) card.element.remove();
  }

  /** Returns the card of a sentence, a new one where another translation is shown. */
  private cardFor(place: number, sentence: SentenceChoices): SentenceCard {
    const before = this.cards[place];
    if (before && before.shown === sentence.choices[0]) return before;
    const card = new SentenceCard(sentence, this.languages(), (choice) =>
      this.listener.onChoice(place, choice),
    );
    if (before) {
      const hadFocus = before.element.contains(document.activeElement);
      before.element.replaceWith(card.element);
      if (hadFocus) card.focus();
    } else {
      this.list.append(card.element);
    }
    this.cards[place] = card;
    return card;
  }

  /** Brings the card of a sentence into view. */
  reveal(place: number): void {
    this.cards[place]?.element.scrollIntoView({ behavior: "smooth", block: "nearest" });
  }
}

class SentenceCard {
  readonly element = document.createElement("article");
  readonly shown: Translation;
  private readonly more = document.createElement("details");
  private readonly summary = document.createElement("summary");
  private readonly others = document.createElement("ol");
  private readonly figure: SentenceFigure | undefined;
  private isNew = true;

  constructor(
    { choices }: SentenceChoices,
    private readonly languages: Languages,
    private readonly onChoice: (choice: Translation) => void,
  ) {
    this.shown = choices[0]!;
    this.element.className = "card";
    this.element.tabIndex = -1;
    const [aligned] = alignedSentences(this.shown);
    if (aligned?.source.length && aligned.target.length) {
      this.figure = new SentenceFigure(aligned, languages);
      this.element.append(this.figure.element);
    }
    this.element.append(...notesOn(this.shown, languages.source));
    this.more.className = "alternatives";
    this.more.append(this.summary, this.others);
    this.element.append(this.more);
  }

  /** Shows what else can be chosen; `several` says whether there are other cards. */
  update(choices: readonly Translation[], several: boolean): void {
    const others = choices.slice(1);
    const isBare = !this.figure && several;
    this.element.hidden = !this.figure && others.length === 0;
    if (isBare) this.element.setAttribute("aria-label", this.shown.text);
    this.more.hidden = others.length === 0;
    this.summary.textContent = several
      ? `${counted(others.length, "other translation")}${isBare ? ` of ${this.shown.text}` : ""}`
      : "Other translations";
    if (this.isNew) {
      this.more.open = !several;
      this.figure?.draw();
      this.isNew = false;
    }
    const { tag, direction } = this.languages.target;
    this.others.lang = tag;
    this.others.replaceChildren(
      ...others.map((other) => {
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = other.text;
        button.dir = direction;
        button.addEventListener("click", () => this.onChoice(other));
        const item = document.createElement("li");
        item.append(button);
        return item;
      }),
    );
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }
}

/** Returns what is worth saying of one sentence. */
function notesOn(
  translation: Translation,
  { tag }: Languages["source"],
): HTMLElement[] {
  const notes: HTMLElement[] = [];
  const add = (...content: (string | Node)[]): void => {
    const note = document.createElement("p");
    note.className = "note";
    note.append(...content);
    notes.push(note);
  };
  const { confidence, source, finished } = translation;
  if (confidence !== null) add(`Confidence ${percent(confidence)}`);
  for (const span of unread(translation)) {
    const clause = document.createElement("q");
    clause.lang = tag;
    clause.textContent = source.slice(...span);
    add("Perhaps left out: ", clause);
  }
  if (!finished) add("It was cut: the translation became too long.");
  return notes;
}
