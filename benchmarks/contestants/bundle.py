"""A bundle in the edge runtime."""

from contestants.serving import Reply, Request, serve
from edge_runtime import DecodingOptions, Translator


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


def load(bundle: str) -> TranslatorContestant:
    """Return a bundle's translator, greedy.

    Args:
        bundle: Directory or zip file.
    """
    return TranslatorContestant(Translator(bundle, DecodingOptions(beam_size=1)))


if __name__ == "__main__":
    serve(load)
