/** Translation as one types: what was overtaken by further typing is given up. */

import {
  Cancelled,
  type Glossary,
  type TimedTranslation,
  type Translator,
} from "../translator.js";

/** Typing faster than this is waited for. */
const PAUSE_MILLISECONDS = 60;
/** Beam in which other translations are looked for. */
const ALTERNATIVES = 4;

export interface TranslationListener {
  /** The translation so far; `undefined` for an empty text. */
  onGrowing(text: string | undefined): void;
  onTranslation(translation: TimedTranslation): void;
  /** Further translations, other than the one that is shown. */
  onAlternatives(alternatives: readonly TimedTranslation[]): void;
  onError(error: Error): void;
}

export class LiveTranslation {
  private running = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: TranslationListener) {}

  /** Translates a text soon, instead of what was asked for before. */
  request(translator: Translator, text: string, glossary: Glossary | undefined): void {
    this.running.abort();
    this.running = new AbortController();
    clearTimeout(this.timer);
    if (text.trim() === "") {
      this.listener.onGrowing(undefined);
      return;
    }
    const { signal } = this.running;
    this.timer = setTimeout(() => {
      this.translate(translator, text, glossary, signal).catch((error: Error) => {
        if (!(error instanceof Cancelled)) this.listener.onError(error);
      });
    }, PAUSE_MILLISECONDS);
  }

  private async translate(
    translator: Translator,
    text: string,
    glossary: Glossary | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const { beamSize } = translator.manifest.decoding;
    const options = glossary ? { glossary, signal } : { signal };
    let grown = "";
    const growing = await translator.translate(text, {
      ...options,
      beamSize: 1,
      onToken: (token) => {
        grown += token.text;
        this.listener.onGrowing(grown);
      },
    });
    // A beam may change its mind about what was shown: its result comes at once.
    const best = beamSize > 1 ? await translator.translate(text, options) : growing;
    this.listener.onTranslation(best);
    const found = await translator.translate(text, {
      ...options,
      beamSize: Math.max(beamSize, ALTERNATIVES),
      numHypotheses: ALTERNATIVES,
    });
    const shown = new Set([best.text]);
    const others = [found, ...found.alternatives].filter((translation) => {
      const isNew = translation.text.trim() !== "" && !shown.has(translation.text);
      shown.add(translation.text);
      return isNew;
    });
    this.listener.onAlternatives(others.map((other) => ({ ...found, ...other })));
  }
}
