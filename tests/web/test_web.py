"""The built page in a browser gives what the Python runtime gives."""

import base64
import io
import json
import math
import random
import shutil
import subprocess
import zipfile
from dataclasses import replace

import onnx
import pytest
import sentencepiece
from packaging.version import Version

from edge_runtime import DecodingOptions, Translator
from edge_runtime.contract import DECODER_STEP_FILE, ENCODER_FILE, MANIFEST_FILE
from edge_runtime.text.glossary import Glossary
from edge_runtime.text.slots import SLOT_PIECES
from edge_runtime.text.tokenizer import Tokenizer, replace_surrogates

pytestmark = pytest.mark.slow

SLOTS = list(SLOT_PIECES)
FINDS_THESE_PIECES = Version(sentencepiece.__version__) >= Version("0.2.3")

TEXT = "我们去学校学习中文。"
MOST_BYTES = 5_000_000

SCRIPTS = [
    (0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF),
    (0x590, 0x5FF), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE7F), (0x1100, 0x11FF),
    (0x2000, 0x206F), (0x2100, 0x218F), (0x2460, 0x24FF), (0x3000, 0x30FF),
    (0x3200, 0x33FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF),
    (0xFE00, 0xFE0F), (0xFF00, 0xFFEF), (0x1D400, 0x1D7FF), (0x1F1E6, 0x1F64F),
    (0x20000, 0x2A6DF), (0x0, 0x1F), (0x7F, 0x9F),
]  # fmt: skip
ODDITIES = [
    "😀", "👩‍👩‍👧", "🇨🇳", "❤️", "㍻", "ﬁ", "½", "가", "<unk>", "</s>", "<0x41>",
    "[USER]", "foo", "\ufeff", "▁", " ", "  ", "\t", "\u3000", "\u00a0", "\u200b",
    "\u2028",
]  # fmt: skip


def odd_lines(count, lines):
    """Lines of mixed scripts, emoji and odd spacing, and parts of ordinary ones."""
    draw = random.Random(5)

    def part():
        kind = draw.random()
        if kind < 0.4:
            line = draw.choice(lines)
            begin = draw.randrange(len(line))
            return line[begin : begin + draw.randint(1, 9)]
        if kind < 0.7:
            return draw.choice(ODDITIES) * draw.randint(1, 2)
        first, last = draw.choice(SCRIPTS)
        return "".join(
            chr(draw.randint(first, last)) for _ in range(draw.randint(1, 5))
        )

    return ["", " ", *("".join(part() for _ in range(draw.randint(1, 9)))
                       for _ in range(count - 2))]  # fmt: skip


@pytest.fixture(scope="module")
def files(tiny):
    """A bundle with attention, in memory."""
    source = tiny.train_tokenizer(tiny.SOURCE_LINES, 80)
    target = tiny.train_tokenizer(tiny.TARGET_LINES, 70)
    sizes = (Tokenizer(source).vocab_size, Tokenizer(target).vocab_size)
    return tiny.build_bundle((source, target), sizes, True, 1)


@pytest.fixture(scope="module")
def bundle(files, tmp_path_factory):
    return files.write(tmp_path_factory.mktemp("bundles") / "attention")


@pytest.fixture(scope="module")
def sentences(tiny):
    draw = random.Random(3)
    return [
        "".join(draw.choice(tiny.SOURCE_LINES)[: draw.randint(1, 12)] for _ in range(2))
        for _ in range(200)
    ]


def as_in_python(bundle, lines, **options):
    """Return what the page's library should give for each line."""
    translator = Translator(bundle, DecodingOptions(**options))
    # One at a time: integers in a graph are scaled by all sentences of a batch.
    found = [translator.translate(line) for line in lines]
    return [
        {
            "texts": [each.text for each in (translation, *translation.alternatives)],
            "alignment": translation.pharaoh,
            "tokens": list(translation.tokens),
            "sourceTokens": list(translation.source_tokens),
            "finished": translation.finished,
            "unread": [translation.source[slice(*span)] for span in translation.unread],
            "confidence": translation.confidence,
        }
        for translation in found
    ]


