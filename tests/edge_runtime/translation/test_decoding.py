import numpy as np
import pytest

from edge_runtime import DecodingOptions
from edge_runtime.bundle.manifest import DecodingDefaults
from edge_runtime.translation.decoding import DecodingTask, decode

BOS, EOS = 2, 3
SOURCE_IDS = [[BOS, 7, EOS], [BOS, 7, 8, 9, EOS]]


def attend_to(*positions):
    """A step that ends at once and spreads its attention over some positions."""

    def step(token_ids, states):
        log_probs = np.full((len(token_ids), 10), -9.0, dtype="f4")
        log_probs[:, EOS] = -0.1
        alignment = np.zeros((len(token_ids), 5), dtype="f4")
        alignment[:, positions] = 1.0
        return log_probs, {**states, "alignment": alignment}

    return step


def task(step, **options):
    return DecodingTask(
        step=step,
        initial_states={"row": np.arange(len(SOURCE_IDS))},
        source_ids=SOURCE_IDS,
        options=DecodingOptions(**options).resolve(DecodingDefaults()),
        max_target_length=6,
    )


@pytest.mark.parametrize("beam_size", [1, 2])
def test_every_source_token_but_bos_eos_and_padding_wants_covering(beam_size):
    options = {"beam_size": beam_size, "coverage_penalty": 0.5}
    covered = decode(task(attend_to(1, 2, 3), **options))
    assert [found.score for (found,) in covered] == pytest.approx([-0.1, -0.1])
    missed = 0.5 * np.log(1e-10)
    first_missed = decode(task(attend_to(0, 2, 3, 4), **options))
    assert [found.score for (found,) in first_missed] == pytest.approx(
        [-0.1 + missed, -0.1 + missed]
    )
    last_missed = decode(task(attend_to(0, 1, 2, 4), **options))
    assert [found.score for (found,) in last_missed] == pytest.approx(
        [-0.1, -0.1 + missed]
    )
