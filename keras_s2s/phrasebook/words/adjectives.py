"""Adjectives with their comparative and superlative, by what they describe."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.agreement import Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned

_LINKS = ((0, 0),)


@dataclass(frozen=True, slots=True)
class Adjective:
    """An adjective; English forms: none, `more` (comparative), `most` (superlative).

    Attributes:
        chinese: The Chinese adjective.
        english: The English adjective.
        more: English comparative, words separated by spaces.
        most: English superlative, words separated by spaces.
    """

    chinese: str
    english: str
    more: str
    most: str

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the adjective in the degree asked for."""
        text = {"": self.english, "more": self.more, "most": self.most}[target_form]
        words = tuple(text.split())
        return Aligned((self.chinese,), words, tuple((0, j) for j in range(len(words))))


def _short(chinese: str, english: str, stem: str = "") -> Adjective:
    stem = stem or english
    return Adjective(chinese, english, f"{stem}er", f"{stem}est")


def _long(chinese: str, english: str) -> Adjective:
    return Adjective(chinese, english, f"more {english}", f"most {english}")


CHEAP = _short("便宜", "cheap")
EXPENSIVE = _long("贵", "expensive")
TASTY_FOOD = _short("好吃", "tasty", "tasti")
TASTY_DRINK = Adjective("好喝", "good", "better", "best")
BIG = _short("大", "big", "bigg")
SMALL = _short("小", "small")
NEW = _short("新", "new")
OLD_THING = _short("旧", "old")

PRICES = (CHEAP, EXPENSIVE)
FOOD_QUALITIES = (TASTY_FOOD, _short("新鲜", "fresh"), *PRICES)
FRUIT_QUALITIES = (_short("甜", "sweet"), *FOOD_QUALITIES)
DRINK_QUALITIES = (TASTY_DRINK, *PRICES)
GARMENT_QUALITIES = (
    _long("漂亮", "beautiful"),
    _long("舒服", "comfortable"),
    *PRICES,
)
READING_QUALITIES = (
    _long("有意思", "interesting"),
    _long("有用", "useful"),
    _long("难", "difficult"),
)
FILM_QUALITIES = (_long("有意思", "interesting"), _short("长", "long"))
THING_QUALITIES = (NEW, *PRICES, _long("有用", "useful"), _short("轻", "light"))
FURNITURE_QUALITIES = (BIG, NEW, OLD_THING, _short("重", "heavy", "heavi"), *PRICES)
PET_QUALITIES = (
    _long("可爱", "adorable"),
    _short("聪明", "smart"),
    _short("胖", "fat", "fatt"),
)
PERSON_QUALITIES = (
    _short("高", "tall"),
    _short("聪明", "smart"),
    _short("年轻", "young"),
    _short("瘦", "thin", "thinn"),
    _long("有名", "famous"),
    _long("努力", "hardworking"),
    _long("热情", "enthusiastic"),
    _short("友好", "friendly", "friendli"),
)
FEELINGS = (
    _short("忙", "busy", "busi"),
    _long("累", "tired"),
    _short("高兴", "happy", "happi"),
    _long("难过", "sad"),
    _short("饿", "hungry", "hungri"),
    _long("渴", "thirsty"),
    _short("生气", "angry", "angri"),
    _long("紧张", "nervous"),
)
PLACE_QUALITIES = (
    BIG,
    _short("安静", "quiet"),
    _short("热闹", "lively", "liveli"),
    _short("干净", "clean"),
    _long("有名", "famous"),
    _long("漂亮", "beautiful"),
)
WEATHER_QUALITIES = (
    _short("冷", "cold"),
    _short("热", "hot", "hott"),
    _short("暖和", "warm"),
    _short("凉快", "cool"),
)
SHAPES = (BIG, SMALL, NEW, OLD_THING)
COLORS = tuple(
    Adjective(chinese, english, "", "")
    for chinese, english in (
        ("红色", "red"),
        ("蓝色", "blue"),
        ("白色", "white"),
        ("黑色", "black"),
        ("绿色", "green"),
        ("黄色", "yellow"),
        ("灰色", "gray"),
        ("棕色", "brown"),
    )
)

QUALITIES_BY_CLASS = {
    "fruit": FRUIT_QUALITIES,
    "food": FOOD_QUALITIES,
    "drink": DRINK_QUALITIES,
    "garment": GARMENT_QUALITIES,
    "accessory": GARMENT_QUALITIES,
    "reading": READING_QUALITIES,
    "film": FILM_QUALITIES,
    "device": THING_QUALITIES,
    "household": THING_QUALITIES,
    "furniture": FURNITURE_QUALITIES,
    "appliance": FURNITURE_QUALITIES,
    "vehicle": FURNITURE_QUALITIES,
    "pet": PET_QUALITIES,
}

ADJECTIVES = tuple(
    dict.fromkeys(
        (
            *(a for group in QUALITIES_BY_CLASS.values() for a in group),
            *PERSON_QUALITIES,
            *FEELINGS,
            *PLACE_QUALITIES,
            *WEATHER_QUALITIES,
            *SHAPES,
            *COLORS,
        )
    )
)
