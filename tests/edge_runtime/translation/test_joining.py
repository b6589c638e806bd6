import numpy as np

from edge_runtime.text.sentences import Segment
from edge_runtime.translation.joining import join_translations
from edge_runtime.translation.translation import Translation


def part(source, text, score, **fields):
    return Translation(
        source,
        text,
        score=score,
        log_prob=2 * score,
        source_tokens=("<s>", source, "</s>"),
        tokens=(text, "</s>"),
        token_log_probs=(score, score),
        alignments=(np.array([[0, 1, 0], [0, 0, 1]], dtype="f4"),),
        source_spans=((0, 0), (0, len(source)), (len(source),) * 2),
        spans=((0, len(text)), (len(text),) * 2),
        **fields,
    )


SEGMENTS = [Segment("你好。", 1), Segment("再见。", 4, "")]


def test_everything_is_joined_and_moved():
    parts = [
        part("你好。", "Hello.", -1.0),
        part("再见。", "Bye.", -2.0, finished=False),
    ]
    joined = join_translations(" 你好。再见。", zip(SEGMENTS, parts, strict=True))
    assert joined.text == "Hello. Bye."
    assert (joined.score, joined.log_prob, joined.finished) == (-3.0, -6.0, False)
    assert joined.tokens == ("Hello.", "</s>", "Bye.", "</s>")
    assert joined.alignment.shape == (4, 6)
    assert joined.alignment[2, 4] == 1 and joined.alignment.sum() == 4
    source, target = joined.source_spans[4], joined.spans[2]
    assert joined.source[slice(*source)] == "再见。"
    assert joined.text[slice(*target)] == "Bye."
    assert joined.pharaoh == "0-0 3-1"


def test_alternatives_are_joined_rank_by_rank():
    greetings = (part("你好。", "Hi.", -3.0), part("你好。", "Hey.", -4.0))
    partings = (part("再见。", "See you.", -5.0),)
    parts = [
        part("你好。", "Hello.", -1.0, alternatives=greetings),
        part("再见。", "Bye.", -2.0, alternatives=partings),
    ]
    joined = join_translations("你好。再见。", zip(SEGMENTS, parts, strict=True))
    assert [other.text for other in joined.alternatives] == [
        "Hi. See you.",
        "Hey. See you.",
    ]
    assert joined.alternatives[0].score == -8.0


def test_a_segment_without_alternatives_stands_for_itself():
    other = (part("你好。", "Hi.", -3.0),)
    parts = [
        part("你好。", "Hello.", -1.0, alternatives=other),
        part("再见。", "Bye.", -2.0),
    ]
    joined = join_translations("你好。再见。", zip(SEGMENTS, parts, strict=True))
    assert [each.text for each in joined.alternatives] == ["Hi. Bye."]


def test_one_segment_is_its_own_translation():
    only = part("你好。", "Hello.", -1.0)
    assert join_translations("你好。", [(Segment("你好。", 0), only)]) is only


def test_no_segment_gives_empty_text():
    assert join_translations(" ", []) == Translation(" ", "")


def test_parts_of_a_word_that_was_cut_link_it_once():
    segments = [Segment("abc", 0), Segment("def", 3, None)]
    parts = [part("abc", "gh", -1.0), part("def", "ij", -1.0)]
    joined = join_translations("abcdef", zip(segments, parts, strict=True))
    assert joined.text == "ghij"
    assert joined.word_alignment == ((0, 0),)


def test_a_single_segment_keeps_its_place_in_the_text():
    only = part("你好。", "Hello.", -1.0)
    joined = join_translations(" 你好。 ", [(Segment("你好。", 1), only)])
    assert (joined.source, joined.text) == (" 你好。 ", "Hello.")
    assert joined.source[slice(*joined.source_spans[1])] == "你好。"


def test_models_without_attention_join_without():
    parts = [Translation("a", "x"), Translation("b", "y")]
    assert join_translations("ab", zip(SEGMENTS, parts, strict=True)).alignment is None


def test_an_empty_translation_does_not_glue_its_neighbours_together():
    segments = [Segment("a.", 0), Segment("b.", 2, ""), Segment("c.", 4, "")]

    def joined(*texts):
        parts = [Translation("", text) for text in texts]
        return join_translations("a.b.c.", zip(segments, parts, strict=True)).text

    assert joined("One.", "", "Three.") == "One. Three."
    assert joined("", "", "三。") == "三。"


def test_alternatives_that_only_a_later_segment_has_begin_like_the_best():
    others = (part("再见。", "See you.", -3.0), part("再见。", "So long.", -4.0))
    parts = [
        part("你好。", "Hello.", -1.0),
        part("再见。", "Bye.", -2.0, alternatives=others),
    ]
    joined = join_translations("你好。再见。", zip(SEGMENTS, parts, strict=True))
    assert joined.text == "Hello. Bye."
    assert [other.text for other in joined.alternatives] == [
        "Hello. See you.",
        "Hello. So long.",
    ]
    assert joined.alternatives[1].tokens == ("Hello.", "</s>", "So long.", "</s>")


def test_without_evidence_only_the_text_and_its_scores_are_joined():
    parts = [part("你好。", "Hello.", -1.0), part("再见。", "Bye.", -2.0)]
    joined = join_translations(
        "你好。再见。", zip(SEGMENTS, parts, strict=True), with_evidence=False
    )
    assert joined == Translation("你好。再见。", "Hello. Bye.", -3.0, -6.0)


def test_confidences_of_sentences_are_multiplied():
    parts = [
        part("你好。", "Hello.", -1.0, confidence=0.5),
        part("再见。", "Bye.", -2.0, confidence=0.25,
             alternatives=(part("再见。", "See you.", -5.0, confidence=0.125),)),
    ]  # fmt: skip
    pairs = list(zip(SEGMENTS, parts, strict=True))
    joined = join_translations("你好。再见。", pairs, confident=True)
    assert joined.confidence == 0.125
    assert joined.alternatives[0].confidence == 0.0625
    assert join_translations("你好。再见。", pairs).confidence is None
    assert join_translations(" ", (), confident=True).confidence == 1.0
    assert join_translations(" ", ()).confidence is None
