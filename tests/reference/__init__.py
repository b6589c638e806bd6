"""The translator in numpy, written from the equations of the papers.

It is the readable definition of what the Keras models compute, and what tests hold them
to: one sentence at a time, in float64, without padding, batches, dropout or gradients.
A reader begins with `translator.py`; each file holds one part, in the order in which a
source becomes a prediction:

| file | part |
| --- | --- |
| `weights.py` | weights by name, and `x W + b` |
| `cells.py` | the recurrent cells: Elman RNN, GRU, LSTM |
| `layer_norm.py` | layer normalisation |
| `encoder.py` | source ids to encoder states |
| `bridge.py` | final encoder states to initial decoder states |
| `attention.py` | Bahdanau attention |
| `decoder.py` | one decoder step of each system |
| `readout.py` | what a step knows to logits |
| `translator.py` | a source and a target to predictions |
| `loss.py` | logits to the loss |

Vectors are rows, as in the code: the paper's `W x` is `x W` here. Next to each name
stands the paper's symbol. In shapes, `source_length` and `target_length` are written
`T_x` and `T_y`, as in Bahdanau et al., and the other widths by the names they have in
`keras_s2s.config.ModelConfig`.
"""
