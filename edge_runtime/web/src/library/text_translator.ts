/** Text to text with a loaded model; runs wherever onnxruntime does. */

import { BOS_ID, EOS_ID } from "./contract.js";
import { beamSearch } from "./beam_search.js";
import { type DecodingOptions, lengthLimit, type ResolvedOptions, resolveOptions } from "./decoding_options.js";
import type { TranslationModel } from "./model.js";
import { buildHypothesis, type DecoderStep, type Emission, emitTokens, type Hypothesis } from "./search.js";
import { type Segment, separator, splitText, strip } from "./sentences.js";
import { replaceSurrogates, type TokenizedText } from "./tokenizer.js";
import { joinTranslations, type StreamedToken, type Translation } from "./translation.js";

/** How a running translation is watched and given up. */
export interface Watch {
  /** Called with every token that greedy search adds. */
  onToken?: (token: StreamedToken) => void;
  /** Awaited before every step; throws where the translation is to be given up. */
  beforeStep?: () => Promise<void> | void;
}

/** One segment of a text with its tokens, bos and eos among them. */
interface Sentence {
  segment: Segment;
  source: TokenizedText;
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
    const resolved = resolveOptions(options, this.model.manifest.decoding);
    text = replaceSurrogates(text);
    const sentences = this.readSentences(text, resolved);
    const parts: Translation[] = [];
    for (const { segment, source } of sentences) {
      const before = parts.findLast((part) => part.text !== "")?.text ?? "";
      const [best, ...others] = await this.translateSentence(source, resolved, {
        ...watch,
        onToken: watch.onToken && separated(watch.onToken, before, segment),
      });
      parts.push({ ...best!, alternatives: others });
    }
    return joinTranslations(
      text,
      sentences.map(({ segment }) => segment),
      parts,
    );
  }

  /** Splits a text where the options or the model's limit ask for it. */
  private readSentences(text: string, options: ResolvedOptions): Sentence[] {
    const tokenizer = this.model.sourceTokenizer;
    const maxTokens = this.model.manifest.limits.maxSourceLength - 2; // bos and eos
    if (strip(text) === "") return [];
    const whole = tokenizer.tokenize(text);
    const segments =
      whole.tokenIds.length <= maxTokens && !options.splitSentences
        ? [{ text, begin: 0, gap: "" }]
        : splitText(
            text,
            maxTokens,
            (part) => tokenizer.encode(part).length,
            options.splitSentences,
          );
    return segments
      .map((segment) => ({ segment, source: tokenizer.tokenize(segment.text) }))
      .filter(({ source }) => source.tokenIds.length > 0)
      .map(({ segment, source }) => ({ segment, source: enclose(source) }));
  }

  private async translateSentence(
    source: TokenizedText,
    options: ResolvedOptions,
    { onToken, beforeStep }: Watch,
  ): Promise<Translation[]> {
    await beforeStep?.();
    const states = await this.model.encode(source.tokenIds);
    const step: DecoderStep = async (tokenIds, given) => {
      await beforeStep?.();
      return this.model.step(tokenIds, given);
    };
    const maxTargetLength = this.model.manifest.limits.maxTargetLength;
    const limits = {
      bosId: BOS_ID,
      eosId: EOS_ID,
      maxLength: lengthLimit(options, source.tokenIds.length, maxTargetLength),
    };
    const alpha = options.lengthPenalty;
    if (options.beamSize > 1) {
      const { beamSize, numHypotheses } = options;
      const found = await beamSearch(step, states, { ...limits, beamSize, numHypotheses, alpha });
      return found.map((hypothesis) => this.write(source, hypothesis));
    }
    const emissions: Emission[] = [];
    let shown = "";
    for await (const emission of emitTokens(step, states, limits)) {
      emissions.push(emission);
      if (!onToken) continue;
      const { tokenId, logProb } = emission;
      const ended = tokenId === EOS_ID || emissions.length === limits.maxLength;
      const tokenizer = this.model.targetTokenizer;
      let text = tokenizer.decode(emissions.map((emitted) => emitted.tokenId));
      // Half a character is completed by the next tokens.
      if (!ended && (text.endsWith("\ufffd") || !text.startsWith(shown))) text = shown;
      onToken({ text: text.slice(shown.length), token: tokenizer.piece(tokenId), logProb });
      shown = text;
    }
    return [this.write(source, buildHypothesis(emissions, EOS_ID, alpha))];
  }

  private write(source: TokenizedText, hypothesis: Hypothesis): Translation {
    const target = this.model.targetTokenizer.detokenize(hypothesis.tokenIds);
    if (hypothesis.finished) {
      target.tokens.push("</s>");
      target.spans.push([target.text.length, target.text.length]);
    }
    const rows = hypothesis.alignment.length;
    const columns = source.tokenIds.length;
    const weights = new Float32Array(rows * columns);
    hypothesis.alignment.forEach((row, place) => weights.set(row, place * columns));
    return {
      source: source.text,
      text: target.text,
      score: hypothesis.score,
      logProb: hypothesis.logProb,
      finished: hypothesis.finished,
      sourceTokens: source.tokens,
      tokens: target.tokens,
      tokenLogProbs: hypothesis.tokenLogProbs,
      alignments: rows > 0 ? [{ rows, columns, weights }] : [],
      sourceSpans: source.spans,
      spans: target.spans,
      alternatives: [],
    };
  }
}

/** Puts what stands between two sentences before the first text of the second. */
function separated(
  onToken: (token: StreamedToken) => void,
  before: string,
  { gap }: Segment,
): (token: StreamedToken) => void {
  let begun = false;
  return (token) => {
    const separates = !begun && token.text !== "";
    begun ||= separates;
    onToken(separates ? { ...token, text: separator(before, token.text, gap) + token.text } : token);
  };
}

function enclose(source: TokenizedText): TokenizedText {
  const end = source.text.length;
  return {
    text: source.text,
    tokenIds: [BOS_ID, ...source.tokenIds, EOS_ID],
    tokens: ["<s>", ...source.tokens, "</s>"],
    spans: [[0, 0], ...source.spans, [end, end]],
  };
}
