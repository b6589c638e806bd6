"""The commands `evaluate` and `compare`, as they are called from a terminal."""

import dataclasses
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from command_runner import command_runner

pytest.importorskip("sacrebleu", reason="needs the train extra")

from edge_runtime.bundle.confidence_model import ConfidenceModel
from edge_runtime.bundle.manifest import Manifest
from keras_s2s.cli import main
from keras_s2s.evaluation.scores.bleu import corpus_bleu, sentence_chrf


def run(*arguments):
    return command_runner().invoke(main, [str(argument) for argument in arguments])


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
    chrf = sentence_chrf(hypotheses, references)
    confidence = content["confidence"]
    assert confidence["accepted"] == sum(value > 60 for value in chrf) / len(chrf)
    assert confidence["area_under_risk_coverage"]["confidence"] is None
    assert "by mean log-prob, no confidence" in result.stdout
    assert "<svg" in chart.read_text()
    assert "<h1>stopping</h1>" in report.read_text()


def test_evaluate_measures_a_confidence(stopping_bundle, files, tmp_path):
    bundle = shutil.copytree(stopping_bundle, tmp_path / "confident")
    manifest = Manifest.from_json((bundle / "bundle.json").read_bytes())
    # Short sentences are copied whole, the rest of long ones is missing.
    confidence = ConfidenceModel(("length_ratio",), (0.0,), (0.1,), (2.0,), 2.0)
    manifest = dataclasses.replace(manifest, confidence=confidence)
    (bundle / "bundle.json").write_text(manifest.to_json(), encoding="utf-8")
    results = tmp_path / "results.json"
    result = run("evaluate", bundle, *files, "--json", results)
    assert result.exit_code == 0, result.output
    found = json.loads(results.read_text())["confidence"]
    areas = found["area_under_risk_coverage"]
    assert areas["least"] <= areas["confidence"] < areas["mean_log_prob"]
    assert 0 < found["expected_calibration_error"] < 0.5
    assert f"{areas['confidence']:.4f} by confidence" in result.stdout
    assert f"confidence: {found['expected_calibration_error']:.3f}\n" in result.stdout


@pytest.mark.parametrize(
    ("setting", "expected"), [("auto", "zh"), ("char", "char"), ("13a", "13a")]
)
def test_the_bleu_tokenizer_can_be_set(
    setting, expected, write_copying_bundle, files, tmp_path
):
    bundle = write_copying_bundle(tmp_path / "chinese", language="zh")
    result = run("evaluate", bundle, *files, "--bleu-tokenizer", setting)
    assert f"|tok:{expected}|" in result.stdout, result.output


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_without_a_target_language_the_tokenizer_follows_the_references(
    command, write_copying_bundle, files, tmp_path
):
    references = tmp_path / "references"
    references.write_text("我们喜欢吃苹果。\n" * 100, encoding="utf-8")
    bundles = [
        write_copying_bundle(tmp_path / name, language="target") for name in "ab"
    ]
    systems = bundles if command == "compare" else bundles[:1]
    result = run(command, *systems, *files, "--reference", references)
    assert result.exit_code == 0, result.output
    assert "|tok:zh|" in result.stdout


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


def test_compare_replaces_no_file_of_the_directory(
    copying_bundle, stopping_bundle, files, tmp_path
):
    thesis = tmp_path / "copying.txt"
    thesis.write_text("mine")
    result = run(
        *("compare", stopping_bundle, copying_bundle, *files, "--output", tmp_path)
    )
    assert result.exit_code == 2
    assert str(thesis) in result.stderr
    assert thesis.read_text() == "mine"


def test_evaluate_measures_alignments_against_gold_ones(
    copying_bundle, files, tmp_path
):
    gold, results = tmp_path / "gold.align", tmp_path / "results.json"
    report = tmp_path / "report.html"
    lengths = [len(line.split()) for line in files[1].read_text().splitlines()]
    gold.write_text("".join(f"{_diagonal(length)}\n" for length in lengths))
    result = run(
        *("evaluate", copying_bundle, *files, "--alignments", gold),
        *("--json", results, "--report", report),
    )
    assert result.exit_code == 0, result.output
    line = "alignment error rate: attention 0.000, diagonal 0.000"
    assert line in result.stdout
    content = json.loads(results.read_text())
    assert content["alignment_error_rate"] == {"attention": 0.0, "diagonal": 0.0}
    assert "alignment errors" in report.read_text()
    gold.write_text("0-0\n" * len(lengths))  # all but the first link are wrong now
    for side in ("source", "target", "both"):
        result = run(
            *("evaluate", copying_bundle, *files, "--alignments", gold),
            *("--linked-side", side),
        )
        wrong = 1 - 2 * len(lengths) / (len(lengths) + sum(lengths))
        assert f"attention {wrong:.3f}" in result.stdout


def _diagonal(length):
    return " ".join(f"{place}-{place}" for place in range(length))


