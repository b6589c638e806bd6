import warnings
from xml.etree import ElementTree

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")
from matplotlib import image

from edge_runtime.translation.translation import Translation
from keras_s2s.evaluation.pictures.alignment_picture import (
    alignment_figure,
    draw_alignment,
)
from keras_s2s.evaluation.pictures.fonts import FontError

SAMPLES = {
    "zh-en": ("▁我 爱 吃 苹果 。", "▁I ▁love ▁to ▁eat ▁app les ."),
    "en-de": ("▁A ▁girl ▁eats .", "▁Ein ▁Mädchen ▁isst ▁größere ▁Äpfel ."),
    "ar-en": ("▁أنا ▁أحب ▁أكل ▁التفاح ▁.", "▁I ▁love ▁apples ."),
    "en-he": ("▁I ▁love ▁apples .", "▁אני ▁אוהב ▁תפוחים ."),
    "en-ja": ("▁I ▁love ▁apples .", "▁ 私 は りんご が 大好き です 。"),
}


def translation(source, target, weights=None):
    source_tokens = ("<s>", *source.split(), "</s>")
    tokens = (*target.split(), "</s>")
    if weights is None:
        weights = np.eye(len(tokens), len(source_tokens), dtype=np.float32)
    return Translation(
        source="".join(source.split()).replace("▁", " ").strip(),
        text="".join(target.split()).replace("▁", " ").strip(),
        source_tokens=source_tokens,
        tokens=tokens,
        alignments=(weights,),
    )


@pytest.mark.parametrize(
    ("pair", "ending"), [("zh-en", "png"), *((pair, "svg") for pair in SAMPLES)]
)
def test_every_glyph_is_drawn(pair, ending, tmp_path):
    source_language, target_language = pair.split("-")
    path = tmp_path / f"alignment.{ending}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of "Glyph ... missing"
        draw_alignment(
            translation(*SAMPLES[pair]),
            path,
            source_language=source_language,
            target_language=target_language,
        )
    assert path.stat().st_size > 5000


def labels(path):
    """Texts of an SVG in the order of drawing, which matplotlib writes as comments."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    tree = ElementTree.parse(path, parser)
    return [
        node.text.strip() for node in tree.iter() if node.tag is ElementTree.Comment
    ]


def test_tokens_are_labelled_as_people_read_them(tmp_path):
    path = tmp_path / "alignment.svg"
    draw_alignment(translation(*SAMPLES["zh-en"]), path)
    found = labels(path)
    assert "love" in found  # without the mark of a word's beginning
    assert "-les" in found  # continues a word
    assert "." in found
    assert not any("▁" in label for label in found)
    assert found.index("我") < found.index("love")


def test_a_slot_is_labelled_with_the_text_that_it_stands_for(tmp_path):
    """As `edge_runtime` has them: of a number the digits are read before the slot."""
    found = Translation(
        source="我有4{name}",
        text="I have 4 {name}",
        source_tokens=("<s>", "▁我有", "4", "\ufdd0", "\ufdd1", "</s>"),
        tokens=("▁I", "▁have", "▁", "\ufdd0", "▁", "\ufdd1", "</s>"),
        alignments=(np.eye(7, 6, dtype=np.float32),),
        source_spans=((0, 0), (0, 2), (2, 3), (3, 3), (3, 9), (9, 9)),
        spans=((0, 1), (1, 6), (6, 7), (7, 8), (8, 9), (9, 15), (15, 15)),
    )
    path = tmp_path / "alignment.svg"
    draw_alignment(found, path)
    drawn = labels(path)
    assert drawn.count("{name}") == 2
    assert drawn.count("4") == 2
    assert "□" in drawn
    assert not any("\ufdd0" <= label <= "\ufdef" for label in drawn)


def dark_columns(path):
    """Centre of the dark cells of the upper and of the lower half, from the left."""
    pixels = image.imread(path)[..., :3]
    dark = (pixels[..., 2] - pixels[..., 0] > 0.25) & (pixels[..., 0] < 0.2)
    rows = np.flatnonzero(dark.sum(axis=1) > 20)
    upper, lower = rows[0] + 5, rows[rows < rows[0] + 300][-1] - 5
    return [np.flatnonzero(dark[row]).mean() for row in (upper, lower)]


@pytest.mark.parametrize(("pair", "falls"), [("en-de", True), ("ar-en", False)])
def test_a_right_to_left_source_runs_from_right_to_left(pair, falls, tmp_path):
    source, target = SAMPLES[pair]
    path = tmp_path / "alignment.png"
    draw_alignment(translation(source, target), path)
    upper, lower = dark_columns(path)
    assert (upper < lower) == falls


def test_the_picture_grows_with_the_sentence(tmp_path):
    sizes = []
    for words in (4, 30):
        path = tmp_path / f"{words}.png"
        text = " ".join(["▁word"] * words)
        draw_alignment(translation(text, text), path)
        sizes.append(image.imread(path).shape[0])
    assert sizes[1] > 3 * sizes[0]


def test_a_picture_of_a_thousand_words_is_one_of_its_beginning(tmp_path):
    words = [f"▁{number}" for number in range(1000)]
    long = translation(" ".join(words), " ".join(words))
    figure = alignment_figure(long)
    width, height = figure.get_size_inches()
    assert max(width, height) < 30
    draw_alignment(long, tmp_path / "long.svg")
    drawn = labels(tmp_path / "long.svg")
    # The source begins with <s>, so its last number is one less than the target's.
    counts = [drawn.count(label) for label in ("0", "77", "78", "79", "…")]
    assert counts == [2, 2, 1, 0, 2]


def test_one_side_that_is_long_is_cut_alone(tmp_path):
    words = " ".join(f"▁{number}" for number in range(90))
    draw_alignment(translation("▁short", words), tmp_path / "long.svg")
    drawn = labels(tmp_path / "long.svg")
    assert {"short", "78"} <= set(drawn)
    assert not {"79", "80"} & set(drawn)
    assert drawn.count("…") == 1


def test_a_token_of_many_unknown_characters_is_cut(tmp_path):
    long = translation("我" * 5000 + " b", "▁" + "x" * 5000)
    draw_alignment(long, tmp_path / "long.png")
    height, width, _ = image.imread(tmp_path / "long.png").shape
    assert max(height, width) < 3000


def test_the_same_picture_has_the_same_bytes(tmp_path):
    paths = [tmp_path / name for name in ("a.svg", "b.svg")]
    for path in paths:
        draw_alignment(translation(*SAMPLES["zh-en"]), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_script_without_a_font_is_refused_by_name(tmp_path):
    unassigned = "\U000e1000"  # no font has it
    with pytest.raises(FontError, match="install one"):
        draw_alignment(translation("▁a", f"▁{unassigned}"), tmp_path / "a.png")


def test_a_model_without_attention_has_no_picture(tmp_path):
    with pytest.raises(ValueError, match="must have an alignment"):
        draw_alignment(Translation("a", "b"), tmp_path / "a.png")


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.png"):
        draw_alignment(translation("▁a", "▁b"), tmp_path / "a.doc")


def test_a_missing_directory_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must exist"):
        draw_alignment(translation("▁a", "▁b"), tmp_path / "missing" / "a.png")
