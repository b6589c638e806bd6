"""A bundle in the edge runtime."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from contestants.serving import Reply, Request, serve
from edge_runtime import DecodingOptions, Translator
from edge_runtime.arrays import FloatArray
from edge_runtime.contract import EOS_ID
from edge_runtime.model.translation_model import TranslationModel, load_model
from edge_runtime.search.greedy_search import DecoderStates, DecoderStep


class TranslatorContestant:
    """A translator as an application calls it: one text, or many at once.

    Args:
        translator: The translator, with its options.
    """

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def __call__(self, request: Request) -> Reply:
        """Translate every text."""
        if request.batch_size == 1:
            found = [self._translator.translate(text) for text in request.texts]
        else:
            found = self._translator.translate_batch(
                request.texts, batch_size=request.batch_size
            )
        return Reply(
            [each.text for each in found], [list(each.tokens) for each in found]
        )


class ForcedContestant:
    """A translator that writes as much as it is told, as CTranslate2's side does.

    For weights that were trained little, whose own lengths say nothing. A batch has one
    length, the mean of its references'.

    Args:
        model: The model; eos is taken from it.
    """

    def __init__(self, model: TranslationModel) -> None:
        self._translator = Translator(replace(model, step=_WithoutEos(model.step)))

    def __call__(self, request: Request) -> Reply:
        """Translate slices of the texts, which are sorted by length."""
        texts, tokens = [], []
        for begin in range(0, len(request.texts), request.batch_size):
            batch = slice(begin, begin + request.batch_size)
            lengths = request.lengths[batch]
            options = DecodingOptions(
                beam_size=1, max_length=max(1, round(sum(lengths) / len(lengths)))
            )
            found = self._translator.translate_batch(
                request.texts[batch], options, batch_size=request.batch_size
            )
            texts += [each.text for each in found]
            tokens += [list(each.tokens) for each in found]
        return Reply(texts, tokens)


class _WithoutEos:
    """A decoder step that never ends a sentence."""

    def __init__(self, step: DecoderStep) -> None:
        self._step = step

    def __call__(
        self, token_ids: npt.NDArray[np.int32], states: DecoderStates
    ) -> tuple[FloatArray, DecoderStates]:
        log_probs, states = self._step(token_ids, states)
        log_probs[:, EOS_ID] = -np.inf
        return log_probs, states


def load(
    bundle: str, forced: bool = False, beam_size: int = 1
) -> TranslatorContestant | ForcedContestant:
    """Return a bundle's translator.

    Args:
        bundle: Directory or zip file.
        beam_size: 1 for greedy search; with a larger one the length penalty is 1.
        forced: Whether it writes as many tokens as the reference has.
    """
    if forced:
        return ForcedContestant(load_model(bundle))
    options = DecodingOptions(beam_size=beam_size)
    if beam_size > 1:
        options = replace(options, length_penalty=1.0)
    return TranslatorContestant(Translator(bundle, options))


if __name__ == "__main__":
    serve(load)
