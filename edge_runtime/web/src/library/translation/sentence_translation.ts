/** Sentences through encoder, search and tokenizers, start to end. */

import { BOS_ID, EOS_ID } from "../contract.js";
import { padSource } from "../model/batches.js";
import type { TranslationModel } from "../model/translation_model.js";
import { beamSearch } from "../search/beam_search.js";
import {
  buildHypothesis,
  type DecoderStep,
  type Emission,
  emitTokens,
  type Hypothesis,
} from "../search/greedy_search.js";
import { isBlank, mayHold, type Segment, splitText } from "../text/sentences.js";
import type { TokenizedText } from "../text/tokenizer.js";
import { lengthLimit, type ResolvedOptions } from "./decoding_options.js";
import type { StreamedToken } from "./streaming.js";
import type { Translation } from "./translation.js";

/** How a running translation is watched and given up. */
export interface Watch {
  /** Called with every token that greedy search adds. */
  onToken?: (token: StreamedToken) => void;
  /** Awaited before every step; throws where the translation is to be given up. */
  beforeStep?: () => Promise<void> | void;
}

/** One segment of a text with its tokens, bos and eos among them. */
export interface Sentence {
  segment: Segment;
  source: TokenizedText;
}

/** Splits a text where the options or the model's limit ask for it. */
export function readSentences(
  model: TranslationModel,
  text: string,
  options: ResolvedOptions,
): Sentence[] {
  const tokenizer = model.sourceTokenizer;
  const maxTokens = model.manifest.limits.maxSourceLength - 2; // bos and eos
  if (isBlank(text)) return [];
  if (!options.splitSentences && mayHold(text, maxTokens)) {
    const whole = tokenizer.tokenize(text);
    if (whole.tokenIds.length <= maxTokens) {
      const segment: Segment = { text, begin: 0, gap: "" };
      return whole.tokenIds.length > 0 ? [{ segment, source: enclose(whole) }] : [];
    }
  }
  const countTokens = (part: string): number => tokenizer.encode(part).length;
  const sentences: Sentence[] = [];
  for (const segment of splitText(
    text,
    maxTokens,
    countTokens,
    options.splitSentences,
  )) {
    const source = tokenizer.tokenize(segment.text);
    if (source.tokenIds.length > 0)
      sentences.push({ segment, source: enclose(source) });
  }
  return sentences;
}

/** Returns the translations of one sentence, the best first. */
export async function translateSentence(
  model: TranslationModel,
  source: TokenizedText,
  options: ResolvedOptions,
  { onToken, beforeStep }: Watch,
): Promise<Translation[]> {
  await beforeStep?.();
  const states = await model.encode(padSource(source.tokenIds));
  const step: DecoderStep = async (tokenIds, given) => {
    await beforeStep?.();
    return model.step(tokenIds, given);
  };
  const maxTargetLength = model.manifest.limits.maxTargetLength;
  const limits = {
    bosId: BOS_ID,
    eosId: EOS_ID,
    maxLength: lengthLimit(options, source.tokenIds.length, maxTargetLength),
  };
  const alpha = options.lengthPenalty;
  if (options.beamSize > 1) {
    const { beamSize, numHypotheses } = options;
    const found = await beamSearch(step, states, {
      ...limits,
      beamSize,
      numHypotheses,
      alpha,
    });
    return found.map((hypothesis) => write(model, source, hypothesis));
  }
  const emissions: Emission[] = [];
  let shown = "";
  for await (const emission of emitTokens(step, states, limits)) {
    emissions.push(emission);
    if (!onToken) continue;
    const { tokenId, logProb } = emission;
    const ended = tokenId === EOS_ID || emissions.length === limits.maxLength;
    const tokenizer = model.targetTokenizer;
    let text = tokenizer.decode(emissions.map((emitted) => emitted.tokenId));
    // Half a character is completed by the next tokens.
    if (!ended && (text.endsWith("\ufffd") || !text.startsWith(shown))) text = shown;
    onToken({
      text: text.slice(shown.length),
      token: tokenizer.piece(tokenId),
      logProb,
    });
    shown = text;
  }
  return [write(model, source, buildHypothesis(emissions, EOS_ID, alpha))];
}

function write(
  model: TranslationModel,
  source: TokenizedText,
  hypothesis: Hypothesis,
): Translation {
  const target = model.targetTokenizer.detokenize(hypothesis.tokenIds);
  if (hypothesis.finished) {
    target.tokens.push("</s>");
    target.spans.push([target.text.length, target.text.length]);
  }
  const rows = hypothesis.alignment.length;
  const columns = source.tokenIds.length;
  const weights = new Float32Array(rows * columns);
  for (const [place, row] of hypothesis.alignment.entries()) {
    weights.set(row.subarray(0, columns), place * columns); // without padding
  }
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

function enclose(source: TokenizedText): TokenizedText {
  const end = source.text.length;
  return {
    text: source.text,
    tokenIds: [BOS_ID, ...source.tokenIds, EOS_ID],
    tokens: ["<s>", ...source.tokens, "</s>"],
    spans: [[0, 0], ...source.spans, [end, end]],
  };
}
