import copy
import multiprocessing
import pickle
import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import BundleError, DecodingOptions, Translator
from edge_runtime.bundle.manifest import DecodingDefaults

TEXTS = [
    "我爱吃苹果。",
    "",
    "他每天喝水。我们去学校学习中文。",
    "I love to eat apples.",
    "今天天气很好，我们去公园吧！",
    " \t ",
    "你叫什么名字？",
    "😀 ﷽ \u202eabc\u202c \x00\x07",
    "我们去学校学习中文。" * 9,
]


def assert_close(found, expected):
    assert found.text == expected.text
    assert found.tokens == expected.tokens
    assert found.score == pytest.approx(expected.score, abs=1e-4)
    for block, alone in zip(found.alignments, expected.alignments, strict=True):
        np.testing.assert_allclose(block, alone, atol=1e-5)


@pytest.mark.parametrize("batch_size", [1, 2, 32])
@pytest.mark.parametrize(
    "options",
    [
        DecodingOptions(),
        DecodingOptions(beam_size=3, num_hypotheses=2, length_penalty=0.8),
        DecodingOptions(beam_size=2, coverage_penalty=0.2),
        DecodingOptions(sampling=True, seed=3, top_k=5),
    ],
    ids=["greedy", "beam", "coverage", "sampling"],
)
def test_results_keep_their_order_and_do_not_depend_on_neighbours(
    translator, options, batch_size
):
    batch = translator.translate_batch(TEXTS, options, batch_size=batch_size)
    for text, found in zip(TEXTS, batch, strict=True):
        assert found.source == text
        if found.tokens:
            assert_close(found, translator.translate(text, options))
        else:
            assert found.text == ""


@pytest.mark.parametrize("text", [None, 3, b"abc", ["abc"]])
def test_a_text_that_is_no_string_is_refused_by_name(translator, text):
    with pytest.raises(ValueError, match=r"^`text` must be a string\. Received: "):
        translator.translate(text)
    with pytest.raises(ValueError, match=r"^`target_prefix` must be a string\."):
        translator.translate("abc", target_prefix=text)
    with pytest.raises(ValueError, match=r"^`text` must be a string\."):
        translator.stream(text)
    with pytest.raises(ValueError, match=r"^`texts\[1\]` must be a string\."):
        translator.translate_batch(["abc", text])
    with pytest.raises(ValueError, match=r"^`target_prefixes\[0\]` must be"):
        translator.translate_batch(["abc"], target_prefixes=[text])


def test_one_string_is_no_batch(translator):
    with pytest.raises(ValueError, match=r"^`texts` must be a sequence .*one.*'abc'"):
        translator.translate_batch("abc")
    with pytest.raises(ValueError, match=r"^`target_prefixes` must be a sequence"):
        translator.translate_batch(["a", "b"], target_prefixes="ab")


def test_arrays_of_numpy_are_batches(translator):
    texts, prefixes = ["我爱吃苹果。", "I love to eat apples."], ["I", ""]
    expected = translator.translate_batch(texts, target_prefixes=prefixes)
    assert expected[0].text.startswith("I")
    for kind in (str, object):
        found = translator.translate_batch(
            np.array(texts, kind), target_prefixes=np.array(prefixes, kind)
        )
        assert [each.text for each in found] == [each.text for each in expected]
    none = translator.translate_batch(texts, target_prefixes=np.array([], str))
    assert [each.text for each in none] == [
        each.text for each in translator.translate_batch(texts)
    ]
    with pytest.raises(ValueError, match=r"one entry per text\. Received: 1 for 2"):
        translator.translate_batch(texts, target_prefixes=np.array(["I"]))


def test_what_the_vocabulary_lacks_of_a_prefix_is_told(translator, caplog):
    translator.translate("我爱吃苹果。", target_prefix="I")
    assert caplog.messages == []
    translator.translate("我爱吃苹果。", target_prefix="I ΩΨ")
    (message,) = caplog.messages
    assert "lacks 'ΩΨ' of 'I ΩΨ'" in message