def test_alignments_that_do_not_fit_are_refused_before_the_work(
    copying_bundle, files, tmp_path
):
    gold = tmp_path / "gold.align"
    gold.write_text("0-0\n")
    result = run("evaluate", copying_bundle, *files, "--alignments", gold)
    assert result.exit_code == 2
    assert "has 1 for 100 sentences" in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_words_without_alignments_are_refused(copying_bundle, files):
    result = run("evaluate", copying_bundle, *files, "--source-words", files[1])
    assert result.exit_code == 2
    assert "--alignments" in result.stderr


def test_compare_agrees_with_the_command_of_sacrebleu_that_the_guide_shows(
    write_copying_bundle, files, tmp_path
):
    systems = {"fixed": 5, "attention": 7}
    bundles = [
        write_copying_bundle(tmp_path / name, most) for name, most in systems.items()
    ]
    results, texts = tmp_path / "results.json", tmp_path / "texts"
    result = run("compare", *bundles, *files, "--json", results, "--output", texts)
    assert result.exit_code == 0, result.output
    guide = Path(__file__).parents[3] / "docs" / "evaluation.md"
    (shown,) = re.findall(r"^sacrebleu .*", guide.read_text("utf-8"), re.MULTILINE)
    shutil.copy(files[3], tmp_path / "test.en")
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(shown), "--width", "6"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    comparison = json.loads(results.read_text())["comparison"]
    # A row holds the BLEU and the chrF of one system, the baseline's first.
    ours = [
        comparison[metric][system] for system in systems for metric in ("bleu", "chrf")
    ]
    number = r"(\d+\.\d+)"
    assert re.findall(rf"{number} \({number} ± {number}\)", done.stdout) == [
        (
            f"{score['value']:.6f}",
            f"{score['interval']['mean']:.6f}",
            f"{score['interval']['half_width']:.6f}",
        )
        for score in ours
    ]
    assert re.findall(rf"\(p = {number}\)", done.stdout) == [
        f"{score['p_value']:.4f}" for score in ours[2:]
    ]
    assert all(5 < score["value"] < 100 for score in ours)


def test_compare_writes_a_report_with_all_curves(
    copying_bundle, stopping_bundle, files, tmp_path
):
    report = tmp_path / "report.html"
    result = run("compare", stopping_bundle, copying_bundle, *files, "--report", report)
    assert result.exit_code == 0, result.output
    text = report.read_text(encoding="utf-8")
    for part in ("Scores", "By length", "Sentences that differ most"):
        assert f"<h2>{part}</h2>" in text
    assert "<h1>stopping, copying</h1>" in text
    assert [f'class="series series-{number}"' in text for number in range(3)] == [
        True,
        True,
        False,
    ]
    assert "<td>0.0010</td>" in text


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


@pytest.mark.parametrize("option", ["--json", "--report", "--length-chart", "--output"])
@pytest.mark.parametrize("place", ["source", "reference", "bundle", "other"])
def test_an_output_that_would_destroy_something_is_refused_before_the_work(
    option, place, write_copying_bundle, files, tmp_path
):
    bundle = write_copying_bundle(tmp_path / "bundle")
    other = "--json" if option != "--json" else "--output"
    path = {
        "source": files[1],
        "reference": files[3],
        "bundle": bundle / "encoder.onnx",
        "other": tmp_path / "both.png",
    }[place]
    before = path.read_bytes() if path.exists() else None
    arguments = [other, path] if place == "other" else []
    result = run("evaluate", bundle, *files, option, path, *arguments)
    assert result.exit_code == 2
    assert str(path) in result.stderr
    assert result.stdout == ""
    assert (path.read_bytes() if path.exists() else None) == before


@pytest.mark.parametrize("output", ["encoder.onnx", "data/graph", "card.txt"])
def test_no_file_of_a_bundle_is_overwritten_whatever_its_name(
    output, copying_bundle, files, tmp_path
):
    bundle = shutil.copytree(copying_bundle, tmp_path / "bundle")
    (bundle / "data").mkdir()
    (bundle / "encoder.onnx").rename(bundle / "data" / "graph")
    (bundle / "encoder.onnx").symlink_to("data/graph")
    manifest = Manifest.from_json((bundle / "bundle.json").read_bytes())
    named = {**manifest.files, "card.txt": manifest.files["README.md"]}
    manifest = dataclasses.replace(manifest, files=named)
    (bundle / "bundle.json").write_text(manifest.to_json(), encoding="utf-8")
    (bundle / "README.md").rename(bundle / "card.txt")
    before = (bundle / output).read_bytes()
    for command in ("evaluate", "compare"):
        systems = [bundle, copying_bundle][: 1 + (command == "compare")]
        result = run(command, *systems, *files, "--json", bundle / output)
        assert result.exit_code == 2
        assert "An output must not be an input" in result.stderr
        assert (bundle / output).read_bytes() == before


def test_an_earlier_report_in_a_bundle_is_replaced(copying_bundle, files, tmp_path):
    bundle = shutil.copytree(copying_bundle, tmp_path / "bundle")
    (bundle / "results.json").write_text("earlier")
    result = run("evaluate", bundle, *files, "--json", bundle / "results.json")
    assert result.exit_code == 0, result.output
    assert json.loads((bundle / "results.json").read_text())["name"] == "bundle"