RUNS = [
    ({"beamSize": 1}, {"beam_size": 1}),
    # Without a length penalty of its own: both give it the same.
    ({"beamSize": 3}, {"beam_size": 3}),
    # What it could still lift is waited for until four have finished, and no longer.
    ({"beamSize": 4, "lengthPenalty": 4}, {"beam_size": 4, "length_penalty": 4.0}),
    (
        {"beamSize": 4, "numHypotheses": 3, "lengthPenalty": 0.6},
        {"beam_size": 4, "num_hypotheses": 3, "length_penalty": 0.6},
    ),
]


def differences(run_scenario, bundle, lines, runs=RUNS):
    """Return how many lines differ from Python in each run."""
    results = run_scenario("library", bundle, lines=lines, runs=[js for js, _ in runs])
    counts = []
    for result, (_, options) in zip(results, runs, strict=True):
        expected = as_in_python(bundle, lines, **options)
        pairs = zip(result["translations"], expected, strict=True)
        counts.append(sum(not is_same(*pair) for pair in pairs))
    return counts


def is_same(found, expected):
    """Whether two translations are the same but for the rounding of their sums."""
    close = found["confidence"] == expected["confidence"] or math.isclose(
        found["confidence"], expected["confidence"], abs_tol=1e-4
    )
    exact = expected.keys() - {"confidence"}
    return close and all(found[key] == expected[key] for key in exact)


