"""All cases, by command."""

from faults.case import Case

COMMANDS = (
    *("train", "adapt", "export-onnx", "evaluate", "compare", "distill"),
    *("back-translate", "clean", "edge-translate", "edge-translate serve"),
)

RECIPE = {
    **{"epochs": 2, "weight_averaging": 0, "bidirectional": "false"},
    **dict.fromkeys(("units", "encoder_units", "embedding_dim"), 8),
    **dict.fromkeys(("source_vocab_size", "target_vocab_size"), 30),
    # Untrained, it writes until it may not: translations of 120 tokens take long.
    **{"max_source_length": 16, "max_target_length": 16, "validation_pairs": 2},
    **{"batch_tokens": 4000, "operator_threads": 1, "matmul_precision": "float32"},
}

STATE_FILE = "training_state.npz"
"""What a training is continued from."""

_RESULTS = STATE_FILE, "last.weights.npz", "best.weights.npz", "history.csv"
_TEXTS = {
    f"{split}.{side}": f"data/{split}.{side}"
    for split in ("train", "valid", "test")
    for side in ("src", "trg")
}
_TRAIN = "--source", "train.src", "--target", "train.trg"
_VALID = "--valid-source", "valid.src", "--valid-target", "valid.trg"
_TEST = "--source", "test.src", "--reference", "test.trg"
_REPORTS = "--json", "x.json", "--report", "x.html", "--length-chart", "x.png"
_REPORT_FILES = "x.json", "x.html", "x.png"
_TWO_TEXTS = "--out-source", "x.src", "--out-target", "x.trg"
_TWO_FILES = "x.src", "x.trg"
_BUNDLE = {**_TEXTS, "bundle": "bundle"}
_TWO_BUNDLES = {**_BUNDLE, "other.zip": "bundle.zip"}


def cases() -> list[Case]:
    """Return all cases."""
    return [
        *_train_cases(),
        *_adapt_cases(),
        *_export_cases(),
        *_evaluate_cases(),
        *_compare_cases(),
        *_synthetic_text_cases(),
        *_clean_cases(),
        *_edge_cases(),
    ]


def _train_cases() -> list[Case]:
    texts = *_TRAIN, *_VALID, "--out", "run"
    new = *texts, "--preset", "tiny", "--cell", "rnn", "--attention", "none"
    new += _settings(RECIPE)
    return _training_cases("train", new, (*texts, "--resume"), _TEXTS, "run")


def _adapt_cases() -> list[Case]:
    texts = "run", *_TRAIN, *_VALID, "--mix-source", "mix.src"
    texts += "--mix-target", "mix.trg", "--out", "adapted"
    new = *texts, "--old-valid-source", "test.src", "--old-valid-target", "test.trg"
    new += "--epochs", "2", *_settings({"matmul_precision": "float32"})
    mix = {f"mix.{side}": f"data/mix.{side}" for side in ("src", "trg")}
    given = {**_TEXTS, **mix, "run": "run"}
    return _training_cases("adapt", new, (*texts, "--resume"), given, "adapted")


def _training_cases(
    command: str,
    new: tuple[str, ...],
    resume: tuple[str, ...],
    given: dict[str, str],
    run: str,
) -> list[Case]:
    """Return the cases of a command that trains.

    Args:
        command: The command.
        new: Arguments of a new training.
        resume: Arguments that continue it.
        given: As of `Case`.
        run: The run directory that is written.
    """
    force = *new, "--force"
    return [
        Case(
            command,
            name,
            arguments,
            {**given, **before},
            (run,),
            kept=tuple(f"{run}/{file}" for file in _RESULTS),
            following=following,
        )
        for name, arguments, before, following in (
            ("a new run", new, {}, (resume, force)),
            ("over an earlier run", force, {run: f"earlier-{run}"}, (resume, force)),
            ("resumed", resume, {run: f"begun-{run}"}, (resume,)),
        )
    ]


def _settings(values: dict[str, object]) -> tuple[str, ...]:
    return tuple(
        part for key, value in values.items() for part in ("--set", f"{key}={value}")
    )


