"""The service as a process of its own, over HTTP."""

import concurrent.futures
import contextlib
import errno
import json
import os
import re
import signal
import socket
import struct
import sys
import time
import urllib.error
import urllib.parse
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="needs the serve extra")

from edge_runtime import DecodingOptions, Translator
from edge_runtime.cli import main
from edge_runtime.documents.html_document import read_document
from edge_runtime.documents.journal import FoundText, Journal
from edge_runtime.documents.translate_document import translate_document
from edge_runtime.listening import told_to_the_user

CHINESE, ENGLISH = "我爱吃苹果。", "I love to eat apples."
HTML = '<p class="green">I love <b>apples</b>. <code>x &lt; y</code></p>'


@pytest.fixture(scope="module")
def chinese(served_bundles):
    return Translator(served_bundles[0])


@pytest.fixture(scope="module")
def english(served_bundles):
    return Translator(served_bundles[1])


@pytest.fixture
def with_identifier():
    pytest.importorskip("py3langid", reason="needs the identify extra")


def ask(service, **fields):
    return service.post("/translate", **{"source": "zh", "target": "en", **fields})


def form(service, path, **fields):
    body = urllib.parse.urlencode(fields)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, content = service.ask("POST", path, body, kind)
    return status, json.loads(content)


def test_a_text_and_a_list_of_texts_are_translated(service, chinese, english):
    expected = chinese.translate(CHINESE).text
    assert ask(service, q=CHINESE) == (200, {"translatedText": expected})
    texts = [CHINESE, "", "他每天喝水。"]
    found = [each.text for each in chinese.translate_batch(texts)]
    assert ask(service, q=texts) == (200, {"translatedText": found})
    expected = english.translate(ENGLISH).text
    answer = ask(service, q=ENGLISH, source="EN", target="de-AT")
    assert answer == (200, {"translatedText": expected})


def test_forms_say_the_same_as_json(service, chinese):
    expected = chinese.translate(CHINESE).text
    fields = {"q": CHINESE, "source": "zh", "target": "en"}
    assert form(service, "/translate", **fields) == (200, {"translatedText": expected})
    boundary = b"x"
    parts = b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
        % (boundary, name.encode(), value.encode())
        for name, value in fields.items()
    )
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    status, _, content = service.ask("POST", "/translate", parts + b"--x--\r\n", kind)
    assert (status, json.loads(content)) == (200, {"translatedText": expected})
    # As curl sends `-d q=…`: UTF-8 that is not escaped, and fields in the address.
    raw = f"q={CHINESE}&target=en".encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    status, _, content = service.ask("POST", "/translate?source=zh", raw, kind)
    assert (status, json.loads(content)) == (200, {"translatedText": expected})


def test_line_ends_of_forms_count_once(service):
    text = "\r\n".join(["x" * 9] * 20)
    assert len(text) > 200 >= len(text.replace("\r", ""))
    status, _ = form(service, "/translate", q=text, source="zh", target="zh")
    assert status == 200


@pytest.mark.parametrize("is_form", [False, True])
def test_lines_of_a_text_stay_lines(service, chinese, is_form):
    lines = [CHINESE, "他每天喝水", "他不喝水"]
    text = " {}\n\n {}\n{} \n".format(*lines)
    options = DecodingOptions(num_hypotheses=3)
    found = [chinese.translate(line, options) for line in lines]

    def translate(q, **fields):
        fields = {"q": q, "source": "zh", "target": "en", **fields}
        return (
            form(service, "/translate", **fields) if is_form else ask(service, **fields)
        )

    status, content = translate(text, alternatives=2)
    expected = " {}\n\n {}\n{} \n".format(*(each.text for each in found))
    assert (status, content["translatedText"]) == (200, expected)
    assert content["alternatives"]
    for other in content["alternatives"]:
        assert re.fullmatch(r" [^\n]+\n\n [^\n]+\n[^\n]+ \n", other)
    best = found[0].text
    for separated in (f"{CHINESE}\u2028{CHINESE}", " \n\n"):
        _, content = translate(separated)
        assert content["translatedText"] == separated.replace(CHINESE, best)


