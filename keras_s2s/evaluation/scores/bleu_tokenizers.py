"""sacreBLEU's tokenizers that commands offer; imports nothing, for their `--help`."""

BLEU_TOKENIZERS = ("auto", "13a", "none", "zh", "char", "intl")
"""Some others of sacreBLEU need further packages."""
