"""JoeyNMT trained for given minutes, and what it translates; run by `same_time.py`.

    python joeynmt_quality.py SETUP.json OUT

JoeyNMT's own `train`, models and search. The text is cut into pieces beforehand, which
JoeyNMT takes as words. Only when to stop is ours: weights are kept at some moments
before the end of each limit, and those with the best validation BLEU count for it. The
clock starts with the first batch, and validation comes after it has stopped. Weights
are written to `OUT/kept`; where those of the last moment are there already, nothing is
trained. `OUT` gets `MINUTES.json` with the translations of the test text for each
limit.
"""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import sacrebleu
import sentencepiece
import torch
from joeynmt import training
from joeynmt.batch import Batch
from joeynmt.datasets import BaseDataset
from joeynmt.prediction import predict

Weights = Mapping[str, torch.Tensor]

KEPT_AT = 0.8, 0.9, 1.0
"""Shares of a limit at which weights are kept."""
SPECIALS = {"unk": "<unk>", "pad": "<pad>", "bos": "<s>", "eos": "</s>"}
MAX_TOKENS = 100
LONGEST = -1
"""JoeyNMT's own rule: 1.5 times the longest source of a batch."""

BEAM_SIZE = 5


class Pieces:
    """Text of one language as pieces between blanks, and back.

    Args:
        model: The SentencePiece model.
    """

    def __init__(self, model: str) -> None:
        self.processor = sentencepiece.SentencePieceProcessor(model)

    def cut(self, lines: Sequence[str]) -> list[str]:
        """Return each line's pieces, joined by blanks."""
        return [
            " ".join(pieces) for pieces in self.processor.encode(lines, out_type=str)
        ]

    def join(self, line: str) -> str:
        """Return the text of pieces."""
        text: str = self.processor.decode_pieces(line.split(" "))
        return text

    def write_vocabulary(self, path: Path) -> None:
        """Write the pieces, one a line."""
        pieces = map(self.processor.id_to_piece, range(len(self.processor)))
        kept = [piece for piece in pieces if piece not in SPECIALS.values()]
        path.write_text("\n".join([*SPECIALS.values(), *kept]) + "\n")


class ClockedTraining(training.TrainManager):  # type: ignore[misc]
    """JoeyNMT's training, ended by a clock.

    Attributes:
        moments: Seconds at which weights are kept, ascending; the last ends it.
        folder: Where they are kept.
        made: The trainings so far: JoeyNMT's `train` makes one and keeps it to itself.
    """

    moments: ClassVar[Sequence[float]] = ()
    folder: ClassVar[Path]
    made: ClassVar[list["ClockedTraining"]] = []

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.made.append(self)
        self._kept = 0
        self._start = 0.0
        self._valid_data: BaseDataset | None = None

    def train_and_validate(
        self, train_data: BaseDataset, valid_data: BaseDataset
    ) -> None:
        """Train until the last moment, unless an earlier call has."""
        self._valid_data = valid_data
        if not self.file(self.moments[-1]).exists():
            super().train_and_validate(train_data, valid_data)

    @classmethod
    def file(cls, moment: float) -> Path:
        """Return where the weights of a moment are."""
        return cls.folder / f"{moment:g}.pt"

    def _train_step(self, batch: Batch) -> tuple[float, int]:
        self._start = self._start or time.perf_counter()
        seconds = time.perf_counter() - self._start
        for moment in self.moments[self._kept :]:
            if seconds >= moment:
                kept = {"updates": self.stats.steps, "weights": self.model.state_dict()}
                torch.save(kept, self.file(moment))
                self._kept += 1
        if self._kept == len(self.moments):
            # JoeyNMT ends a training in an orderly way on this.
            raise KeyboardInterrupt
        result: tuple[float, int] = super()._train_step(batch)
        return result

    def translate(self, weights: Weights, beam_size: int) -> list[str]:
        """Return translations of the data that training would validate on."""
        self.model.load_state_dict(weights)
        arguments = self.dev_cfg._replace(
            beam_size=beam_size,
            beam_alpha=1.0,
            max_output_length=LONGEST,
            generate_unk=False,
            batch_size=64,
            batch_type="sentence",
        )
        found = predict(
            model=self.model,
            data=self._valid_data,
            device=self.device,
            n_gpu=0,
            args=arguments,
            autocast=self.autocast,
        )
        hypotheses: list[str] = found[2]
        return hypotheses


