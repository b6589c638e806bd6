"""Storing the weights of both graphs once, in the file of the encoder.

`edge_runtime/model/shared_weights.py` reads what is written here.
"""

import onnx

_SMALLEST = 4096
"""Bytes of a weight that is worth a reference."""

_ELEMENTS_OF_A_BYTE = (onnx.TensorProto.UINT8, onnx.TensorProto.INT8)
"""onnxruntime may read a weight where it stands in the file, at any address; wider
elements would have to be aligned.
"""


def share_weights(
    step: onnx.ModelProto, encoder: bytes, encoder_file: str
) -> onnx.ModelProto:
    """Return a decoder step that refers to the encoder's file for what is in it.

    Args:
        step: The decoder step.
        encoder: Content of the encoder's file.
        encoder_file: Its name.
    """
    shared = onnx.ModelProto()
    shared.CopyFrom(step)
    for tensor in shared.graph.initializer:
        weight = tensor.raw_data
        if tensor.data_type not in _ELEMENTS_OF_A_BYTE or len(weight) < _SMALLEST:
            continue
        begin = encoder.find(weight)
        if begin < 0:
            continue
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (
            ("location", encoder_file),
            ("offset", begin),
            ("length", len(weight)),
        ):
            tensor.external_data.add(key=key, value=str(value))
    return shared
