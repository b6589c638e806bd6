/** Text to text with a loaded model; runs wherever onnxruntime does. */

import type { TranslationModel } from "../model/translation_model.js";
import { replaceSurrogates } from "../text/tokenizer.js";
import { type DecodingOptions, resolveOptions } from "./decoding_options.js";
import { joinTranslations } from "./joining.js";
import { translateSentence, type Watch } from "./sentence_translation.js";
import { readSentences } from "./sentences.js";
import { separated } from "./streaming.js";
import type { Translation } from "./translation.js";

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
    const resolved = resolveOptions(options, this.model.manifest.decoding);
    text = replaceSurrogates(text);
    const sentences = readSentences(this.model, text, resolved);
    const parts: Translation[] = [];
    let before = ""; // the last translation that is not empty
    for (const sentence of sentences) {
      const { onToken } = watch;
      const [best, ...others] = await translateSentence(
        this.model,
        sentence,
        resolved,
        { ...watch, onToken: onToken && separated(onToken, before, sentence.segment) },
      );
      parts.push({ ...best!, alternatives: others });
      before = best!.text || before;
    }
    return joinTranslations(
      text,
      sentences.map(({ segment }) => segment),
      parts,
    );
  }
}