def test_html_keeps_its_markup(service, english):
    document = read_document(HTML.encode(), "utf-8", "de")
    translate_document(
        document,
        lambda texts: [
            FoundText(each.text, each.finished)
            for each in english.translate_batch(texts)
        ],
        Journal(None, ""),
    )
    fields = {"source": "en", "target": "de", "format": "html", "alternatives": 2}
    status, content = ask(service, q=[HTML, "<p></p>"], **fields)
    assert status == 200
    assert content["translatedText"] == [document.write().decode(), "<p></p>"]
    assert content["translatedText"][0].startswith('<p class="green">')
    assert "<code>x &lt; y</code>" in content["translatedText"][0]
    assert content["alternatives"] == [[], []]


def test_alternatives_differ_from_the_best(service, chinese):
    options = DecodingOptions(num_hypotheses=4)
    found = chinese.translate(CHINESE, options)
    texts = list(dict.fromkeys(each.text for each in found.alternatives))
    others = [text for text in texts if text and text != found.text]
    status, content = ask(service, q=CHINESE, alternatives=3)
    assert (status, content["alternatives"]) == (200, others)
    assert len(others) > 1
    assert "alternatives" not in ask(service, q=CHINESE, alternatives="0")[1]


@pytest.mark.usefixtures("with_identifier")
def test_the_source_language_is_identified_text_by_text(service, chinese):
    status, content = ask(service, q=[CHINESE, ENGLISH], source="auto")
    assert status == 200
    # English into English is left as it is.
    assert content["translatedText"] == [chinese.translate(CHINESE).text, ENGLISH]
    assert [each["language"] for each in content["detectedLanguage"]] == ["zh", "en"]
    assert all(each["confidence"] > 80 for each in content["detectedLanguage"])
    tags = "<der-und><die-mit>" + ENGLISH
    fields = {"source": "auto", "target": "de", "format": "html"}
    _, content = ask(service, q=tags, **fields)
    assert content["detectedLanguage"]["language"] == "en"
    status, content = ask(service, q="Guten Morgen, wie geht es dir?", source="auto")
    assert status == 400
    assert content["error"].startswith("English (en) is not available as a target")


@pytest.mark.usefixtures("with_identifier")
def test_languages_are_detected(service):
    status, ranked = service.post("/detect", q="Guten Morgen, wie geht es dir?")
    assert status == 200
    assert ranked[0]["language"] == "de"
    assert 80 < ranked[0]["confidence"] <= 100
    assert form(service, "/detect", q=CHINESE)[1][0]["language"] == "zh"
    assert service.post("/detect", q=[CHINESE] * 2)[1][0]["language"] == "zh"
    assert service.post("/detect")[0] == 400
    assert service.post("/detect", q="x" * 201)[0] == 400


