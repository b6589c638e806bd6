"""Training speed of our architecture in plain PyTorch; run by `training_speed.py`.

    python pytorch_attention.py SETUP.json RESULT.json

Knows nothing of keras_s2s: the environment it runs in has PyTorch alone. What can be
done once is done once: tokens are embedded and projected for all positions before the
loop, keys are projected once a sentence, the readout follows the loop, the encoder is
the fused bidirectional `nn.GRU`, Adam is the fused one, and batches are padded before
the clock runs. No accuracy, no logging.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

PAD_ID = 0
BOS_ID = 2


class AttentionModel(nn.Module):
    """Bidirectional GRU encoder, GRU decoder with additive attention."""

    def __init__(
        self,
        source_vocab_size: int,
        target_vocab_size: int,
        embedding_dim: int,
        encoder_units: int,
        units: int,
        dropout: float,
    ) -> None:
        super().__init__()
        value_dim = 2 * encoder_units
        self.source_embedding = nn.Embedding(source_vocab_size, embedding_dim)
        self.target_embedding = nn.Embedding(target_vocab_size, embedding_dim)
        self.dropout = nn.Dropout(dropout)
        self.encoder = nn.GRU(
            embedding_dim, encoder_units, bidirectional=True, batch_first=True
        )
        self.bridge = nn.Linear(value_dim, units)
        self.key_projection = nn.Linear(value_dim, units, bias=False)
        self.query_projection = nn.Linear(units, units, bias=False)
        self.energy = nn.Linear(units, 1, bias=False)
        self.token_projection = nn.Linear(embedding_dim, 3 * units)
        self.context_projection = nn.Linear(value_dim, 3 * units, bias=False)
        self.recurrent_projection = nn.Linear(units, 3 * units)
        self.hidden = nn.Linear(units + value_dim + embedding_dim, embedding_dim)
        self.output = nn.Linear(embedding_dim, target_vocab_size)

    def forward(
        self, source_ids: Tensor, source_lengths: Tensor, target_input_ids: Tensor
    ) -> Tensor:
        """Return logits `(batch, target_length, vocab_size)`."""
        packed = pack_padded_sequence(
            self.dropout(self.source_embedding(source_ids)),
            source_lengths,
            batch_first=True,
            enforce_sorted=False,
        )
        outputs, final_states = self.encoder(packed)
        values, _ = pad_packed_sequence(outputs, batch_first=True)
        keys = self.key_projection(values)
        floor = (source_ids == PAD_ID).float() * -1e9
        state = torch.tanh(self.bridge(torch.cat([*final_states], -1)))
        embedded = self.dropout(self.target_embedding(target_input_ids))
        states, contexts = [], []
        for token_gates in self.token_projection(embedded).unbind(1):
            query = self.query_projection(state).unsqueeze(1)
            scores = self.energy(torch.tanh(query + keys)).squeeze(-1) + floor
            alignment = torch.softmax(scores, -1)
            context = torch.bmm(alignment.unsqueeze(1), values).squeeze(1)
            state = gru_step(
                token_gates + self.context_projection(context),
                self.recurrent_projection(state),
                state,
            )
            states.append(state)
            contexts.append(context)
        features = [torch.stack(states, 1), torch.stack(contexts, 1), embedded]
        hidden = torch.tanh(self.hidden(torch.cat(features, -1)))
        return self.output(self.dropout(hidden))


def gru_step(inputs: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
    """Return the next state from both projections; the gates are those of `nn.GRU`."""
    input_gates, input_candidate = inputs.split([2 * state.size(1), state.size(1)], 1)
    state_gates, state_candidate = recurrent.split(
        [2 * state.size(1), state.size(1)], 1
    )
    reset, update = torch.sigmoid(input_gates + state_gates).chunk(2, 1)
    candidate = torch.tanh(torch.addcmul(input_candidate, reset, state_candidate))
    return torch.lerp(candidate, state, update)


def tensors(batch: dict[str, Any]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return source ids, their lengths, target input ids and target output ids."""
    sources = [torch.tensor(row) for row in batch["sources"]]
    targets = [torch.tensor(row) for row in batch["targets"]]
    target_inputs = [torch.cat([torch.tensor([BOS_ID]), row[:-1]]) for row in targets]
    padded = (
        nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=PAD_ID)
        for rows in (sources, target_inputs, targets)
    )
    source_ids, target_input_ids, target_output_ids = padded
    lengths = torch.tensor([len(row) for row in sources])
    return source_ids, lengths, target_input_ids, target_output_ids


def main() -> None:
    """Train on the warm-up batches, then on the timed ones with the clock running."""
    setup = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(setup["threads"])
    torch.manual_seed(1)
    model = AttentionModel(
        setup["source_vocab_size"],
        setup["target_vocab_size"],
        setup["embedding_dim"],
        setup["encoder_units"],
        setup["units"],
        setup["dropout"],
    )
    optimizer = torch.optim.Adam(
        model.parameters(), lr=setup["learning_rate"], fused=True
    )

    def train(batches: list[Any]) -> None:
        for source_ids, lengths, target_input_ids, target_output_ids in batches:
            optimizer.zero_grad()
            logits = model(source_ids, lengths, target_input_ids)
            loss = functional.cross_entropy(
                logits.flatten(0, 1),
                target_output_ids.flatten(),
                ignore_index=PAD_ID,
                label_smoothing=setup["label_smoothing"],
            )
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), setup["gradient_norm"])
            optimizer.step()

    timed = [tensors(batch) for batch in setup["timed"]]
    train([tensors(batch) for batch in setup["warm_up"]])
    start, cpu_start = time.perf_counter(), time.process_time()
    train(timed)
    end, cpu_end = time.perf_counter(), time.process_time()
    result = {
        "seconds": end - start,
        "cpu_seconds": cpu_end - cpu_start,
        "tokens": sum(int((batch[3] != PAD_ID).sum()) for batch in timed),
        "parameters": sum(weight.numel() for weight in model.parameters()),
    }
    Path(sys.argv[2]).write_text(json.dumps(result))


if __name__ == "__main__":
    main()
