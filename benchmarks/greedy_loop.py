"""All steps of a sentence in one call of onnxruntime against one call a step.

    python benchmarks/greedy_loop.py BUNDLE SENTENCES [--length 17]

One bundle, greedy, sentences one by one, one process, in turns. Prints the median of
the ratios of neighbouring turns, by the processor's clock. With --length, sentences
end there, for models that were trained little.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt

from edge_runtime import DecodingOptions, Translator
from edge_runtime.arrays import FloatArray
from edge_runtime.model.greedy_loop import CALLS_BEFORE
from edge_runtime.model.translation_model import load_model
from edge_runtime.search.greedy_search import DecoderStates, DecoderStep


class SingleSteps:
    """A decoder step without what takes all steps at once."""

    def __init__(self, step: DecoderStep) -> None:
        self._step = step

    def __call__(
        self, token_ids: npt.NDArray[np.int32], states: DecoderStates
    ) -> tuple[FloatArray, DecoderStates]:
        """Take one step."""
        return self._step(token_ids, states)


def turn(
    translator: Translator, texts: Sequence[str], options: DecodingOptions
) -> tuple[float, list[str]]:
    """Return milliseconds a sentence, and the translations."""
    start = time.process_time()
    found = [translator.translate(text, options).text for text in texts]
    return 1e3 * (time.process_time() - start) / len(texts), found


@click.command()
@click.argument("bundle", type=click.Path(exists=True))
@click.argument("sentences", type=click.Path(exists=True, dir_okay=False))
@click.option("--length", type=int, help="Most tokens of every translation.")
@click.option("--count", type=int, default=200, show_default=True)
@click.option("--rounds", type=int, default=15, show_default=True)
def main(
    bundle: str, sentences: str, length: int | None, count: int, rounds: int
) -> None:
    """Time BUNDLE over the first lines of SENTENCES."""
    texts = Path(sentences).read_text(encoding="utf-8").split("\n")[:count]
    options = DecodingOptions(
        beam_size=1, max_length=length, break_loops=length is None
    )
    model = load_model(bundle)
    at_once = Translator(model)
    single = Translator(replace(model, step=SingleSteps(model.step)))
    for text in texts[: CALLS_BEFORE + 1]:
        at_once.translate(text, options)
    turns = []
    for _ in range(rounds):
        before, expected = turn(single, texts, options)
        after, found = turn(at_once, texts, options)
        if found != expected:
            raise SystemExit("the translations differ")
        turns.append((before, after))
    ratio = statistics.median(after / before for before, after in turns)
    before, after = (statistics.median(times) for times in zip(*turns, strict=True))
    click.echo(
        f"{len(texts)} sentences, one by one, the same translations: {before:.3f} ms a "
        f"sentence step by step, {after:.3f} ms at once, {ratio:.2f} of it"
    )


if __name__ == "__main__":
    main()
