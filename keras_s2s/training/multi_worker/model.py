"""A training step whose gradient is that of all workers' batches together."""

from typing import Any

import keras
import tensorflow as tf

from keras_s2s.training.loss import real_tokens
from keras_s2s.training.multi_worker.workers import Workers


class MultiWorkerModel(keras.Model):
    """A model that `fit` trains in each worker, with the same weights in all of them.

    The loss is a mean over the real target tokens of the whole batch, so each worker's
    gradient counts as much as it has real tokens. The sum is taken before the optimizer
    sees it: clipping by norm, Adam's moments and the averaged weights are those of one
    worker with the whole batch.

    Args:
        model: A functional model from inputs to logits; its layers are used as they
            are.
        workers: Who trains it.
    """

    def __init__(self, model: keras.Model, workers: Workers) -> None:
        super().__init__(model.input, model.output, name=model.name)
        self._workers = workers

    def train_step(self, data: Any) -> dict[str, Any]:
        """Train on this worker's share of a batch, and return metrics of the whole.

        Args:
            data: Inputs and `target_output_ids (batch, target_length)`.
        """
        inputs, target_output_ids = data
        real = real_tokens(target_output_ids, "float32")
        tokens = tf.reduce_sum(real)
        with tf.GradientTape() as tape:
            logits = self(inputs, training=True)
            loss_sum = tokens * self.compute_loss(
                x=inputs, y=target_output_ids, y_pred=logits
            )
        gradients = tape.gradient(loss_sum, self.trainable_variables)
        gradients, loss_sum, tokens = self._workers.sum((gradients, loss_sum, tokens))
        self.optimizer.apply(
            # Unlike the operator *, it knows the sparse gradients of embeddings.
            [tf.math.scalar_mul(1 / tokens, gradient) for gradient in gradients],
            self.trainable_variables,
        )
        for metric in self.metrics:
            if metric.name == "loss":
                # As Keras does, by rows; those that only fill up do not count.
                rows = tf.reduce_sum(tf.reduce_max(real, axis=1))
                metric.update_state(loss_sum / tokens, sample_weight=rows)
        results: dict[str, Any] = self.compute_metrics(
            inputs, target_output_ids, logits
        )
        return results

    def get_metrics_result(self) -> dict[str, Any]:
        """Return the metrics over all workers' batches since the last reset.

        What a metric keeps are sums and counts, which may be added over workers.
        """
        states = self._workers.sum(
            [
                [tf.convert_to_tensor(variable) for variable in metric.variables]
                for metric in self.metrics
            ]
        )
        results: dict[str, Any] = {}
        for metric, state in zip(self.metrics, states, strict=True):
            result = metric.stateless_result(state)
            results |= result if isinstance(result, dict) else {metric.name: result}
        return results