def read_lines(path: str) -> list[str]:
    """Return the lines of a file."""
    return Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")


def write_text(setup: dict[str, Any], folder: Path) -> dict[str, Pieces]:
    """Write all text as pieces; return the tokenizers.

    Validation and test text become one, so that JoeyNMT reads both in one way.
    """
    tokenizers = {side: Pieces(setup[f"{side}_tokenizer"]) for side in ("src", "trg")}
    for side, tokenizer in tokenizers.items():
        tokenizer.write_vocabulary(folder / f"vocabulary.{side}")
        for split in ("train", "dev"):
            parts = setup[split] if split == "dev" else [setup[split]]
            lines = [line for part in parts for line in read_lines(part[side])]
            (folder / f"{split}.{side}").write_text(
                "\n".join(tokenizer.cut(lines)) + "\n", encoding="utf-8"
            )
    return tokenizers


def configuration(setup: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a configuration of JoeyNMT."""

    def side(name: str) -> dict[str, Any]:
        return {
            "lang": name,
            "level": "word",
            "lowercase": False,
            "normalize": False,
            "max_length": MAX_TOKENS,
            "voc_file": str(folder / f"vocabulary.{name}"),
            "tokenizer_cfg": {"pretokenizer": "none"},
        }

    return {
        "name": "same_time",
        "model_dir": str(folder / "model"),
        "use_cuda": False,
        "fp16": False,
        "random_seed": setup["seed"],
        "data": {
            "train": str(folder / "train"),
            "dev": str(folder / "dev"),
            "dataset_type": "plain",
            "src": side("src"),
            "trg": side("trg"),
        },
        "testing": {"beam_size": 1, "eval_metrics": ["bleu"]},
        "training": {
            "optimizer": "adam",
            "adam_betas": [0.9, 0.98],
            "scheduling": "warmupinversesquareroot",
            "learning_rate": setup["learning_rate"],
            "learning_rate_warmup": setup["warm_up"],
            "learning_rate_min": 1e-8,
            "weight_decay": 0.0,
            "clip_grad_norm": 1.0,
            "batch_size": setup["batch_tokens"],
            "batch_type": "token",
            "label_smoothing": 0.1,
            "loss": "crossentropy",
            "normalization": "tokens",
            "early_stopping_metric": "bleu",
            "epochs": 10**6,
            "validation_freq": 10**9,
            "logging_freq": 100,
            "overwrite": True,
            "shuffle": True,
        },
        "model": setup["model"],
    }


def main() -> None:
    """Train, validate what was kept, and translate the test text with the best."""
    setup = json.loads(Path(sys.argv[1]).read_text())
    out = Path(sys.argv[2])
    torch.set_num_threads(setup["threads"])
    ClockedTraining.folder = out / "kept"
    for folder in (out / "model", ClockedTraining.folder):
        folder.mkdir(parents=True, exist_ok=True)
    tokenizers = write_text(setup, out)
    limits = {minutes: [60 * minutes * share for share in KEPT_AT]
              for minutes in setup["minutes"]}  # fmt: skip
    ClockedTraining.moments = sorted({one for some in limits.values() for one in some})
    training.TrainManager = ClockedTraining
    training.train(
        rank=0, world_size=None, cfg=configuration(setup, out), skip_test=True
    )
    (manager,) = ClockedTraining.made
    valid, _ = setup["dev"]
    references = read_lines(valid["trg"])

    def translate(weights: Weights, beam_size: int) -> list[str]:
        written = manager.translate(weights, beam_size)
        return [tokenizers["trg"].join(line) for line in written]

    kept = {
        moment: torch.load(manager.file(moment)) for moment in ClockedTraining.moments
    }
    greedy = {moment: translate(one["weights"], 1) for moment, one in kept.items()}
    bleu = {
        moment: sacrebleu.corpus_bleu(
            lines[: len(references)], [references], tokenize=setup["bleu_tokenizer"]
        ).score
        for moment, lines in greedy.items()
    }
    for minutes, moments in limits.items():
        best = max(moments, key=bleu.__getitem__)
        beam = translate(kept[best]["weights"], BEAM_SIZE)
        result = {
            "val_bleu": bleu[best],
            "minutes": best / 60,
            "updates": kept[best]["updates"],
            "parameters": sum(one.numel() for one in manager.model.parameters()),
            "greedy": greedy[best][len(references) :],
            "beam": beam[len(references) :],
        }
        (out / f"{minutes}.json").write_text(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