def test_languages_and_settings_are_listed(service):
    status, languages = service.get("/languages")
    assert status == 200
    assert languages == [
        {"code": "zh", "name": "Chinese", "targets": ["en", "zh"]},
        {"code": "en", "name": "English", "targets": ["de", "en"]},
        {"code": "de", "name": "German", "targets": ["de"]},
    ]
    status, settings = service.get("/frontend/settings")
    assert (settings["charLimit"], settings["keyRequired"]) == (200, False)
    assert settings["language"]["target"] == {"code": "en", "name": "English"}
    assert service.get("/health") == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Invalid request: missing q parameter"),
        ({"q": []}, "Invalid request: missing q parameter"),
        ({"q": 5}, "Invalid request: q parameter is not text"),
        ({"q": ["x", None]}, "Invalid request: q parameter is not text"),
        ({"q": "x", "source": ""}, "Invalid request: missing source parameter"),
        ({"q": "x", "target": None}, "Invalid request: missing target parameter"),
        ({"q": "x", "target": ["en"]}, "Invalid request: `target` must be text"),
        ({"q": "x", "source": {"a": 1}}, "Invalid request: `source` must be text"),
        ({"q": "x", "format": ["html"]}, "Invalid request: `format` must be text"),
        ({"q": "x", "source": "fr"}, "fr is not supported"),
        ({"q": "x", "source": "f" * 3_000}, f"{'f' * 80}… is not supported"),
        ({"q": "x", "target": "f" * 81}, f"{'f' * 80}… is not supported"),
        ({"q": "x", "format": "pdf"}, "pdf format is not supported"),
        ({"q": "x", "format": "f" * 81}, f"{'f' * 80}… format is not supported"),
        (
            {"q": "x", "target": "de"},
            "German (de) is not available as a target language from Chinese (zh)",
        ),
        (
            {"q": "x", "alternatives": "many"},
            "Invalid request: alternatives parameter is not a number",
        ),
        (
            {"q": "x", "alternatives": 1e999},
            "Invalid request: alternatives parameter is not a number",
        ),
        (
            {"q": "x", "alternatives": 4},
            "Invalid request: alternatives parameter must be <= 3",
        ),
        (
            {"q": "x" * 201},
            "Invalid request: request (201) exceeds text limit (200)",
        ),
        ({"q": ["x"] * 21}, "Invalid request: request (21) exceeds text limit (20)"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(service, fields, message):
    assert ask(service, **fields) == (400, {"error": message})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b"[" * 10_000, b'{"q": ' + b"1" * 5_000 + b"}"]
)
def test_a_body_that_is_no_object_is_refused(service, body):
    kind = {"Content-Type": "application/json"}
    status, _, content = service.ask("POST", "/translate", body, kind)
    assert (status, json.loads(content)) == (400, {"error": "Invalid JSON format"})


@pytest.mark.parametrize("name", ["source", "target", "format"])
def test_half_a_surrogate_in_what_an_error_repeats_can_be_written(service, name):
    fields = {"q": "x", "source": "zh", "target": "en", name: "\udfff"}
    kind = {"Content-Type": "application/json"}
    body = json.dumps(fields)
    status, _, content = service.ask("POST", "/translate", body, kind)
    assert status == 400
    assert json.loads(content)["error"].startswith("\ufffd ")


@pytest.mark.parametrize("charset", ["punycode", "undefined", "utf-7", "nothing"])
def test_no_codec_that_a_form_names_is_used(service, charset):
    """Some fail, and punycode takes seconds for a text as long as a request may be."""
    kind = {"Content-Type": f"multipart/form-data; boundary=x; charset={charset}"}
    fields = {"q": "+2AA-é", "source": "en", "target": "en"}
    parts = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    status, _, content = service.ask(
        "POST", "/translate", f"{parts}--x--\r\n".encode(), kind
    )
    assert (status, json.loads(content)) == (200, {"translatedText": "+2AA-é"})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary*=punycode''x", b"--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--y\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n\xff: x\r\n\r\n--x--\r\n"),
    ],
)
def test_a_broken_form_is_refused(service, kind, body):
    """Nothing is written to the log of it, either: see the fixture `service`."""
    answer = service.ask("POST", "/translate", body, {"Content-Type": kind})
    assert (answer[0], json.loads(answer[2])) == (400, {"error": "Invalid form"})


def test_other_paths_and_methods_are_json_errors_too(service):
    assert service.get("/nothing") == (404, {"error": "Not Found"})
    assert service.get("/translate") == (405, {"error": "Method Not Allowed"})
    status, headers, _ = service.ask(
        "OPTIONS",
        "/translate",
        headers={
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, "*")


def test_a_refused_question_of_a_browser_is_a_json_error_too(service):
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "PUT"}
    status, headers, content = service.ask("OPTIONS", "/translate", headers=asked)
    assert (status, headers["Access-Control-Allow-Origin"]) == (400, "*")
    assert headers.get_all("Content-Type") == ["application/json"]
    assert json.loads(content) == {"error": "Disallowed CORS method"}


