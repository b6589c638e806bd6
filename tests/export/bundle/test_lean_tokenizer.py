import io
import itertools
import random

import pytest
import sentencepiece

from edge_runtime.text.tokenizer import Tokenizer
from export.bundle import lean_tokenizer
from export.bundle.lean_tokenizer import make_lean_tokenizer, needed_rules
from export.errors import ExportError

LINES = [
    "I love to eat apples, 3 of them.",
    "Le café est à l'hôtel.",
    "我爱吃苹果。",
    "他每天喝水。",
    "今天天气很好，我们去公园吧！",
]
FOREIGN = [
    "한국어 한글",
    "가각 e\u0323\u0301 ẹ́",
    "Ｉ ⅷ ﷺ ½ ㍿",
    "\u0f73\u0f75 ｶﾞ",
    "a\u00adb\u200b ",
]


def train(**options):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(LINES * 20),
        model_writer=model,
        hard_vocab_limit=False,
        pad_id=0,
        unk_id=1,
        bos_id=2,
        eos_id=3,
        minloglevel=2,
        **{"vocab_size": 130, "model_type": "unigram", **options},
    )
    return model.getvalue()


def rules_of(model):
    normalizer = sentencepiece.SentencePieceNormalizer(model_proto=model)
    return dict(normalizer.Decompile())


@pytest.fixture(scope="module")
def unigram():
    return train()


@pytest.fixture(scope="module", params=["unigram", "bpe", "nmt_nfkc_cf"])
def models(request, unigram):
    """A model and the smaller one."""
    options = {
        "bpe": {
            "model_type": "bpe",
            "user_defined_symbols": ["[USER]", "각\u0301", "＠"],
        },
        "nmt_nfkc_cf": {"normalization_rule_name": "nmt_nfkc_cf"},
    }
    model = train(**options[request.param]) if request.param in options else unigram
    return model, make_lean_tokenizer(model)


def test_most_of_the_table_goes(models):
    model, lean = models
    assert len(model) > 240_000
    assert len(lean) < 60_000
    assert make_lean_tokenizer(model) == lean  # the same file every time


def test_every_character_has_the_same_tokens(models):
    before, after = map(Tokenizer, models)
    # Every one of the planes that have characters, and some of the others.
    planes = range(1, 0xD800), range(0xE000, 0x34000), range(0xE0000, 0xE1000)
    codes = (*planes, range(0x34000, 0x110000, 61))
    characters = [chr(code) for code in itertools.chain(*codes)]
    assert after.encode_batch(characters) == before.encode_batch(characters)


def test_runs_of_characters_have_the_same_tokens_at_the_same_places(models):
    """Runs that rules replace, cut and joined so that rules meet in their middles."""
    before, after = map(Tokenizer, models)
    generator = random.Random(0)
    runs = [run for run in rules_of(models[0]) if len(run) > 1]

    def part():
        run = generator.choice(runs)
        if generator.random() < 0.2:
            return generator.choice([*LINES, *FOREIGN])[:6]
        return run[generator.randrange(len(run)) :] if generator.random() < 0.5 else run

    texts = FOREIGN + [
        "".join(part() for _ in range(generator.randint(1, 5))) for _ in range(5_000)
    ]
    for text in texts:
        assert after.tokenize(text) == before.tokenize(text), text


def test_rules_that_a_vocabulary_can_see_stay():
    rules = {
        "Ａ": "A",  # becomes known
        "A\u030a": "Å",  # starts as known
        "\u200b": "",  # leaves nothing
        "\u3000": " ",
        "Å": "Å",
    }
    assert needed_rules(rules, set("A ")) == {
        run: rules[run] for run in ("Ａ", "A\u030a", "\u200b", "\u3000")
    }


def test_a_rule_that_hides_another_one_stays():
    rules = {
        "xy": "w",  # of "xyz" it leaves z alone; without it, "yz" would become "A"
        "yz": "A",
        "vx": "w",  # hides "xy", once that stays
        "u": "A",
        "us": "w",  # hides "u"
        "xs": "w",  # hides nothing
    }
    assert needed_rules(rules, {"A"}).keys() == rules.keys() - {"xs"}


@pytest.mark.parametrize(
    "options",
    [
        {"byte_fallback": True, "vocab_size": 400},
        {"normalization_rule_name": "identity"},
        {"model_type": "word", "vocab_size": 20},
    ],
    ids=["bytes", "identity", "words"],
)
def test_other_models_are_left_as_they_are(options):
    model = train(**options)
    assert make_lean_tokenizer(model) == model


def test_a_vocabulary_that_sees_no_rule_needs_no_table(monkeypatch, unigram):
    monkeypatch.setattr(lean_tokenizer, "needed_rules", lambda rules, known: {})
    monkeypatch.setattr(lean_tokenizer, "_require_same_tokens", lambda *_: None)
    lean = make_lean_tokenizer(unigram)
    assert len(lean) < 5_000
    assert Tokenizer(lean).encode("apples") == Tokenizer(unigram).encode("apples")


def test_a_rule_too_few_is_found(monkeypatch, unigram):
    def one_too_few(rules, known):
        kept = needed_rules(rules, known)
        return {run: kept[run] for run in kept if run != "Ｉ"}

    monkeypatch.setattr(lean_tokenizer, "needed_rules", one_too_few)
    with pytest.raises(ExportError, match="must make the same tokens of ' Ｉ '"):
        make_lean_tokenizer(unigram)
