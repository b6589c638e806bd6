import subprocess
import sys

import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")

from matplotlib import font_manager

from keras_s2s.evaluation.pictures.fonts import FontError, _candidates, font_families


def test_latin_needs_the_font_of_matplotlib_only():
    assert font_families("größer, naïve") == ["DejaVu Sans"]


def test_chinese_needs_a_second_font():
    families = font_families("我 love", "zh")
    assert families[0] == "DejaVu Sans"
    assert len(families) == 2


@pytest.mark.parametrize("language", ["ja", "jpn", "ja_JP", "JA-jp"])
def test_any_way_to_write_a_language_chooses_its_font(language):
    assert font_families("骨", language) == ["DejaVu Sans", "Noto Sans CJK JP"]
    preferred = list(_candidates(language))[:3]
    assert preferred == list(_candidates("ja"))[:3] != list(_candidates("zh_CN"))[:3]


def test_spaces_and_direction_marks_need_no_glyph():
    assert font_families("a \n\t\u3000\U000e0001\u200f") == ["DejaVu Sans"]


def test_fonts_that_add_no_glyph_are_left_out(monkeypatch):
    monkeypatch.setattr(
        "keras_s2s.evaluation.pictures.fonts._candidates",
        lambda language: ["DejaVu Sans", "DejaVu Serif", "Noto Sans CJK JP"],
    )
    assert font_families("我") == ["DejaVu Sans", "Noto Sans CJK JP"]


def test_a_font_whose_file_is_gone_is_passed_over(monkeypatch):
    gone = font_manager.FontEntry(fname="/gone.otf", name="A Gone")
    monkeypatch.setattr(
        font_manager.fontManager, "ttflist", [gone, *font_manager.fontManager.ttflist]
    )
    assert "A Gone" not in font_families("我", "xx")


def test_a_missing_glyph_is_named_with_its_script(monkeypatch):
    monkeypatch.setattr(
        "keras_s2s.evaluation.pictures.fonts._candidates",
        lambda language: ["DejaVu Sans"],
    )
    with pytest.raises(FontError, match=r"'ก' \(Thai\)"):
        font_families("a ก")


def test_fonts_change_no_setting_of_matplotlib():
    program = (
        "import sys, matplotlib\n"
        "before = matplotlib.rcParams.copy()\n"
        "from keras_s2s.evaluation.pictures.fonts import font_families\n"
        "font_families('苹果')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert matplotlib.rcParams.copy() == before\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
