"""Lines of a test set with something drawn into them."""

import random

from edge_runtime import Translator
from edge_runtime.text.tokenizer import Span
from edge_runtime.text.words import is_cjk, word_spans

PAIRED = ("b", "i", "em", "span", "code")
PLACEHOLDERS = ("{name}", "{0}", "%s", "%1$d", "${x}", "{{user}}", "%(count)d")


def words_to_mark(translator: Translator, line: str) -> list[Span]:
    """Return where words stand; in Chinese and Japanese, tokens of the vocabulary."""
    if not any(map(is_cjk, line)):
        return word_spans(line)
    spans = translator.model.source_tokenizer.tokenize(line).spans
    return [(begin, end) for begin, end in spans if line[begin:end].strip()]


def with_markup(translator: Translator, line: str, draw: random.Random) -> str:
    """Return a line with tags around a phrase, perhaps nested, and placeholders."""
    words = words_to_mark(translator, line)
    if not words:
        return line
    first = draw.randrange(len(words))
    last = draw.randrange(first, min(len(words), first + 6))
    inserted: list[tuple[int, int, str]] = []
    name = draw.choice(PAIRED)
    inserted.append((words[first][0], 1, f"<{name}>"))
    inserted.append((words[last][1], 0, f"</{name}>"))
    if last > first + 1 and draw.random() < 0.5:
        inner = draw.choice(PAIRED)
        middle = draw.randrange(first + 1, last)
        inserted.append((words[middle][0], 1, f"<{inner}>"))
        inserted.append((words[middle][1], 0, f"</{inner}>"))
    if draw.random() < 0.3:
        inserted.append((words[draw.randrange(len(words))][0], 2, "<br/>"))
    if draw.random() < 0.6:
        place = words[draw.randrange(len(words))][0]
        space = "" if is_cjk(line[place]) else " "
        inserted.append((place, 3, f"{draw.choice(PLACEHOLDERS)}{space}"))
    for place, _, text in sorted(inserted, reverse=True):
        line = f"{line[:place]}{text}{line[place:]}"
    return line


def drawn_value(draw: random.Random) -> str:
    """Draw a number as people write them."""
    whole = str(draw.randrange(10 ** draw.randrange(1, 10)))
    return draw.choice(
        (
            whole,
            whole,
            f"{draw.randrange(1000)}.{draw.randrange(100):02}",
            f"{draw.randrange(24)}:{draw.randrange(60):02}",
            f"{draw.choice('$€£')}{draw.randrange(100)}.{draw.randrange(100):02}",
        )
    )
