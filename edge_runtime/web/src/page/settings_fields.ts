/** The settings as fields of the page. */

import type { Manifest } from "../translator.js";
import { element } from "./elements.js";
import { languageName } from "./language_names.js";
import { percent } from "./numbers.js";
import { type Settings, storeSettings } from "./stored_settings.js";

export class SettingsFields {
  private readonly numbers = element("number-format", HTMLInputElement);
  private readonly numbersLabel = element("number-format-label", HTMLElement);
  private readonly confidence = element("confidence-settings", HTMLElement);
  private readonly least = element("least-confidence", HTMLInputElement);
  private readonly leastValue = element("least-confidence-value", HTMLOutputElement);
  private readonly withholds = element("withholds", HTMLInputElement);
  private readonly history = element("keeps-history", HTMLInputElement);

  /** @param onChange Called with what was chosen. */
  constructor(
    private readonly settings: Settings,
    onChange: (changed: keyof Settings) => void,
  ) {
    this.numbers.checked = settings.rewritesNumbers;
    this.least.value = String(100 * settings.leastConfidence);
    this.withholds.checked = settings.withholdsDoubtful;
    this.history.checked = settings.keepsHistory;
    this.sayLeast();
    const listen = (field: HTMLInputElement, key: keyof Settings, set: () => void) => {
      field.addEventListener("input", () => {
        set();
        storeSettings(settings);
        onChange(key);
      });
    };
    listen(this.numbers, "rewritesNumbers", () => {
      settings.rewritesNumbers = this.numbers.checked;
    });
    listen(this.least, "leastConfidence", () => {
      settings.leastConfidence = Number(this.least.value) / 100;
      this.sayLeast();
    });
    listen(this.withholds, "withholdsDoubtful", () => {
      settings.withholdsDoubtful = this.withholds.checked;
    });
    listen(this.history, "keepsHistory", () => {
      settings.keepsHistory = this.history.checked;
    });
  }

  /** Offers what a bundle can serve. */
  describe({ targetLanguage, confidence }: Manifest): void {
    const language = languageName(targetLanguage);
    this.numbersLabel.textContent = `Write numbers as in ${language}`;
    this.confidence.hidden = confidence === null;
  }

  private sayLeast(): void {
    this.leastValue.value = percent(this.settings.leastConfidence);
  }
}
