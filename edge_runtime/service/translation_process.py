"""What runs in each process that translates."""

import dataclasses
import pickle
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

from edge_runtime.documents.document import Document
from edge_runtime.documents.html_document import read_document
from edge_runtime.documents.journal import FoundText, Journal
from edge_runtime.documents.translate_document import texts_of, translate_document
from edge_runtime.service.jobs import Found, Task
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translation import Translation
from edge_runtime.translation.translator import Translator

Texts = Sequence[tuple[str, bool]]
"""Texts, and whether each is HTML."""


def serve_translations(
    connection: "Connection[object, object]", translators: bytes, batch_size: int
) -> None:
    """Answer batches until the other end of a connection closes.

    Args:
        connection: Brings a `Task` and `Texts`, and takes a list of `Found`, or a
            string that says what went wrong. The first string says that all is well,
            if it is empty.
        translators: A pickled list of them.
        batch_size: Sentences that are translated together.
    """
    # These reach every process of a terminal or a service; only the one that accepts
    # requests is to react. It closes the connection when all are answered.
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    try:
        loaded = pickle.loads(translators)
    except Exception as error:  # noqa: BLE001 (said by the other process)
        connection.send(str(error) or type(error).__name__)
        return
    connection.send("")
    while True:
        try:
            received: Any = connection.recv()
        except EOFError:
            return
        task, texts = received
        try:
            answer: list[Found] | str = translate_texts(
                loaded[task.bundle], task, texts, batch_size
            )
        except Exception as error:  # noqa: BLE001 (said by the other process)
            answer = str(error) or type(error).__name__
        try:
            connection.send(answer)
        except OSError:
            return


def translate_texts(
    translator: Translator, task: Task, texts: Texts, batch_size: int
) -> list[Found]:
    """Return the translations of texts and of HTML, which share batches.

    Every line of a text is translated on its own; white space at its ends stays.

    Args:
        translator: The bundle of the task.
        task: What is wanted of each text. HTML gets no alternatives.
        texts: Texts that can be written as UTF-8.
        batch_size: Sentences that are translated together.
    """
    documents = {
        place: read_document(text.encode(), "utf-8", "")
        for place, (text, is_html) in enumerate(texts)
        if is_html
    }
    document_texts = list(
        dict.fromkeys(
            text for document in documents.values() for text in texts_of(document)
        )
    )
    plain = [text for text, is_html in texts if not is_html]
    found = translator.translate_batch(
        plain + document_texts,
        _options(translator.options, task.hypotheses),
        batch_size=batch_size,
        with_evidence=False,
    )
    answers = iter(found[: len(plain)])
    journal = Journal(None, "")
    journal.add(
        {
            each.source: FoundText(each.text, each.finished)
            for each in found[len(plain) :]
        }
    )
    return [
        Found(_write(documents[place], journal)) if is_html else _choose(next(answers))
        for place, (_, is_html) in enumerate(texts)
    ]


def _options(options: DecodingOptions, hypotheses: int) -> DecodingOptions:
    beam_size = options.beam_size
    if beam_size is not None and not options.sampling:
        beam_size = max(beam_size, hypotheses)
    return dataclasses.replace(
        options, num_hypotheses=hypotheses, beam_size=beam_size, split_lines=True
    )


def _choose(translation: Translation) -> Found:
    """Return the text of a translation, and its alternatives that differ.

    The white space at the ends of the source is at their ends, too.
    """
    texts = (translation.text, *(other.text for other in translation.alternatives))
    best, *others = dict.fromkeys(texts)
    source = translation.source
    rest = source.lstrip()
    before, behind = source[: len(source) - len(rest)], rest[len(rest.rstrip()) :]
    return Found(
        f"{before}{best}{behind}",
        tuple(f"{before}{other}{behind}" for other in others if other),
    )


def _write(document: Document, journal: Journal) -> str:
    translate_document(document, lambda texts: [], journal)
    return document.write().decode()
