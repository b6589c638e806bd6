"""The adjectives of adjectives.txt by their Chinese form."""

from keras_s2s.phrasebook.grammar.adjective import Adjective
from keras_s2s.phrasebook.grammar.table import by_name, read_table

ADJECTIVES = by_name(
    read_table(
        __package__, "adjectives.txt", "Chinese | English | comparative | superlative"
    ),
    lambda row: Adjective(*row.fields),
)
