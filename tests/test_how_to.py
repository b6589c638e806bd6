"""The code of the pages on how to do things is run, so that it stays true."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "how-to" / "train.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)


def block_with(text):
    (found,) = [block for block in BLOCKS if text in block]
    return found


@pytest.mark.train
@pytest.mark.slow
def test_the_training_script_trains_and_translates(tmp_path):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    from keras_s2s.phrasebook import build_splits, write_splits

    script = block_with("build_seq2seq(")
    assert len([line for line in script.splitlines() if line.strip()]) < 40
    write_splits(tmp_path, build_splits(train=3000, valid=1, test=1))
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    found = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    assert found.stdout.splitlines()[-1].strip(), "one epoch is enough for some text"


@pytest.mark.train
def test_the_attention_layer_works_as_shown():
    pytest.importorskip("tensorflow", reason="needs the train extra")
    names = {}
    exec(block_with("BahdanauAttention(units=32)"), names)
    assert names["context"].shape == (2, 16)
    assert names["alignment"].shape == (2, 7)
