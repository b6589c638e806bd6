import json

import pytest

from command_runner import command_runner

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator
from keras_s2s.cli import main
from keras_s2s.data.back_translation_tag import tagged
from keras_s2s.data.corpus import SentencePair
from keras_s2s.distillation.distill import distill
from keras_s2s.distillation.minimum_bayes_risk import by_expected_utility
from keras_s2s.run.keras_model import keras_translation_model

pytestmark = [pytest.mark.train, pytest.mark.slow]


@pytest.fixture(scope="module")
def teacher(trained):
    run, _ = trained
    return Translator(
        keras_translation_model(
            run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
        )
    )


@pytest.fixture(scope="module")
def pairs(trained):
    return list(trained[1].train)[:70]


@pytest.mark.parametrize("threads", [1, 3])
def test_every_source_meets_the_reference_and_what_the_teacher_says(
    teacher, pairs, threads
):
    beam = DecodingOptions(beam_size=3, num_hypotheses=2, length_penalty=1.5)
    said = [
        [found.text, *(other.text for other in found.alternatives)]
        for found in teacher.translate_batch([pair.source for pair in pairs], beam)
    ]
    done = []
    mixture = list(
        distill(
            teacher,
            pairs,
            beam_size=3,
            length_penalty=1.5,
            alternatives=2,
            threads=threads,
            progress=done.append,
        )
    )
    assert len(mixture) == len(pairs)
    for pair, choices, texts in zip(pairs, mixture, said, strict=True):
        assert {choice.source for choice in choices} == {pair.source}
        wanted = [text.strip() for text in (pair.target, *texts) if text.strip()]
        assert [choice.target for choice in choices] == list(dict.fromkeys(wanted))
    assert done == [64, 70]


def test_references_can_be_left_out_and_what_they_repeat_counts_once(teacher, pairs):
    beam = DecodingOptions(beam_size=2, length_penalty=1.0)
    text = teacher.translate(pairs[1].source, beam).text
    same = SentencePair(pairs[1].source, text)
    assert list(distill(teacher, [same], beam_size=2)) == [[same]]
    (choices,) = distill(teacher, [pairs[2]], beam_size=2, keep_references=False)
    assert pairs[2].target not in [choice.target for choice in choices]


def test_pairs_with_an_empty_side_are_left_out(teacher, pairs):
    empty = [SentencePair(" ", "one"), SentencePair("一", "")]
    assert len(list(distill(teacher, [*empty, pairs[0]], beam_size=1))) == 1


def test_sentences_without_a_target_are_translated_too(teacher, pairs):
    more = [pair.source for pair in pairs[10:13]]
    beam = DecodingOptions(beam_size=2, length_penalty=1.0)
    said = [found.text for found in teacher.translate_batch(more, beam)]
    mixture = list(distill(teacher, pairs[:2], monolingual=more, beam_size=2))
    assert mixture[:2] == list(distill(teacher, pairs[:2], beam_size=2))
    assert mixture[2:] == [
        [SentencePair(source, text)] if text.strip() else []
        for source, text in zip(more, said, strict=True)
    ]


def test_a_back_translated_pair_stays_as_it_is(teacher, pairs):
    written = SentencePair(tagged(pairs[0].source), "seven")
    mixture = list(distill(teacher, [written, pairs[1]], keep_references=False))
    assert mixture[0] == [written]
    assert mixture[1:] == list(distill(teacher, [pairs[1]], keep_references=False))


def test_translations_that_agree_with_the_beam_can_be_chosen(teacher, pairs):
    beam = DecodingOptions(beam_size=6, num_hypotheses=6, length_penalty=1.0)
    texts = [
        [found.text.strip() for found in (best, *best.alternatives)]
        for best in teacher.translate_batch([pair.source for pair in pairs], beam)
    ]
    wanted = [by_expected_utility(list(filter(None, found)))[0] for found in texts]
    mixture = distill(teacher, pairs, beam_size=6, select="mbr", keep_references=False)
    assert [choices[0].target for choices in mixture] == wanted
    assert wanted != [found[0] for found in texts]


def test_more_alternatives_than_hypotheses_are_refused(teacher, pairs):
    with pytest.raises(ValueError, match="from 1 to `beam_size`"):
        list(distill(teacher, pairs, beam_size=2, alternatives=3))


