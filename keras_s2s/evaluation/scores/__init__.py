"""BLEU and chrF, by length and with intervals."""
