"""Back-translation: sources for text of the target language, by a reverse model."""

from collections.abc import Callable, Iterator, Sequence

from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator
from keras_s2s.data.back_translation_tag import tagged
from keras_s2s.data.corpus import SentencePair
from keras_s2s.distillation.translations import Selection, translations


def back_translate(
    reverse: Translator,
    targets: Sequence[str],
    options: DecodingOptions,
    *,
    alternatives: int = 1,
    select: Selection = "best",
    tag: bool = True,
    threads: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> Iterator[list[SentencePair]]:
    """Yield pairs of a written source and a target that people wrote, in order.

    Args:
        reverse: Translates from the target language into the source language.
        targets: Text of the target language, none of it empty.
        options: How; with `sampling`, sources are as various as what people write.
        alternatives: Different sources of each target, at most `num_hypotheses`.
        select: Which hypotheses are the best; see `translations`.
        tag: Whether sources have the tag by which a training can tell them.
        threads: Batches translated at the same time.
        progress: Called with the number of targets translated so far.

    Yields:
        The pairs of each target; none where the model made no text.

    Raises:
        ValueError: There are fewer hypotheses than `alternatives`.

    Reference:
        [Sennrich et al., 2016](https://aclanthology.org/P16-1009);
        [Edunov et al., 2018](https://aclanthology.org/D18-1045) for sampling;
        [Caswell et al., 2019](https://aclanthology.org/W19-5206) for the tag.
    """
    if not 1 <= alternatives <= options.num_hypotheses:
        raise ValueError(
            "`alternatives` must be from 1 to the number of hypotheses. Received: "
            f"alternatives={alternatives}, num_hypotheses={options.num_hypotheses}."
        )
    written = translations(
        reverse,
        targets,
        options,
        keep=alternatives,
        select=select,
        threads=threads,
        progress=progress,
    )
    for target, sources in zip(targets, written, strict=True):
        yield [
            SentencePair(tagged(source) if tag else source, target)
            for source in sources
        ]