def test_everything_about_a_translation_fits_together(translator):
    found = translator.translate("我爱吃苹果。")
    assert found.source_tokens[0] == "<s>" and found.source_tokens[-1] == "</s>"
    assert len(found.tokens) == len(found.token_log_probs) == len(found.spans)
    assert found.alignment.shape == (len(found.tokens), len(found.source_tokens))
    np.testing.assert_allclose(found.alignment.sum(axis=1), 1.0, atol=1e-5)
    assert sum(found.token_log_probs) == pytest.approx(found.log_prob)
    for token, span in zip(found.tokens, found.spans, strict=True):
        if token not in ("</s>", "<unk>"):
            assert token.replace("▁", " ").strip() == found.text[slice(*span)].strip()
    for source_word, word in found.word_alignment:
        assert found.source_words[source_word] and found.words[word]


def test_json_holds_everything(translator):
    options = DecodingOptions(beam_size=3, num_hypotheses=2)
    found = translator.translate("我爱吃苹果。", options)
    content = found.to_json()
    assert content["text"] == found.text
    assert content["word_alignment"] == found.pharaoh
    assert len(content["alignments"][0]) == len(content["tokens"])
    assert content["alternatives"][0]["score"] <= content["score"]


def test_hypotheses_come_best_first(translator):
    options = DecodingOptions(beam_size=4, num_hypotheses=4, length_penalty=1.0)
    found = translator.translate("今天天气很好", options)
    scores = [each.score for each in (found, *found.alternatives)]
    assert len(scores) == 4
    finished = [each.finished for each in (found, *found.alternatives)]
    assert finished == sorted(finished, reverse=True)


def test_white_space_of_any_kind_stays_empty(translator):
    found = translator.translate("\x1c \u2028\x85\u3000\t")
    assert (found.text, found.tokens) == ("", ())


def test_the_source_of_a_translation_can_be_written(translator):
    text = "我\ud83d\ude00\udfff。我爱"
    for options in (DecodingOptions(), DecodingOptions(split_sentences=True)):
        assert translator.translate(text, options).source == "我😀\ufffd。我爱"


def test_a_long_text_is_translated_whole(translator):
    sentence = "我们去学校学习中文。"
    alone = translator.translate(sentence)
    together = translator.translate(sentence * 5)
    assert together.text.count(alone.text) == 5
    assert together.tokens == alone.tokens * 5
    assert together.score == pytest.approx(5 * alone.score)


def test_sentences_are_translated_alone_unless_asked(translator):
    text = "我爱吃苹果。他每天喝水。"
    first, second = map(translator.translate, ("我爱吃苹果。", "他每天喝水。"))
    split = translator.translate(text)
    assert split.text == f"{first.text} {second.text}"
    assert split.tokens == first.tokens + second.tokens
    whole = translator.translate(text, DecodingOptions(split_sentences=False))
    assert whole.tokens != split.tokens
    assert whole.source_tokens.count("</s>") == 1


@pytest.mark.parametrize("beam_size", [1, 3])
def test_a_target_prefix_begins_the_translation(translator, beam_size):
    options = DecodingOptions(beam_size=beam_size)
    found = translator.translate("我爱吃苹果。", options, target_prefix="We eat")
    assert found.text.startswith("We eat")
    texts = translator.translate_batch(
        ["我爱", "他爱"], options, target_prefixes=["", "the"]
    )
    assert texts[0].text == translator.translate("我爱", options).text
    assert texts[1].text.startswith("the")


def test_min_and_max_length_are_kept(translator):
    options = DecodingOptions(min_length=3, max_length=5)
    for found in translator.translate_batch(TEXTS[:1] + TEXTS[3:5], options):
        assert 3 <= len([t for t in found.tokens if t != "</s>"]) <= 5


def test_no_token_is_repeated_where_that_is_asked(translator):
    text = "今天天气很好，我们去公园吧！"
    tokens = translator.translate(text, DecodingOptions(no_repeat_ngram_size=1)).tokens
    assert len(set(tokens)) == len(tokens)
    as_they_come = translator.translate(text).tokens
    assert len(set(as_they_come)) < len(as_they_come)


def test_a_source_of_few_tokens_bounds_the_target(translator):
    options = DecodingOptions(max_length_factor=0.0, max_length_constant=4)
    assert len(translator.translate("今天天气很好", options).tokens) <= 4


