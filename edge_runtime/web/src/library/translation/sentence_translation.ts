/** Sentences through encoder, search and tokenizers, start to end. */

import { BOS_ID, EOS_ID } from "../contract.js";
import { padSource } from "../model/batches.js";
import type { TranslationModel } from "../model/translation_model.js";
import { beamSearch } from "../search/beam_search.js";
import { Constraints } from "../search/constraints.js";
import {
  buildHypothesis,
  type DecoderStep,
  type Emission,
  emitTokens,
  type Hypothesis,
} from "../search/greedy_search.js";
import { mostRepeats } from "../search/repetition.js";
import { SlotRules } from "../search/slot_rules.js";
import { inLetterCase } from "../text/letter_case.js";
import { fillSlots, SLOT_PIECES } from "../text/slots.js";
import type { TokenizedText } from "../text/tokenizer.js";
import type { SentenceAlignment } from "../text/word_alignment.js";
import { copyFromSource } from "./copying.js";
import { lengthLimit, type ResolvedOptions } from "./decoding_options.js";
import type { Sentence } from "./sentences.js";
import type { StreamedToken } from "./streaming.js";
import type { Translation } from "./translation.js";

/** How a running translation is watched and given up. */
export interface Watch {
  /** Called with every token that greedy search adds. */
  onToken?: (token: StreamedToken) => void;
  /** Awaited before every step; throws where the translation is to be given up. */
  beforeStep?: () => Promise<void> | void;
}

/** Returns the translations of one sentence, the best first. */
export async function translateSentence(
  model: TranslationModel,
  sentence: Sentence,
  options: ResolvedOptions,
  { onToken, beforeStep }: Watch,
): Promise<Translation[]> {
  await beforeStep?.();
  const sourceIds = sentence.source.tokenIds;
  const states = await model.encode(padSource(sourceIds));
  const step: DecoderStep = async (tokenIds, given) => {
    await beforeStep?.();
    return model.step(tokenIds, given);
  };
  const maxTargetLength = model.manifest.limits.maxTargetLength;
  const rules = slotRules(model, sentence);
  const limits = {
    bosId: BOS_ID,
    eosId: EOS_ID,
    maxLength: Math.max(
      lengthLimit(options, sourceIds.length, maxTargetLength),
      // Slots arrive, however short a translation is asked for.
      rules ? rules.slots.length + 1 : 0,
    ),
    constraints: new Constraints(
      rules,
      options.breakLoops ? mostRepeats(sourceIds) : undefined,
    ),
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
    return found.map((hypothesis) => translationOf(model, sentence, hypothesis));
  }
  const emissions: Emission[] = [];
  const current = (): Hypothesis => buildHypothesis(emissions, EOS_ID, alpha);
  let shown = "";
  for await (const emission of emitTokens(step, states, limits)) {
    emissions.push(emission);
    if (!onToken) continue;
    const { tokenId, logProb } = emission;
    const ended = tokenId === EOS_ID || emissions.length === limits.maxLength;
    let text = shown;
    // What is copied may replace words that were written before.
    if (ended || sentence.looseSpans.length === 0) {
      ({ text } = writeTarget(model, sentence, current()));
    }
    // Half a character is completed by the next tokens.
    if (!ended && (text.endsWith("\ufffd") || !text.startsWith(shown))) text = shown;
    onToken({
      text: text.slice(shown.length),
      token: model.targetTokenizer.piece(tokenId),
      logProb,
    });
    shown = text;
  }
  return [translationOf(model, sentence, current())];
}

/** Returns the rules that hold a translation to the slots of its source, if any. */
function slotRules(
  { slotIds }: TranslationModel,
  { slotted: { slots } }: Sentence,
): SlotRules | undefined {
  if (!slotIds || slots.length === 0) return undefined;
  const tokens = slots.map(({ piece, parent, opens, closes }) => ({
    tokenId: slotIds.first + SLOT_PIECES.indexOf(piece),
    parent,
    opens,
    closes,
  }));
  return new SlotRules(tokens, slotIds);
}

/**
 * Returns the text of a hypothesis and its tokens, eos included where finished, with what
 * is carried over in its place.
 */
function writeTarget(
  model: TranslationModel,
  sentence: Sentence,
  hypothesis: Hypothesis,
): TokenizedText {
  let target = model.targetTokenizer.detokenize(hypothesis.tokenIds);
  target.text = inLetterCase(target.text, sentence.letters);
  if (hypothesis.finished) {
    target.tokenIds.push(EOS_ID);
    target.tokens.push("</s>");
    target.spans.push([target.text.length, target.text.length]);
  }
  const { slotIds } = model;
  if (
    slotIds &&
    target.tokenIds.some((id) => slotIds.first <= id && id <= slotIds.last)
  ) {
    // Without slots in the source the search excludes none, which costs no time.
    const places = slotRules(model, sentence)?.places(target.tokenIds) ?? [];
    const { slots } = sentence.slotted;
    target = fillSlots(
      target,
      places.map((place) => {
        if (place === undefined) return undefined;
        const slot = slots[place]!;
        return { text: slot.span.translations[0]!, slot };
      }),
    );
  }
  const { source, looseSpans } = sentence;
  if (looseSpans.length === 0) return target;
  const [alignment] = alignmentsOf(sentence, hypothesis);
  return alignment ? copyFromSource(source, target, alignment, looseSpans) : target;
}

function alignmentsOf(
  { source }: Sentence,
  { alignment }: Hypothesis,
): SentenceAlignment[] {
  if (alignment.length === 0) return [];
  const columns = source.tokenIds.length;
  const weights = new Float32Array(alignment.length * columns);
  for (const [place, row] of alignment.entries()) {
    weights.set(row.subarray(0, columns), place * columns); // without padding
  }
  return [{ rows: alignment.length, columns, weights }];
}

function translationOf(
  model: TranslationModel,
  sentence: Sentence,
  hypothesis: Hypothesis,
): Translation {
  const { source } = sentence;
  const target = writeTarget(model, sentence, hypothesis);
  return {
    source: source.text,
    text: target.text,
    score: hypothesis.score,
    logProb: hypothesis.logProb,
    finished: hypothesis.finished,
    sourceTokens: source.tokens,
    tokens: target.tokens,
    tokenLogProbs: hypothesis.tokenLogProbs,
    alignments: alignmentsOf(sentence, hypothesis),
    sourceSpans: source.spans,
    spans: target.spans,
    alternatives: [],
  };
}
