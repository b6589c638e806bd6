"""A trained Transformer in CTranslate2, which ends its sentences itself."""

import ctranslate2
import sentencepiece

from contestants.serving import Reply, Request, serve


class TrainedTransformer:
    """Text to text: SentencePiece, beam search of CTranslate2, SentencePiece.

    Args:
        model: Folder of the converted model.
        tokenizer: SentencePiece model of both sides.
        beam_size: 1 for greedy search.
    """

    def __init__(self, model: str, tokenizer: str, beam_size: int = 1) -> None:
        self._processor = sentencepiece.SentencePieceProcessor(tokenizer)
        self._beam_size = beam_size
        self._translator = ctranslate2.Translator(
            model, compute_type="int8", inter_threads=1, intra_threads=1
        )

    def __call__(self, request: Request) -> Reply:
        """Translate slices of the texts, which are sorted by length."""
        texts, tokens = [], []
        for begin in range(0, len(request.texts), request.batch_size):
            batch = request.texts[begin : begin + request.batch_size]
            sources = self._processor.encode(batch, out_type=str)
            longest = max(map(len, sources), default=0)
            results = self._translator.translate_batch(
                [[*source, "</s>"] for source in sources],
                beam_size=self._beam_size,
                length_penalty=1,
                max_decoding_length=2 * longest + 10,
                return_end_token=True,
            )
            written = [result.hypotheses[0] for result in results]
            texts += self._processor.decode(
                [[piece for piece in row if piece != "</s>"] for row in written]
            )
            tokens += written
        return Reply(texts, tokens)


if __name__ == "__main__":
    serve(TrainedTransformer)
