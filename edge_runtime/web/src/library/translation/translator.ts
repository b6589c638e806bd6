/** Text to text with a loaded model; runs wherever onnxruntime does. */

import type { TranslationModel } from "../model/translation_model.js";
import type { Segment } from "../text/sentences.js";
import { replaceSurrogates } from "../text/tokenizer.js";
import { type DecodingOptions, resolveOptions } from "./decoding_options.js";
import { joinTranslations } from "./joining.js";
import { translateSentence, type Watch } from "./sentence_translation.js";
import { readSentences } from "./sentences.js";
import { separated } from "./streaming.js";
import type { Translation } from "./translation.js";

/** A segment of a text, and its translation. */
export interface Part {
  segment: Segment;
  translation: Translation;
}

export class TextTranslator {
  constructor(readonly model: TranslationModel) {}

  /**
   * Returns the translation of one text.
   *
   * @param text A sentence, or any longer text; empty text stays empty.
   */
  async translate(
    text: string,
    options: DecodingOptions = {},
    watch: Watch = {},
  ): Promise<Translation> {
    const parts = await this.translateParts(text, options, watch);
    return joinTranslations(
      replaceSurrogates(text),
      parts.map(({ segment }) => segment),
      parts.map(({ translation }) => translation),
      this.model.manifest.confidence !== null,
    );
  }

  /**
   * Returns the segments of one text and their translations, in order; none for a text
   * without any token.
   */
  async translateParts(
    text: string,
    options: DecodingOptions = {},
    watch: Watch = {},
  ): Promise<Part[]> {
    const resolved = resolveOptions(options, this.model.manifest.decoding);
    const sentences = readSentences(this.model, replaceSurrogates(text), resolved);
    const parts: Part[] = [];
    let before = ""; // the last translation that is not empty
    for (const sentence of sentences) {
      const { onToken } = watch;
      const [best, ...others] = await translateSentence(
        this.model,
        sentence,
        resolved,
        { ...watch, onToken: onToken && separated(onToken, before, sentence.segment) },
      );
      const translation = { ...best!, alternatives: others };
      parts.push({ segment: sentence.segment, translation });
      before = translation.text || before;
    }
    return parts;
  }
}
