"""Text to tokens and back: tokenizer, sentences, words."""
