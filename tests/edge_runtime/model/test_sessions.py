import numpy as np
import pytest

from edge_runtime.contract import ATTENTION_TENSORS
from edge_runtime.model.translation_model import load_model


@pytest.fixture(scope="module")
def model(bundle):
    return load_model(bundle)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_ids_of_any_integer_type_reach_the_graphs_as_int32(model, dtype):
    states = model.encode(np.array([[2, 5, 3]], dtype=dtype))
    log_probs, _ = model.step(np.array([2], dtype=dtype), states)
    assert log_probs.shape == (1, model.target_tokenizer.vocab_size)
    assert log_probs.dtype == np.float32


def test_what_the_encoder_computed_passes_through_as_it_is(model):
    states = model.encode(np.array([[2, 5, 3]]))
    _, following = model.step(np.array([2]), states)
    for name in ATTENTION_TENSORS:
        assert following[name] is states[name]
    assert following["decoder_state_0"] is not states["decoder_state_0"]
    assert following["alignment"].sum() == pytest.approx(1.0)


def test_a_model_without_attention_has_states_alone(fixed_context_bundle):
    model = load_model(fixed_context_bundle)
    states = model.encode(np.array([[2, 5, 3]]))
    _, following = model.step(np.array([2]), states)
    assert set(states) == set(following) == {"decoder_state_0", "decoder_state_1"}
    assert not model.attends


def test_one_tokenizer_serves_both_sides_where_they_share_it(fixed_context_bundle):
    model = load_model(fixed_context_bundle)
    assert model.source_tokenizer is model.target_tokenizer


def test_steps_change_no_array_they_are_given(model):
    states = model.encode(np.array([[2, 5, 6, 3]]))
    before = {name: array.copy() for name, array in states.items()}
    model.step(np.array([2]), states)
    for name, array in states.items():
        np.testing.assert_array_equal(array, before[name])
