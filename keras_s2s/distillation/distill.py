"""Sequence-level distillation: training text in the words of the teachers."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from edge_runtime.model.batches import batches_by_length, restore_order
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translation import Translation
from edge_runtime.translation.translator import Translator
from keras_s2s.data.corpus import SentencePair

_BATCH_SIZE = 64


def distill(
    teacher: Translator,
    pairs: Sequence[SentencePair],
    *,
    beam_size: int = 5,
    length_penalty: float = 1.0,
    alternatives: int = 1,
    keep_references: bool = True,
    threads: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[list[SentencePair]]:
    """Yield what a student is to learn from each pair, in the order of the pairs.

    Args:
        teacher: Translates the sources, with beam search.
        pairs: Training pairs; those with an empty side are left out.
        beam_size: Hypotheses the teacher keeps.
        length_penalty: How much the teacher favours long translations. A teacher that
            is left alone is brief, and its student learns to be.
        alternatives: Different translations of each source to learn from, the best
            first, at most `beam_size`.
        keep_references: Whether the pair itself stays in the mixture.
        threads: Batches translated at the same time.
        progress: Called with the number of pairs translated so far.

    Raises:
        ValueError: `alternatives` is not between 1 and `beam_size`.

    Reference:
        [Kim & Rush, 2016](https://arxiv.org/abs/1606.07947), section 3.2.
    """
    if not 1 <= alternatives <= beam_size:
        raise ValueError(
            "`alternatives` must be from 1 to `beam_size`. Received: "
            f"alternatives={alternatives}, beam_size={beam_size}."
        )
    options = DecodingOptions(
        beam_size=beam_size,
        num_hypotheses=alternatives,
        length_penalty=length_penalty,
    )
    full = [pair for pair in pairs if pair.source.strip() and pair.target.strip()]
    batches = batches_by_length([len(pair.source) for pair in full], _BATCH_SIZE)

    def translate(places: Sequence[int]) -> list[Translation]:
        texts = [full[place].source for place in places]
        return teacher.translate_batch(texts, options, batch_size=_BATCH_SIZE)

    def results() -> Iterator[list[Translation]]:
        done = 0
        with ThreadPoolExecutor(threads) as pool:
            for translations in pool.map(translate, batches):
                yield translations
                done += len(translations)
                progress(done)

    for pair, translation in zip(full, restore_order(batches, results()), strict=True):
        texts = [pair.target] if keep_references else []
        texts += [choice.text for choice in (translation, *translation.alternatives)]
        yield [
            SentencePair(pair.source, text)
            # What the teachers say word for word like the reference counts once.
            for text in dict.fromkeys(text.strip() for text in texts)
            if text
        ]
