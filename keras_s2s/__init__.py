"""Small recurrent translators trained with Keras."""
