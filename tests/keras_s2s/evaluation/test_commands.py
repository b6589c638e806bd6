"""The commands `evaluate` and `compare`, as they are called from a terminal."""

import json
import re

import pytest
from click.testing import CliRunner

pytest.importorskip("sacrebleu", reason="needs the train extra")

from keras_s2s.cli import main
from keras_s2s.evaluation.bleu import corpus_bleu


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def files(test_set):
    source, reference = test_set
    return ["--source", source, "--reference", reference]


def test_evaluate_prints_scores_with_signatures(copying_bundle, files):
    result = run("evaluate", copying_bundle, *files)
    assert result.exit_code == 0, result.output
    assert "copying: 100 sentences" in result.stdout
    assert re.search(
        r"BLEU 100\.00 \(μ = 100\.00 ± 0\.00\)  nrefs:1\|bs", result.stdout
    )
    assert re.search(r"chrF 100\.00 .*nc:6", result.stdout)
    assert "length ratio 1.000, 0 unfinished, 0 empty" in result.stdout
    assert re.search(r"sentences/s in batches, [\d.]+ ms", result.stdout)
    assert re.search(r"source tokens +sentences +BLEU", result.stdout)


def test_evaluate_writes_what_it_is_asked_for(stopping_bundle, files, tmp_path):
    results, chart = tmp_path / "results.json", tmp_path / "chart.svg"
    report, output = tmp_path / "report.html", tmp_path / "output.txt"
    result = run(
        *("evaluate", stopping_bundle, *files),
        *("--json", results, "--length-chart", chart),
        *("--report", report, "--output", output),
    )
    assert result.exit_code == 0, result.output
    content = json.loads(results.read_text())
    references = files[-1].read_text().splitlines()
    hypotheses = output.read_text().splitlines()
    assert content["bleu"]["value"] == corpus_bleu(hypotheses, references).value
    assert (content["name"], content["kind"]) == ("stopping", "bundle")
    assert content["by_length"][0]["bleu"]["value"] > 50
    assert "<svg" in chart.read_text()
    assert "<h1>stopping</h1>" in report.read_text()


@pytest.mark.parametrize(
    ("setting", "expected"), [("auto", "zh"), ("char", "char"), ("13a", "13a")]
)
def test_the_bleu_tokenizer_can_be_set(
    setting, expected, write_copying_bundle, files, tmp_path
):
    bundle = write_copying_bundle(tmp_path / "chinese", language="zh")
    result = run("evaluate", bundle, *files, "--bleu-tokenizer", setting)
    assert f"|tok:{expected}|" in result.stdout


def test_a_beam_finds_the_same_with_a_model_that_is_sure(copying_bundle, files):
    result = run("evaluate", copying_bundle, *files, "--beam-size", 3)
    assert "BLEU 100.00" in result.stdout


def test_compare_prints_both_systems_and_the_p_value(
    copying_bundle, stopping_bundle, files, tmp_path
):
    chart, results = tmp_path / "chart.png", tmp_path / "results.json"
    result = run(
        *("compare", stopping_bundle, copying_bundle, *files),
        *("--length-chart", chart, "--json", results, "--output", tmp_path / "texts"),
        *("--differences", 2),
    )
    assert result.exit_code == 0, result.output
    assert "100 sentences; p against stopping" in result.stdout
    assert re.search(r"copying +100\.00 +\[100\.00, 100\.00\] +0\.0010", result.stdout)
    assert re.search(r"stopping +0\.\d+ +0 +0 +[\d,]+\n", result.stdout)
    assert len(re.findall(r"^line \d+$", result.stdout, re.MULTILINE)) == 2
    content = json.loads(results.read_text())
    assert content["comparison"]["bleu"]["copying"]["p_value"] < 0.01
    assert content["systems"]["stopping"]["length_ratio"] < 1
    assert chart.stat().st_size > 5000
    hypotheses = (tmp_path / "texts" / "copying.txt").read_text().splitlines()
    assert hypotheses == files[1].read_text().splitlines()


def test_different_numbers_of_lines_are_refused(copying_bundle, files, tmp_path):
    short = tmp_path / "short"
    short.write_text("one\n")
    result = run("evaluate", copying_bundle, *files[:2], "--reference", short)
    assert result.exit_code == 2
    assert "100 lines" in result.stderr
    assert f"1 lines in {short}" in result.stderr


def test_text_that_is_not_utf8_is_refused_with_its_line(
    copying_bundle, files, tmp_path
):
    damaged = tmp_path / "damaged"
    damaged.write_bytes(b"one\n\xff\n")
    result = run("evaluate", copying_bundle, *files[:2], "--reference", damaged)
    assert result.exit_code == 2
    assert "line 2" in result.stderr


def test_what_is_no_system_is_refused(files, tmp_path):
    result = run("evaluate", tmp_path, *files)
    assert result.exit_code == 2
    assert "must be a run directory" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("option", ["--json", "--report", "--length-chart", "--output"])
def test_a_missing_output_directory_is_refused_before_the_work(
    option, copying_bundle, files, tmp_path
):
    missing = tmp_path / "missing" / "file.png"
    result = run("evaluate", copying_bundle, *files, option, missing)
    assert result.exit_code == 2
    assert str(missing) in result.stderr
    assert result.stdout == ""


def test_a_chart_of_unknown_format_is_refused_before_the_work(
    copying_bundle, files, tmp_path
):
    result = run(
        "evaluate", copying_bundle, *files, "--length-chart", tmp_path / "chart.doc"
    )
    assert result.exit_code == 2
    assert "must end in .png" in result.stderr
    assert result.stdout == ""


def test_comparing_one_system_is_refused(copying_bundle, files):
    result = run("compare", copying_bundle, *files)
    assert result.exit_code == 2
    assert "two systems or more" in result.stderr


@pytest.mark.parametrize("name", ["evaluate", "compare"])
def test_help_shows_an_example(name):
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"keras-s2s {name} " in result.stdout
    assert "Example" in result.stdout
