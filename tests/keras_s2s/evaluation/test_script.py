import pytest

pytest.importorskip("langcodes", reason="needs the train extra")

from keras_s2s.evaluation.script import (
    UNSPACED_SCRIPTS,
    language_script,
    text_script,
)


@pytest.mark.parametrize(
    ("languages", "script"),
    [
        ("zh zho chi ZH zh_CN zh-CN zh_CN.UTF-8 zh-Hans cmn cmn-Hans wuu nan", "Hans"),
        ("yue zh_TW zh-Hant zh-HK yue_HK zho-TW", "Hant"),
        ("ja jpn ja_JP JA-jp ja_JP.utf8", "Jpan"),
        ("th tha th_TH", "Thai"),
        ("km khm km-KH", "Khmr"),
        ("my mya bur my_MM", "Mymr"),
        ("lo lao", "Laoo"),
        ("bo tib dz", "Tibt"),
        ("ko kor ko_KR", "Kore"),
        ("en eng en_GB de deu de_DE@euro vi ja-Latn haw-Latn", "Latn"),
    ],
)
def test_every_way_to_write_a_language_gives_its_script(languages, script):
    assert {name: language_script(name) for name in languages.split()} == dict.fromkeys(
        languages.split(), script
    )


@pytest.mark.parametrize(
    "name",
    [
        "",
        "target",
        "xx",
        "Chinese",
        "und",
        "mul-JP",
        "zxx",
        "?",
        "x",
        "a b",
        "ksw",
        "xx-CN",
    ],
)
def test_what_is_no_language_or_an_unknown_one_has_no_script(name):
    assert language_script(name) == ""


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("我在 Microsoft Windows 上安装了 Visual Studio。", "Hani"),
        ("東京に住んでいます", "Jpan"),
        ("スーパーマーケット", "Jpan"),
        ("日本語入門", "Hani"),
        ("ฉันชอบกินแอปเปิล", "Thai"),
        ("ខ្ញុំចូលចិត្តផ្លែប៉ោម", "Khmr"),
        ("ကျွန်တော် ပန်းသီး ကြိုက်တယ်", "Mymr"),
        ("ຂ້ອຍມັກຫມາກແອັບເປີ້ນ", "Laoo"),
        ("ང་ཀུ་ཤུ་ལ་དགའ", "Tibt"),
        ("ᥖᥭᥰ ᥖᥬᥲ", "Tale"),
        ("나는 사과를 좋아한다", ""),
        ("The word 我 means I, and 苹果 means apple.", ""),
        ("मुझे सेब पसंद है", ""),
        ("12 + 30 = 42", ""),
        ("", ""),
    ],
)
def test_a_text_has_a_script_without_spaces_where_most_of_it_is_in_one(text, script):
    assert text_script(["", text]) == script
    assert not script or script in UNSPACED_SCRIPTS


def test_some_kana_in_a_chinese_text_do_not_make_it_japanese():
    chinese = ["他们喜欢吃苹果和香蕉因为这些水果非常好吃"] * 5
    assert text_script([*chinese, "の"]) == "Hani"