def test_the_parts_of_the_page_work_on_their_own(web_packages):
    result = subprocess.run(
        ["npm", "test"],
        cwd=web_packages.parent,
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout[-4000:]


def test_hundreds_of_sentences_are_translated_as_in_python(
    run_scenario, bundle, sentences
):
    assert differences(run_scenario, bundle, sentences) == [0] * len(RUNS)


def test_integers_give_the_same_hypotheses(run_scenario, files, sentences, tmp_path):
    quantize_both = pytest.importorskip("export.weights.quantization").quantize_both
    names = (ENCODER_FILE, DECODER_STEP_FILE)
    models = [onnx.load_from_string(files.files[name]) for name in names]
    for name, model in zip(names, quantize_both(*models, "int8"), strict=True):
        files = files.with_file(name, model.SerializeToString())
    bundle = files.write(tmp_path / "int8", quantization="int8")
    assert max(differences(run_scenario, bundle, sentences)) <= len(sentences) / 200


def test_models_without_attention_and_long_texts_too(
    run_scenario, tiny, files, tmp_path
):
    source = files.files[files.manifest.source_tokenizer]
    size = Tokenizer(source).vocab_size
    fixed = tiny.build_bundle((source, source), (size, size), False, 2, shared=True)
    lines = [*tiny.SOURCE_LINES, "", " \n", "".join(tiny.SOURCE_LINES) * 3]
    lines += ["What? e.g. this.  And\n\nso on… “yes.” 他说：“好。”然后。", "果" * 90]
    lines += odd_lines(20, tiny.SOURCE_LINES)
    runs = [*RUNS, *(
        ({**js, **split_js}, {**python, **split})
        for split_js, split in (
            ({"splitSentences": False}, {"split_sentences": False}),
            ({"splitLines": True}, {"split_lines": True}),
        )
        for js, python in RUNS
    )]  # fmt: skip
    shared = files.with_shared_weights()
    for written in (fixed.write(tmp_path / "fixed"), shared.write(tmp_path / "long")):
        assert differences(run_scenario, written, lines, runs) == [0] * len(runs)


SPANS = [
    *("{name}", "%1$d", "https://a.example/b?c=d#e", "me@mail.example", "setup.cfg"),
    *("43", "-1,234.5", "$12.50", "3.11.2", "MP3", "🍎", "👨‍👩‍👧", "→", "`range()`"),
    *("<br/>", "&nbsp;", "`the text <label>`_", "3万", "\ufdd0", "\ufddc"),
]
WORDS = [
    *("我爱吃苹果", "I love", "school", "APPLES", "他", "。", "！", ". ", "? ", "\n"),
    *("𠀀", "水水水水水水", "名字"),
]
TERMS = "苹果\tapple|apples|the apple\n名字\tName\nlove\tLiebe|I\napples\tÄpfel\n"


def lines_with_spans(count):
    """Lines of words, spans, terms and pairs of tags around parts, some nested."""
    draw = random.Random(11)

    def part():
        kind = draw.random()
        if kind < 0.4:
            return draw.choice(WORDS)
        if kind < 0.8:
            return draw.choice(SPANS)
        name = draw.choice("abi")
        inner = " ".join(draw.choices([*WORDS, *SPANS], k=draw.randint(0, 3)))
        return f"<{name}>{inner}</{name}>"

    def line():
        text = draw.choice(["", " "]).join(part() for _ in range(draw.randint(1, 9)))
        return f"<div>{text}</div>" if draw.random() < 0.2 else text

    return [line() for _ in range(count)]


@pytest.fixture(scope="module")
def slot_files(tiny):
    """A bundle with attention whose tokenizers have slots, in memory."""
    source = tiny.train_tokenizer(tiny.SOURCE_LINES, 96, user_defined_symbols=SLOTS)
    target = tiny.train_tokenizer(tiny.TARGET_LINES, 86, user_defined_symbols=SLOTS)
    sizes = (Tokenizer(source).vocab_size, Tokenizer(target).vocab_size)
    return tiny.build_bundle((source, target), sizes, True, 1)


@pytest.mark.parametrize("slots", [True, False], ids=["slots", "alignment"])
def test_spans_and_terms_arrive_as_in_python(
    run_scenario, tiny, files, slot_files, tmp_path, slots
):
    written = (slot_files if slots else files).write(
        tmp_path / "spans", confidence=tiny.CONFIDENCE
    )
    lines = lines_with_spans(40)
    few = {"carry": ["number", "tag"], "breakLoops": False}
    runs = [
        *RUNS,
        (
            {"beamSize": 1, "maxLength": 1},
            {"beam_size": 1, "max_length": 1},
        ),
        (
            {"beamSize": 2, "splitSentences": False, **few},
            {
                "beam_size": 2,
                "split_sentences": False,
                "carry": ("number", "tag"),
                "break_loops": False,
            },
        ),
    ]
    path = tmp_path / "terms.tsv"
    path.write_text(TERMS, encoding="utf-8")
    glossary = Glossary.from_file(path)
    # Numbers are written anew in slots alone: Python refuses the option without them.
    number_format = "de" if slots else None
    runs += [
        (
            {**js, "numberFormat": "de", "terms": TERMS},
            {**python, "glossary": glossary, "number_format": number_format},
        )
        for js, python in RUNS
    ]
    # Unknown pieces look alike to a model: which of two a word attended to most, and so
    # is replaced by, is a matter of rounding. Slots are none of them.
    most = 0 if slots else len(lines) / 100
    assert max(differences(run_scenario, written, lines, runs)) <= most
    if slots:
        texts = [each["texts"][0] for each in as_in_python(
            written, lines, beam_size=1, glossary=glossary, number_format="de"
        )]  # fmt: skip
        # Not the first form everywhere; which one a model of these weights prefers
        # depends on its pieces.
        forms = "apples", "-1.234,5", "$12,50"
        for form in (*forms, "the apple") if FINDS_THESE_PIECES else forms:
            assert any(form in text for text in texts), form
    streamed = run_scenario("stream", written, lines=lines[:30], terms=TERMS)
    assert all(shown == whole for shown, whole in streamed["streamed"])


KINDS = [
    {},
    {"user_defined_symbols": SLOTS},
    {"model_type": "bpe", "user_defined_symbols": SLOTS},
    {
        "user_defined_symbols": SLOTS,
        "normalization_rule_name": "nmt_nfkc_cf",
        "byte_fallback": True,
    },
    {
        "model_type": "bpe",
        "user_defined_symbols": SLOTS,
        "normalization_rule_name": "identity",
        "treat_whitespace_as_suffix": True,
    },
    {"model_type": "bpe"},
    {"normalization_rule_name": "nmt_nfkc_cf"},
    {"model_type": "bpe", "normalization_rule_name": "identity"},
    {"byte_fallback": True, "user_defined_symbols": ["[USER]", "foo", "苹果"]},
    {"model_type": "bpe", "remove_extra_whitespaces": False, "byte_fallback": True},
    {"treat_whitespace_as_suffix": True, "normalization_rule_name": "nfkc"},
]


def name_of(options):
    """A short name for options of SentencePiece's trainer."""
    values = ("slots" if value == SLOTS else str(value) for value in options.values())
    return ",".join(values) or "unigram"


@pytest.fixture(scope="module")
def tokenized(run_scenario, tiny, files, bundle, tmp_path_factory):
    """Of every kind of tokenizer: it, lines, and their tokens in the page."""
    texts = {}
    for options in KINDS:
        size = 400 if "byte_fallback" in options else 130
        model = train(tiny.SOURCE_LINES + tiny.TARGET_LINES, size, options)
        tokenizer = Tokenizer(model)
        encoder = tiny.build_encoder(tokenizer.vocab_size, True, 1, seed=5)
        written = files.with_file(files.manifest.source_tokenizer, model)
        written = written.with_file(ENCODER_FILE, encoder.serialize())
        directory = tmp_path_factory.mktemp("tokens") / "bundle"
        archive = shutil.make_archive(directory, "zip", written.write(directory))
        texts[name_of(options)] = tokenizer, archive, hostile_lines(tiny, options)
    found = run_scenario(
        "tokenize",
        bundle,
        texts=[{"archive": path, "lines": lines} for _, path, lines in texts.values()],
        timeout=300,
    )
    return {
        name: (tokenizer, lines, tokens)
        for (name, (tokenizer, _, lines)), tokens in zip(
            texts.items(), found, strict=True
        )
    }


def hostile_lines(tiny, options):
    """Odd lines, some with the pieces of slots."""
    # For every kind of model, and for the usual one ten times as many.
    count = 1_000 if options else 10_000
    lines = odd_lines(count, tiny.SOURCE_LINES + tiny.TARGET_LINES)
    # Those of the symbols that the vocabulary lacks are unknown.
    draw = random.Random(2)
    for place in range(0, count, 3):
        line = lines[place]
        for _ in range(draw.randint(1, 4)):
            at = draw.randint(0, len(line))
            line = line[:at] + draw.choice([*SLOT_PIECES, " "]) + line[at:]
        lines[place] = line
    return [replace_surrogates(line) for line in lines]


@pytest.mark.parametrize("kind", [name_of(options) for options in KINDS])
def test_tokens_are_those_of_sentencepiece(tokenized, kind):
    tokenizer, lines, found = tokenized[kind]
    for line, tokens in zip(lines, found, strict=True):
        expected = tokenizer.tokenize(line)
        assert tokens["tokenIds"] == expected.token_ids, line
        assert tokens["tokens"] == expected.tokens, line
        spans = [tuple(in_characters(line, span)) for span in tokens["spans"]]
        assert spans == expected.spans, line


def train(lines, vocab_size, options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines * 20),
        model_writer=model,
        vocab_size=vocab_size,
        hard_vocab_limit=False,
        pad_id=0,
        unk_id=1,
        bos_id=2,
        eos_id=3,
        minloglevel=2,
        **{"model_type": "unigram", **options},
    )
    return model.getvalue()


