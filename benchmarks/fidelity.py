"""What is written arrives: spans, tags, numbers, terms, capitals, sentences, loops.

    python benchmarks/fidelity.py BUNDLE --source test.en --reference test.de
        [--more-source train.en --more-reference train.de]
        [--without BUNDLE] [--lines N] [--seed N]

Prints, for one bundle and one test set:

- how many of the lines with spans have each of them as often as the source, greedy,
  with a beam and streamed, and without carrying them over;
- the same with tags drawn around phrases and placeholders between words: well-formed,
  with the nesting of the source, with all placeholders; BLEU and chrF of the rest;
- numbers of the lines with 20 drawn values in their place;
- terms of a drawn glossary, BLEU and time beside the same lines without it;
- BLEU of the lines in capitals beside BLEU as written, case ignored;
- several sentences of a line against each alone;
- repeated phrases in a hostile set, and what the check for loops changes in the test;
- time for the lines without spans with carrying on and off.

From `--more-source` and `--more-reference`, say the training text, terms are learnt as
well: a test set alone says little of what translates what. `--without` is a bundle of a
model that was trained alike without slots: BLEU around spans is compared with its.
"""

import argparse
import random
from pathlib import Path

from fidelity_of_sentences import capitals, cost, joined_sentences, loops
from fidelity_of_spans import drawn_numbers, drawn_structure, spans_as_they_are
from fidelity_of_terms import drawn_terms
from fidelity_report import bleu_tokenizer, read_pairs

from edge_runtime import Translator


def main() -> None:
    """Print all figures of one bundle."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--more-source", type=Path)
    parser.add_argument("--more-reference", type=Path)
    parser.add_argument("--without", type=Path)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    translator = Translator(arguments.bundle)
    without = Translator(arguments.without) if arguments.without else None
    test = read_pairs(arguments.source, arguments.reference)
    sources = [source for source, _ in test]
    others = []
    if arguments.more_source and arguments.more_reference:
        others = read_pairs(arguments.more_source, arguments.more_reference)
    draw = random.Random(arguments.seed)
    tokenizer = bleu_tokenizer(translator)
    spans_as_they_are(translator, without, test, tokenizer)
    drawn_structure(
        translator, without, draw.sample(test, min(arguments.lines, len(test))), draw
    )
    drawn_numbers(translator, sources, draw)
    drawn_terms(translator, test, others, draw, tokenizer)
    capitals(translator, test, tokenizer)
    joined_sentences(translator, sources, draw)
    loops(translator, sources, draw)
    cost(translator, sources)


if __name__ == "__main__":
    main()
