import json
import os
from pathlib import Path

import pytest

from edge_runtime.documents.journal import FoundText, Journal
from edge_runtime.documents.segment import DocumentError, State
from edge_runtime.documents.translate_document import translate_document


def in_order(calls, function=str.upper):
    def translate(texts):
        calls.append(list(texts))
        return [FoundText(function(text), True) for text in texts]

    return translate


def test_a_text_is_translated_once_and_lines_each_by_itself(read, translate):
    document = read('{"a": "x\\n  y\\n", "b": "y", "c": "12", "d": "z"}', "json")
    calls = []
    summary = translate(document, in_order(calls))
    assert calls == [["x", "y", "z"]]
    assert document.write() == b'{"a": "X\\n  Y\\n", "b": "Y", "c": "12", "d": "Z"}'
    assert (summary.translated, summary.problems) == (3, [])


def test_texts_are_translated_in_windows_with_progress(read, translate):
    document = read(json.dumps([f"text {chr(97 + n)}" for n in range(5)]), "json")
    calls, steps = [], []
    translate(
        document,
        in_order(calls),
        window=2,
        report=lambda done, total: steps.append((done, total)),
    )
    assert [len(call) for call in calls] == [2, 2, 1]
    assert steps == [(0, 5), (2, 5), (4, 5), (5, 5)]


@pytest.mark.parametrize(
    ("source", "found", "problem"),
    [
        ("Hi {name}", "Hallo", "placeholders"),
        ("Press <b>OK</b>", "Drück <b>OK", "tags"),
        ("word", "  ", "empty"),
    ],
)
def test_what_is_not_sound_stays_and_is_counted(
    read, translate, each_text, source, found, problem
):
    content = json.dumps({"a": source, "b": "good"})
    document = read(content, "json")
    summary = translate(document, each_text({source: found, "good": "gut"}.__getitem__))
    assert document.write().decode() == content.replace("good", "gut")
    assert [(each.source, why) for each, why in summary.problems] == [(source, problem)]
    assert [each.state for each in document.segments] == [
        State.FUZZY,
        State.TRANSLATED,
    ]
    assert summary.translated == 1


def test_what_ended_at_the_limit_is_written_and_marked(read, translate):
    document = read('msgid "a"\nmsgstr ""\n', "po")
    summary = translate(document, lambda texts: [FoundText("b", False)])
    assert document.write() == b'#, fuzzy\nmsgid "a"\nmsgstr "b"\n'
    assert len(summary.unfinished) == 1
    assert summary.translated == 0


def test_what_is_translated_stays_unless_it_is_asked_for(read, translate):
    content = 'msgid "a"\nmsgstr "mine"\n\nmsgid "b"\nmsgstr ""\n'
    document = read(content, "po")
    calls = []
    summary = translate(document, in_order(calls))
    assert calls == [["b"]]
    assert (summary.kept, summary.translated) == (1, 1)
    assert b'"mine"' in document.write()
    document = read(content, "po")
    translate(document, in_order(calls), retranslate=True)
    assert b'msgid "a"\nmsgstr "A"' in document.write()


class Killed(BaseException):
    pass


def test_a_run_that_was_killed_goes_on_where_it_was(read, tmp_path):
    content = json.dumps([f"text {chr(97 + n)}" for n in range(20)])
    path = tmp_path / "journal"
    calls = []

    def until_it_is_killed(texts):
        if len(calls) == 3:
            raise Killed
        return in_order(calls)(texts)

    with pytest.raises(Killed), Journal(path, "key") as journal:
        translate_document(read(content, "json"), until_it_is_killed, journal, window=4)
    with path.open("ab") as file:
        file.write(b'["text m", "TEX')  # what was being written at that moment
    document = read(content, "json")
    with Journal(path, "key") as journal:
        translate_document(document, in_order(calls), journal, window=4)
        journal.remove()
    assert not path.exists()
    translated = [text for call in calls for text in call]
    assert translated == json.loads(content), "nothing twice, nothing left out"
    assert json.loads(document.write()) == [
        text.upper() for text in json.loads(content)
    ]


def test_what_was_cut_off_leaves_nothing_behind(tmp_path):
    path = tmp_path / "journal"
    with Journal(path, "key") as journal:
        journal.add({"a": FoundText("b", True)})
    with path.open("ab") as file:
        file.write(b'["a long text that was not written to its end')
    with Journal(path, "key") as journal:
        journal.add({"c": FoundText("d", True)})
    with Journal(path, "key") as journal:
        assert list(journal.found) == ["a", "c"]


def test_a_journal_of_another_bundle_is_discarded(tmp_path):
    path = tmp_path / "journal"
    with Journal(path, "one") as journal:
        journal.add({"a": FoundText("b", True), "c": FoundText("", False)})
    with Journal(path, "one") as journal:
        assert journal.found == {"a": FoundText("b", True), "c": FoundText("", False)}
    with Journal(path, "other") as journal:
        assert journal.found == {}
        journal.add({"a": FoundText("d", True)})
    with Journal(path, "other") as journal:
        assert journal.found == {"a": FoundText("d", True)}


def test_a_journal_that_is_something_else_is_not_touched(tmp_path):
    path = tmp_path / "guide.journal"
    path.write_text("Dear diary,\n")
    with pytest.raises(DocumentError, match="something else"):
        Journal(path, "key")
    assert path.read_text() == "Dear diary,\n"


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, os.mkfifo])
def test_what_is_no_journal_is_not_touched(tmp_path, make):
    path = tmp_path / "guide.journal"
    make(path)
    with pytest.raises(DocumentError, match="something else"):
        Journal(path, "key")
    assert path.exists()


@pytest.mark.parametrize(
    "damaged",
    [
        b"garbage\n",
        b"\0\0\0\n",
        b"[1,2]\n",
        b'{"a":1}\n',
        b"null\n",
        b'["x",5,true]\n',
        b'[["x"],"y",true]\n',
        b'["x",null,true]\n',
        b'["x","y",1]\n',
        b"[" * 100_000 + b"\n",
        b'["x","y",true]',
    ],
)
def test_a_journal_is_read_up_to_what_is_damaged(tmp_path, damaged):
    path = tmp_path / "guide.journal"
    with Journal(path, "key") as journal:
        journal.add({"a": FoundText("b", True)})
    good = path.read_bytes()
    path.write_bytes(good + damaged + b'["c","d",true]\n')
    with Journal(path, "key") as journal:
        assert journal.found == {"a": FoundText("b", True)}
        journal.add({"e": FoundText("f", False)})
    assert path.read_bytes() == good + b'["e", "f", false]\n'


def test_two_processes_do_not_share_a_journal(tmp_path):
    path = tmp_path / "guide.journal"
    with Journal(path, "key") as journal:
        with pytest.raises(DocumentError, match="Another process writes"):
            Journal(path, "key")
        journal.add({"a": FoundText("b", True)})
    with Journal(path, "key") as journal:
        assert journal.found == {"a": FoundText("b", True)}


def test_lines_of_old_files_are_wrapped_as_others_are(read):
    # Each line is looked at by itself, whichever line end stands before it.
    lines = [
        "short",
        "a line that is long enough to have been wrapped by someone",
        "here",
    ]
    for newline in ("\n", "\r\n", "\r"):
        segments = read(newline.join(lines), "text").segments
        assert [each.source for each in segments] == [
            lines[0],
            f"{lines[1]} {lines[2]}",
        ]
    assert len(read("\r".join(["short line"] * 9), "text").segments) == 9
