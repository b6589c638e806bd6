/** What a caller can choose about decoding; the defaults follow the bundle. */

import type { DecodingDefaults } from "../bundle/manifest.js";
import { SPAN_KINDS } from "../contract.js";
import type { Glossary } from "../text/glossary.js";
import { TERM } from "../text/span_kinds.js";

/** Most hypotheses per sentence: each takes a row of every array of the search. */
const MAX_HYPOTHESES = 1000;
/** As in a bundle. */
const MAX_LENGTH_PENALTY = 10;
/** Without any, beams prefer hypotheses that end too early. */
const BEAM_LENGTH_PENALTY = 1;
/** Most target tokens per source token. */
const MAX_LENGTH_FACTOR = 1000;

export interface DecodingOptions {
  /** Hypotheses kept; 1 is greedy search. Unset: what the bundle recommends. */
  beamSize?: number;
  /** Translations to return per text, the best first. */
  numHypotheses?: number;
  /**
   * Strength of the length penalty. Unset: what the bundle recommends; 1 for beam search
   * where it recommends greedy search without any.
   */
  lengthPenalty?: number;
  /** Most target tokens, eos included. Unset: the bundle's limit. */
  maxLength?: number;
  /**
   * A sentence of `n` source tokens gets at most `maxLengthFactor * n +
   * maxLengthConstant` target tokens, so that a model that never ends costs little.
   */
  maxLengthFactor?: number;
  maxLengthConstant?: number;
  /**
   * Whether to translate every sentence of a text on its own, not only of long texts.
   * Unset: what the bundle recommends.
   */
  splitSentences?: boolean;
  /**
   * Whether to translate every line of a text on its own, and to keep the line breaks
   * between them. Otherwise a line break is white space, as in wrapped text.
   */
  splitLines?: boolean;
  /**
   * Kinds of spans that a translation takes over unchanged, see `SPAN_KINDS`; none for an
   * empty list. Unset: what the bundle recommends.
   */
  carry?: readonly string[];
  /** Terms and their translations. */
  glossary?: Glossary;
  /**
   * Language whose readers the numbers that are carried over are written for, such as
   * `de`. Unset: they stay as they are.
   */
  numberFormat?: string;
  /**
   * Whether to exclude tokens that would repeat a phrase more than four times in a row,
   * unless the source repeats something as often.
   */
  breakLoops?: boolean;
}

/** Options with everything set; `maxLength` may stay open. */
export interface ResolvedOptions {
  beamSize: number;
  numHypotheses: number;
  lengthPenalty: number;
  maxLength: number | undefined;
  maxLengthFactor: number;
  maxLengthConstant: number;
  splitSentences: boolean;
  splitLines: boolean;
  carriedKinds: ReadonlySet<string>;
  glossary: Glossary | undefined;
  numberFormat: string | undefined;
  breakLoops: boolean;
}

/**
 * Checks options and sets what was left open.
 *
 * @throws RangeError that names the option, what must hold and what was received.
 */
export function resolveOptions(
  options: DecodingOptions,
  defaults: DecodingDefaults,
): ResolvedOptions {
  const ranges: [keyof DecodingOptions, number, number][] = [
    ["beamSize", 1, MAX_HYPOTHESES],
    ["numHypotheses", 1, MAX_HYPOTHESES],
    ["lengthPenalty", 0, MAX_LENGTH_PENALTY],
    ["maxLength", 1, Infinity],
    ["maxLengthFactor", 0, MAX_LENGTH_FACTOR],
    ["maxLengthConstant", 1, Infinity],
  ];
  for (const [name, minimum, maximum] of ranges) {
    const value = options[name] as number | undefined;
    if (value !== undefined && value < Infinity && value > maximum) {
      throw new RangeError(
        `\`${name}\` must be at most ${maximum}. Received: ${value}.`,
      );
    }
    if (value !== undefined && !(value >= minimum && value < Infinity)) {
      throw new RangeError(
        `\`${name}\` must be at least ${minimum}. Received: ${value}.`,
      );
    }
  }
  const unknown = (options.carry ?? []).filter((kind) => !SPAN_KINDS.includes(kind));
  if (unknown.length > 0) {
    throw new RangeError(
      `\`carry\` must name kinds among ${SPAN_KINDS.join(", ")}. ` +
        `Received: ${unknown.join(", ")}.`,
    );
  }
  const carriedKinds = new Set(options.carry ?? defaults.carry);
  if (options.glossary?.size) carriedKinds.add(TERM);
  const numHypotheses = options.numHypotheses ?? 1;
  const beamSize = options.beamSize ?? Math.max(defaults.beamSize, numHypotheses);
  if (numHypotheses > beamSize) {
    throw new RangeError(
      "`numHypotheses` must not exceed `beamSize`. " +
        `Received: numHypotheses=${numHypotheses}, beamSize=${beamSize}.`,
    );
  }
  let recommended = defaults.lengthPenalty;
  if (beamSize > 1 && defaults.beamSize === 1) {
    // Greedy search has no use for one, so none was recommended.
    recommended ||= BEAM_LENGTH_PENALTY;
  }
  return {
    beamSize,
    numHypotheses,
    lengthPenalty: options.lengthPenalty ?? recommended,
    maxLength: options.maxLength,
    maxLengthFactor: options.maxLengthFactor ?? 3,
    maxLengthConstant: options.maxLengthConstant ?? 20,
    splitSentences: options.splitSentences ?? defaults.splitSentences,
    splitLines: options.splitLines ?? false,
    carriedKinds,
    glossary: options.glossary,
    numberFormat: options.numberFormat,
    breakLoops: options.breakLoops ?? true,
  };
}

/** Returns the most target tokens, eos included, for a source with bos and eos. */
export function lengthLimit(
  options: ResolvedOptions,
  sourceLength: number,
  maxTargetLength: number,
): number {
  const scaled =
    Math.trunc(options.maxLengthFactor * sourceLength) + options.maxLengthConstant;
  return Math.min(options.maxLength ?? maxTargetLength, scaled);
}
