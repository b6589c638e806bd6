"""What the commands write into directories: runs, bundles and demonstrations."""

from edge_runtime import contract
from keras_s2s.files.layout import Layout

CONFIG_FILE = "config.json"
SCORES_FILE = "scores.json"
HISTORY_FILE = "history.csv"
STATE_FILE = "training_state.npz"
HELD_OUT_FILES = "validation.source", "validation.target"
TEXT_FACTS_FILE = "text.json"
TOKENIZER_CHECKSUMS_FILE = "tokenizers.json"
ADAPTATION_FILE = "adaptation.json"
OLD_VALIDATION_FILES = "old_validation.source", "old_validation.target"
CLOCK_FILE = "time.json"
DEMONSTRATION_FILE = "demonstration.json"
LOGS_DIRECTORY = "logs"
CACHE_DIRECTORY = "cache"

_TOKENIZERS = (
    contract.SOURCE_TOKENIZER_FILE,
    contract.TARGET_TOKENIZER_FILE,
    contract.SHARED_TOKENIZER_FILE,
)
_KINDS = "npz", "h5"
_RESULTS = (
    STATE_FILE,
    SCORES_FILE,
    HISTORY_FILE,
    *(f"{weights}.weights.{kind}" for weights in ("best", "last") for kind in _KINDS),
)
_CORPUS = f"{CACHE_DIRECTORY}/{'[0-9a-f]' * 16}"
_EVENTS = "events.out.tfevents.*"

RUN = Layout(
    name="run",
    mark=CONFIG_FILE,
    keys=frozenset({"model", "data", "training"}),
    files=(
        CONFIG_FILE,
        *_TOKENIZERS,
        *HELD_OUT_FILES,
        TEXT_FACTS_FILE,
        TOKENIZER_CHECKSUMS_FILE,
        ADAPTATION_FILE,
        *OLD_VALIDATION_FILES,
        CLOCK_FILE,
        *_RESULTS,
        f"{LOGS_DIRECTORY}/{_EVENTS}",
        f"{LOGS_DIRECTORY}/*/{_EVENTS}",
        *(
            f"{corpus}/{name}"
            for corpus in (_CORPUS, f"{_CORPUS}.*.partial")
            for name in (
                *("source.ids", "target.ids", "source.ends.npy", "target.ends.npy"),
                *("report.json", "facts.json", "checksums.json"),
            )
        ),
    ),
    folders=(
        LOGS_DIRECTORY,
        *(f"{LOGS_DIRECTORY}/{what}" for what in ("train", "validation", "samples")),
        CACHE_DIRECTORY,
        _CORPUS,
        f"{_CORPUS}.*.partial",
    ),
    results=_RESULTS,
    begun=TOKENIZER_CHECKSUMS_FILE,
    advice="give another, or --resume to continue it, or --force to replace it",
)
"""A training run, of this release or an earlier one."""

BUNDLE = Layout(
    name="bundle",
    mark=contract.MANIFEST_FILE,
    keys=frozenset({"format_version"}),
    files=(
        contract.MANIFEST_FILE,
        contract.MODEL_CARD_FILE,
        contract.ENCODER_FILE,
        contract.DECODER_STEP_FILE,
        *_TOKENIZERS,
        # Of --format ort.
        contract.ENCODER_FILE.replace(".onnx", ".ort"),
        contract.DECODER_STEP_FILE.replace(".onnx", ".ort"),
        "required_operators_and_types.config",
    ),
)
"""An exported translator."""

_DATA = "data"
_PARTS = [
    layout.within(f"{folder}/{name}")
    for folder, layout in (("runs", RUN), ("bundles", BUNDLE))
    for name in ("bahdanau", "none")
]

DEMONSTRATION = Layout(
    name="demonstration",
    mark=DEMONSTRATION_FILE,
    keys=frozenset({"demonstration"}),
    files=(
        DEMONSTRATION_FILE,
        *(
            f"{_DATA}/{split}.{what}"
            for split in ("train", "valid", "test")
            for what in ("zh", "en", "words.zh", "words.en", "align")
        ),
        "bleu_by_length.png",
        "alignment.png",
        *(pattern for files, _ in _PARTS for pattern in files),
    ),
    folders=(
        *(_DATA, "runs", "bundles"),
        *(pattern for _, folders in _PARTS for pattern in folders),
    ),
)
"""What `keras-s2s demo` makes."""