def say(service, *parts):
    """Return all that a connection is answered until it ends."""
    with socket.create_connection(("127.0.0.1", service.port), 30) as connection:
        received = b""
        for part in parts:
            connection.sendall(part)
        while part := connection.recv(1000):
            received += part
    return received


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"FOO /health\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZ\r\n",
    ],
)
def test_what_is_no_http_is_a_json_error_too(service, request_bytes):
    answer = say(service, request_bytes)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"content-type: application/json" in head
    assert json.loads(body) == {"error": "Invalid HTTP request received."}


def test_a_request_for_another_protocol_is_answered_in_http(service):
    """Nor does the log advise to install something: see the fixture `service`."""
    answer = say(
        service,
        b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\n"
        b"Upgrade: websocket\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("is_address", [False, True])
def test_headers_that_are_too_long_are_refused(service, is_address):
    """They come in one packet, complete."""
    before = refusals(service, 431)
    address, value = (
        (b"x" * 60_000, b"x" * 6_000) if is_address else (b"", b"x" * 70_000)
    )
    answer = say(
        service, b"GET /%b HTTP/1.1\r\nHost: x\r\nX: %b\r\n\r\n" % (address, value)
    )
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert answer.endswith(b'headers of a request must be at most 64 KiB"}')
    assert refusals(service, 431) == before + 1


def refusals(service, status):
    """Return how many were counted that no endpoint has seen."""
    name = "edge_translate_http_request_duration_seconds_count"
    try:
        return service.metric(f'{name}{{endpoint="other",status="{status}"}}')
    except TypeError:  # there was none
        return 0


def test_as_many_connections_are_served_as_the_limit_says(
    start_service, served_bundles
):
    with (
        start_service(served_bundles[0], "--connection-limit", 2) as service,
        contextlib.closing(service.connect()) as first,
        contextlib.closing(service.connect()) as second,
    ):
        for each in (first, second):
            each.request("GET", "/health")
            assert each.getresponse().read() == b'{"status":"ok"}'
        assert service.get("/health") == (503, {"error": "Too many connections"})
        second.close()
        assert refusals(service, 503) == 1
        assert service.stop() == (0, "")


def test_half_a_surrogate_is_no_error(service):
    body = b'{"q": "\\ud800 x", "source": "en", "target": "de", "format": "html"}'
    kind = {"Content-Type": "application/json"}
    assert service.ask("POST", "/translate", body, kind)[0] == 200


def test_a_huge_body_is_refused_before_it_is_read(service):
    head = b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(head % 10**12)
        assert b" 413 " in connection.recv(1000)
    chunked = (
        b"POST /translate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(chunked + b"5000\r\n" + b"x" * 0x5000 + b"\r\n")
        assert b" 413 " in connection.recv(1000)
    assert service.get("/health")[0] == 200


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_client_that_sends_all_before_it_reads_gets_the_answer(service, is_chunked):
    """A connection that is closed while bytes arrive is reset, and the answer lost."""
    length = 30_000_000
    head = b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    if is_chunked:
        head += b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % length
    else:
        head += b"Content-Length: %d\r\n\r\n" % length
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.sendall(head)
        # Late enough for the answer to be there, and its sender to have ended.
        time.sleep(0.2)
        connection.sendall(b"x" * length)
        received = b""
        while part := connection.recv(1000):
            received += part
    assert received.startswith(b"HTTP/1.1 413 ")
    assert b'{"error":' in received


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"POST /translate HTTP/1.1\r\nHost",
        b"POST /translate HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nq=",
        b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000,
    ],
)
def test_a_slow_client_is_cut_off_and_others_are_served(service, beginning):
    with socket.create_connection(("127.0.0.1", service.port)) as connection:
        connection.settimeout(30)
        begin = time.monotonic()
        connection.sendall(beginning)
        assert ask(service, q=CHINESE)[0] == 200
        try:
            rest = connection.recv(1000)
        except ConnectionResetError:
            rest = b""
        assert rest == b"" or b" 408 " in rest
        assert time.monotonic() - begin < 20


