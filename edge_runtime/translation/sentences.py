"""A text as sentences that are ready for the encoder, without markup and with slots."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.slot_rules import SlotGroup, SlotRules
from edge_runtime.text.letter_case import (
    LetterCase,
    in_sentence_case,
    letter_case,
)
from edge_runtime.text.markup import Element, enclosed_slots
from edge_runtime.text.sentences import Segment, longest_text, split_text
from edge_runtime.text.slots import SLOT_PIECES, without_reserved
from edge_runtime.text.slotted_text import (
    READ_KINDS,
    READ_MARK,
    SlottedText,
    mark_spans,
    number_slots,
)
from edge_runtime.text.source_parts import in_tokens
from edge_runtime.text.span_kinds import TERM
from edge_runtime.text.spans import CarriedSpan, find_spans
from edge_runtime.text.term import Term
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.translation.decoding_options import DecodingOptions


@dataclass(frozen=True)
class Sentence:
    """One segment of a text, ready for the encoder.

    Attributes:
        segment: Its text and its place in the whole.
        source: Its tokens, with bos and eos, which have empty spans.
        content: The same tokens with their places in the text without markup.
        slotted: Its text as the model reads it, and what was taken out of it.
        elements: The markup, in tokens of the source without bos.
        terms: The terms of a glossary, likewise.
        prefix: Target ids that its translation must begin with.
        loose_spans: What is carried over by the alignment, because the vocabulary has
            no slots: spans of the text without markup.
        letter_case: How its letters are written; the encoder reads ordinary case.
        slot_rules: What holds its translation to its slots; `None` without any.
        has_words: Whether it holds anything to translate beside spans.
    """

    segment: Segment
    source: TokenizedText
    content: TokenizedText
    slotted: SlottedText
    elements: tuple[Element, ...] = ()
    terms: tuple[Term, ...] = ()
    prefix: tuple[int, ...] = ()
    loose_spans: Sequence[CarriedSpan] = ()
    letter_case: LetterCase = LetterCase.ORDINARY
    slot_rules: SlotRules | None = None
    has_words: bool = True


def read_sentences(
    model: TranslationModel, text: str, target_prefix: str, options: DecodingOptions
) -> Iterator[Sentence]:
    """Split a text into sentences, if the options or the model's limit require it.

    Args:
        model: Model that will translate.
        text: Any text that can be written as UTF-8.
        target_prefix: Text that the translation of the first sentence begins with.
        options: Resolved options.

    Yields:
        The sentences in order; none for white space.
    """
    if not text or text.isspace():
        return
    prefix: tuple[int, ...] = ()
    if target_prefix:
        prefix = tuple(model.target_tokenizer.encode(without_reserved(target_prefix)))
    for sentence in _sentences(model, text, options):
        yield replace(
            sentence,
            source=_enclose(sentence.source),
            content=_enclose(sentence.content),
            prefix=prefix,
        )
        prefix = ()


def _sentences(
    model: TranslationModel, text: str, options: DecodingOptions
) -> Iterator[Sentence]:
    text = without_reserved(text)
    with_slots = model.slot_ids is not None
    spans = find_spans(text, options.carried_kinds, options.glossary)
    if not with_slots:
        # Tags that stand for text go where tags go: no slot does better. What is left
        # is found once more, in the text without markup.
        spans = [
            replace(span, kind="tag") if span.text.startswith("<") else span
            for span in spans
        ]
        spans = [span for span in spans if span.is_markup or span.kind == TERM]
    marked = mark_spans(text, spans)
    place = 0  # of the next span
    added = 0  # characters that the spans so far are longer than their marks
    for segment in _segments(model, marked, _longest_span(model, spans), options):
        slotted = number_slots(segment.text, spans, place)
        case = letter_case(slotted.text)
        read = slotted.text
        if case is not LetterCase.ORDINARY:
            read = in_sentence_case(read)
        tokens = replace(model.source_tokenizer.tokenize(read), text=slotted.text)
        source, content = slotted.original(tokens), slotted.content(tokens)
        original = Segment(source.text, segment.begin + added, segment.gap)
        place += slotted.num_spans
        added += len(source.text) - len(segment.text)
        loose: Sequence[CarriedSpan] = ()
        if not with_slots and model.attends:
            loose = find_spans(content.text, options.carried_kinds)
        yield Sentence(
            original,
            source,
            content,
            slotted,
            elements=in_tokens(slotted.elements, tokens.spans),
            terms=in_tokens(slotted.terms, tokens.spans),
            loose_spans=loose,
            letter_case=case,
            slot_rules=_slot_rules(model, slotted),
            has_words=_has_words(slotted, loose, options),
        )


def _has_words(
    slotted: SlottedText, loose: Sequence[CarriedSpan], options: DecodingOptions
) -> bool:
    """Return whether a model translates a sentence.

    It needs letters or digits, and beside spans letters: a line of punctuation, such as
    a rule or a fence of code, would be translated into words.
    """
    if not (slotted.slots or slotted.elements or loose):
        return any(map(str.isalnum, slotted.text))
    numbers = any(slot.span.kind == "number" for slot in slotted.slots)
    if options.number_format and numbers:
        return True
    rest, done = [], 0
    for span in loose:
        rest.append(slotted.text[done : span.begin])
        done = span.end
    return any(map(str.isalpha, "".join([*rest, slotted.text[done:]])))


def _slot_rules(model: TranslationModel, slotted: SlottedText) -> SlotRules | None:
    if not slotted.slots or model.slot_ids is None:
        return None
    ids = dict(zip(SLOT_PIECES, model.slot_ids, strict=True))
    return SlotRules(
        [ids[slot.piece] for slot in slotted.slots],
        model.slot_ids,
        model.digit_ids if slotted.has_all_numbers else None,
        [
            SlotGroup(*enclosed)
            for enclosed in enclosed_slots(slotted.owners, slotted.elements)
        ],
    )


def _longest_span(model: TranslationModel, spans: Sequence[CarriedSpan]) -> int:
    """Return the most tokens of a span whose text the encoder reads."""
    read = [span.text for span in spans if span.kind in READ_KINDS]
    return max(map(len, model.source_tokenizer.encode_batch(read)), default=0)


def _segments(
    model: TranslationModel, text: str, longest_span: int, options: DecodingOptions
) -> Iterator[Segment]:
    tokenizer = model.source_tokenizer
    max_tokens = model.limits.max_source_length - 2  # bos and eos

    def count_tokens(part: str) -> int:
        # At most: which span a mark stands for is not seen here.
        return len(tokenizer.encode(part)) + longest_span * part.count(READ_MARK)

    if (
        not options.split_sentences
        and not options.split_lines
        and len(text) <= longest_text(max_tokens)
        and count_tokens(text) <= max_tokens
    ):
        yield Segment(text, 0)
        return
    yield from split_text(
        text,
        max_tokens,
        count_tokens,
        every_sentence=bool(options.split_sentences),
        every_line=options.split_lines,
    )


def _enclose(text: TokenizedText) -> TokenizedText:
    """Return a text with bos and eos around its tokens."""
    end = len(text.text)
    return TokenizedText(
        text.text,
        [BOS_ID, *text.token_ids, EOS_ID],
        ["<s>", *text.tokens, "</s>"],
        [(0, 0), *text.spans, (end, end)],
    )