def test_samples_differ_between_seeds_and_among_themselves(translator):
    def sample(seed):
        options = DecodingOptions(sampling=True, seed=seed, num_hypotheses=3)
        found = translator.translate("今天天气很好", options)
        return [each.text for each in (found, *found.alternatives)]

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)
    assert len(set(sample(1))) == 3


def test_the_same_sentence_twice_gives_the_same_sample(translator):
    options = DecodingOptions(sampling=True, seed=5)
    one, other = translator.translate_batch(["今天天气很好"] * 2, options)
    assert one.text == other.text


def test_unset_options_follow_the_bundle(attention_files, tmp_path):
    path = attention_files.write(tmp_path / "b", decoding=DecodingDefaults(4, 0.7))
    translator = Translator(path)
    explicit = DecodingOptions(beam_size=4, length_penalty=0.7)
    expected = translator.translate_batch(TEXTS, explicit)
    assert translator.translate_batch(TEXTS) == expected
    greedy = translator.translate_batch(TEXTS, DecodingOptions(beam_size=1))
    assert [found.tokens for found in greedy] != [found.tokens for found in expected]
    wide = DecodingOptions(num_hypotheses=6)
    assert len(translator.translate("今天天气很好", wide).alternatives) == 5


def test_a_model_without_attention_translates(fixed_context_bundle):
    translator = Translator(fixed_context_bundle)
    batch = translator.translate_batch(TEXTS, DecodingOptions(beam_size=2))
    for text, found in zip(TEXTS, batch, strict=True):
        assert found.alignment is None
        assert found.pharaoh == ""
        alone = translator.translate(text, DecodingOptions(beam_size=2))
        assert found.text == alone.text


def test_number_formats_are_refused_without_slots(fixed_context_bundle):
    """Numbers would silently stay as they are."""
    options = DecodingOptions(number_format="de")
    with pytest.raises(ValueError, match="needs a model that was trained with slots"):
        Translator(fixed_context_bundle, options)
    with pytest.raises(ValueError, match="needs a model that was trained with slots"):
        Translator(fixed_context_bundle).translate(TEXTS[0], options)


@pytest.mark.parametrize("option", [{"copy_unknown": True}, {"coverage_penalty": 0.5}])
def test_what_needs_attention_is_refused_without(fixed_context_bundle, option):
    with pytest.raises(ValueError, match="need a model with attention"):
        Translator(fixed_context_bundle, DecodingOptions(**option))
    translator = Translator(fixed_context_bundle)
    with pytest.raises(ValueError, match="need a model with attention"):
        translator.translate("我", DecodingOptions(**option))


def test_unknown_words_are_copied(translator):
    options = DecodingOptions(copy_unknown=True)
    unknown = [text for text in TEXTS if "⁇" in translator.translate(text).text]
    assert unknown
    for text in unknown:
        found = translator.translate(text, options)
        assert "⁇" not in found.text
        assert set(text) & set(found.text)


def test_eight_threads_share_one_translator(translator):
    texts = [text for text in TEXTS if text.strip()]
    expected = [translator.translate(text).text for text in texts]
    found = {}

    def work(number):
        found[number] = [
            [translator.translate(text).text for text in texts] for _ in range(5)
        ]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [expected] * 5 for number in range(8)}


