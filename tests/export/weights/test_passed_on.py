"""Which matmuls of a step other matmuls depend on."""

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from export.graph.editable_graph import EditableGraph  # noqa: E402
from export.weights.large_weights import matmuls  # noqa: E402
from export.weights.passed_on import passed_on  # noqa: E402

WIDE = {"embedding_dim": 40, "encoder_units": 24, "units": 40, "attention_units": 32}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        # The state with the query (3 * 40 + 32), the context, and the readout's hidden
        # layer, which reads all. A fixed context is part of the state.
        pytest.param({}, {(40, 152), (48, 120), (128, 40)}, id="gru"),
        pytest.param({"attention": "none"}, {(40, 120)}, id="fixed"),
        # A cell of its own for the query, the query, the context and the main cell.
        pytest.param(
            {"conditional": True},
            {(40, 120), (40, 152), (48, 120), (128, 40)},
            id="conditional",
        ),
    ],
)
def test_what_states_and_other_products_come_from(settings, expected, convert):
    _, step = convert(**WIDE, **settings)
    graph = EditableGraph(step)
    found = passed_on(graph, matmuls(graph))
    assert {graph.weights[node.input[1]].shape for node in found} == expected
    # Token ids, and so their matmuls, are the same everywhere.
    assert len(found) == len(matmuls(graph)) - 2


def test_nothing_of_an_encoder_is_passed_on(convert):
    encoder, _ = convert(**WIDE)
    graph = EditableGraph(encoder)
    assert matmuls(graph)
    assert passed_on(graph, matmuls(graph)) == []
