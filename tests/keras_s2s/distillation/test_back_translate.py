import pytest

from command_runner import command_runner

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator
from keras_s2s.cli import main
from keras_s2s.data.back_translation_tag import tagged
from keras_s2s.distillation.back_translate import back_translate
from keras_s2s.distillation.minimum_bayes_risk import by_expected_utility
from keras_s2s.run.keras_model import keras_translation_model

pytestmark = [pytest.mark.train, pytest.mark.slow]


@pytest.fixture(scope="module")
def reverse(trained):
    run, _ = trained
    return Translator(
        keras_translation_model(
            run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
        )
    )


@pytest.fixture(scope="module")
def lines(trained, reverse):
    """Different lines, none of which the model leaves without a translation."""
    texts = list(dict.fromkeys(pair.source for pair in trained[1].train))[:30]
    beam = DecodingOptions(beam_size=5, length_penalty=1.0)
    found = reverse.translate_batch(texts, beam)
    return [each.source for each in found if each.text.strip()][:12]


def back_translated(*arguments):
    return command_runner().invoke(main, ["back-translate", *map(str, arguments)])


def outputs(folder):
    return [
        *("--out-source", folder / "back.en"),
        *("--out-target", folder / "back.zh"),
    ]


def test_a_tagged_source_is_written_for_every_line_that_can_be_read(
    trained, reverse, lines, tmp_path
):
    text = ["", *lines[:5], "  ", "一二" * 60, lines[0], f" {lines[5]} "]
    (tmp_path / "more.zh").write_text("\n".join(text))
    found = back_translated(trained[0].path, tmp_path / "more.zh", *outputs(tmp_path))
    assert found.exit_code == 0, found.output
    beam = DecodingOptions(beam_size=5, length_penalty=1.0)
    said = [each.text for each in reverse.translate_batch(lines[:6], beam)]
    assert (tmp_path / "back.zh").read_text().split("\n")[:-1] == lines[:6]
    assert (tmp_path / "back.en").read_text().split("\n")[:-1] == list(
        map(tagged, said)
    )
    assert found.stdout.startswith(
        "6 pairs, target from source, of "
        "10 lines (2 empty, 1 too long, 1 repeated left out)"
    )


def test_drawn_sources_follow_the_seed(trained, lines, tmp_path):
    (tmp_path / "more.zh").write_text("\n".join(lines))
    written = []
    for options in (["--seed", 1], ["--seed", 1], ["--seed", 2]):
        found = back_translated(
            *(trained[0].path, tmp_path / "more.zh", *outputs(tmp_path)),
            *("--sampling", "--temperature", 2, "--no-tag", *options),
        )
        assert found.exit_code == 0, found.output
        written.append((tmp_path / "back.en").read_text())
    assert written[0] == written[1] != written[2]
    assert tagged("") not in written[0]


def test_the_samples_that_agree_most_are_chosen(reverse, lines):
    options = DecodingOptions(
        sampling=True, num_hypotheses=6, temperature=1.5, length_penalty=1.0
    )
    found = list(
        back_translate(reverse, lines, options, alternatives=2, select="mbr", tag=False)
    )
    drawn = [
        [each.text.strip() for each in (first, *first.alternatives)]
        for first in reverse.translate_batch(lines, options)
    ]
    wanted = [by_expected_utility(list(filter(None, texts)))[:2] for texts in drawn]
    assert [[pair.source for pair in pairs] for pairs in found] == wanted
    assert wanted != [list(dict.fromkeys(texts))[:2] for texts in drawn]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("\n \n", [], "There must be lines to translate"),
        ("one two three\nfour", [], "100% of the characters are unknown"),
        ("一\n\ufde0 二\n", [], "Line 2 is a source that `keras-s2s back-translate`"),
        ("一\n", ["--temperature", "nan"], "nan is no number"),
        ("一\n", ["--samples", 3], "need --sampling"),
        ("一\n", ["--beam-size", 2, "--alternatives", 3], "must not exceed"),
        ("一\n", ["--sampling", "--beam-size", 2], "`beam_size` must be 1"),
    ],
)
def test_bad_input_is_one_line_and_nothing_is_written(
    trained, text, options, message, tmp_path
):
    (tmp_path / "more.zh").write_text(text)
    found = back_translated(
        trained[0].path, tmp_path / "more.zh", *outputs(tmp_path), *options
    )
    assert found.exit_code == 2
    assert message in found.stderr
    assert found.stderr.splitlines()[-1].startswith("keras-s2s: ")
    assert [path.name for path in tmp_path.iterdir()] == ["more.zh"]


def test_a_model_that_writes_nothing_is_told_and_nothing_is_replaced(
    trained, lines, tmp_path, monkeypatch
):
    monkeypatch.setattr(
        "keras_s2s.distillation.back_translate.back_translate",
        lambda reverse, targets, *_, **__: ([] for _ in targets),
    )
    (tmp_path / "more.zh").write_text("\n".join(lines))
    (tmp_path / "back.en").write_text("earlier")
    found = back_translated(trained[0].path, tmp_path / "more.zh", *outputs(tmp_path))
    assert found.exit_code == 2
    assert "makes no text of any line" in found.stderr
    assert (tmp_path / "back.en").read_text() == "earlier"
    assert not (tmp_path / "back.zh").exists()