def test_a_translation_can_be_sent_to_another_process(translator):
    found = translator.translate("我爱吃苹果。")
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.fixture(params=["directory", "zip"])
def own_bundle(request, bundle, tmp_path):
    """A bundle that may be changed and removed."""
    place = tmp_path / "词典"
    shutil.copytree(bundle, place)
    if request.param == "directory":
        return place
    return Path(shutil.make_archive(str(tmp_path / "zh-en"), "zip", place))


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda translator: pickle.loads(pickle.dumps(translator)),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_of_a_translator_opens_its_bundle_again(
    own_bundle, copied, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    options = DecodingOptions(beam_size=3, num_hypotheses=2)
    original = Translator(own_bundle.name, options, threads=2)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    again = copied(original)
    assert type(again) is Translator
    assert again.model is not original.model
    assert again.options == options
    assert again.translate_batch(TEXTS) == original.translate_batch(TEXTS)
    session = copied(again).model.encode._graph._session
    assert session.get_session_options().intra_op_num_threads == 2


def test_a_translator_can_be_sent_to_a_process_that_starts_afresh(own_bundle):
    translator = Translator(own_bundle)
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        found = pool.apply(translator.translate, ("我爱吃苹果。",))
    assert found == translator.translate("我爱吃苹果。")


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
def test_a_copy_of_a_translator_whose_bundle_is_gone_is_refused(own_bundle, copied):
    translator = Translator(own_bundle)
    pickled = pickle.dumps(translator)
    own_bundle.rename(own_bundle.with_name("moved"))
    complaint = f"opens its bundle again, and there is no bundle at {own_bundle}."
    with pytest.raises(BundleError, match=re.escape(complaint)):
        copied(translator)
    with pytest.raises(BundleError, match=re.escape(complaint)):
        pickle.loads(pickled)
    assert translator.translate("我爱吃苹果。").text


def test_a_copy_of_a_translator_is_not_made_of_another_bundle(
    own_bundle, fixed_context_bundle
):
    translator = Translator(own_bundle)
    own_bundle.rename(own_bundle.with_name("moved"))
    shutil.copytree(fixed_context_bundle, own_bundle)
    with pytest.raises(BundleError, match=r"Received: another bundle\.$"):
        copy.copy(translator)


def test_a_translator_of_a_model_in_memory_says_that_it_has_no_bundle(translator):
    of_model = Translator(translator.model)
    for copied in COPIES.values():
        with pytest.raises(TypeError, match="must come from a bundle"):
            copied(of_model)


def test_options_of_the_translator_are_its_defaults(bundle):
    options = DecodingOptions(max_length=2)
    assert len(Translator(bundle, options).translate("我爱").tokens) <= 2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: t.translate_batch(["a"], batch_size=0), "`batch_size`"),
        (lambda t: t.translate_batch(["a"], target_prefixes=["", ""]), "2 for 1 texts"),
        (lambda t: t.translate_batch(["a", "b"], target_prefixes=[""]), "1 for 2"),
        (lambda t: t.stream("a", DecodingOptions(num_hypotheses=2)), "one hypothesis"),
        (lambda t: Translator(t.model, threads=0), "`threads`"),
    ],
)
def test_bad_arguments_are_refused(translator, call, message):
    with pytest.raises(ValueError, match=message):
        call(translator)


def test_a_model_that_is_no_bundle_can_be_translated_with(translator):
    steps = []

    def step(token_ids, states):
        steps.append(len(token_ids))
        return translator.model.step(token_ids, states)

    counted = Translator(replace(translator.model, step=step))
    assert counted.translate("我爱") == translator.translate("我爱")
    assert steps


@pytest.mark.parametrize("beam_size", [1, 3])
def test_without_evidence_texts_and_scores_are_the_same(translator, beam_size):
    texts = ["我爱吃苹果。他每天喝水。" * 9, "", " 我爱。", "你好"]
    options = DecodingOptions(beam_size=beam_size, num_hypotheses=beam_size)
    whole = translator.translate_batch(texts, options)
    bare = translator.translate_batch(texts, options, with_evidence=False)
    assert bare == [each.without_evidence() for each in whole]
    assert [each.text for each in bare] == [each.text for each in whole]
    assert bare[0].tokens == () and bare[0].alignments == () and whole[0].tokens
    assert len(bare[3].alternatives) == beam_size - 1


def test_a_text_of_more_sentences_than_are_read_at_once_is_whole(translator):
    text = "我爱吃苹果。他每天喝水。" * 50
    options = DecodingOptions(split_sentences=True, max_length=3)
    found = translator.translate_batch(["你好", text, "你好"], options, batch_size=1)
    parts = translator.translate_batch(["我爱吃苹果。", "他每天喝水。"], options)
    one = [token for part in parts for token in part.tokens]
    assert list(found[1].tokens) == one * 50
    assert found[0] == found[2] == translator.translate("你好", options)
