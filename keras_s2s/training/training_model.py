"""The training step of `model.fit`: gradient accumulation, shards and workers."""

from typing import Any

import keras
import tensorflow as tf

from keras_s2s.config import TrainingConfig
from keras_s2s.fast.accumulation import micro_batch, shards
from keras_s2s.fast.output_loss import output_loss
from keras_s2s.model.cross_entropy import real_tokens
from keras_s2s.model.metrics import Perplexity, TokenAccuracy
from keras_s2s.model.seq2seq import Seq2Seq
from keras_s2s.training.multi_worker.workers import Workers


class TrainingModel(keras.Model):
    """A translator in training; its loss is a mean over real target tokens.

    Gradients are accumulated over the micro-batches of a large batch, one after the
    other: their tensors are smaller and less padded. Each micro-batch is split by rows
    into shards, which TensorFlow computes at the same time: the matmuls of a recurrent
    loop are too small to use several cores, several loops are not. Gradients of all
    shards, micro-batches and workers are summed before the optimizer sees them.
    Clipping by norm, Adam's moments and the averaged weights are those of one step over
    the whole batch.

    Args:
        seq2seq: The translator.
        config: The training section of the recipe.
        micro_batches: Micro-batches of a batch; see `micro_batch_count`.
        workers: The workers that train together; None for this process alone.
    """

    def __init__(
        self,
        seq2seq: Seq2Seq,
        config: TrainingConfig,
        micro_batches: int = 1,
        workers: Workers | None = None,
    ) -> None:
        translator = seq2seq.training
        super().__init__(translator.input, translator.output, name=translator.name)
        self._seq2seq = seq2seq
        self._config = config
        self.micro_batches = micro_batches
        self._workers = workers
        self.token_accuracy = TokenAccuracy()
        self.perplexity = Perplexity()

    def train_step(self, data: Any) -> dict[str, Any]:
        """Train on a batch, or on this worker's share, and return metrics of the whole.

        Args:
            data: Inputs and `target_output_ids (batch, target_length)`.
        """
        _, target_output_ids = data
        real = real_tokens(target_output_ids, "float32")
        tokens = tf.reduce_sum(real)
        if self._workers:
            tokens = self._workers.sum(tokens)
        loss, gradients = self._batch_gradients(data, tokens)
        if self._workers:
            gradients, loss = self._workers.sum((gradients, loss))
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                # Weighted by rows, as in Keras; rows of padding alone do not count.
                rows = tf.reduce_sum(tf.reduce_max(real, axis=1))
                metric.update_state(loss, sample_weight=rows)
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the metrics over all workers' batches since the last reset.

        The variables of a metric are sums and counts, which can be summed over workers.
        """
        if not self._workers:
            return {metric.name: metric.result() for metric in self.metrics}
        states = self._workers.sum(
            [
                [tf.convert_to_tensor(variable) for variable in metric.variables]
                for metric in self.metrics
            ]
        )
        return {
            metric.name: metric.stateless_result(state)
            for metric, state in zip(self.metrics, states, strict=True)
        }

    def _batch_gradients(self, batch: Any, tokens: Any) -> tuple[Any, list[Any]]:
        """Return a batch's share of the mean loss over `tokens`, and its gradients."""
        count = self.micro_batches
        if count == 1:
            return self._gradients(batch, tokens)

        def add_next(number: Any, *sums: Any) -> tuple[Any, ...]:
            own = micro_batch(batch, number, count)
            return number + 1, *self._gradients(own, tokens, *sums)

        _, loss, gradients = tf.while_loop(
            lambda number, *_: number < count,
            add_next,
            (
                tf.constant(0),
                tf.zeros(()),
                [tf.zeros(variable.shape) for variable in self.trainable_variables],
            ),
            parallel_iterations=1,
            maximum_iterations=count,
        )
        return loss, gradients

    def _gradients(self, batch: Any, tokens: Any, *sums: Any) -> tuple[Any, list[Any]]:
        """Add the loss and the gradients of a micro-batch to the sums so far."""
        found = [
            self._shard_gradients(inputs, target_output_ids, tokens)
            for inputs, target_output_ids in shards(batch, self._config.batch_parts)
        ]
        losses, gradients = zip(*([sums] if sums else []), *found, strict=True)
        return tf.add_n(losses), [
            tf.add_n(terms) for terms in zip(*gradients, strict=True)
        ]

    def _shard_gradients(
        self, inputs: Any, target_output_ids: Any, tokens: Any
    ) -> tuple[Any, list[Any]]:
        """Return a shard's share of the mean loss over `tokens`, and its gradients."""
        with tf.GradientTape() as tape:
            loss = self._loss(inputs, target_output_ids, tokens)
        gradients = tape.gradient(loss, self.trainable_variables)
        # Sparse gradients of embeddings become dense here, where shards run at once.
        return loss, [tf.convert_to_tensor(gradient) for gradient in gradients]

    def _loss(self, inputs: Any, target_output_ids: Any, tokens: Any) -> Any:
        """Return a shard's share of the mean loss over `tokens`; update the metrics."""
        config, real = self._config, real_tokens(target_output_ids, "float32")
        # Time-major, as the features are.
        target_output_ids, real = tf.transpose(target_output_ids), tf.transpose(real)
        matrix, bias, transposed = self._seq2seq.decoder_layers.output_weights
        loss, cross_entropies, hits = output_loss(
            self._seq2seq.readout_features(inputs, training=True),
            tf.convert_to_tensor(matrix),
            tf.convert_to_tensor(bias),
            target_output_ids,
            real / tokens,
            transposed=transposed,
            label_smoothing=config.label_smoothing,
            precision=self._seq2seq.implementation.matmul_precision,
        )
        self.token_accuracy.add_tokens(hits, target_output_ids)
        self.perplexity.add_tokens(cross_entropies, target_output_ids)
        return loss
