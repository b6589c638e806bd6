/**
 * What a runtime finds in every bundle: ids, tensor names, format version.
 *
 * The same as `edge_runtime/contract.py`, which is where they are decided.
 */

export const BUNDLE_FORMAT_VERSION = 2;

export const PAD_ID = 0;
export const UNK_ID = 1;
export const BOS_ID = 2;
export const EOS_ID = 3;
export const SPECIAL_IDS = { pad: PAD_ID, unk: UNK_ID, bos: BOS_ID, eos: EOS_ID };

/** Kinds of spans that a translation can take over unchanged. */
export const SPAN_KINDS = [
  ...["tag", "code", "placeholder", "url", "email", "path"],
  ...["term", "version", "identifier", "number", "symbol"],
];

/** What a confidence can go by where the model has attention. */
export const ATTENTION_FEATURES = ["coverage", "attention_entropy"];

/** What a confidence can go by; `translation/confidence.ts` says how. */
export const CONFIDENCE_FEATURES = [
  ...["mean_log_prob", "mean_prob", "character_log_prob", "character_prob"],
  ...["log_surprise", "lowest_log_prob", "log_prob", "end_log_prob"],
  ...["unknown_source", "unknown_target", "length_ratio", "length"],
  "characters_per_token",
  ...ATTENTION_FEATURES,
];

export const MANIFEST_FILE = "bundle.json";

export const SOURCE_IDS = "source_ids";
export const ENCODER_STATES = "encoder_states";
export const ATTENTION_KEYS = "attention_keys";
export const SOURCE_MASK = "source_mask";
export const TOKEN_IDS = "token_ids";
export const LOG_PROBS = "log_probs";
export const ALIGNMENT = "alignment";

/** What the encoder computes once and every attending step reads. */
export const ATTENTION_TENSORS = [ENCODER_STATES, ATTENTION_KEYS, SOURCE_MASK];

export const DECODER_STATE_PREFIX = "decoder_state_";
export const NEXT_DECODER_STATE_PREFIX = "next_decoder_state_";
