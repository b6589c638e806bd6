"""A CTranslate2 Transformer with random weights, which writes as much as it is told."""

import tempfile
from collections.abc import Iterator
from typing import Any

import ctranslate2
import numpy as np
import sentencepiece
from ctranslate2.specs import TransformerSpec

from contestants.serving import Reply, Request, serve


class TransformerContestant:
    """Text to text: SentencePiece, greedy search, SentencePiece.

    Random weights take the time of trained ones where the length of the output is
    given. A batch has one length, the mean of its references': no sentence waits for a
    longer one.

    Args:
        source_tokenizer: SentencePiece model of the source.
        target_tokenizer: That of the target.
        encoder_layers: Number of layers.
        decoder_layers: Number of layers.
        width: Width of the layers.
        heads: Attention heads.
        feed_forward: Width within the feed-forward layers.
    """

    def __init__(
        self,
        source_tokenizer: str,
        target_tokenizer: str,
        encoder_layers: int,
        decoder_layers: int,
        width: int,
        heads: int,
        feed_forward: int,
    ) -> None:
        self._source = sentencepiece.SentencePieceProcessor(source_tokenizer)
        self._target = sentencepiece.SentencePieceProcessor(target_tokenizer)
        spec = TransformerSpec.from_config((encoder_layers, decoder_layers), heads)
        _Randomizer(width, feed_forward).fill(
            spec, _pieces(self._source), _pieces(self._target)
        )
        with tempfile.TemporaryDirectory() as folder:
            spec.validate()
            spec.optimize(quantization="int8")
            spec.save(folder)
            self._translator = ctranslate2.Translator(
                folder, compute_type="int8", inter_threads=1, intra_threads=1
            )

    def __call__(self, request: Request) -> Reply:
        """Translate slices of the texts, which are sorted by length."""
        texts, tokens = [], []
        for begin in range(0, len(request.texts), request.batch_size):
            batch = slice(begin, begin + request.batch_size)
            lengths = request.lengths[batch]
            length = max(1, round(sum(lengths) / len(lengths)))
            sources = self._source.encode(request.texts[batch], out_type=str)
            results = self._translator.translate_batch(
                [[*source, "</s>"] for source in sources],
                beam_size=1,
                min_decoding_length=length,
                max_decoding_length=length,
            )
            written = [result.hypotheses[0] for result in results]
            texts += self._target.decode(written)
            tokens += written
        return Reply(texts, tokens)


class _Randomizer:
    """Gives every weight of a Transformer a random value.

    Args:
        width: Width of the layers.
        feed_forward: Width within the feed-forward layers.
    """

    def __init__(self, width: int, feed_forward: int) -> None:
        self._width = width
        self._feed_forward = feed_forward
        self._generator = np.random.default_rng(0)

    def fill(
        self, spec: Any, source_pieces: list[str], target_pieces: list[str]
    ) -> None:
        width = self._width
        for side in (spec.encoder, spec.decoder):
            side.scale_embeddings = True
            self._normalization(side.layer_norm)
            for layer in side.layer:
                for attention in self._attentions(layer):
                    self._normalization(attention.layer_norm)
                self._linear(layer.self_attention.linear[0], width, 3 * width)
                self._linear(layer.self_attention.linear[1], width, width)
                self._normalization(layer.ffn.layer_norm)
                self._linear(layer.ffn.linear_0, width, self._feed_forward)
                self._linear(layer.ffn.linear_1, self._feed_forward, width)
        for layer in spec.decoder.layer:
            for index, outputs in enumerate((width, 2 * width, width)):
                self._linear(layer.attention.linear[index], width, outputs)
        spec.encoder.embeddings[0].weight = self._values(len(source_pieces), width)
        spec.decoder.embeddings.weight = self._values(len(target_pieces), width)
        self._linear(spec.decoder.projection, width, len(target_pieces))
        spec.register_source_vocabulary(source_pieces)
        spec.register_target_vocabulary(target_pieces)

    @staticmethod
    def _attentions(layer: Any) -> Iterator[Any]:
        yield layer.self_attention
        if hasattr(layer, "attention"):
            yield layer.attention

    def _linear(self, layer: Any, inputs: int, outputs: int) -> None:
        layer.weight = self._values(outputs, inputs)
        layer.bias = self._values(outputs, 1)[:, 0]

    def _normalization(self, layer: Any) -> None:
        layer.gamma = np.ones(self._width, dtype=np.float32)
        layer.beta = np.zeros(self._width, dtype=np.float32)

    def _values(self, rows: int, columns: int) -> Any:
        values = self._generator.normal(size=(rows, columns)) * self._width**-0.5
        return values.astype(np.float32)


def _pieces(tokenizer: Any) -> list[str]:
    return [tokenizer.id_to_piece(place) for place in range(len(tokenizer))]


if __name__ == "__main__":
    serve(TransformerContestant)
