"""The places of places.txt by their Chinese form."""

from keras_s2s.phrasebook.grammar.place import Place
from keras_s2s.phrasebook.grammar.table import Row, by_name, read_table


def _place(row: Row) -> Place:
    chinese, english, preposition, measure = row.fields
    name = english.removeprefix("the ")
    return Place(chinese, name, preposition, measure, is_name=name == english)


PLACES = by_name(
    read_table(__package__, "places.txt", "Chinese | English | preposition | measure"),
    _place,
)
