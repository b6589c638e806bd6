import subprocess
import sys

import pytest

pytestmark = pytest.mark.train

# What is registered first runs last.
SCRIPT = """
import atexit, gc
atexit.register(lambda: print(gc.get_freeze_count()))
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly
for _ in range(2):
    import_tensorflow_quietly()
"""


def test_the_end_of_a_process_searches_no_objects():
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert int(process.stdout) > 100_000
    assert process.stderr == ""
