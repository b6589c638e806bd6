"""The adjectives of adjectives.txt by their Chinese form."""

from keras_s2s.phrasebook.grammar.adjective import Adjective
from keras_s2s.phrasebook.grammar.table import read_table

ADJECTIVES = {
    row.fields[0]: Adjective(*row.fields)
    for row in read_table(
        __package__,
        "adjectives.txt",
        "Chinese | English | comparative | superlative",
    )
}
