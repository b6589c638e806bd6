"""Search over a decoder step; knows nothing about ONNX, Keras or text."""
