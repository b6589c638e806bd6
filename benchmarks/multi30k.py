"""Quality on Multi30k: teachers, what they say of the training text, and students.

1. Teachers are trained on the training pairs, each from a seed of its own.
2. As an ensemble they translate the training sources with beam search.
3. Students are trained on the mixture of references and translations: one for quality,
   one for the edge. They are exported.
4. The test set is read, once: BLEU of the float32 bundles, greedy and with beam 5.

Everything is chosen on the validation pairs. Results that are in `--out` already are
not made again, so other teachers need another `--out`. At the end the processor time of
all trainings is printed.

    python benchmarks/multi30k.py --data multi30k_en_de --suffix lc.norm.tok \
        --out /tmp/multi30k --jobs 2

Small models gain little from a third core: `--jobs` trainings run side by side.
"""

import argparse
import json
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from project_command import run

RECIPE = {
    # These captions have neither numbers nor markup, and small letters alone.
    "slot_share": "0",
    "drawn_slot_share": "0",
    "small_letter_share": "0",
    "shared_vocabulary": "true",
    "target_vocab_size": "6000",
    "tied_embeddings": "all",
    "operator_threads": "1",
    "first_validation_epoch": "3",
    "conditional": "true",
    "embedding_dim": "256",
    "embedding_dropout": "0.4",
    "context_dropout": "0.4",
    "output_dropout": "0.4",
}
TEACHERS = {
    "teacher-1": {
        "seed": "1",
        "units": "512",
        "encoder_units": "320",
        "encoder_layers": "2",
        "epochs": "20",
    },
    "teacher-2": {
        "seed": "2",
        "units": "384",
        "encoder_units": "256",
        "encoder_layers": "2",
        "epochs": "20",
    },
    "teacher-3": {
        "seed": "3",
        "units": "384",
        "encoder_units": "256",
        "encoder_layers": "3",
        "epochs": "20",
    },
}
ALTERNATIVES = 2
STUDENTS = {
    "student": {
        "seed": "16",
        "units": "384",
        "encoder_units": "256",
        "encoder_layers": "3",
        "target_vocab_size": "4000",
        "embedding_dropout": "0.2",
        "context_dropout": "0.2",
        "output_dropout": "0.2",
        "learning_rate": "0.0015",
        "epochs": "11",
        "first_validation_epoch": "1",
    },
    "edge-student": {
        "seed": "15",
        "embedding_dim": "160",
        "units": "224",
        "encoder_units": "96",
        "encoder_layers": "3",
        "attention_units": "128",
        "target_vocab_size": "3000",
        "embedding_dropout": "0.1",
        "context_dropout": "0.1",
        "output_dropout": "0.1",
        # A small model learns more with larger steps, and has less to forget.
        "learning_rate": "0.002",
        "epochs": "15",
        "first_validation_epoch": "1",
    },
}


class Corpus:
    """Where the splits are, and how they are scored."""

    def __init__(self, data: Path, suffix: str) -> None:
        self._data = data
        self._suffix = suffix
        # Text that is tokenized already is scored as it is.
        self.bleu_tokenizer = "none" if "tok" in suffix else "13a"

    def file(self, split: str, language: str) -> str:
        """Return one file."""
        parts = [split, self._suffix, language]
        return str(self._data / ".".join(part for part in parts if part))


def train(corpus: Corpus, path: Path, source: str, target: str, *options: str) -> str:
    """Train one run, unless it is there; return a line about it."""
    if not (path / "scores.json").exists():
        run(
            path.with_suffix(".log"),
            *("keras_s2s", "train", "--source", source, "--target", target),
            *("--valid-source", corpus.file("val", "en")),
            *("--valid-target", corpus.file("val", "de")),
            *("--source-language", "en", "--target-language", "de"),
            *("--preset", "small", "--out", str(path), "--force", *options),
        )
    scores = json.loads((path / "scores.json").read_text())
    return f"{path.name}: val BLEU {scores['val_bleu']:.2f}, greedy"


def options(*settings: dict[str, str]) -> list[str]:
    """Return settings as options; later ones replace earlier ones."""
    merged = {key: value for part in settings for key, value in part.items()}
    return [part for item in merged.items() for part in ("--set", "=".join(item))]


def distill(
    out: Path, corpus: Corpus, teachers: list[str], threads: int
) -> tuple[str, str]:
    """Write a mixture, unless it is there; return its two files."""
    source, target = (out / f"mixture.{language}" for language in ("en", "de"))
    if not target.exists():
        log = run(
            out / "mixture.log",
            *("keras_s2s", "distill", *(str(out / teacher) for teacher in teachers)),
            *("--source", corpus.file("train", "en")),
            *("--target", corpus.file("train", "de")),
            *("--out-source", str(source), "--out-target", str(target)),
            *("--alternatives", str(ALTERNATIVES), "--threads", str(threads)),
        )
        print(log, end="", flush=True)
    return str(source), str(target)


def report(corpus: Corpus, run_path: Path, bundle: Path) -> None:
    """Export a student and print what its bundle has on the test set."""
    print(f"{run_path.name}:", flush=True)
    run(
        bundle.with_suffix(".export.log"),
        *("export", str(run_path), str(bundle), "--force"),
        *("--beam-size", "5", "--length-penalty", "1"),
    )
    for beam_size in (1, 5):
        print(
            run(
                bundle.with_suffix(".evaluate.log"),
                *("keras_s2s", "evaluate", str(bundle)),
                *("--source", corpus.file("test_2016_flickr", "en")),
                *("--reference", corpus.file("test_2016_flickr", "de")),
                *("--bleu-tokenizer", corpus.bleu_tokenizer),
                *("--beam-size", str(beam_size)),
            ),
            end="",
            flush=True,
        )


def main() -> None:
    """Train, distil, train, export, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--suffix", default="", help="lc.norm.tok, or none: raw text")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--jobs", type=int, default=2)
    for kind, known in (("teachers", TEACHERS), ("students", STUDENTS)):
        parser.add_argument(
            f"--{kind}", nargs="+", choices=known, default=list(known), metavar="NAME"
        )
    arguments = parser.parse_args()
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(arguments.data, arguments.suffix)
    recipe = RECIPE | {"bleu_tokenizer": corpus.bleu_tokenizer}

    def train_all(names: list[str], source: str, target: str) -> None:
        def train_one(name: str) -> str:
            settings = options(recipe, (TEACHERS | STUDENTS)[name])
            return train(corpus, out / name, source, target, *settings)

        with ThreadPoolExecutor(arguments.jobs) as pool:
            for line in pool.map(train_one, names):
                print(line, flush=True)

    # The same text makes the same tokenizers, which an ensemble needs.
    train_all(
        arguments.teachers, corpus.file("train", "en"), corpus.file("train", "de")
    )
    # A training keeps two cores busy.
    mixture = distill(out, corpus, arguments.teachers, 2 * arguments.jobs)
    train_all(arguments.students, *mixture)
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"processor time: {(seconds.ru_utime + seconds.ru_stime) / 60:.0f} minutes")
    for name in arguments.students:
        report(corpus, out / name, out / f"{name}-bundle")


if __name__ == "__main__":
    main()
