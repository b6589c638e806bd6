"""Numbers from one to 999, clock times and dates in both languages."""

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.rule import weave

CHINESE_DIGITS = "零一二三四五六七八九"
_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = [
    "-",
    "-",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
]
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
    "twenty": "twentieth",
    "thirty": "thirtieth",
}
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


def chinese_number(number: int) -> str:
    """Return a number from 1 to 999 in Chinese characters."""
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    text = ""
    if hundreds:
        text += ("两" if hundreds == 2 else CHINESE_DIGITS[hundreds]) + "百"
    if tens:
        # 十二, but 一百一十二
        text += "十" if tens == 1 and not hundreds else CHINESE_DIGITS[tens] + "十"
    elif hundreds and units:
        text += "零"
    return text + (CHINESE_DIGITS[units] if units else "")


def chinese_count(number: int) -> str:
    """Return a number as it stands before a measure word: 两, not 二."""
    return "两" if number == 2 else chinese_number(number)


def english_number(number: int) -> tuple[str, ...]:
    """Return the English words of a number from 1 to 999."""
    hundreds, rest = divmod(number, 100)
    words: list[str] = []
    if hundreds:
        words += [_UNITS[hundreds], "hundred"]
        if rest:
            words.append("and")
    if rest:
        words.append(_below_hundred(rest))
    return tuple(words)


def ordinal(number: int) -> str:
    """Return the English ordinal of a number from 1 to 99."""
    first, hyphen, last = _below_hundred(number).rpartition("-")
    return first + hyphen + (_ORDINALS.get(last) or last + "th")


def counted(number: int) -> Aligned:
    """Return a number that stands before a measure word."""
    words = english_number(number)
    links = tuple((0, j) for j in range(len(words)))
    return Aligned((chinese_count(number),), words, links)


def plain_number(number: int) -> Aligned:
    """Return a number that stands alone or before 岁, 号 and 度."""
    words = english_number(number)
    links = tuple((0, j) for j in range(len(words)))
    return Aligned((chinese_number(number),), words, links)


def clock(hour: int, minute: int) -> Aligned:
    """Return a time of day, without the part of the day.

    Args:
        hour: 1 to 12.
        minute: 0, 15, 30 or another multiple of five from 10 on.
    """
    name = counted(hour)
    if minute == 0:
        return weave("{hour} 点/1", "{hour} o'clock/1", hour=name)
    if minute == 15:
        return weave("{hour} 点/2 一刻/1", "a/1 quarter/1 past/2 {hour}", hour=name)
    if minute == 30:
        return weave("{hour} 点/2 半/1", "half/1 past/2 {hour}", hour=name)
    return weave(
        "{hour} 点 {minute} 分",
        "{hour} {minute}",
        hour=name,
        minute=plain_number(minute),
    )


def date(month: int, day: int) -> Aligned:
    """Return a day of the year: 五月三号, May third."""
    return weave(
        f"{chinese_number(month)}月/1 {chinese_number(day)}号/2",
        f"{MONTHS[month - 1]}/1 {ordinal(day)}/2",
    )


def _below_hundred(number: int) -> str:
    if number < 20:
        return _UNITS[number]
    tens, units = divmod(number, 10)
    return _TENS[tens] + (f"-{_UNITS[units]}" if units else "")
