/** Marks below the text that is typed: a text field itself cannot hold any. */

import type { Glossary } from "../library/text/glossary.js";
import { unread } from "../translator.js";
import { carriedOf, type Mark, markedText } from "./carried_marks.js";
import type { SentenceChoices } from "./sentence_choices.js";

/** The same text, invisible but for its marks, behind a text field. */
export class SourceMarks {
  constructor(
    private readonly field: HTMLTextAreaElement,
    private readonly copy: HTMLElement,
  ) {
    field.addEventListener("scroll", () => this.follow());
    new ResizeObserver(() => this.follow()).observe(field);
  }

  /**
   * Marks what is in the field; nothing for another text than that of the sentences.
   *
   * @param glossary The one that they were translated with.
   */
  show(text: string, sentences: readonly SentenceChoices[], glossary?: Glossary): void {
    const shown = text === this.field.value ? sentences : [];
    const parts: (string | Node)[] = [];
    let done = 0;
    let hasMarks = false;
    for (const { segment, choices } of shown) {
      const { source } = choices[0]!;
      const marks: Mark[] = [
        ...carriedOf(choices[0]!, glossary).source.map(
          (span): Mark => ({ kind: "carried", span }),
        ),
        ...unread(choices[0]!).map((span): Mark => ({ kind: "unread", span })),
      ];
      hasMarks ||= marks.length > 0;
      parts.push(text.slice(done, segment.begin), ...markedText(source, marks));
      done = segment.begin + source.length;
    }
    this.copy.lang = this.field.lang;
    this.copy.dir = this.field.dir;
    this.copy.replaceChildren(...(hasMarks ? [...parts, text.slice(done)] : []));
    this.follow();
  }

  private follow(): void {
    this.copy.style.width = `${this.field.clientWidth}px`; // without the scroll bar
    this.copy.scrollTop = this.field.scrollTop;
  }
}
