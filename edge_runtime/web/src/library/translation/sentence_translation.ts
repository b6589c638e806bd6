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
import { enclosedSlots } from "../text/markup.js";
import { placeMarkup } from "../text/markup_placement.js";
import { numberFormat, rewriteNumber } from "../text/number_format.js";
import { fillSlots, settledText } from "../text/slot_filling.js";
import { SLOT_PIECES } from "../text/slots.js";
import type { CarriedSpan } from "../text/spans.js";
import { type Choose, placeTerms } from "../text/term_placement.js";
import type { TokenizedText } from "../text/tokenizer.js";
import type { SentenceAlignment } from "../text/word_alignment.js";
import type { Attention } from "../text/word_shares.js";
import { confidence } from "./confidence.js";
import { copyFromSource } from "./copying.js";
import { lengthLimit, type ResolvedOptions } from "./decoding_options.js";
import { mostProbableTarget } from "./preference.js";
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
  if (!sentence.hasWords) return [asItIs(model, sentence, onToken)];
  const sourceIds = sentence.source.tokenIds;
  const states = await model.encode(padSource(sourceIds));
  const step: DecoderStep = async (tokenIds, given) => {
    await beforeStep?.();
    return model.step(tokenIds, given);
  };
  const atOnceIfPossible = model.step.searchGreedily;
  if (atOnceIfPossible) {
    step.searchGreedily = async (given, maxLength) => {
      await beforeStep?.();
      return atOnceIfPossible(given, maxLength);
    };
  }
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
  const write = (hypothesis: Hypothesis): Promise<TokenizedText> =>
    writeTarget(model, sentence, hypothesis, options, beforeStep);
  const translationOf = async (hypothesis: Hypothesis): Promise<Translation> =>
    describe(model, sentence, hypothesis, await write(hypothesis));
  if (options.beamSize > 1) {
    const { beamSize, numHypotheses } = options;
    const found = await beamSearch(step, states, {
      ...limits,
      beamSize,
      numHypotheses,
      alpha,
    });
    const translations: Translation[] = [];
    for (const hypothesis of found) translations.push(await translationOf(hypothesis));
    return translations;
  }
  const emissions: Emission[] = [];
  const current = (): Hypothesis => buildHypothesis(emissions, EOS_ID, alpha);
  // What the whole sentence decides is shown once it is there.
  const atOnce =
    sentence.looseSpans.length > 0 || // they may replace words written before
    sentence.elements.length > 0 ||
    sentence.terms.length > 0;
  let shown = "";
  for await (const emission of emitTokens(step, states, limits)) {
    emissions.push(emission);
    if (!onToken) continue;
    const { tokenId, logProb } = emission;
    const ended = tokenId === EOS_ID || emissions.length === limits.maxLength;
    let text = shown;
    if (ended || !atOnce) {
      const target = await write(current());
      text = ended ? target.text : settledText(target);
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
  return [await translationOf(current())];
}

/** Returns the rules that hold a translation to the slots of its source, if any. */
function slotRules(
  { slotIds, digitIds }: TranslationModel,
  { slotted: { slots, owners, elements, hasAllNumbers } }: Sentence,
): SlotRules | undefined {
  if (!slotIds || slots.length === 0) return undefined;
  return new SlotRules(
    slots.map(({ piece }) => slotIds.first + SLOT_PIECES.indexOf(piece)),
    slotIds,
    hasAllNumbers ? digitIds : [],
    enclosedSlots(owners, elements).map(
      ({ first, end, isOpenedBefore, isClosedAfter }) => ({
        first,
        end,
        isFirst: isOpenedBefore,
        isLast: isClosedAfter,
      }),
    ),
  );
}

/**
 * Returns the text of a hypothesis and its tokens, eos included where finished, with what
 * is carried over in its place.
 */
async function writeTarget(
  model: TranslationModel,
  sentence: Sentence,
  hypothesis: Hypothesis,
  options: ResolvedOptions,
  beforeStep: Watch["beforeStep"],
): Promise<TokenizedText> {
  let target = model.targetTokenizer.detokenize(hypothesis.tokenIds);
  target.text = inLetterCase(target.text, sentence.letters);
  if (hypothesis.finished) {
    target.tokenIds.push(EOS_ID);
    target.tokens.push("</s>");
    target.spans.push([target.text.length, target.text.length]);
  }
  const { slotted, content, elements, terms, looseSpans } = sentence;
  const places = slotPlaces(model, sentence, target);
  const [alignment] = alignmentsOf(sentence, hypothesis);
  const rows = target.tokenIds.length;
  const attention = attentionOf(alignment, rows, content.tokenIds.length - 2);
  const known = knownSources(content, target, places);
  if (places.length > 0) {
    target = fillSlots(
      target,
      places.map((place) => {
        if (place === undefined) return undefined;
        const slot = slotted.slots[place]!;
        return { text: written(model, slot.span, options), slot };
      }),
    );
  }
  if (alignment && looseSpans.length > 0) {
    target = copyFromSource(content, target, alignment, looseSpans);
  }
  if (terms.length > 0) {
    const choose: Choose = (candidates) =>
      mostProbableTarget(model, content.text, candidates, beforeStep);
    target = await placeTerms(terms, target, attention, known, choose);
  }
  return elements.length > 0 ? placeMarkup(elements, target, attention, known) : target;
}

/** Returns which slot of the source each slot of a translation is. */
function slotPlaces(
  model: TranslationModel,
  sentence: Sentence,
  { tokenIds }: TokenizedText,
): (number | undefined)[] {
  const { slotIds } = model;
  if (!slotIds) return [];
  const emitted = tokenIds.filter((id) => slotIds.first <= id && id <= slotIds.last);
  if (emitted.length === 0) return [];
  // Without slots in the source the search excludes none, which costs no time.
  const rules = slotRules(model, sentence);
  return rules ? rules.places(tokenIds) : emitted.map(() => undefined);
}

/** Returns the attention over the source without bos and eos. */
function attentionOf(
  alignment: SentenceAlignment | undefined,
  rows: number,
  columns: number,
): Attention {
  if (!alignment) {
    // What stands for the attention of a model without: words in their order.
    const at = (row: number, column: number): number =>
      Math.floor((row * columns) / rows) === column ? 1 : 0;
    return { columns, at };
  }
  return {
    columns,
    at: (row, column) => alignment.weights[row * alignment.columns + column + 1]!,
  };
}

/** Returns, per target token, the source token that is the same slot, if any. */
function knownSources(
  source: TokenizedText,
  target: TokenizedText,
  places: readonly (number | undefined)[],
): (number | undefined)[] {
  const slots = slotTokens(source.tokens.slice(1, -1));
  const known: (number | undefined)[] = target.tokens.map(() => undefined);
  for (const [number, token] of slotTokens(target.tokens).entries()) {
    const place = places[number];
    known[token] = place === undefined ? undefined : slots[place];
  }
  return known;
}

function slotTokens(tokens: readonly string[]): number[] {
  return [...tokens.keys()].filter((place) => SLOT_PIECES.includes(tokens[place]!));
}

/** Returns the translation of a sentence without words: the sentence. */
function asItIs(
  { manifest, attends }: TranslationModel,
  { source }: Sentence,
  onToken: Watch["onToken"],
): Translation {
  onToken?.({ text: source.text, token: "", logProb: 0 });
  const columns = source.tokens.length;
  return {
    source: source.text,
    text: source.text,
    score: 0,
    logProb: 0,
    finished: true,
    sourceTokens: source.tokens,
    tokens: [],
    tokenLogProbs: [],
    alignments: attends ? [{ rows: 0, columns, weights: new Float32Array() }] : [],
    sourceSpans: source.spans,
    spans: [],
    alternatives: [],
    confidence: manifest.confidence && 1,
  };
}

/** Returns what stands for a span in the translation. */
function written(
  { manifest }: TranslationModel,
  { kind, text }: CarriedSpan,
  options: ResolvedOptions,
): string {
  if (!options.numberFormat || kind !== "number") return text;
  const source = numberFormat(manifest.sourceLanguage);
  return rewriteNumber(text, source, numberFormat(options.numberFormat));
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

/** Returns a written hypothesis with the evidence for it. */
function describe(
  { manifest, targetTokenizer }: TranslationModel,
  sentence: Sentence,
  hypothesis: Hypothesis,
  target: TokenizedText,
): Translation {
  const { source } = sentence;
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
    confidence:
      manifest.confidence &&
      confidence(
        manifest.confidence,
        source.tokenIds,
        hypothesis,
        targetTokenizer.pieces,
      ),
  };
}
