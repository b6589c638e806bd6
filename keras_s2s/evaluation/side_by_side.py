"""Several translators on one test set, measured alike."""

from collections.abc import Mapping, Sequence

from edge_runtime.translation.translator import Translator
from keras_s2s.evaluation.evaluate import Evaluation, evaluate, source_lengths
from keras_s2s.evaluation.progress import TranslationProgress
from keras_s2s.evaluation.scores.length_buckets import choose_length_edges


def evaluate_side_by_side(
    translators: Mapping[str, Translator],
    sources: Sequence[str],
    references: Sequence[str],
    *,
    tokenizer: str = "13a",
    lengths: Sequence[int] = (),
    edges: Sequence[int] = (),
    resamplings: int = 1000,
) -> dict[str, Evaluation]:
    """Evaluate translators on one test set, with the same buckets of length.

    Args:
        translators: Translators by name.
        sources: Source sentences.
        references: Their translations by people, in the same order.
        tokenizer: sacreBLEU's tokenizer.
        lengths: Length of every source; by default its number of tokens as the first
            translator counts them.
        edges: Shortest length of each bucket; see `score_by_length`.
        resamplings: Test sets to resample for the intervals; 0 for none.
    """
    first = next(iter(translators.values()))
    lengths = list(lengths) or source_lengths(first, sources)
    edges = list(edges) or list(choose_length_edges(lengths))
    return {
        name: evaluate(
            translator,
            sources,
            references,
            tokenizer=tokenizer,
            lengths=lengths,
            edges=edges,
            resamplings=resamplings,
            progress=TranslationProgress(name),
        )
        for name, translator in translators.items()
    }


def name_systems(paths: Sequence[str]) -> list[str]:
    """Return short names of systems: the last part of each path, if that tells them.

    Args:
        paths: Paths of different systems.

    Raises:
        ValueError: A path is there twice.
    """
    repeated = sorted({path for path in paths if paths.count(path) > 1})
    if repeated:
        raise ValueError(
            f"Every system must be given once. Received twice: {', '.join(repeated)}."
        )
    parts = [path.rstrip("/").split("/") for path in paths]
    for count in range(1, max(map(len, parts)) + 1):
        names = ["/".join(part[-count:]) for part in parts]
        if len(set(names)) == len(names):
            return names
    return list(paths)
