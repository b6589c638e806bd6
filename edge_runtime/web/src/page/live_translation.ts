/** Translation as one types: what was overtaken by further typing is given up. */

import {
  Cancelled,
  type DecodingOptions,
  type Part,
  type Translator,
} from "../translator.js";

/** Typing faster than this is waited for. */
const PAUSE_MILLISECONDS = 60;
/** Beam in which other translations are looked for. */
const ALTERNATIVES = 4;

export interface TranslationListener {
  /** The translation so far; `undefined` for an empty text. */
  onGrowing(text: string | undefined): void;
  /** The translation of a text, sentence by sentence. */
  onTranslation(text: string, parts: readonly Part[], milliseconds: number): void;
  /** The same sentences, each with further translations. */
  onAlternatives(parts: readonly Part[]): void;
  onError(error: Error): void;
}

export class LiveTranslation {
  private running = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: TranslationListener) {}

  /** Translates a text soon, instead of what was asked for before. */
  request(translator: Translator, text: string, options: DecodingOptions): void {
    this.running.abort();
    this.running = new AbortController();
    clearTimeout(this.timer);
    if (text.trim() === "") {
      this.listener.onGrowing(undefined);
      return;
    }
    const { signal } = this.running;
    this.timer = setTimeout(() => {
      this.translate(translator, text, options, signal).catch((error: Error) => {
        if (!(error instanceof Cancelled)) this.listener.onError(error);
      });
    }, PAUSE_MILLISECONDS);
  }

  private async translate(
    translator: Translator,
    text: string,
    chosen: DecodingOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const { beamSize } = translator.manifest.decoding;
    const options = { ...chosen, splitLines: true, signal };
    let grown = "";
    const growing = await translator.translateParts(text, {
      ...options,
      beamSize: 1,
      onToken: (token) => {
        grown += token.text;
        this.listener.onGrowing(grown);
      },
    });
    // A beam may change its mind about what was shown: its result comes at once.
    const best =
      beamSize > 1 ? await translator.translateParts(text, options) : growing;
    this.listener.onTranslation(text, best.parts, best.milliseconds);
    const found = await translator.translateParts(text, {
      ...options,
      beamSize: Math.max(beamSize, ALTERNATIVES),
      numHypotheses: ALTERNATIVES,
    });
    this.listener.onAlternatives(found.parts);
  }
}