def test_requests_of_several_clients_share_batches(service, chinese):
    before = [
        service.metric(f"edge_translate_batch_texts_{end}") for end in ("sum", "count")
    ]
    texts = [f"我爱吃 {number} 苹果。" * 4 for number in range(60)]
    with concurrent.futures.ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(lambda text: ask(service, q=text), texts))
    expected = [each.text for each in chinese.translate_batch(texts)]
    assert [answer["translatedText"] for _, answer in answers] == expected
    after = [
        service.metric(f"edge_translate_batch_texts_{end}") for end in ("sum", "count")
    ]
    assert after[0] - before[0] == 60
    assert after[1] - before[1] < 40


def test_what_is_counted_can_be_read(service):
    labels = '{source="zh",target="en"}'
    ask(service, q=CHINESE)
    texts = service.metric(f"edge_translate_texts_total{labels}")
    characters = service.metric(f"edge_translate_characters_total{labels}")
    ask(service, q=[CHINESE, CHINESE])
    assert service.metric(f"edge_translate_texts_total{labels}") == texts + 2
    found = service.metric(f"edge_translate_characters_total{labels}")
    assert found == characters + 2 * len(CHINESE)
    counted = (
        'edge_translate_http_request_duration_seconds_count{endpoint="%s",status="%d"}'
    )
    ask(service)
    before = service.metric(counted % ("/translate", 400))
    ask(service)
    assert service.metric(counted % ("/translate", 400)) == before + 1
    service.get("/a/path/that/anybody/can/think/of")
    assert service.metric(counted % ("other", 404)) >= 1
    headers = service.ask("GET", "/metrics")[1]
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert service.metric("edge_translate_http_requests_in_flight") == 1
    assert service.metric("edge_translate_queue_texts") == 0


def test_the_published_client_works_unchanged(service, chinese):
    libretranslatepy = pytest.importorskip("libretranslatepy")
    client = libretranslatepy.LibreTranslateAPI(service.url)
    assert client.translate(CHINESE, "zh", "en") == chinese.translate(CHINESE).text
    assert [each["code"] for each in client.languages()] == ["zh", "en", "de"]
    with pytest.raises(urllib.error.HTTPError, match="400"):
        client.translate(CHINESE, "zh", "fr")
    pytest.importorskip("py3langid", reason="needs the identify extra")
    assert client.detect(ENGLISH)[0]["language"] == "en"
    assert client.translate(CHINESE, "auto", "en") == chinese.translate(CHINESE).text


