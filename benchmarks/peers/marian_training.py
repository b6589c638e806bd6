"""A Transformer of Marian's architecture, trained on given text; run by `pareto.py`.

    python marian_training.py SETUP.json OUT

`transformers` has the model, PyTorch the optimizer; the batches, the schedule by the
clock and averaged weights are those of our own trainings. The clock is the processor's,
so that others on the machine cost nothing. What is left of an earlier call that was
ended goes on. In OUT, `ctranslate2/` holds the best weights in int8, `scores.json` what
they have on the validation text.
"""

import copy
import json
import math
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import sacrebleu
import sentencepiece
import torch
from ctranslate2.converters.transformers import MarianMTLoader
from torch.nn import functional
from transformers import MarianConfig, MarianMTModel

UNK_ID, EOS_ID = 1, 3
LABEL_SMOOTHING = 0.1
AVERAGING = 0.998
WARM_UP = 0.04
"""Share of the time in which the learning rate rises."""
VALIDATIONS = 12
POOL = 64
"""Batches that are sorted by length together."""
MAX_TOKENS = 100
"""Of a side of a pair; a longer one is left out."""


@dataclass(frozen=True)
class Pair:
    """Token ids of a source and of its target, both with eos."""

    source: list[int]
    target: list[int]

    @property
    def length(self) -> int:
        """The longer side's tokens: what a row of a batch costs."""
        return max(len(self.source), len(self.target))


class Text:
    """Files of sentences as token ids.

    Args:
        tokenizer: SentencePiece model of both sides.
    """

    def __init__(self, tokenizer: str) -> None:
        self.processor = sentencepiece.SentencePieceProcessor(tokenizer)
        self.pieces = [
            self.processor.id_to_piece(piece)
            for piece in range(self.processor.get_piece_size())
        ]

    def ids(self, path: str) -> list[list[int]]:
        """Return the sentences of a file, each with eos."""
        lines = Path(path).read_text(encoding="utf-8").removesuffix("\n").split("\n")
        return [[*ids, EOS_ID] for ids in self.processor.encode(lines)]

    def pairs(self, source: str, target: str) -> list[Pair]:
        """Return the pairs of two files that are not too long."""
        both = zip(self.ids(source), self.ids(target), strict=True)
        pairs = [Pair(*sides) for sides in both]
        return [pair for pair in pairs if pair.length <= MAX_TOKENS]


