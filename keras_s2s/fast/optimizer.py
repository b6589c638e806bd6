"""Adam with a fused kernel: one pass over a weight and its moments."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_s2s")
class FusedAdam(keras.optimizers.Adam):
    """`keras.optimizers.Adam` with one fused kernel for the update of a weight.

    Keras computes the update by a dozen operators, each a pass over weights and
    moments. With embeddings of a million weights they take as long as the layers do.
    Equations, arguments and variables are those of Keras, with two exceptions:

    - `amsgrad` is refused;
    - the momentum of averaged weights (`use_ema=True`) warms up: at step `t` it is
      `min(ema_momentum, t / (10 + t))`. So the first epochs can be validated too.

    Reference:
        [Kingma & Ba, 2015](https://arxiv.org/abs/1412.6980).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.amsgrad:
            raise ValueError(
                "`amsgrad` must be False: the fused kernel has none. "
                f"Received: {self.amsgrad!r}."
            )

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Update one weight and its moments."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )

    def _clip_gradients(self, grads: Sequence[Any]) -> list[Any]:
        if not self.global_clipnorm:
            return super()._clip_gradients(grads)  # type: ignore[no-any-return]
        # `l2_loss` squares and sums in one pass.
        norm = tf.sqrt(2 * tf.add_n([tf.nn.l2_loss(gradient) for gradient in grads]))
        scale = self.global_clipnorm / tf.maximum(norm, self.global_clipnorm)
        return [gradient * scale for gradient in grads]

    def _update_model_variables_moving_average(self, variables: Sequence[Any]) -> None:
        if not self.use_ema:
            return
        step = tf.cast(self.iterations, tf.float32)
        momentum = tf.minimum(self.ema_momentum, step / (10 + step))
        for variable, average in zip(
            variables, self._model_variables_moving_average, strict=True
        ):
            average.value.assign_sub((1 - momentum) * (average.value - variable.value))