def _export_cases() -> list[Case]:
    verify = "--verify-source", "test.src", "--verify-reference", "test.trg"
    return [
        Case(
            "export-onnx",
            name,
            ("run", *options, *verify),
            {**_TEXTS, "run": "run", **given},
            options[:1],
            at_once=True,
            following=(("run", *options, *verify, "--force"),),
            without_exchange="without" in name,
        )
        for name, options, given in (
            ("a directory", ("bundle",), {}),
            ("over a directory", ("bundle", "--force"), {"bundle": "earlier-bundle"}),
            (
                "over a directory, without exchange",
                ("bundle", "--force"),
                {"bundle": "earlier-bundle"},
            ),
            (
                "over a zip file",
                ("bundle.zip", "--force"),
                {"bundle.zip": "earlier-bundle.zip"},
            ),
            ("a zip file, int8", ("bundle.zip", "--quantize", "int8"), {}),
        )
    ]


def _evaluate_cases() -> list[Case]:
    files = *_REPORT_FILES, "x.txt"
    arguments = "bundle", *_TEST, *_REPORTS, "--output", "x.txt"
    return _file_cases("evaluate", arguments, _BUNDLE, files, _earlier(*files))


def _compare_cases() -> list[Case]:
    both = "bundle", "other.zip", *_TEST, *_REPORTS
    files, earlier = _REPORT_FILES, _earlier(*_REPORT_FILES)
    new = *both, "--output", "texts"
    outputs = *files, "texts"
    return [
        Case("compare", "new files", new, _TWO_BUNDLES, outputs, kept=files),
        Case(
            "compare",
            "over earlier files",
            both,
            {**_TWO_BUNDLES, **earlier},
            files,
            kept=files,
        ),
    ]


def _synthetic_text_cases() -> list[Case]:
    distill = "bundle", "--source", "test.src", "--target", "test.trg", *_TWO_TEXTS
    back = "bundle", "test.src", *_TWO_TEXTS
    return [
        Case(command, "new files", arguments, _BUNDLE, _TWO_FILES, kept=_TWO_FILES)
        for command, arguments in (("distill", distill), ("back-translate", back))
    ]


def _clean_cases() -> list[Case]:
    files = *_TWO_FILES, "x.tsv", "named.tsv"
    # Some of the text is held out, so that pairs are named.
    arguments = *_TRAIN, "--held-out", "held_out.src", *_TWO_TEXTS
    arguments += "--out-tsv", "x.tsv", "--reasons", "named.tsv"
    given = {**_TEXTS, "held_out.src": "data/held_out.src"}
    earlier = dict(zip(files, 2 * ("data/test.src", "data/test.trg"), strict=True))
    return _file_cases("clean", arguments, given, files, earlier)


def _file_cases(
    command: str,
    arguments: tuple[str, ...],
    given: dict[str, str],
    files: tuple[str, ...],
    earlier: dict[str, str],
) -> list[Case]:
    """Return the cases of a command that writes files, new ones and over others."""
    return [
        Case(command, name, arguments, {**given, **before}, files, kept=files)
        for name, before in (("new files", {}), ("over earlier files", earlier))
    ]


def _earlier(*files: str) -> dict[str, str]:
    return {name: f"results/{name}" for name in files}


def _edge_cases() -> list[Case]:
    page = {"web_page": "web_page"}
    port = "--port", "0"
    return [
        Case(
            "edge-translate", "a directory", ("bundle",), _BUNDLE, (), source="test.src"
        ),
        Case(
            "edge-translate",
            "a zip file",
            ("other.zip", "--json"),
            _TWO_BUNDLES,
            (),
            source="test.src",
        ),
        Case(
            "edge-translate serve",
            "a directory",
            ("bundle", *port),
            {**_BUNDLE, **page},
            (),
        ),
        Case(
            "edge-translate serve",
            "a zip file",
            ("other.zip", *port),
            {**_TWO_BUNDLES, **page},
            (),
        ),
    ]