def batches(pairs: Sequence[Pair], max_tokens: int, seed: int) -> Iterator[list[Pair]]:
    """Yield batches without an end: shuffled, within a pool of similar length."""
    draw = random.Random(seed)
    while True:
        order = draw.sample(pairs, len(pairs))
        rows = max(1, POOL * max_tokens // 16)
        for begin in range(0, len(order), rows):
            pool = sorted(order[begin : begin + rows], key=lambda pair: pair.length)
            found: list[list[Pair]] = [[]]
            for pair in pool:
                if (len(found[-1]) + 1) * pair.length > max_tokens and found[-1]:
                    found.append([])
                found[-1].append(pair)
            yield from draw.sample(found, len(found))


def padded(rows: Sequence[Sequence[int]], pad_id: int) -> torch.Tensor:
    """Return rows of ids as one matrix."""
    tensors = [torch.tensor(row) for row in rows]
    return torch.nn.utils.rnn.pad_sequence(
        tensors, batch_first=True, padding_value=pad_id
    )


def make_model(shape: dict[str, int], pad_id: int, dropout: float) -> MarianMTModel:
    """Return a model with fresh weights; its last id is the padding, as in Marian's."""
    config = MarianConfig(
        vocab_size=pad_id + 1,
        d_model=shape["width"],
        encoder_layers=shape["encoder_layers"],
        decoder_layers=shape["decoder_layers"],
        encoder_attention_heads=shape["heads"],
        decoder_attention_heads=shape["heads"],
        encoder_ffn_dim=shape["feed_forward"],
        decoder_ffn_dim=shape["feed_forward"],
        activation_function="relu",
        dropout=dropout,
        scale_embedding=True,
        max_position_embeddings=256,
        init_std=shape["width"] ** -0.5,
        pad_token_id=pad_id,
        eos_token_id=EOS_ID,
        bos_token_id=None,
        decoder_start_token_id=pad_id,
        forced_eos_token_id=None,
    )
    return MarianMTModel(config)


class Training:
    """A training that can be ended and goes on.

    Args:
        setup: Files, shape and numbers, see `pareto.py`.
        out: Where its state and its results stand.
    """

    def __init__(self, setup: dict[str, Any], out: Path) -> None:
        torch.manual_seed(setup["seed"])
        torch.set_num_threads(1)
        self._setup = setup
        self._out = out
        self._text = Text(setup["tokenizer"])
        self._pad_id = len(self._text.pieces)
        self._model = make_model(setup["shape"], self._pad_id, setup["dropout"])
        self._averaged = copy.deepcopy(self._model).eval()
        self._optimizer = torch.optim.Adam(
            self._model.parameters(), betas=(0.9, 0.98), eps=1e-9
        )
        self._seconds = 0.0
        self._steps = 0
        self._scores: list[float] = []
        self._bfloat16 = False

    def run(self) -> dict[str, float]:
        """Train to the end of the time; return what the best weights have."""
        self._read_state()
        limit = 60 * self._setup["minutes"]
        pairs = self._text.pairs(self._setup["source"], self._setup["target"])
        seed = self._setup["seed"] + self._steps
        stream = batches(pairs, self._setup["batch_tokens"], seed)
        if not self._steps:
            self._bfloat16 = self._is_faster_in_bfloat16(next(stream))
        before, start = self._seconds, time.process_time()
        while self._seconds < limit:
            self._step(next(stream), self._learning_rate(self._seconds / limit))
            self._seconds = before + time.process_time() - start
            due = (len(self._scores) + 1) * limit / VALIDATIONS
            if self._seconds >= min(due, limit):
                self._validate()
                # Validation counts: it is part of what a training takes.
                self._seconds = before + time.process_time() - start
                self._write_state()
        parameters = sum(weight.numel() for weight in self._model.parameters())
        return {"val_bleu": max(self._scores), "parameters": parameters}

    def _learning_rate(self, passed: float) -> float:
        peak: float = self._setup["learning_rate"]
        if passed < WARM_UP:
            return peak * passed / WARM_UP
        return peak * 0.5 * (1 + math.cos(math.pi * (passed - WARM_UP) / (1 - WARM_UP)))

    def _step(self, batch: Sequence[Pair], learning_rate: float) -> None:
        self._steps += 1
        for group in self._optimizer.param_groups:
            group["lr"] = learning_rate
        self._loss(batch).backward()
        torch.nn.utils.clip_grad_norm_(self._model.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        # The mean of the first steps; their own weights count little later.
        kept = min(AVERAGING, self._steps / (self._steps + 10))
        with torch.no_grad():
            averaged = list(self._averaged.parameters())
            current = list(self._model.parameters())
            torch._foreach_mul_(averaged, kept)
            torch._foreach_add_(averaged, current, alpha=1 - kept)

    def _loss(self, batch: Sequence[Pair]) -> torch.Tensor:
        self._model.train()
        source = padded([pair.source for pair in batch], self._pad_id)
        target = padded([pair.target for pair in batch], self._pad_id)
        first = torch.full((len(batch), 1), self._pad_id)
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bfloat16):
            logits = self._model(
                input_ids=source,
                attention_mask=(source != self._pad_id).long(),
                decoder_input_ids=torch.cat([first, target[:, :-1]], dim=1),
                use_cache=False,
            ).logits
        # The padding, which is the last id, is never written.
        return functional.cross_entropy(
            logits[..., : self._pad_id].float().flatten(0, 1),
            target.flatten(),
            ignore_index=self._pad_id,
            label_smoothing=LABEL_SMOOTHING,
        )

    def _is_faster_in_bfloat16(self, batch: Sequence[Pair]) -> bool:
        taken = {}
        for self._bfloat16 in (True, False, True, False):
            start = time.process_time()
            for _ in range(3):
                self._loss(batch).backward()
            taken[self._bfloat16] = time.process_time() - start
        self._optimizer.zero_grad()
        return taken[True] < taken[False]

    def _validate(self) -> None:
        """Score what would be shipped; keep it if it is the best so far."""
        folder = self._out / "ctranslate2.new"
        folder.mkdir(exist_ok=True)
        self._convert(folder)
        translator = ctranslate2.Translator(
            str(folder), compute_type="int8", inter_threads=1, intra_threads=1
        )
        pieces = self._text.pieces
        results = translator.translate_batch(
            [
                [pieces[piece] for piece in ids]
                for ids in self._text.ids(self._setup["valid_source"])
            ],
            beam_size=1,
            max_batch_size=64,
            max_decoding_length=MAX_TOKENS,
        )
        written = self._text.processor.decode(
            [result.hypotheses[0] for result in results]
        )
        references = Path(self._setup["valid_target"]).read_text(encoding="utf-8")
        bleu = sacrebleu.corpus_bleu(
            written,
            [references.removesuffix("\n").split("\n")],
            tokenize=self._setup["bleu_tokenizer"],
            force=True,  # it may well be tokenized
        )
        self._scores.append(bleu.score)
        minutes = self._seconds / 60
        print(f"{minutes:.1f} minutes, validation BLEU {bleu.score:.2f}", flush=True)
        if bleu.score == max(self._scores):
            best = self._out / "ctranslate2"
            shutil.rmtree(best, ignore_errors=True)
            folder.replace(best)

    def _convert(self, folder: Path) -> None:
        spec = MarianMTLoader().get_model_spec(self._averaged)
        pieces = self._text.pieces
        spec.register_source_vocabulary(pieces)
        spec.register_target_vocabulary(pieces)
        spec.config.eos_token = pieces[EOS_ID]
        spec.config.bos_token = pieces[EOS_ID]
        spec.config.unk_token = pieces[UNK_ID]
        # Any: Marian's decoder starts from an embedding of zeros.
        spec.config.decoder_start_token = pieces[EOS_ID]
        spec.validate()
        spec.optimize(quantization="int8")
        spec.save(str(folder))

    def _write_state(self) -> None:
        state = {
            "model": self._model.state_dict(),
            "averaged": self._averaged.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "numbers": (self._seconds, self._steps, self._scores, self._bfloat16),
        }
        partial = self._out / "state.partial"
        torch.save(state, partial)
        partial.replace(self._out / "state.pt")

    def _read_state(self) -> None:
        file = self._out / "state.pt"
        if file.exists():
            state = torch.load(file)
            self._model.load_state_dict(state["model"])
            self._averaged.load_state_dict(state["averaged"])
            self._optimizer.load_state_dict(state["optimizer"])
            self._seconds, self._steps, self._scores, self._bfloat16 = state["numbers"]


def main() -> None:
    """Train, and say that it is finished."""
    out = Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    scores = Training(json.loads(Path(sys.argv[1]).read_text()), out).run()
    (out / "scores.json").write_text(json.dumps(scores))


if __name__ == "__main__":
    main()
