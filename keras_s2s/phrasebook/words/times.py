"""Time expressions by the tense they call for."""

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.rule import weave

WEEKDAYS = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
)
PARTS_OF_DAY = (
    ("早上", "morning"),
    ("上午", "morning"),
    ("下午", "afternoon"),
    ("晚上", "evening"),
)


def _expressions(*rules: tuple[str, str]) -> tuple[Aligned, ...]:
    return tuple(weave(source, target) for source, target in rules)


YESTERDAY = weave("昨天/1", "yesterday/1")
TODAY = weave("今天/1", "today/1")
TOMORROW = weave("明天/1", "tomorrow/1")

PAST = _expressions(
    ("昨天/1", "yesterday/1"),
    ("前天/1", "the/1 day/1 before/1 yesterday/1"),
    ("昨天/1 早上/2", "yesterday/1 morning/2"),
    ("昨天/1 下午/2", "yesterday/1 afternoon/2"),
    ("昨天/1 晚上/2", "last/1 night/2"),
    ("今天/1 早上/2", "this/1 morning/2"),
    ("上/1 个/2 周末/2", "last/1 weekend/2"),
    *(
        (f"上/1 个/2 {chinese}/2", f"last/1 {english}/2")
        for chinese, english in WEEKDAYS
    ),
    *(
        (f"{chinese}/1 天/2 前/3", f"{english}/1 days/2 ago/3")
        for chinese, english in (("两", "two"), ("三", "three"), ("五", "five"))
    ),
)
# Spans too long for what one does in an hour
PAST_SPANS = _expressions(
    ("上/1 个/2 星期/2", "last/1 week/2"),
    ("上/1 个/2 月/2", "last/1 month/2"),
    ("去年/1", "last/1 year/1"),
)
FUTURE = _expressions(
    ("明天/1", "tomorrow/1"),
    ("后天/1", "the/1 day/1 after/1 tomorrow/1"),
    ("明天/1 早上/2", "tomorrow/1 morning/2"),
    ("明天/1 下午/2", "tomorrow/1 afternoon/2"),
    ("明天/1 晚上/2", "tomorrow/1 evening/2"),
    ("今天/1 晚上/2", "this/1 evening/2"),
    ("这/1 个/2 周末/2", "this/1 weekend/2"),
    *(
        (f"下/1 个/2 {chinese}/2", f"next/1 {english}/2")
        for chinese, english in WEEKDAYS
    ),
)
# Far enough for a journey or a change in life
FUTURE_SEASONS = _expressions(
    ("下/1 个/2 星期/2", "next/1 week/2"),
    ("下/1 个/2 月/2", "next/1 month/2"),
    ("明年/1", "next/1 year/1"),
    ("今年/1 夏天/2", "this/1 summer/2"),
    ("今年/1 冬天/2", "this/1 winter/2"),
    ("明年/1 春天/2", "next/1 spring/2"),
    ("明年/1 秋天/2", "next/1 fall/2"),
)
HABITUAL = _expressions(
    ("每/1 天/2", "every/1 day/2"),
    ("每/1 天/2 早上/2", "every/1 morning/2"),
    ("每/1 天/2 下午/2", "every/1 afternoon/2"),
    ("每/1 天/2 晚上/2", "every/1 evening/2"),
    ("每/1 个/2 周末/2", "every/1 weekend/2"),
    *(
        (f"每/1 个/2 {chinese}/2", f"every/1 {english}/2")
        for chinese, english in WEEKDAYS
    ),
)
WHOLE_DAYS_HABITUAL = tuple(
    when for when in HABITUAL if "天" not in when.source or len(when.source) == 2
)
# Adverbs that stand before the verb in both languages
FREQUENCY = _expressions(
    ("常常/1", "often/1"),
    ("经常/1", "frequently/1"),
    ("总是/1", "always/1"),
    ("有时候/1", "sometimes/1"),
    ("很少/1", "rarely/1"),
)
SEASONS = _expressions(
    ("春天/1", "spring/1"),
    ("夏天/1", "summer/1"),
    ("秋天/1", "fall/1"),
    ("冬天/1", "winter/1"),
)
# Durations: the measure is part of 小时 and 分钟
DURATIONS = _expressions(
    ("半/1 个/2 小时/2", "half/1 an hour/2"),
    ("一/1 个/2 小时/2", "an/1 hour/2"),
    *(
        (f"{chinese}/1 个/2 小时/2", f"{english}/1 hours/2")
        for chinese, english in (("两", "two"), ("三", "three"), ("四", "four"))
    ),
    *(
        (f"{chinese}/1 分钟/2", f"{english}/1 minutes/2")
        for chinese, english in (
            ("十", "ten"),
            ("二十", "twenty"),
            ("四十", "forty"),
            ("五十", "fifty"),
        )
    ),
)
