import pytest

from keras_s2s.data.corpus import CorpusError, SentencePair
from keras_s2s.evaluation.alignments.gold_alignment import read_gold_alignment

PAIRS = [SentencePair("我爱苹果", "I love apples."), SentencePair("好", "Good")]


@pytest.fixture
def files(tmp_path):
    """Paths of alignments, source words and reference words of `PAIRS`."""
    texts = {
        "align": "0-0 1-1 2-2\n0-0\n",
        "words.zh": "我 爱 苹果\n好\n",
        "words.en": "I love apples .\nGood\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return [tmp_path / name for name in texts]


def read(files, pairs=PAIRS):
    path, source_words, reference_words = files
    return read_gold_alignment(
        path, pairs, source_words=source_words, reference_words=reference_words
    )


def test_words_and_links_are_read(files):
    gold = read(files)
    assert gold.links == (((0, 0), (1, 1), (2, 2)), ((0, 0),))
    assert gold.pairs[0].source == "我爱苹果"
    assert gold.pairs[0].source_words == ("我", "爱", "苹果")
    assert gold.pairs[0].target_words == ("I", "love", "apples", ".")


def test_without_words_white_space_cuts_the_sentences(tmp_path):
    path = tmp_path / "align"
    path.write_text("0-1 1-0\n")
    gold = read_gold_alignment(path, [SentencePair("a b", "B.  A.")])
    assert gold.pairs[0].source_words == ("a", "b")
    assert gold.pairs[0].target_words == ("B.", "A.")


@pytest.mark.parametrize("damaged", [0, 1, 2])
def test_another_number_of_lines_is_refused(damaged, files):
    text = files[damaged].read_text("utf-8")
    files[damaged].write_text(text.splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=rf"{files[damaged].name} has 1 for 2"):
        read(files)


def test_words_of_another_sentence_are_refused_by_line(files):
    files[1].write_text("我 爱 苹果\n坏\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"words\.zh, line 2: .*'坏'"):
        read(files)


@pytest.mark.parametrize("line", ["I love apples", ""])
def test_missing_words_are_refused(line, files):
    files[2].write_text(f"{line}\nGood\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"words\.en, line 1 lacks"):
        read(files)


@pytest.mark.parametrize(
    ("link", "complaint"),
    [("3-0", "word 3 of the source, which has 3"), ("0-4", "word 4 of the reference")],
)
def test_a_link_to_a_word_that_is_not_there_is_refused(link, complaint, files):
    files[0].write_text(f"{link}\n0-0\n")
    with pytest.raises(CorpusError, match=rf"align, line 1 links {complaint}"):
        read(files)
