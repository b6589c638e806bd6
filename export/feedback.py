"""Which products of a decoder step act on the steps after it."""

from collections.abc import Iterable

import onnx

from edge_runtime.contract import NEXT_DECODER_STATE_PREFIX, TOKEN_IDS
from export.editable_graph import EditableGraph


def fed_back(
    graph: EditableGraph, multiplications: Iterable[onnx.NodeProto]
) -> list[onnx.NodeProto]:
    """Return the products whose errors grow from step to step.

    The next states are computed from them, and what they read was computed in floating
    point. What is made of token ids alone is the same to the last bit everywhere.
    """
    states = [
        name for name in graph.outputs if name.startswith(NEXT_DECODER_STATE_PREFIX)
    ]
    reach_states = graph.needed_for(states)
    computed_inputs = {*graph.inputs} - {TOKEN_IDS}
    return [
        node
        for node in multiplications
        if node.output[0] in reach_states
        and graph.needed_for([node.input[0]]) & computed_inputs
    ]
