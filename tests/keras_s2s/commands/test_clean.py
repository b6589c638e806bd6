import gzip
import subprocess
import sys

import pytest

from command_runner import command_runner
from keras_s2s.cli import main
from keras_s2s.data.text_file import open_content


def call(*arguments):
    return command_runner().invoke(main, ["clean", *map(str, arguments)])


@pytest.fixture
def files(tmp_path):
    sources = ["One dog", "Two cats", "One dog", "", "Four\tbirds", "Five fish"]
    targets = ["Ein Hund", "Zwei Katzen", "Ein Hund", "x", "Vier Vögel", "FÃ¼nf"]
    for name, lines in (("a.en", sources), ("a.de", targets)):
        (tmp_path / name).write_text("".join(f"{line}\n" for line in lines))
    return ["--source", tmp_path / "a.en", "--target", tmp_path / "a.de"]


def test_what_is_left_and_why_are_written_and_nothing_is_changed(files, tmp_path):
    before = (tmp_path / "a.en").read_bytes(), (tmp_path / "a.de").read_bytes()
    (tmp_path / "test.en.gz").write_bytes(gzip.compress(b"two cats!\n"))
    found = call(
        *(*files, "--held-out", tmp_path / "test.en.gz"),
        *("--out-source", tmp_path / "c.en", "--out-target", tmp_path / "c.de"),
        *("--out-tsv", tmp_path / "c.tsv", "--reasons", tmp_path / "r.tsv"),
    )
    assert found.exit_code == 0, found.stderr
    assert (tmp_path / "c.en").read_text() == "One dog\nFour\tbirds\n"
    assert (tmp_path / "c.de").read_text() == "Ein Hund\nVier Vögel\n"
    assert (
        tmp_path / "c.tsv"
    ).read_text() == "One dog\tEin Hund\nFour birds\tVier Vögel\n"
    assert (tmp_path / "r.tsv").read_text().splitlines() == [
        "2\theld-out\tTwo cats\tZwei Katzen",
        "3\tduplicate\tOne dog\tEin Hund",
        "4\tempty\t\tx",
        "6\tencoding\tFive fish\tFÃ¼nf",
    ]
    assert "6 pairs, 2 of them kept" in found.stdout
    assert "1 duplicate: the same pair stands before" in found.stdout
    assert "3: One dog | Ein Hund" in found.stdout
    assert before == (
        (tmp_path / "a.en").read_bytes(),
        (tmp_path / "a.de").read_bytes(),
    )


def test_a_table_is_csv_where_its_name_says_so(files, tmp_path):
    (tmp_path / "a.en").write_text('One, two\n"No," he\tsaid\nFour\n\nFive\nSix\n')
    (tmp_path / "a.de").write_text('Eins, zwei\n„Nein“; sagte er\nVier\n\nF"\n6\n')
    table = tmp_path / "c.csv"
    keep = [part for name in ("length", "identical") for part in ("--keep", name)]
    found = call(*files, *keep, "--out-tsv", table)
    assert found.exit_code == 0, found.stderr
    assert '"One, two","Eins, zwei"\n"""No,"" he\tsaid",' in table.read_text()
    again = tmp_path / "again.csv"
    assert call("--tsv", table, *keep, "--out-tsv", again).exit_code == 0
    assert again.read_text() == table.read_text()


def test_held_out_pairs_are_known_whatever_their_file_is_called(files, tmp_path):
    (tmp_path / "pairs.dat").write_text("Two cats\tZwei Katzen\n")
    found = call(*files, "--held-out", tmp_path / "pairs.dat")
    assert "1 held-out" in found.stdout


@pytest.mark.parametrize("suffix", [".gz", ".xz", ".zst", ".bz2"])
def test_what_is_left_is_compressed_where_the_name_says_so(files, tmp_path, suffix):
    left, plain = tmp_path / f"left.tsv{suffix}", tmp_path / "left.tsv"
    assert call(*files, "--out-tsv", left).exit_code == 0
    assert call(*files, "--out-tsv", plain).exit_code == 0
    assert left.read_bytes() != plain.read_bytes()
    with open_content(left) as content:
        assert content.read() == plain.read_bytes()


def test_pairs_on_standard_output_have_the_report_beside_them(files):
    command = [sys.executable, "-m", "keras_s2s", "clean", *map(str, files)]
    found = subprocess.run(
        [*command, "--out-tsv", "/dev/stdout"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (
        found.stdout
        == "One dog\tEin Hund\nTwo cats\tZwei Katzen\nFour birds\tVier Vögel\n"
    )
    assert "6 pairs, 3 of them kept" in found.stderr


def test_a_reason_can_be_forgiven(files, tmp_path):
    found = call(*files, "--keep", "duplicate", "--out-tsv", tmp_path / "c.tsv")
    assert "6 pairs, 4 of them kept" in found.stdout
    assert (tmp_path / "c.tsv").read_text().count("One dog") == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out-source", "x"], "Give --out-source and --out-target together"),
        (["--keep", "ugly"], "--keep takes one of empty, identical, duplicate"),
        (["--reasons", "a.en"], "An output must not be an input"),
        (["--out-tsv", "t.en"], "An output must not be an input"),
        (
            ["--out-tsv", "c", "--reasons", "c"],
            "Every output must be a file of its own",
        ),
        (["--out-tsv", "none/c"], "must be in a directory that exists"),
        (["--tsv", "none"], "none cannot be read"),
        (["--held-out", "none"], "none cannot be read"),
        (["--target", "a.de"], "Give --source and --target, or --tsv"),
        (["--columns", "1,2"], "--columns are those of a TSV or CSV"),
        (["--out-tsv", "-"], "standard output is /dev/stdout. Received: -."),
        (["--held-out", "empty"], "Held-out text must hold sentences. empty is empty."),
        (["--held-out", "-"], "Standard input is /dev/stdin."),
    ],
)
def test_wrong_options_are_one_line_and_exit_code_2(
    options, message, files, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.en").write_text("x\n")
    (tmp_path / "empty").write_text(" \n\n")
    found = call(*files, "--held-out", "t.en", *options)
    assert found.exit_code == 2
    assert message in found.stderr
    assert "Traceback" not in found.output
