"""Which products of a step act on the steps after it."""

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from export.editable_graph import EditableGraph  # noqa: E402
from export.feedback import fed_back  # noqa: E402
from export.large_weights import products  # noqa: E402

WIDE = {"embedding_dim": 40, "encoder_units": 24, "units": 40, "attention_units": 32}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # The state with the query (3 * 40 + 32), and the context.
        pytest.param({}, {(40, 152), (48, 120)}, id="gru"),
        pytest.param({"attention": "none"}, {(40, 120)}, id="fixed"),
        # A cell of its own for the query, the query, the context and the main cell.
        pytest.param(
            {"conditional": True}, {(40, 120), (40, 152), (48, 120)}, id="conditional"
        ),
    ],
)
def test_what_the_next_states_come_from_is_fed_back(settings, expected, convert):
    _, step = convert(**WIDE, **settings)
    graph = EditableGraph(step)
    found = fed_back(graph, products(graph))
    assert {graph.weights[node.input[1]].shape for node in found} == expected
    # Token ids, and so their products, are the same everywhere.
    assert len(found) < len(products(graph)) - 1


def test_nothing_of_an_encoder_is_fed_back(convert):
    encoder, _ = convert(**WIDE)
    graph = EditableGraph(encoder)
    assert products(graph)
    assert fed_back(graph, products(graph)) == []
