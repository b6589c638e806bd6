"""An embedding look-up without Keras' handling of negative ids."""

from typing import Any

import keras
import tensorflow as tf

from keras_s2s.model.embedding import Embedding


class PlainEmbedding(keras.layers.Layer):
    """Placeholder of an `Embedding` whose ids are all in the vocabulary.

    `keras.layers.Embedding` counts negative ids from the end, which costs a graph ten
    operators; token ids are never negative.

    Args:
        embedding: The layer that it replaces.

    Call arguments:
        inputs: Token ids of any shape, or features where `reverse` is set.
        reverse: Whether to score every token instead; see `Embedding`.

    Output:
        Embedded tokens, shape `(*inputs.shape, embedding_dim)`, or scores.
    """

    def __init__(self, embedding: Embedding) -> None:
        super().__init__(name=embedding.name)
        self.embedding = embedding
        self.built = True

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        """Look the tokens up, or score them."""
        if reverse:
            return self.embedding(inputs, reverse=True)
        return tf.gather(tf.convert_to_tensor(self.embedding.embeddings), inputs)

    def compute_output_spec(self, inputs: Any, reverse: bool = False) -> Any:
        """Return the shape of the embedded tokens, or of the scores."""
        return self.embedding.compute_output_spec(inputs, reverse=reverse)