def in_characters(text, span):
    """Return places that JavaScript counted as Python counts them."""
    encoded = text.encode("utf-16-le")
    return (len(encoded[: 2 * place].decode("utf-16-le", "replace")) for place in span)


def test_streams_cancels_and_explains_mistakes(run_scenario, bundle, tiny):
    lines = [*tiny.SOURCE_LINES, "".join(tiny.SOURCE_LINES)]
    found = run_scenario("stream", bundle, lines=lines)
    for streamed, whole in found["streamed"]:
        assert streamed == whole
    assert found["cancelled"] == ["Cancelled", "the translation was cancelled."]
    assert found["afterwards"]
    assert found["badOptions"][0] == "RangeError"
    assert "beamSize=2" in found["badOptions"][1]
    assert found["badKinds"][0] == "RangeError"
    assert "`carry` must name kinds among tag, code" in found["badKinds"][1]
    assert found["noBundle"][0] == "BundleError"
    assert "bundle.json answers with status 404" in found["noBundle"][1]


def test_works_without_a_network_after_the_first_visit(run_scenario, bundle):
    expected = Translator(bundle).translate(TEXT, DecodingOptions(beam_size=1)).text
    found = run_scenario("offline", bundle, text=TEXT)
    assert found["online"] == found["offline"] == expected
    assert "works offline" in found["status"]
    for part in ("onnxruntime-web", "Emscripten"):  # and what they are made of
        assert part in found["licences"]


