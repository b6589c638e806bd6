/** Marks below the text that is typed: a text field itself cannot hold any. */

import type { Span } from "../library/text/tokenizer.js";
import { markedText } from "./carried_marks.js";

/** The same text, invisible but for its marks, behind a text field. */
export class SourceMarks {
  constructor(
    private readonly field: HTMLTextAreaElement,
    private readonly copy: HTMLElement,
  ) {
    field.addEventListener("scroll", () => this.follow());
    new ResizeObserver(() => this.follow()).observe(field);
  }

  /** Marks spans of the text in the field; none for another text. */
  show(text: string, spans: readonly Span[]): void {
    const shown = text === this.field.value ? spans : [];
    this.copy.lang = this.field.lang;
    this.copy.replaceChildren(...(shown.length > 0 ? markedText(text, shown) : []));
    this.follow();
  }

  private follow(): void {
    this.copy.style.width = `${this.field.clientWidth}px`; // without the scroll bar
    this.copy.scrollTop = this.field.scrollTop;
  }
}
