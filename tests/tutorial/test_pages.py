"""The tutorial's Python runs, page after page, on little text and for one epoch."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

import pytest
from notebooks import EXAMPLES, notebooks
from tutorial_pages import Block, read_blocks, tutorial_pages, with_outputs

from edge_runtime.text.tokenizer import Tokenizer

ROOT = Path(__file__).parents[2]
PAGES = tutorial_pages("en")
SMALLER = {
    "TRAIN_PAIRS = 6_000": "TRAIN_PAIRS = 400",
    '("test", 600), ("valid", 60)': '("test", 6), ("valid", 4)',
    "EPOCHS = 10": "EPOCHS = 1",
    "EPOCHS = 4": "EPOCHS = 1",
    # Real lengths and few sentences would leave buckets empty.
    "edges=(1, 11, 18, 25)": "edges=(1, 20), resamplings=0",
}
"""What the pages do at length, and what is done here; each occurs in some page."""


def code_of(page, language):
    blocks = read_blocks(page.read_text(encoding="utf-8"))
    return [block.content for block in blocks if block.language == language]


def shorter(code):
    for long, short in SMALLER.items():
        code = code.replace(long, short)
    return code


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the pages are run; what they set in the environment is taken back."""
    before = Path.cwd(), dict(os.environ)
    os.chdir(tmp_path_factory.mktemp("tutorial"))
    yield Path.cwd()
    os.chdir(before[0])
    for name in os.environ.keys() - before[1].keys() - {"PYTEST_CURRENT_TEST"}:
        del os.environ[name]


@pytest.fixture(scope="module")
def exported(folder):
    """A bundle in the place of the one that a page exports, of the same form."""
    path = ROOT / "tests" / "edge_runtime" / "conftest.py"
    spec = importlib.util.spec_from_file_location("tiny_bundles", path)
    tiny = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = tiny  # dataclasses look their module up
    spec.loader.exec_module(tiny)
    models = (
        tiny.train_tokenizer(tiny.SOURCE_LINES, 80),
        tiny.train_tokenizer(tiny.TARGET_LINES, 70),
    )
    sizes = [Tokenizer(model).vocab_size for model in models]
    bundle = folder / "tutorial" / "bundles" / "attention"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    yield tiny.build_bundle(models, sizes, True, 1).write(bundle)
    shutil.rmtree(bundle)


def run_page(page):
    """Run the blocks of a page, as a notebook would, and return its names."""
    names = {"__name__": page.stem}
    for number, code in enumerate(code_of(page, "python")):
        exec(compile(shorter(code), f"{page.name}, block {number}", "exec"), names)
    return names


@pytest.mark.train
@pytest.mark.slow
def test_the_pages_of_the_training_side_run_in_their_order(folder):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    for page in PAGES[:6]:
        names = run_page(page)
    assert names["translation"].alignment.size
    for picture in ("bleu-fixed-context", "bleu-by-length", "alignment"):
        assert (folder / "tutorial" / f"{picture}.png").stat().st_size > 1000


def test_the_loop_on_the_device_is_that_of_the_edge_runtime(exported):
    names = run_page(next(page for page in PAGES if page.stem.startswith("10")))
    found = names["translate"]("hello world")
    # As the page's loop, which goes on where a phrase repeats.
    options = names["DecodingOptions"](
        beam_size=1, max_length_constant=1000, break_loops=False
    )
    assert found == names["translator"].translate("hello world", options).text


def test_no_page_has_code_that_is_not_run_here():
    """Pages 7 to 9 and 11 have commands alone, which benchmarks/tutorial.py runs."""
    with_python = [page.stem[:2] for page in PAGES if code_of(page, "python")]
    assert with_python == ["01", "02", "03", "04", "05", "06", "10"]


def test_what_is_made_smaller_is_in_the_pages():
    code = "".join(text for page in PAGES for text in code_of(page, "python"))
    assert [long for long in SMALLER if long not in code] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_chinese_page_has_the_blocks_of_the_english_one(page):
    chinese = page.parent / "zh" / page.name
    both = [
        [
            (block.language, block.content, block.output)
            for block in read_blocks(file.read_text(encoding="utf-8"))
        ]
        for file in (page, chinese)
    ]
    # Text stands where text stands, and says the same in another language.
    without_text = [
        [block if block[0] else block[:1] for block in blocks] for blocks in both
    ]
    assert without_text[0] == without_text[1]
    headings, tables = (
        [
            [
                sum(line.startswith(mark) for line in text.splitlines())
                for _, text, _ in filter(lambda block: not block[0], blocks)
            ]
            for blocks in both
        ]
        for mark in ("#", "|")
    )
    assert headings[0] == headings[1]
    assert tables[0] == tables[1]


def test_there_are_as_many_chinese_pages():
    names = [[page.name for page in tutorial_pages(code)] for code in ("en", "zh")]
    assert names[0] == names[1]
    assert len(names[0]) == 11


def test_the_notebooks_are_in_step_with_the_pages():
    """`python docs/site/notebooks.py` is due where this fails."""
    made = notebooks()
    assert set(made) == set(EXAMPLES.glob("*.ipynb"))
    for file, text in made.items():
        assert file.read_text(encoding="utf-8") == text, file.name


def test_a_page_is_divided_into_text_code_and_output():
    page = (
        "# T\n\ntext\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n```sh\nls\n```\n"
    )
    assert list(read_blocks(page)) == [
        Block("", "# T\n\ntext"),
        Block("python", "print(1)\n", "1\n"),
        Block("sh", "ls\n"),
    ]
    assert with_outputs(page, ["2\n", ""]) == page.replace("\n1\n", "\n2\n")
    shown = with_outputs(page, ["", "a\n"])
    assert list(read_blocks(shown))[1:] == [
        Block("python", "print(1)\n"),
        Block("sh", "ls\n", "a\n"),
    ]
