"""What pages say of the code is there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from accessible_page import accessible

from edge_runtime import contract
from edge_runtime.bundle.manifest import Manifest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


TRAIN_EXTRA = (
    *("h5py", "keras", "langcodes", "matplotlib", "onnx", "polib", "sacrebleu"),
    *("tensorflow", "tf2onnx", "wrapt"),
)


def table_rows(text):
    """Return the cells of the rows of all tables."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("|") and not line.startswith("| ---")
    ]


def test_the_names_of_the_symbols_are_in_their_files():
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    section = text.split("## Symbols")[1].split("\n## ")[0]
    rows = table_rows(section)[1:]
    assert len(rows) > 10
    for _, _, names, _, files in rows:
        code = "".join(
            (ROOT / "keras_s2s" / "model" / file).read_text(encoding="utf-8")
            for file in re.findall(r"`(\w+\.py)`", files)
        )
        for name in re.findall(r"`(\w+)[^`]*`", names):
            words = rf"\b({name}|contract\.{name.upper()})\b"
            if name.startswith(contract.DECODER_STATE_PREFIX):
                words = r"\bcontract\.decoder_state\("
            assert re.search(words, code), (name, files)


def test_the_way_of_a_training_step_is_as_short_as_it_says():
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    section = text.split("## The way of a training step")[1].split("\n## ")[0]
    assert section.split()[:7] == "Eight files of less than 1,200 lines".split()
    files = [re.findall(r"`(.*?)`", row[0]) for row in table_rows(section)[1:]]
    lines = [
        (ROOT / "keras_s2s" / file).read_text(encoding="utf-8").count("\n")
        for (file,) in files
    ]
    assert len(lines) == 8
    assert sum(lines) < 1200


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page):
    text = page.read_text(encoding="utf-8")
    names = re.findall(
        r"`((?:keras_s2s|export|edge_runtime|benchmarks|tests)/[^`]*)`", text
    )
    for name in names:
        path = name.split(",")[0].split(" ")[0]
        if path.rstrip("/") == "edge_runtime/web_page":  # `make page` makes it
            continue
        assert (ROOT / path).exists(), f"{page.name}: {name}"


def test_the_bundle_format_names_every_key_of_a_manifest():
    text = (DOCS / "reference" / "bundle.md").read_text(encoding="utf-8")
    manifest = Manifest("zh", "en", None, None, "", "", None, {})
    keys = {*vars(manifest), "checksum", "graphs", "tokenizers"}
    # In the file these are parts of `graphs` and of `tokenizers`.
    keys -= {"encoder", "decoder_step", "source_tokenizer", "target_tokenizer"}
    named = {
        name
        for row in table_rows(text.split("## Tensors")[0])
        for name in re.findall(r"`(\w+)`", row[0])
    }
    assert named == keys
    assert f"This is format {contract.BUNDLE_FORMAT_VERSION}." in text


def test_the_bundle_format_names_every_tensor():
    text = (DOCS / "reference" / "bundle.md").read_text(encoding="utf-8")
    section = text.split("## Tensors")[1].split("\n## ")[0]
    names = set(re.findall(r"`([a-z_0-9]+)[ `]", section))
    assert {
        *(contract.SOURCE_IDS, contract.TOKEN_IDS, contract.LOG_PROBS),
        *(contract.ALIGNMENT, *contract.ATTENTION_TENSORS),
        *(contract.decoder_state(0), contract.next_decoder_state(0)),
    } <= names


def test_options_of_all_commands_can_be_told_without_the_train_extra():
    """The site is built without it, and `--help` is answered without it."""
    code = f"""
import sys
sys.modules.update(dict.fromkeys({TRAIN_EXTRA}))  # None: cannot be imported
import click, export.cli, keras_s2s.cli
group = keras_s2s.cli.main
context = click.Context(group)
names = group.list_commands(context)
print(len([group.get_command(context, name).params for name in names]) == len(names))
"""
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.stdout.strip() == "True", found.stderr[-1000:]


def test_the_readme_is_short_and_leads_to_files_that_are_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 150
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#([^)]+))?\)", text)
    assert len(links) > 10
    for path, anchor in links:
        assert (ROOT / path).exists(), path
        if anchor:
            headings = re.findall(
                r"^#+ (.*)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE
            )
            slugs = [
                re.sub(r"[^\w -]", "", title).lower().replace(" ", "-")
                for title in headings
            ]
            assert anchor in slugs, (path, anchor)


def test_a_page_says_what_the_theme_does_not():
    page = (
        '<div class="md-search" data-md-component="search" role="dialog">'
        '<a aria-label="Next: from &amp;lt;start&amp;gt; to &#39;it&#39;">&amp;lt;</a>'
        "<table><tr><td>1</td></tr></table>"
    )
    assert accessible(page, "zh") == (
        '<div class="md-search" data-md-component="search" role="dialog" '
        'aria-label="搜索">'
        '<a aria-label="Next: from &lt;start&gt; to &#39;it&#39;">&amp;lt;</a>'
        '<table tabindex="0"><tr><td>1</td></tr></table>'
    )
