import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from export.proof.parity import random_sources  # noqa: E402

ENCODERS = [
    pytest.param(
        {"cell": cell, "bidirectional": bidirectional, "encoder_layers": layers},
        id=f"{cell}-{'both' if bidirectional else 'forward'}-{layers}",
    )
    for cell in ("rnn", "gru", "lstm")
    for bidirectional, layers in ((True, 1), (False, 1), (True, 2))
]


@pytest.mark.parametrize("settings", ENCODERS)
def test_native_operators_give_keras_outputs_at_all_lengths(
    settings, keras_model, convert, open_graphs
):
    encoder, step = convert(**settings)
    exported = open_graphs(encoder, step, **settings)
    generator = np.random.default_rng(0)
    for _ in range(10):
        batch, length = (int(size) for size in generator.integers(1, 12, 2))
        source_ids = random_sources(generator, batch, length, 60)
        expected = keras_model(**settings).encode(source_ids)
        found = exported.encode(source_ids)
        assert expected.keys() == found.keys()
        for name, array in expected.items():
            np.testing.assert_allclose(found[name], array, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("settings", ENCODERS)
def test_each_layer_is_one_native_operator(settings, convert, operators):
    encoder, _ = convert(**settings)
    counts = operators(encoder)
    assert counts[settings["cell"].upper()] == settings["encoder_layers"]
    assert not {"Loop", "Scan", "If"} & counts.keys()


def test_a_row_of_padding_alone_is_read_as_one_token(keras_model, convert, open_graphs):
    exported = open_graphs(*convert())
    source_ids = np.array([[5, 6, 7], [0, 0, 0]], dtype=np.int32)
    expected = keras_model().encode(source_ids)
    for name, array in exported.encode(source_ids).items():
        np.testing.assert_allclose(array, expected[name], atol=1e-5)


def test_the_placeholder_is_never_run(make_run):
    import keras

    from export.graph.native_recurrence import NativeRecurrence
    from keras_s2s.model.encoder import Recurrence

    layer = make_run().seq2seq.encoder.get_layer("forward_0")
    assert isinstance(layer, Recurrence)
    with pytest.raises(Exception, match="converted, never run"):
        NativeRecurrence(layer)(
            keras.ops.zeros((1, 2, 16)), keras.ops.ones((1,), "int32")
        )
