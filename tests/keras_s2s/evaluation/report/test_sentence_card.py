import json

import numpy as np

from edge_runtime.translation.translation import Translation
from keras_s2s.evaluation.report.html import to_html
from keras_s2s.evaluation.report.sentence_card import alignment_matrix, sentence_card

WEIGHTS = np.array(
    [[0.0, 0.9, 0.1, 0.0], [0.1, 0.2, 0.7, 0.0], [0, 0, 0.25, 0.75]], dtype=np.float32
)
TRANSLATION = Translation(
    source="你好 <b>",
    text="hello & bye",
    source_tokens=("<s>", "▁你好", "▁<b>", "</s>"),
    tokens=("▁hello", "▁&▁bye", "</s>"),
    alignments=(WEIGHTS,),
    source_spans=((0, 0), (0, 2), (2, 6), (6, 6)),
    spans=((0, 5), (5, 11), (11, 11)),
)


def text_of(node, name):
    (line,) = [p for p in node.iter("p") if p.get("class") == f"line {name}"]
    return "".join(line.find("span").itertext())


def test_the_texts_stand_there_as_they_are():
    card = sentence_card(TRANSLATION, "a reference", 50.0, line=7)
    assert text_of(card, "source") == "<s>你好 <b></s>"
    assert text_of(card, "translation") == "hello & bye</s>"
    assert text_of(card, "reference") == "a reference"
    assert "line 7 · chrF 50.0" in to_html(card)


def test_tokens_carry_their_place_and_the_card_their_weights():
    card = sentence_card(TRANSLATION, "", 50.0, line=1)
    assert json.loads(card.get("data-weights"))[1] == [10, 20, 70, 0]
    places = [
        (span.text, span.get("data-place"))
        for span in card.iter("span")
        if "token" in span.get("class", "")
    ]
    assert ("你好", "1") in places
    assert ("& bye", "1") in places


def test_without_attention_there_are_no_tokens():
    plain = Translation("a", "", finished=False)
    text = to_html(sentence_card(plain, "b", 0.0, line=1))
    assert "token" not in text
    assert "(empty)" in text
    assert "cut at the length limit" in text


def test_the_matrix_shades_every_cell_by_its_weight():
    cells = list(alignment_matrix(TRANSLATION, WEIGHTS).iter("rect"))
    assert [float(cell.get("fill-opacity")) for cell in cells] == [
        round(float(weight), 3) for weight in WEIGHTS.flat
    ]


def test_a_right_to_left_source_runs_from_right_to_left():
    hebrew = Translation(
        "אני הוא", "a b", source_tokens=("▁אני", "▁הוא"), tokens=("▁a", "▁b")
    )
    first, second, *_ = alignment_matrix(hebrew, np.eye(2, dtype="f4")).iter("rect")
    assert (first.get("fill-opacity"), second.get("fill-opacity")) == ("0", "1")


def test_the_matrix_is_drawn_where_asked_for():
    with_it = sentence_card(TRANSLATION, "", 1.0, line=1, matrix=True)
    assert len(list(with_it.iter("svg"))) == 1
    assert not list(sentence_card(TRANSLATION, "", 1.0, line=1).iter("svg"))


def test_a_character_of_several_pieces_stands_there_once():
    translation = Translation(
        "a",
        "界!",
        source_tokens=("a",),
        tokens=("<0xE7>", "<0x95>", "!"),
        alignments=(np.ones((3, 1), dtype=np.float32),),
        source_spans=((0, 1),),
        spans=((0, 1), (0, 1), (1, 2)),
    )
    card = sentence_card(translation, "", 1.0, line=1)
    assert text_of(card, "translation") == "界<0x95>!"
