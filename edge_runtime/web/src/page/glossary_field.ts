/** The glossary: typed, pasted, or opened from a file. */

import { Glossary, type GlossaryError } from "../translator.js";
import { element } from "./elements.js";
import { counted } from "./numbers.js";

/** A line that is being typed is no entry yet. */
const PAUSE_MILLISECONDS = 600;
const MOST_BYTES = 10_000_000;

export class GlossaryField {
  private readonly lines = element("glossary-terms", HTMLTextAreaElement);
  private readonly file = element("glossary-file", HTMLInputElement);
  private readonly status = element("glossary-status", HTMLElement);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private read = ""; // what was read last

  /** @param onChange Called with every new glossary; `undefined` for none. */
  constructor(private readonly onChange: (glossary: Glossary | undefined) => void) {
    this.lines.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.readLines(), PAUSE_MILLISECONDS);
    });
    this.lines.addEventListener("change", () => this.readLines());
    this.file.addEventListener("change", () => {
      const [file] = this.file.files ?? [];
      if (file) void this.readFile(file);
      this.file.value = ""; // so that the same file can be chosen again
    });
  }

  private readLines(): void {
    clearTimeout(this.timer);
    if (this.lines.value === this.read) return;
    this.read = this.lines.value;
    // Phones have no tab key, and elsewhere it leaves the field.
    const lines = this.read
      .split("\n")
      .map((line) => (line.includes("\t") ? line : line.replace(/\s=\s/u, "\t")));
    this.use(() => Glossary.fromText(lines.join("\n")));
  }

  private async readFile(file: File): Promise<void> {
    let text: string | undefined;
    if (file.size <= MOST_BYTES) {
      const bytes = await file.arrayBuffer();
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        // Said below.
      }
    }
    if (text === undefined) {
      const limit = `${MOST_BYTES / 1_000_000} MB`;
      this.complain(
        `A glossary must be text in UTF-8 of at most ${limit}. ${file.name} is not.`,
      );
      return;
    }
    const content = text;
    const glossary = this.use(() => Glossary.fromText(content, file.name));
    if (glossary) this.lines.value = this.read = linesOf(glossary);
  }

  /** Uses what is read; what cannot be read is explained, and the last one stays. */
  private use(read: () => Glossary): Glossary | undefined {
    let glossary: Glossary;
    try {
      glossary = read();
    } catch (error) {
      this.complain((error as GlossaryError).message);
      return undefined;
    }
    const { size } = glossary;
    this.say(size > 0 ? counted(size, "term") : "", false);
    this.onChange(size > 0 ? glossary : undefined);
    return glossary;
  }

  private complain(message: string): void {
    this.say(message, true);
  }

  private say(message: string, isProblem: boolean): void {
    this.status.textContent = message;
    this.status.classList.toggle("wrong", isProblem);
    this.lines.setAttribute("aria-invalid", String(isProblem));
  }
}

/** Returns the lines that a glossary would be read from. */
function linesOf({ terms }: Glossary): string {
  const written = (column: string): string =>
    /^#|["\t]/u.test(column) ? `"${column.replaceAll('"', '""')}"` : column;
  return Array.from(
    terms,
    ([term, forms]) => `${written(term)}\t${written(forms.join("|"))}`,
  ).join("\n");
}
