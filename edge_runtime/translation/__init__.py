"""Text in, translation out: tokenizer, model and search together."""
