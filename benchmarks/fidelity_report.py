"""What the checks of `fidelity.py` share: translations, scores, shares, times."""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

from edge_runtime import DecodingOptions, Translator
from edge_runtime.text.spans import find_spans
from edge_runtime.text.words import is_cjk


def read_pairs(source: Path, target: Path) -> list[tuple[str, str]]:
    """Return the pairs of two files."""
    sides = (path.read_text("utf-8").splitlines() for path in (source, target))
    return list(zip(*sides, strict=True))


def bleu_tokenizer(translator: Translator) -> str:
    """Return sacreBLEU's tokenizer for the target language of a bundle."""
    pieces = "".join(translator.model.target_tokenizer.pieces)
    share = sum(map(is_cjk, pieces)) / len(pieces)
    return "zh" if share > 0.2 else "13a"


def translate(
    translator: Translator, lines: Sequence[str], **options: object
) -> list[str]:
    """Return the translations of lines."""
    found = translator.translate_batch(
        list(lines),
        DecodingOptions(**options),  # type: ignore[arg-type]
        with_evidence=False,
    )
    return [translation.text for translation in found]


def carried(translator: Translator, line: str) -> list[str]:
    """Return the spans that a bundle carries over, by default."""
    kinds = frozenset(translator.model.decoding.carry)
    return [span.text for span in find_spans(line, kinds)]


def report(name: str, count: int, total: int) -> None:
    """Print a share of the lines."""
    share = f"{100 * count / total:.2f} %" if total else "none"
    print(f"{name:58} {count:6} of {total:6}  {share}", flush=True)


def scores(
    found: Sequence[str], references: Sequence[str], tokenizer: str
) -> tuple[float, float]:
    """Return BLEU and chrF."""
    bleu = BLEU(tokenize=tokenizer, force=True).corpus_score(found, [references]).score
    return bleu, CHRF().corpus_score(found, [references]).score


def interval(
    first: Sequence[str],
    second: Sequence[str],
    references: Sequence[str],
    tokenizer: str,
    rounds: int = 300,
) -> tuple[float, float]:
    """Return the 95 % interval of the difference in BLEU, by paired bootstrap."""
    metric = BLEU(tokenize=tokenizer, force=True)
    statistics_of = [
        metric._extract_corpus_statistics(found, [references])
        for found in (first, second)
    ]
    draw = random.Random(1)
    differences = []
    for _ in range(rounds):
        rows = draw.choices(range(len(references)), k=len(references))
        one, other = (
            metric._aggregate_and_compute([stats[row] for row in rows]).score
            for stats in statistics_of
        )
        differences.append(one - other)
    differences.sort()
    return differences[int(0.025 * rounds)], differences[int(0.975 * rounds)]


def compare(
    name: str,
    ours: Sequence[str],
    other: Sequence[str],
    references: Sequence[str],
    tokenizer: str,
) -> None:
    """Print two scores and the interval of their difference."""
    first, second = (
        "{:.2f} {:.2f}".format(*scores(found, references, tokenizer))
        for found in (ours, other)
    )
    low, high = interval(ours, other, references, tokenizer)
    print(f"{name:58} {first} against {second}, difference {low:+.2f} to {high:+.2f}")


def one_by_one(translator: Translator, lines: Sequence[str], **options: object) -> None:
    """Translate lines one at a time, as a person would."""
    chosen = DecodingOptions(**options)  # type: ignore[arg-type]
    for line in lines[:200]:
        translator.translate(line, chosen)


def time_ratio(
    first: Callable[[], object], second: Callable[[], object], rounds: int = 5
) -> float:
    """Return the median of the ratios of two times, measured in turn."""
    ratios = []
    for _ in range(rounds):
        times = []
        for run in (first, second):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        ratios.append(times[0] / times[1])
    return statistics.median(ratios)
