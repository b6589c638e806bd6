import json
import re
import subprocess
import sys

import pytest

pytest.importorskip("sacrebleu", reason="needs the train extra")

from keras_s2s.evaluation.scores.comparison import compare

REFERENCES = [
    "The cat sat on the mat near the door.",
    "I love to eat apples in the morning.",
    "He went home late because it was raining.",
    "She will not come to the party tonight.",
    "We are waiting for the bus, which is late.",
    "It is cold today; take a coat with you.",
] * 3
GOOD = [text.replace("the", "a") for text in REFERENCES]
BAD = [text.replace("is", "was").replace(" to", "").lower() for text in REFERENCES]
SYSTEMS = {"bad": BAD, "good": GOOD}


def run_sacrebleu(tmp_path, tokenizer):
    """Return what the command of sacreBLEU prints for the systems."""
    texts = {"references": REFERENCES, **SYSTEMS}
    for name, lines in texts.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sacrebleu", "references"),
            *("-i", *SYSTEMS, "-m", "bleu", "chrf", "--paired-bs"),
            *("--tokenize", tokenizer, "--format", "text", "--width", "4"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("tokenizer", ["13a", "char"])
def test_every_number_is_that_of_sacrebleus_own_command(tokenizer, tmp_path):
    comparison = compare(SYSTEMS, REFERENCES, tokenizer=tokenizer)
    output = run_sacrebleu(tmp_path, tokenizer)
    number = r"(\d+\.\d{4})"
    scores = re.findall(rf"{number} \({number} ± {number}\)", output)
    p_values = re.findall(rf"\(p = {number}\)", output)
    # A row holds the BLEU and the chrF of one system, the baseline's first.
    ours = [
        paired
        for name in SYSTEMS
        for paired in (comparison.bleu[name], comparison.chrf[name])
    ]
    assert scores == [
        (
            f"{paired.score.value:.4f}",
            f"{paired.score.interval.mean:.4f}",
            f"{paired.score.interval.half_width:.4f}",
        )
        for paired in ours
    ]
    assert [paired.p_value for paired in ours[:2]] == [None, None]
    assert p_values == [f"{paired.p_value:.4f}" for paired in ours[2:]]
    for paired in ours[:2]:
        assert paired.score.signature in output


def test_the_baseline_has_no_p_value_and_others_have_one():
    comparison = compare(SYSTEMS, REFERENCES, resamplings=50)
    assert comparison.bleu["bad"].p_value is None
    assert 0 < comparison.bleu["good"].p_value <= 1


def test_the_sentences_that_differ_most_come_first():
    hypotheses = {"a": list(REFERENCES[:3]), "b": list(REFERENCES[:3])}
    hypotheses["a"][1] = "wholly different"
    hypotheses["b"][2] = REFERENCES[2].replace("home", "hme")
    comparison = compare(hypotheses, REFERENCES[:3], resamplings=10)
    assert [found.sentence for found in comparison.differences] == [1, 2]
    first = comparison.differences[0]
    assert first.spread == first.chrf["b"] - first.chrf["a"] > 80


def test_no_more_differences_than_asked_for():
    comparison = compare(SYSTEMS, REFERENCES, resamplings=10, most_differences=2)
    assert len(comparison.differences) == 2


def test_one_system_is_refused():
    with pytest.raises(ValueError, match="at least two systems"):
        compare({"a": GOOD}, REFERENCES)


def test_different_counts_are_refused_by_name():
    with pytest.raises(ValueError, match="'short': 1"):
        compare({"a": GOOD, "short": GOOD[:1]}, REFERENCES)


@pytest.mark.parametrize("count", [2, 20, 100, 1000])
def test_systems_with_few_matches_are_compared(count):
    references = ["ein Satz mit Worten"] * count
    nothing = ["你好"] * count
    few = ["ein Satz", *nothing[1:]]
    found = compare({"few": few, "nothing": nothing}, references, resamplings=100)
    for scores in (found.bleu, found.chrf):
        assert scores["nothing"].score.value == 0
        assert type(scores["few"].score.interval.mean) is float
    json.dumps(found.to_json())
