/** The history as a list to take texts from again. */

import { element } from "./elements.js";
import { type HistoryEntry, HistoryStore } from "./history_store.js";
import { languageName, languageTag, textDirection } from "./language_names.js";
import type { Settings } from "./stored_settings.js";

/** How long a text stands unchanged before it is kept. */
const PAUSE_MILLISECONDS = 2_000;

export class HistoryList {
  private readonly section = element("history", HTMLDetailsElement);
  private readonly list = element("history-list", HTMLUListElement);
  private readonly none = element("history-none", HTMLElement);
  private readonly clearing = element("history-clear", HTMLButtonElement);
  private readonly store = new HistoryStore();
  private waiting: HistoryEntry | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onTaken Called with an entry that is to be shown again. */
  constructor(
    private readonly settings: Settings,
    private readonly onTaken: (entry: HistoryEntry) => void,
  ) {
    this.clearing.addEventListener("click", async () => {
      await this.store.clear();
      this.show([]);
      this.section.querySelector("summary")!.focus();
    });
    // Whoever leaves the page right away finds the text again, too.
    document.addEventListener("visibilitychange", () => void this.keep());
    void this.store.read().then((entries) => this.show(entries));
  }

  /** Keeps a translation soon; `undefined` for a text that is no more. */
  offer(entry: HistoryEntry | undefined): void {
    clearTimeout(this.timer);
    if (!entry) void this.keep();
    else {
      this.waiting = entry;
      this.timer = setTimeout(() => void this.keep(), PAUSE_MILLISECONDS);
    }
  }

  /** Forgets everything, also what was about to be kept. */
  async forget(): Promise<void> {
    this.waiting = undefined;
    await this.store.clear();
    this.show([]);
  }

  private async keep(): Promise<void> {
    clearTimeout(this.timer);
    const entry = this.waiting;
    this.waiting = undefined;
    if (entry && this.settings.keepsHistory) this.show(await this.store.add(entry));
  }

  private show(entries: readonly HistoryEntry[]): void {
    this.none.hidden = entries.length > 0;
    this.clearing.hidden = entries.length === 0;
    this.list.replaceChildren(...entries.map((entry) => this.itemOf(entry)));
  }

  private itemOf(entry: HistoryEntry): HTMLElement {
    const item = document.createElement("li");
    const take = document.createElement("button");
    take.type = "button";
    take.className = "entry";
    const line = (text: string, code: string): HTMLElement => {
      const span = document.createElement("span");
      span.textContent = text;
      span.lang = languageTag(code);
      span.dir = textDirection(code);
      return span;
    };
    take.append(
      line(entry.source, entry.sourceLanguage),
      line(entry.text, entry.targetLanguage),
    );
    const names = [entry.sourceLanguage, entry.targetLanguage].map(languageName);
    take.title = names.join(" → ");
    take.addEventListener("click", () => this.onTaken(entry));
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "quiet";
    remove.textContent = "Remove";
    remove.setAttribute("aria-label", `Remove from history: ${entry.source}`);
    remove.addEventListener("click", async () => {
      this.show(await this.store.remove(entry));
      this.section.querySelector("summary")!.focus();
    });
    item.append(take, remove);
    return item;
  }
}