@pytest.mark.skipif(os.name == "nt", reason="names are bytes on POSIX")
@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_files_are_written_for_a_system_of_any_name_in_any_locale(
    command, copying_bundle, files, tmp_path
):
    names = ["目录/束".encode(), b"b\xff"]
    paths = [os.path.join(os.fsencode(tmp_path), name) for name in names]  # noqa: PTH118
    for path in paths:
        shutil.copytree(os.fsencode(copying_bundle), path)
    (tmp_path / "one").write_text("one two\n")
    text = ["--source", tmp_path / "one", "--reference", tmp_path / "one"]
    systems = [paths] if command == "compare" else [[path] for path in paths]
    texts = tmp_path / "texts"
    for given in systems:
        subprocess.run(
            [
                *(sys.executable, "-m", "keras_s2s", command, *given, *text),
                *("--json", tmp_path / "json", "--report", tmp_path / "html"),
                *("--length-chart", tmp_path / "chart.svg"),
                *(("--output", texts) if command == "compare" else ()),
            ],
            env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"},
            check=True,
        )
        content = json.loads((tmp_path / "json").read_text("utf-8"))
        found = list(content["systems"]) if len(given) > 1 else [content["name"]]
        shown = {paths[0]: "束", paths[1]: r"b\xff"}
        assert found == [shown[path] for path in given]
        assert f"<h1>{', '.join(found)}</h1>" in (tmp_path / "html").read_text("utf-8")
    if command == "compare":
        assert {os.fsencode(path.name) for path in texts.glob("*.txt")} == {
            *("束.txt".encode(), b"b\xff.txt")
        }


def test_a_result_may_have_the_longest_name(copying_bundle, files, tmp_path):
    results = tmp_path / ("译" * 80 + ".json")
    result = run("evaluate", copying_bundle, *files, "--json", results)
    assert result.exit_code == 0, result.output
    assert json.loads(results.read_text())["name"] == "copying"


def test_comparing_what_cannot_be_read_makes_no_directory(
    copying_bundle, stopping_bundle, files, tmp_path
):
    before = set(tmp_path.iterdir())
    for systems, text in (
        ([copying_bundle, stopping_bundle], ["--source", tmp_path / "missing"]),
        ([copying_bundle, tmp_path / "missing"], []),
    ):
        texts = tmp_path / "new" / "texts"
        result = run("compare", *systems, *files, *text, "--output", texts)
        assert result.exit_code == 2
        assert "missing" in result.stderr
        assert set(tmp_path.iterdir()) == before


def test_comparing_overwrites_no_input(copying_bundle, stopping_bundle, tmp_path):
    for name in ("copying.txt", "reference"):
        (tmp_path / name).write_text("one two\n")
    result = run(
        *("compare", copying_bundle, stopping_bundle, "--output", tmp_path),
        *("--source", tmp_path / "copying.txt", "--reference", tmp_path / "reference"),
    )
    assert result.exit_code == 2
    assert "An output must not be an input" in result.stderr
    assert (tmp_path / "copying.txt").read_text() == "one two\n"


@pytest.mark.parametrize("encoding", ["cp1252", "cp932", "cp437"])
def test_files_are_written_whatever_the_console_can_show(
    encoding, copying_bundle, files, tmp_path
):
    results = tmp_path / "results.json"
    found = subprocess.run(
        [
            *(sys.executable, "-m", "keras_s2s", "evaluate", copying_bundle, *files),
            *("--json", results),
        ],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert found.returncode == 0, found.stderr.decode()
    assert b"BLEU 100.00 (" in found.stdout
    assert json.loads(results.read_text())["bleu"]["value"] == pytest.approx(100)


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_files_are_written_where_nobody_reads_the_screen(
    command, copying_bundle, stopping_bundle, files, tmp_path
):
    systems = [copying_bundle, stopping_bundle][: 1 + (command == "compare")]
    results = tmp_path / "results.json"
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as output:
        found = subprocess.run(
            [
                *(sys.executable, "-m", "keras_s2s", command, *systems, *files),
                *("--json", results),
            ],
            stdout=output,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert found.returncode == 0, found.stderr.decode()
    assert json.loads(results.read_text())


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
def test_results_go_to_a_device_as_to_a_file(copying_bundle, files, tmp_path):
    link = tmp_path / "results.json"
    link.symlink_to("/dev/stdout")
    with (tmp_path / "output").open("wb") as output:
        subprocess.run(
            [
                *(sys.executable, "-m", "keras_s2s", "evaluate", copying_bundle),
                *(*files, "--json", link, "--output", "/dev/null"),
            ],
            stdout=output,
            check=True,
        )
    text = (tmp_path / "output").read_text()
    content, end = json.JSONDecoder().raw_decode(text)
    assert content["bleu"]["value"] == pytest.approx(100)
    assert "copying: 100 sentences" in text[end:]
    assert link.is_symlink()
    assert Path("/dev/null").is_char_device()


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