def test_a_first_visit_is_light(run_scenario, bundle):
    found = run_scenario("visit", bundle, text=TEXT, timed=TEXT, typed=TEXT)
    size = sum(file.stat().st_size for file in bundle.iterdir())
    assert found["bytes"] - size < MOST_BYTES


def test_damaged_and_foreign_bundles_are_explained(
    run_scenario, files, bundle, tmp_path
):
    encoder = bytearray(files.files[ENCODER_FILE])
    encoder[len(encoder) // 2] ^= 1
    manifest = json.loads((bundle / MANIFEST_FILE).read_text(encoding="utf-8"))
    newer = {**manifest, "format_version": 99}
    edited = {**manifest, "source_language": "xx"}
    missing = {key: value for key, value in manifest.items() if key != "limits"}
    damages = {
        "its sha256 differs": (ENCODER_FILE, bytes(encoder)),
        "has 100 bytes": (ENCODER_FILE, bytes(encoder[:100])),
        "has more than": (ENCODER_FILE, bytes(encoder) * 2),
        "is not valid JSON": (MANIFEST_FILE, b"<!doctype html><p>Not found"),
        "must have the key format_version": (MANIFEST_FILE, b"{}"),
        "format 99 is newer": (MANIFEST_FILE, json.dumps(newer).encode()),
        "its checksum differs": (MANIFEST_FILE, json.dumps(edited).encode()),
        "missing limits": (MANIFEST_FILE, json.dumps(missing).encode()),
        **consistent_damages(files),
    }
    archive = tmp_path / "good.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as good:
        for file in bundle.iterdir():
            good.write(file, file.name)
    no_zip = tmp_path / "no.zip"
    no_zip.write_bytes(b"PK not a zip")
    found = run_scenario(
        "damaged",
        bundle,
        text=TEXT,
        zip=str(archive),
        noZip=str(no_zip),
        damages=[
            {"file": file, "body": base64.b64encode(body).decode()}
            for file, body in damages.values()
        ],
    )
    expected = Translator(bundle).translate(TEXT, DecodingOptions(beam_size=1)).text
    for complaint, message in zip(
        [*damages, "no undamaged zip"], found["messages"], strict=True
    ):
        assert complaint in message
        assert "cannot be used" in message
    # A good bundle is chosen after a damaged one, and after a file that is none.
    assert found["translations"] == [expected] * 2
    assert found["hidden"]


def consistent_damages(files):
    """Return manifests that are whole, but do not fit the files or the contract."""
    spec = files.manifest.encoder
    renamed = {"tokens": spec.inputs["source_ids"]}
    swapped = files.manifest.source_tokenizer
    return {
        "inputs must be source_ids": (
            MANIFEST_FILE,
            replace(files.manifest, encoder=replace(spec, inputs=renamed))
            .to_json()
            .encode(),
        ),
        "must have as many pieces": (
            MANIFEST_FILE,
            replace(files.manifest, target_tokenizer=swapped).to_json().encode(),
        ),
        "must list every file": (
            MANIFEST_FILE,
            replace(files.manifest, files={}).to_json().encode(),
        ),
    }


TAGGED = "我爱吃 {name} 和<b>苹果</b>。\n他每天喝水。我们去学校 MP3！"


def test_marks_what_is_carried_over_and_takes_glossaries(
    run_scenario, slot_files, tmp_path
):
    bundle = slot_files.write(tmp_path / "slots")
    terms = tmp_path / "terms.csv"
    terms.write_text('水,"water, ""H2O"""\n学校,Bildungsanstalt\n')
    no_text = tmp_path / "latin.tsv"
    no_text.write_bytes("苹果\tÄpfel".encode("utf-16"))
    found = run_scenario(
        "glossary",
        bundle,
        text=TAGGED,
        typed="苹果 = Obst",
        files=[str(terms), str(no_text)],
        expected=["Obst", "Bildungsanstalt"],
    )

    def translated(glossary=None):
        options = DecodingOptions(beam_size=1, glossary=glossary)
        return Translator(bundle).translate(TAGGED, options).text

    carried = ["{name}", "<b>", "</b>", "MP3"]
    marks = found["marks"]
    assert marks["translation"] == translated()
    assert marks["source"] == carried
    assert sorted(marks["target"]) == sorted(carried)
    assert marks["apart"] == []
    assert len(marks["words"]) >= 2
    assert all(", taken over, " in word for word in marks["words"])
    assert found["typed"]["translation"] == translated(Glossary({"苹果": ["Obst"]}))
    assert sorted(found["typed"]["marks"]) == sorted([*carried, "Obst"])
    wrong = found["wrong"]
    assert 'separated by a tab. Received in line 2: "unfinished"' in wrong["message"]
    assert wrong["invalid"] == "true"
    assert wrong["translation"] == found["typed"]["translation"]
    opened = found["opened"]
    assert opened["translation"] == translated(Glossary.from_file(terms))
    assert opened["lines"] == ('水\t"water, ""H2O"""\n学校\tBildungsanstalt')
    assert (opened["message"], opened["invalid"]) == ("2 terms", "false")
    assert found["noText"] == (
        "A glossary must be text in UTF-8 of at most 10 MB. latin.tsv is not."
    )


def archive_of(bundle):
    """Return the path of a zip file of a bundle."""
    path = bundle.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in bundle.iterdir():
            archive.write(file, file.name)
    return str(path)


def test_several_bundles_are_kept_used_offline_and_removed(
    run_scenario, slot_files, tmp_path
):
    languages = [("zh", "en"), ("en", "zh"), ("en", "ar")]
    bundles = [
        slot_files.write(
            tmp_path / "-".join(pair), source_language=pair[0], target_language=pair[1]
        )
        for pair in languages
    ]
    names = ["中文 → English", "English → 中文", "English → العربية"]
    found = run_scenario(
        "shelf",
        bundles[0],
        text=TEXT,
        names=names,
        reverse=archive_of(bundles[1]),
        arabic=archive_of(bundles[2]),
    )
    first = found["first"]
    assert first["choice"] == names[:1]
    assert first["list"] == [[names[0], "0.5 MB · of this page", "In use"]]
    assert not first["swap"]
    added = found["added"]
    assert added["choice"] == [names[1], names[0]]
    assert added["list"][0] == [names[1], "0.5 MB", "In use", "Remove"]
    assert added["list"][1] == [names[0], "0.5 MB · of this page", "Use"]
    assert added["swap"]
    expected = Translator(bundles[1]).translate(TEXT, DecodingOptions(beam_size=1)).text
    assert found["translation"] == found["offline"] == found["swapped"] == expected
    assert found["arabic"]["directions"] == ["ltr", "rtl"]
    assert len(found["arabic"]["list"]) == 3
    removed = found["removed"]
    assert [names[2]] not in [item[:1] for item in removed["list"]]
    assert len(removed["list"]) == 2
    assert removed["directions"] == ["ltr", "ltr"]
    assert found["cachesLeft"] == found["caches"] - 1


def test_loading_shows_progress_and_can_be_stopped(run_scenario, bundle):
    found = run_scenario("stopped", bundle, text=TEXT)
    assert 0 < found["partly"] < 1
    assert found["status"] == "No model"
    assert not found["problems"]
    expected = Translator(bundle).translate(TEXT, DecodingOptions(beam_size=1)).text
    assert found["translation"] == expected


TEXTS = [
    "我们去学校学习中文，1,234.5 MP3 {name} 水。",
    "你叫什么名字？",
    "他每天喝水。",
]


def test_texts_are_chosen_copied_spoken_withheld_and_kept(
    run_scenario, tiny, slot_files, tmp_path
):
    bundle = slot_files.write(
        tmp_path / "slots", target_language="de", confidence=tiny.CONFIDENCE
    )
    found = run_scenario(
        "texts",
        bundle,
        text="\n".join(TEXTS),
        number="1.234,5",
        shared="他每天喝水。" * 3,
    )
    translator = Translator(bundle, DecodingOptions(beam_size=1))
    first = [translator.translate(text) for text in TEXTS]
    assert found["first"] == [each.text for each in first]
    doubtful = sum(each.confidence < 0.3 for each in first)
    assert found["sureness"] == f"{doubtful} of 3 sentences doubtful"
    chosen = found["chosen"]
    assert chosen == [found["first"][0], found["other"], found["first"][2]]
    assert found["other"] != found["first"][1]
    assert found["focus"] == 1
    assert found["copied"] == "\n".join(chosen)
    wrapped = [figure for figure in found["figures"] if figure["stanzas"] > 1]
    assert wrapped
    for figure in found["figures"]:
        assert set(figure["rows"]) == {1}
        assert figure["overflow"] <= 0
    assert all(figure["drawn"] for figure in wrapped)
    assert found["voices"] == [False, True]
    assert found["spoken"] == ["\n".join(chosen)]
    assert found["withheld"] == ["[…]"] * 3
    assert found["sure"] == chosen
    assert found["shared"] == "/keras-s2s/"
    assert found["received"] == "他每天喝水。" * 3
    latest, earlier = found["history"]
    assert latest.startswith("他每天喝水。他")
    assert earlier.startswith(TEXTS[0])
    assert found["taken"] == "\n".join(TEXTS)
    assert found["remembered"] == [True, True]
    assert found["historyCaches"] == []


def test_is_accessible_in_every_theme_and_size(run_scenario, slot_files, tmp_path):
    bundle = slot_files.write(tmp_path / "slots")
    results = run_scenario(
        "accessibility", bundle, text=TAGGED, screenshots=str(tmp_path), timeout=300
    )
    assert len(results) == len(list(tmp_path.glob("*.png"))) == 4
    for result in results:
        assert result["violations"] == []
        assert result["passes"] > 20
        assert result["overflow"] <= 0


def test_can_be_used_with_the_keyboard_alone(run_scenario, bundle):
    found = run_scenario("keyboard", bundle, text=TEXT)
    expected = Translator(bundle).translate(TEXT, DecodingOptions(beam_size=1)).text
    assert found["translation"] == expected
    first, second, below, above, last, home = found["words"]
    assert ", to " in first
    assert ", to " in second
    assert first != second
    assert ", from " in below
    assert ", to " in above
    assert home == first
    assert last not in (first, "")
    assert max(found["active"]) > 0
    assert found["chosen"] == found["other"] != expected
    assert found["cleared"] == {
        "source": "",
        "translation": "",
        "alignment": True,
        "alternatives": True,
    }
