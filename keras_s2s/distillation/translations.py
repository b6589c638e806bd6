"""Several translations of many texts, for a training to learn from."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Literal

from edge_runtime.model.batches import batches_by_length, restore_order
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator
from keras_s2s.distillation.minimum_bayes_risk import by_expected_utility

Selection = Literal["best", "mbr"]

_BATCH_SIZE = 64


def translations(
    translator: Translator,
    texts: Sequence[str],
    options: DecodingOptions,
    *,
    keep: int = 1,
    select: Selection = "best",
    threads: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> list[list[str]]:
    """Return up to `keep` different translations of each text, the best first.

    Args:
        translator: Translates.
        texts: Texts of one line each.
        options: How; `num_hypotheses` is how many there are to choose from.
        keep: Most translations of a text that are returned.
        select: "best" takes those of the highest score, "mbr" those that agree most
            with all hypotheses; see `by_expected_utility`.
        threads: Batches translated at the same time.
        progress: Called with the number of texts translated so far.
    """
    batches = batches_by_length([len(text) for text in texts], _BATCH_SIZE)

    def translate(places: Sequence[int]) -> list[list[str]]:
        found = translator.translate_batch(
            [texts[place] for place in places],
            options,
            batch_size=_BATCH_SIZE,
            # The alignments of a corpus would fill the memory.
            with_evidence=False,
        )
        return [
            _chosen(
                [
                    choice.text.strip()
                    for choice in (translation, *translation.alternatives)
                ],
                keep,
                select,
            )
            for translation in found
        ]

    def results() -> Iterator[list[list[str]]]:
        done = 0
        with ThreadPoolExecutor(threads) as pool:
            for found in pool.map(translate, batches):
                yield found
                done += len(found)
                progress(done)

    return restore_order(batches, results())


def _chosen(hypotheses: Sequence[str], keep: int, select: Selection) -> list[str]:
    written = [text for text in hypotheses if text]
    ranked = by_expected_utility(written) if select == "mbr" else written
    return list(dict.fromkeys(ranked))[:keep]
