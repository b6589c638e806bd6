"""Which matmuls of a decoder step other matmuls depend on."""

from collections.abc import Iterable

import onnx

from edge_runtime.contract import NEXT_DECODER_STATE_PREFIX, TOKEN_IDS
from export.graph.editable_graph import EditableGraph


def passed_on(
    graph: EditableGraph, multiplications: Iterable[onnx.NodeProto]
) -> list[onnx.NodeProto]:
    """Return the matmuls whose errors others take up, in this step or the next.

    All but the last before the log-probs, and but those of token ids alone, which are
    the same to the last bit everywhere.
    """
    multiplications = list(multiplications)
    states = [
        name for name in graph.outputs if name.startswith(NEXT_DECODER_STATE_PREFIX)
    ]
    read_again = graph.needed_for(
        [*states, *(node.input[0] for node in multiplications)]
    )
    computed_inputs = {*graph.inputs} - {TOKEN_IDS}
    return [
        node
        for node in multiplications
        if node.output[0] in read_again
        and graph.needed_for([node.input[0]]) & computed_inputs
    ]
