import os
import subprocess
import sys

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.fast.process_settings import prepare_process

pytestmark = pytest.mark.train

SETTINGS = {
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "8192",
    "TF_CPU_ALLOCATOR_USE_BFC": "true",
}
# Settled when TensorFlow first computes: this runs in a process that has not yet.
PAGE_FAULTS = """
import resource
import tensorflow as tf
from keras_s2s.fast.process_settings import prepare_process

prepare_process(1)
assert tf.config.threading.get_intra_op_parallelism_threads() == 1

def make_and_forget():
    tf.fill((64, 2**20), 1.0)

make_and_forget()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    make_and_forget()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_is_made_unless_somebody_has_made_it(name, monkeypatch):
    # All are set first, so that they are gone afterwards.
    for setting in SETTINGS:
        monkeypatch.setenv(setting, "0")
    prepare_process(0)
    assert os.environ[name] == "0"
    monkeypatch.delenv(name)
    prepare_process(0)
    assert os.environ[name] == SETTINGS[name]


def test_memory_is_asked_for_once():
    done = subprocess.run(
        [sys.executable, "-c", PAGE_FAULTS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    # Five times 256 MB are 327,680 pages of 4 kB.
    assert int(done.stdout) < 5_000
