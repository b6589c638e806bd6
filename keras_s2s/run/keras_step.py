"""A Keras translator as what `edge_runtime.search.greedy_search` asks of a model."""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from edge_runtime import contract
from edge_runtime.search.greedy_search import DecoderStates
from keras_s2s.model.seq2seq import Seq2Seq


class KerasEncoder:
    """The encoder model as a function from source ids to decoder states.

    Args:
        seq2seq: The models; later changes of their weights are seen.
    """

    def __init__(self, seq2seq: Seq2Seq) -> None:
        encoder = seq2seq.encoder
        self._encode = tf.function(
            lambda source_ids: encoder(source_ids, training=False),
            input_signature=[tf.TensorSpec((None, None), tf.int32)],
        )

    def __call__(self, source_ids: npt.NDArray[np.integer[Any]]) -> DecoderStates:
        """Return what a decoder starts from.

        Args:
            source_ids: Shape `(batch, source_length)`, right-padded with the pad id.
        """
        outputs = self._encode(tf.constant(source_ids, tf.int32))
        return {name: np.asarray(tensor) for name, tensor in outputs.items()}


class KerasDecoderStep:
    """The decoder step model as search's `DecoderStep`.

    Args:
        seq2seq: The models; later changes of their weights are seen.
    """

    def __init__(self, seq2seq: Seq2Seq) -> None:
        step = seq2seq.decoder_step
        signature = {
            tensor.name: tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name)
            for tensor in step.inputs
        }
        self._inputs = [name for name in signature if name != contract.TOKEN_IDS]
        self._passed_through = [
            name for name in self._inputs if name in contract.ATTENTION_TENSORS
        ]
        self._step = tf.function(
            lambda inputs: step(inputs, training=False), input_signature=[signature]
        )

    def __call__(
        self, token_ids: npt.NDArray[np.int32], states: DecoderStates
    ) -> tuple[npt.NDArray[np.float32], DecoderStates]:
        """Return log-probs `(batch, vocab_size)` and the next states."""
        inputs = {name: tf.constant(states[name]) for name in self._inputs}
        inputs[contract.TOKEN_IDS] = tf.constant(token_ids, tf.int32)
        outputs = {k: np.asarray(v) for k, v in self._step(inputs).items()}
        log_probs = outputs.pop(contract.LOG_PROBS)
        next_states = {name: states[name] for name in self._passed_through}
        for name, value in outputs.items():
            next_states[_fed_back_as(name)] = value
        return log_probs, next_states


def _fed_back_as(name: str) -> str:
    """Return the name under which the next step reads a step's output."""
    if name.startswith(contract.NEXT_DECODER_STATE_PREFIX):
        index = int(name.removeprefix(contract.NEXT_DECODER_STATE_PREFIX))
        return contract.decoder_state(index)
    return name
