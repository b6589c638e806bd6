"""What training, export and the edge agree on: ids, tensor names, file names, format.

A runtime in another language needs nothing beyond these names, and finds all of them
in `bundle.json`.
"""

from typing import Final

BUNDLE_FORMAT_VERSION: Final = 2
"""Newest bundle format this runtime reads and the only one the exporter writes."""

PAD_ID: Final = 0
UNK_ID: Final = 1
BOS_ID: Final = 2
EOS_ID: Final = 3
SPECIAL_IDS: Final = {"pad": PAD_ID, "unk": UNK_ID, "bos": BOS_ID, "eos": EOS_ID}

SPAN_KINDS: Final = (
    *("tag", "code", "placeholder", "url", "email", "path"),
    *("term", "version", "identifier", "number", "symbol"),
)
"""Kinds of spans that a translation can take over unchanged."""

ATTENTION_FEATURES: Final = ("coverage", "attention_entropy")
"""What a confidence can go by where the model has attention."""

CONFIDENCE_FEATURES: Final = (
    *("mean_log_prob", "mean_prob", "character_log_prob", "character_prob"),
    *("log_surprise", "lowest_log_prob", "log_prob", "end_log_prob"),
    *("unknown_source", "unknown_target", "length_ratio", "length"),
    "characters_per_token",
    *ATTENTION_FEATURES,
)
"""What a confidence can go by; `edge_runtime/translation/confidence.py` says how."""

MANIFEST_FILE: Final = "bundle.json"
ENCODER_FILE: Final = "encoder.onnx"
DECODER_STEP_FILE: Final = "decoder_step.onnx"
MODEL_CARD_FILE: Final = "README.md"
SOURCE_TOKENIZER_FILE: Final = "source.spm"
TARGET_TOKENIZER_FILE: Final = "target.spm"
SHARED_TOKENIZER_FILE: Final = "shared.spm"

SOURCE_IDS: Final = "source_ids"
ENCODER_STATES: Final = "encoder_states"
ATTENTION_KEYS: Final = "attention_keys"
SOURCE_MASK: Final = "source_mask"
TOKEN_IDS: Final = "token_ids"
LOG_PROBS: Final = "log_probs"
ALIGNMENT: Final = "alignment"

ATTENTION_TENSORS: Final = (ENCODER_STATES, ATTENTION_KEYS, SOURCE_MASK)
"""What the encoder computes once and every attending step reads."""

DECODER_STATE_PREFIX: Final = "decoder_state_"
NEXT_DECODER_STATE_PREFIX: Final = "next_decoder_state_"


def decoder_state(index: int) -> str:
    """Return the name of one decoder state going into a step."""
    return f"{DECODER_STATE_PREFIX}{index}"


def next_decoder_state(index: int) -> str:
    """Return the name of one decoder state coming out of a step."""
    return f"{NEXT_DECODER_STATE_PREFIX}{index}"
