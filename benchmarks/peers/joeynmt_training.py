"""Training speed of JoeyNMT on given batches; run by `training_speed.py`.

    python joeynmt_training.py SETUP.json RESULT.json

Runs JoeyNMT's own `train` with a recurrent model of the given sizes. Only the sampler
is ours: it hands out the row numbers of the given batches, and since JoeyNMT asks for
the next batch when a step is finished, it is also the clock. Ids are written out as
words, one to one, which JoeyNMT turns back into ids.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from joeynmt import training
from joeynmt.datasets import BaseDataset
from torch.utils.data import DataLoader

# Ids 0 to 3 as JoeyNMT writes them.
SPECIALS = ("<pad>", "<unk>", "<s>", "</s>")


class GivenBatches:
    """The batches in their order, and when the first timed one was asked for.

    Args:
        sizes: Rows of each batch.
        warm_up: Batches before the clock starts.
    """

    def __init__(self, sizes: Sequence[int], warm_up: int) -> None:
        self._sizes = sizes
        self._warm_up = warm_up
        self.start = self.end = (0.0, 0.0)

    def __iter__(self) -> Iterator[list[int]]:
        """Yield row numbers."""
        row = 0
        for number, size in enumerate(self._sizes):
            if number == self._warm_up:
                self.start = time.perf_counter(), time.process_time()
            yield list(range(row, row + size))
            row += size
        self.end = time.perf_counter(), time.process_time()

    def __len__(self) -> int:
        """Return the number of batches."""
        return len(self._sizes)

    def set_seed(self, seed: int) -> None:
        """Ignore the seed: the order is given."""

    def get_state(self) -> torch.Tensor:
        """Return an empty state for JoeyNMT's checkpoint."""
        return torch.empty(0)


def word(token_id: int) -> str:
    """Return an id as a word."""
    return SPECIALS[token_id] if token_id < len(SPECIALS) else f"t{token_id}"


def write_corpus(folder: Path, batches: Sequence[dict[str, Any]]) -> None:
    """Write the rows of all batches; JoeyNMT adds eos to both sides itself."""
    for side, key in (("source", "sources"), ("target", "targets")):
        lines = (
            " ".join(map(word, row[:-1])) for batch in batches for row in batch[key]
        )
        (folder / f"train.{side}").write_text("\n".join(lines) + "\n")


def configuration(setup: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Return a configuration of JoeyNMT."""

    def side(name: str) -> dict[str, Any]:
        file = folder / f"vocabulary.{name}"
        size = setup[f"{name}_vocab_size"]
        file.write_text("\n".join(map(word, range(len(SPECIALS), size))) + "\n")
        return {
            "lang": name,
            "level": "word",
            "lowercase": False,
            "normalize": False,
            "max_length": -1,
            "voc_file": str(file),
            "tokenizer_cfg": {"pretokenizer": "none"},
        }

    embeddings = {
        "embedding_dim": setup["embedding_dim"],
        "scale": False,
        "dropout": setup["dropout"],
    }
    return {
        "name": "training_speed",
        "model_dir": str(folder / "model"),
        "use_cuda": False,
        "fp16": False,
        "random_seed": 1,
        "data": {
            "train": str(folder / "train"),
            "dev": str(folder / "train"),
            "dataset_type": "plain",
            "src": side("source"),
            "trg": side("target"),
        },
        "testing": {"beam_size": 1, "eval_metrics": ["bleu"]},
        "training": {
            "optimizer": "adam",
            "learning_rate": setup["learning_rate"],
            "learning_rate_min": 0.0,
            "weight_decay": 0.0,
            "clip_grad_norm": setup["gradient_norm"],
            # Given batches replace these, but JoeyNMT wants values.
            "batch_size": 1,
            "batch_type": "sentence",
            "label_smoothing": setup["label_smoothing"],
            "loss": "crossentropy",
            "normalization": "tokens",
            "scheduling": "exponential",
            "decrease_factor": 0.99,
            "early_stopping_metric": "bleu",
            "epochs": 1,
            "validation_freq": 10**9,
            "logging_freq": 100,
            "overwrite": True,
            "shuffle": False,
        },
        "model": {
            "initializer": "xavier_uniform",
            "embed_initializer": "normal",
            "embed_init_weight": 0.1,
            "tied_embeddings": False,
            "tied_softmax": False,
            "encoder": {
                "type": "recurrent",
                "rnn_type": "gru",
                "embeddings": embeddings,
                "hidden_size": setup["encoder_units"],
                "bidirectional": True,
                "num_layers": 1,
            },
            "decoder": {
                "type": "recurrent",
                "rnn_type": "gru",
                "embeddings": embeddings,
                "hidden_size": setup["units"],
                "hidden_dropout": setup["dropout"],
                "num_layers": 1,
                "input_feeding": True,
                "init_hidden": "bridge",
                "attention": "bahdanau",
            },
        },
    }


def main() -> None:
    """Train on the warm-up batches, then on the timed ones with the clock running."""
    setup = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(setup["threads"])
    batches = [*setup["warm_up"], *setup["timed"]]
    sampler = GivenBatches(
        [len(batch["sources"]) for batch in batches], len(setup["warm_up"])
    )

    def make_iter(
        dataset: BaseDataset, *, pad_index: int, eos_index: int, **_: Any
    ) -> DataLoader:
        collate = partial(dataset.collate_fn, eos_index=eos_index, pad_index=pad_index)
        return DataLoader(dataset, batch_sampler=sampler, collate_fn=collate)

    managers = []

    class Manager(training.TrainManager):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            managers.append(self)

    BaseDataset.make_iter = make_iter
    training.TrainManager = Manager
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        write_corpus(folder, batches)
        (folder / "model").mkdir()
        training.train(
            rank=0, world_size=None, cfg=configuration(setup, folder), skip_test=True
        )
    (manager,) = managers
    warm_up = sum(len(row) for batch in setup["warm_up"] for row in batch["targets"])
    result = {
        "seconds": sampler.end[0] - sampler.start[0],
        "cpu_seconds": sampler.end[1] - sampler.start[1],
        # What JoeyNMT counted itself shows that it trained on the same tokens.
        "tokens": int(manager.stats.total_tokens) - warm_up,
        "parameters": sum(weight.numel() for weight in manager.model.parameters()),
    }
    Path(sys.argv[2]).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