def test_a_request_that_is_given_up_is_not_translated(service):
    before = service.metric("edge_translate_batch_texts_sum")
    texts = ["我爱吃苹果。" * 30] * 20
    fields = {"q": texts, "source": "zh", "target": "en"}
    body = json.dumps(fields, ensure_ascii=False).encode()
    head = (
        "POST /translate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode()
    connections = []
    for _ in range(30):
        connection = socket.create_connection(("127.0.0.1", service.port))
        connection.sendall(head + body)
        connections.append(connection)
    for connection in connections:
        # At once, with a reset.
        option = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        connection.close()
    assert ask(service, q=CHINESE)[0] == 200
    assert service.metric("edge_translate_queue_texts") == 0
    assert service.metric("edge_translate_batch_texts_sum") - before < 600


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads the tree of processes")
def test_a_worker_that_is_killed_is_replaced_and_its_texts_are_translated(service):
    children = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    restarts = service.metric("edge_translate_worker_restarts")
    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        answers = [
            clients.submit(ask, service, q=["我爱吃苹果。" * 30] * 20) for _ in range(8)
        ]
        for pid in map(int, children.read_text().split()):
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
        assert [answer.result()[0] for answer in answers] == [200] * 8
    assert service.metric("edge_translate_worker_restarts") == restarts + 1
    assert service.get("/health")[0] == 200


def test_with_keys_a_request_needs_one_and_is_limited_by_it(
    start_service, served_bundles, tmp_path
):
    """This service is also told to stop while it translates."""
    keys = tmp_path / "keys.tsv"
    keys.write_text("slow\t2\nquick\n")
    arguments = ["--api-keys", keys, "--queue-limit", 30, "--batch-limit", 30]
    with start_service(served_bundles[0], *arguments) as service:
        missing = "Please contact the server operator to get an API key"
        assert ask(service, q=CHINESE) == (400, {"error": missing})
        invalid = {"error": "Invalid API key"}
        assert ask(service, q=CHINESE, api_key="wrong") == (403, invalid)
        assert service.post("/detect", q=CHINESE)[0] == 400
        assert service.get("/languages")[0] == service.get("/health")[0] == 200
        assert service.get("/frontend/settings")[1]["keyRequired"] is True
        assert ask(service, q=[CHINESE] * 3, api_key="slow")[0] == 200
        slow = ask(service, q=CHINESE, api_key="slow")
        assert slow == (429, {"error": "Slowdown: 2 per 1 minute"})

        many = ["我爱吃苹果。" * 25] * 30
        with concurrent.futures.ThreadPoolExecutor(4) as clients:
            first = clients.submit(ask, service, q=many, api_key="quick")
            while not first.done() and not service.metric(
                "edge_translate_batch_texts_count"
            ):
                time.sleep(0.01)
            later = [
                clients.submit(ask, service, q=many, api_key="quick") for _ in range(3)
            ]
            refused = [each.result() for each in later if each.result()[0] == 503]
            full = {"error": "Too many texts are waiting to be translated"}
            assert refused
            assert all(each == (503, full) for each in refused)
            assert first.result()[0] == 200
            accepted = clients.submit(ask, service, q=many, api_key="quick")
            while not service.metric("edge_translate_queue_texts"):
                if accepted.done():
                    break
            code, errors = service.stop()
            status, content = accepted.result()
        assert (status, len(content["translatedText"])) == (200, 30)
        assert (code, errors) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere"),
        (["{0}", "{0}"], "different directions. Received: zh to en, zh to en"),
        (["{0}", "--port", "65536"], "`port` must be from 0 to 65535. Received: 65536"),
        (["{0}", "--port", "-1"], "`port` must be from 0 to 65535. Received: -1."),
        (["{0}", "--host", ""], "`host` must not be empty"),
        (["{0}", "--host", "nohost.invalid"], "Received: nohost.invalid:5000 ("),
        (["{0}", "--host", "ü..de"], "Received: ü..de:5000 ("),
        (["{0}", "--host", "8.8.8.8"], "Received: 8.8.8.8:5000 (Cannot assign"),
        (["{0}", "--host", "::2"], "Received: [::2]:5000 ("),
        (["{0}", "--processes", "0"], "`processes` must be at least 1"),
        (["{0}", "--api-keys", "nowhere"], "nowhere"),
    ],
)
def test_a_mistake_is_one_line(served_bundles, arguments, message, capsys):
    given = [each.format(*served_bundles) for each in arguments]
    with pytest.raises(SystemExit) as end:
        main(["serve", "--api", *given])
    output, errors = capsys.readouterr()
    assert (end.value.code, output, errors.count("\n")) == (2, "", 1)
    assert message in errors


def test_an_address_in_use_is_told_once(served_bundles, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as end:
            main(["serve", "--api", str(served_bundles[0]), "--port", str(port)])
    assert end.value.code == 2
    assert capsys.readouterr().err == (
        "edge-translate serve --api: `host` and `port` must be an address of this "
        f"machine that is free. Received: 127.0.0.1:{port} (Address already in use).\n"
    )


def test_what_another_address_would_not_prevent_is_no_mistake_of_the_user():
    with pytest.raises(OSError, match="Too many"), told_to_the_user("x", 1):
        raise OSError(errno.EMFILE, "Too many open files")


def test_without_the_extra_it_is_said_what_to_install(
    served_bundles, monkeypatch, capsys
):
    for name in [
        name for name in sys.modules if name.startswith("edge_runtime.service")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    with pytest.raises(SystemExit) as end:
        main(["serve", "--api", str(served_bundles[0])])
    output, errors = capsys.readouterr()
    assert (end.value.code, output, errors.count("\n")) == (2, "", 1)
    assert 'pip install "keras-s2s[serve]"' in errors
