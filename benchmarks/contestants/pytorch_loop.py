"""A run's weights in a plain PyTorch model with a plain decoding loop."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import sentencepiece
import torch
from torch import nn

from contestants.serving import Reply, Request, serve

PAD_ID, BOS_ID, EOS_ID = 0, 2, 3


class PlainTranslator(nn.Module):
    """GRU encoder, additive attention, GRU decoder, as PyTorch's own layers.

    Args:
        weights: Keras's variables by path.
        config: The architecture: `ModelConfig` as JSON.
    """

    def __init__(self, weights: dict[str, Any], config: dict[str, Any]) -> None:
        super().__init__()
        self._weights = {name: torch.tensor(value) for name, value in weights.items()}
        tied_to_all = config["tied_embeddings"] == "all"
        units, embedding_dim = config["units"], config["embedding_dim"]
        encoder_units = config["encoder_units"]
        target = self._of("target_embedding/embeddings")
        source = target if tied_to_all else self._of("source_embedding/embeddings")
        self.source_embedding = nn.Embedding.from_pretrained(source)
        self.target_embedding = nn.Embedding.from_pretrained(target)
        value_dim = encoder_units * (2 if config["bidirectional"] else 1)
        # A layer at a time: from the second on, each adds its input.
        self.encoder = nn.ModuleList(
            nn.GRU(
                value_dim if layer else embedding_dim,
                encoder_units,
                batch_first=True,
                bidirectional=config["bidirectional"],
            )
            for layer in range(config["encoder_layers"])
        )
        for number, layer in enumerate(self.encoder):
            self._fill_gru(f"forward_{number}", layer, "_l0")
            if config["bidirectional"]:
                self._fill_gru(f"backward_{number}", layer, "_l0_reverse")
        self.bridge = self._linear("bridge_0")
        self.key_projection = self._linear("key_projection")
        query_kernel = self._of("decoder_cell/attention/query_kernel")
        self.query_kernel = nn.Parameter(query_kernel)
        self.energy = nn.Parameter(self._of("decoder_cell/attention/energy_kernel"))
        token = self._input("token_projection")
        context = self._input("decoder_cell/context_projection")
        if config["conditional"]:
            self.query_cell = nn.GRUCell(embedding_dim, units)
            self._fill_cell(self.query_cell, token, "decoder_cell/query_cell")
            self.cell = nn.GRUCell(value_dim, units)
            self._fill_cell(self.cell, context, "decoder_cell/cell_0")
        else:
            self.query_cell = None
            self.cell = nn.GRUCell(embedding_dim + value_dim, units)
            both = torch.cat([token[0], context[0]], dim=1), token[1]
            self._fill_cell(self.cell, both, "decoder_cell/cell_0")
        self.hidden = self._linear("readout/hidden")
        output = (
            self._of("readout/kernel").T
            if config["tied_embeddings"] == "none"
            else target
        )
        self.output = nn.Linear(output.shape[1], output.shape[0])
        self.output.weight = nn.Parameter(output)
        self.output.bias = nn.Parameter(self._of("readout/bias"))
        del self._weights

    def encode(self, source_ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return values, keys, mask and the first state of a padded batch."""
        mask = source_ids != PAD_ID
        packed = nn.utils.rnn.pack_padded_sequence(
            self.source_embedding(source_ids),
            mask.sum(1),
            batch_first=True,
            enforce_sorted=False,
        )
        packed, finals = self.encoder[0](packed)
        for layer in self.encoder[1:]:
            outputs, _ = layer(packed)
            packed = packed._replace(data=packed.data + outputs.data)
        values, _ = nn.utils.rnn.pad_packed_sequence(packed, batch_first=True)
        state = torch.tanh(self.bridge(torch.cat(list(finals), dim=-1)))
        return values, self.key_projection(values), mask, state

    def step(
        self,
        token_ids: torch.Tensor,
        state: torch.Tensor,
        values: torch.Tensor,
        keys: torch.Tensor,
        mask: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return logits and the next state."""
        embedded = self.target_embedding(token_ids)
        if self.query_cell is not None:
            state = self.query_cell(embedded, state)
        query = (state @ self.query_kernel).unsqueeze(1)
        scores = (torch.tanh(query + keys) @ self.energy).squeeze(-1)
        alignment = torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)
        context = torch.bmm(alignment.unsqueeze(1), values).squeeze(1)
        inputs = (
            context
            if self.query_cell is not None
            else torch.cat([embedded, context], dim=-1)
        )
        state = self.cell(inputs, state)
        features = torch.cat([state, context, embedded], dim=-1)
        return self.output(torch.tanh(self.hidden(features))), state

    def _of(self, path: str) -> torch.Tensor:
        """Return the one variable whose path ends so."""
        found = [value for name, value in self._weights.items() if name.endswith(path)]
        if len(found) != 1:
            raise ValueError(f"{path} must name one variable. Received: {len(found)}.")
        return found[0]

    def _linear(self, path: str) -> nn.Linear:
        kernel = self._of(f"{path}/kernel")
        has_bias = any(name.endswith(f"{path}/bias") for name in self._weights)
        layer = nn.Linear(*kernel.shape, bias=has_bias)
        layer.weight = nn.Parameter(kernel.T.contiguous())
        if has_bias:
            layer.bias = nn.Parameter(self._of(f"{path}/bias"))
        return layer

    def _input(self, path: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Return an input projection in PyTorch's layout and order of gates."""
        kernel = self._of(f"{path}/kernel")
        names = [name for name in self._weights if name.endswith(f"{path}/bias")]
        bias = self._weights[names[0]] if names else torch.zeros(kernel.shape[1])
        return _gates(kernel).T.contiguous(), _gates(bias)

    def _recurrent(self, path: str) -> tuple[torch.Tensor, torch.Tensor]:
        kernel = _gates(self._of(f"{path}/recurrent_kernel"))
        return kernel.T.contiguous(), _gates(self._of(f"{path}/recurrent_bias"))

    def _fill_cell(
        self, cell: nn.GRUCell, inputs: tuple[torch.Tensor, torch.Tensor], path: str
    ) -> None:
        cell.weight_ih, cell.bias_ih = map(nn.Parameter, inputs)
        cell.weight_hh, cell.bias_hh = map(nn.Parameter, self._recurrent(path))

    def _fill_gru(self, path: str, layer: nn.GRU, suffix: str) -> None:
        inputs = self._input(f"{path}/projection")
        recurrent = self._recurrent(f"{path}/cell")
        with torch.no_grad():
            for name, value in zip(
                ("weight_ih", "bias_ih", "weight_hh", "bias_hh"),
                (*inputs, *recurrent),
                strict=True,
            ):
                getattr(layer, name + suffix).copy_(value)


class PlainContestant:
    """Text to text with greedy search, batches padded and decoded to their longest.

    Args:
        folder: Holds `weights.npz`, `config.json`, and the tokenizers `source` and
            `target`.
        max_length_factor: Of the length limit, as in `DecodingOptions`.
        max_length_constant: The same.
        max_target_length: The model's limit.
    """

    def __init__(
        self,
        folder: str,
        max_length_factor: float,
        max_length_constant: int,
        max_target_length: int,
    ) -> None:
        torch.set_num_threads(1)
        files = Path(folder)
        with np.load(files / "weights.npz") as weights:
            self._model = PlainTranslator(
                dict(weights), json.loads((files / "config.json").read_text())
            ).eval()
        self._source = sentencepiece.SentencePieceProcessor(str(files / "source"))
        self._target = sentencepiece.SentencePieceProcessor(str(files / "target"))
        self._limit = max_length_factor, max_length_constant, max_target_length

    def __call__(self, request: Request) -> Reply:
        """Translate slices of the texts, which are sorted by length."""
        token_ids = []
        for begin in range(0, len(request.texts), request.batch_size):
            texts = request.texts[begin : begin + request.batch_size]
            token_ids += self._translate(
                [[BOS_ID, *ids, EOS_ID] for ids in self._source.encode(texts)]
            )
        return Reply(
            self._target.decode(token_ids),
            [self._target.id_to_piece(ids) for ids in token_ids],
        )

    @torch.inference_mode()
    def _translate(self, sources: list[list[int]]) -> list[list[int]]:
        factor, constant, maximum = self._limit
        limits = [
            min(maximum, int(factor * len(source)) + constant) for source in sources
        ]
        rows = [torch.tensor(source) for source in sources]
        source_ids = nn.utils.rnn.pad_sequence(
            rows, batch_first=True, padding_value=PAD_ID
        )
        values, keys, mask, state = self._model.encode(source_ids)
        token_ids = torch.full((len(sources),), BOS_ID)
        finished = torch.zeros(len(sources), dtype=torch.bool)
        written = []
        for _ in range(max(limits)):
            logits, state = self._model.step(token_ids, state, values, keys, mask)
            token_ids = logits.argmax(dim=-1)
            written.append(token_ids)
            finished |= token_ids == EOS_ID
            if bool(finished.all()):
                break
        columns = torch.stack(written, dim=1).tolist()
        return [
            _until_eos(column[:limit])
            for column, limit in zip(columns, limits, strict=True)
        ]


def _gates(values: torch.Tensor) -> torch.Tensor:
    """Reorder update, reset, candidate (Keras) to reset, update, candidate."""
    update, reset, candidate = values.chunk(3, dim=-1)
    return torch.cat([reset, update, candidate], dim=-1)


def _until_eos(token_ids: list[int]) -> list[int]:
    if EOS_ID in token_ids:
        return token_ids[: token_ids.index(EOS_ID) + 1]
    return token_ids


if __name__ == "__main__":
    serve(PlainContestant)
