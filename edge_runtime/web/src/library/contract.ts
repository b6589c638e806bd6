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