def test_a_student_is_trained_on_what_two_teachers_wrote(trained, tmp_path):
    run, data = trained
    arguments = [
        "distill", str(run.path), str(run.path),
        "--source", str(data.train.source_path),
        "--target", str(data.train.target_path),
        "--out-source", str(tmp_path / "mixed.zh"),
        "--out-target", str(tmp_path / "mixed.en"),
        "--beam-size", "2",
    ]  # fmt: skip
    result = command_runner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    lines = [
        (tmp_path / name).read_text().splitlines() for name in ("mixed.zh", "mixed.en")
    ]
    assert len(lines[0]) == len(lines[1]) > 120
    assert result.stdout.startswith(f"{len(lines[0])} pairs from 120")
    student = tmp_path / "student"
    result = command_runner().invoke(
        main,
        [
            "train",
            "--source", str(tmp_path / "mixed.zh"),
            "--target", str(tmp_path / "mixed.en"),
            "--valid-source", str(data.valid.source_path),
            "--valid-target", str(data.valid.target_path),
            "--tokenizers", str(run.path),
            "--out", str(student),
            "--preset", "tiny", "--attention", "none", "--cell", "rnn",
            "--set", "epochs=1", "--set", "units=8", "--set", "operator_threads=0",
        ],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    for name in ("source.spm", "target.spm"):
        assert (student / name).read_bytes() == (run.path / name).read_bytes()
    config = json.loads((student / "config.json").read_text())
    assert config["data"]["target_vocab_size"] == run.recipe.data.target_vocab_size


def test_sentences_of_one_language_are_enough(trained, teacher, tmp_path):
    run, data = trained
    (tmp_path / "more.zh").write_text("三七一\n\n五二\n三七一\n")
    outputs = [
        *("--out-source", tmp_path / "mixed.zh", "--out-target", tmp_path / "mixed.en")
    ]
    arguments = ["distill", run.path, "--monolingual", tmp_path / "more.zh", *outputs]
    result = command_runner().invoke(main, [*map(str, arguments), "--beam-size", "2"])
    assert result.exit_code == 0, result.output
    beam = DecodingOptions(beam_size=2, length_penalty=1.0)
    said = {
        source: teacher.translate(source, beam).text for source in ("三七一", "五二")
    }
    said = {source: text for source, text in said.items() if text.strip()}
    assert (tmp_path / "mixed.zh").read_text().splitlines() == list(said)
    assert (tmp_path / "mixed.en").read_text().splitlines() == list(said.values())
    assert f"{len(said)} pairs from 4 lines (1 empty, 1 repeated" in result.stdout
    assert ("without a translation" in result.stdout) == (len(said) < 2)
    for given in ([], ["--source", data.train.source_path]):
        arguments = ["distill", run.path, *given, *outputs]
        result = command_runner().invoke(main, list(map(str, arguments)))
        assert result.exit_code == 2
        assert "Give --source and --target, --monolingual, or both." in result.stderr


def test_teachers_must_be_runs_or_bundles(tmp_path):
    (tmp_path / "a.zh").write_text("一\n")
    (tmp_path / "a.en").write_text("one\n")
    files = [
        "--source", str(tmp_path / "a.zh"), "--target", str(tmp_path / "a.en"),
        "--out-source", str(tmp_path / "o.zh"), "--out-target", str(tmp_path / "o.en"),
    ]  # fmt: skip
    for teachers, message in (([], "at least one"), (["nowhere"], "does not exist")):
        result = command_runner().invoke(main, ["distill", *teachers, *files])
        assert result.exit_code == 2
        assert message in result.stderr


@pytest.mark.parametrize("outputs", [("o", "o"), ("a.zh", "o"), ("o", "a.en")])
def test_a_mixture_overwrites_neither_itself_nor_what_it_is_made_of(tmp_path, outputs):
    (tmp_path / "a.zh").write_text("一\n")
    (tmp_path / "a.en").write_text("one\n")
    options = [
        *("--source", tmp_path / "a.zh", "--target", tmp_path / "a.en"),
        *("--out-source", tmp_path / outputs[0]),
        *("--out-target", tmp_path / outputs[1]),
    ]
    result = command_runner().invoke(main, ["distill", "nowhere", *map(str, options)])
    assert result.exit_code == 2
    assert "must " in result.stderr
    assert "nowhere" not in result.stderr, "it is found out before the work"
    assert (tmp_path / "a.zh").read_text() == "一\n"
    assert not (tmp_path / "o").exists()
