"""Sequence-level distillation: training text in the words of the teachers."""

from collections.abc import Callable, Iterator, Sequence

from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator
from keras_s2s.data.back_translation_tag import is_tagged
from keras_s2s.data.corpus import SentencePair
from keras_s2s.distillation.translations import Selection, translations


def distill(
    teacher: Translator,
    pairs: Sequence[SentencePair],
    *,
    monolingual: Sequence[str] = (),
    beam_size: int = 5,
    length_penalty: float = 1.0,
    alternatives: int = 1,
    select: Selection = "best",
    keep_references: bool = True,
    threads: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[list[SentencePair]]:
    """Yield what a student is to learn from each source, in order.

    Args:
        teacher: Translates the sources, with beam search.
        pairs: Training pairs; those with an empty side are left out. A back-translated
            source, which has a tag, is not translated: its reference is better text
            than what a teacher makes of it, and stays.
        monolingual: Further sources, without a reference, none of them empty.
        beam_size: Hypotheses the teacher keeps.
        length_penalty: How much the teacher favours long translations. A teacher that
            is left alone is brief, and its student learns to be.
        alternatives: Different translations of each source to learn from, the best
            first, at most `beam_size`.
        select: Which of its hypotheses are the best; see `translations`.
        keep_references: Whether the pair itself stays in the mixture.
        threads: Batches translated at the same time.
        progress: Called with the number of sources translated so far.

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
        num_hypotheses=alternatives if select == "best" else beam_size,
        length_penalty=length_penalty,
    )
    full = [pair for pair in pairs if pair.source.strip() and pair.target.strip()]
    written = [pair.source for pair in full if not is_tagged(pair.source)]
    found = iter(
        translations(
            teacher,
            [*written, *monolingual],
            options,
            keep=alternatives,
            select=select,
            threads=threads,
            progress=progress,
        )
    )
    for pair in full:
        if is_tagged(pair.source):
            yield [pair]
            continue
        texts = [pair.target.strip()] if keep_references else []
        # What the teachers say word for word like the reference counts once.
        distinct = dict.fromkeys([*texts, *next(found)])
        yield [SentencePair(pair.source, text) for text in distinct]
    for source, texts in zip(monolingual, found, strict=True):
        yield [SentencePair(source, text) for text in texts]
