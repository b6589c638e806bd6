"""An embedding look-up without Keras's care for negative ids."""

from typing import Any

import keras
import tensorflow as tf


class PlainEmbedding(keras.layers.Layer):
    """Stands for an `Embedding` whose ids are known to be in the vocabulary.

    `keras.layers.Embedding` counts negative ids from the end, which costs a graph ten
    operators; token ids are never negative.

    Args:
        embedding: The layer to stand for.

    Call arguments:
        token_ids: Any shape.

    Output:
        Embedded tokens, shape `(*token_ids.shape, embedding_dim)`.
    """

    def __init__(self, embedding: keras.layers.Embedding) -> None:
        super().__init__(name=embedding.name)
        self.embedding = embedding
        self.built = True

    def call(self, token_ids: Any) -> Any:
        """Look the tokens up."""
        return tf.gather(tf.convert_to_tensor(self.embedding.embeddings), token_ids)

    def compute_output_shape(self, token_ids_shape: Any) -> tuple[Any, ...]:
        """Return the shape of the embedded tokens."""
        return *token_ids_shape, self.embedding.output_dim
