"""Places: in town, on the map and in the house."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.agreement import IT, Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.english import article


@dataclass(frozen=True, slots=True)
class Place:
    """A place.

    Chinese forms: none, with the preposition `在`, or with `里` after it. English
    forms: none ("the park"), `some` ("a park", with its measure word in Chinese) and
    `inside` ("in the park").

    Attributes:
        chinese: The Chinese name.
        english: The English name without an article.
        preposition: English for being there: "at", "in".
        measure: Chinese measure word.
        is_name: Whether English uses the name without an article.
    """

    chinese: str
    english: str
    preposition: str
    measure: str = "个"
    is_name: bool = False

    @property
    def agreement(self) -> Agreement:
        """A place rules a singular verb."""
        return IT

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the name in the form asked for."""
        words = self.english.split()
        if target_form == "some":
            return Aligned(
                ("一", self.measure, self.chinese),
                (article(words[0]), *words),
                (
                    (0, 0),
                    *((i, j + 1) for i in (1, 2) for j in range(len(words))),
                ),
            )
        lead = [] if self.is_name else ["the"]
        if target_form == "inside":
            lead.insert(0, self.preposition)
        target = (*lead, *words)
        named = range(len(lead), len(target))
        if source_form == "里":
            return Aligned(
                (self.chinese, source_form),
                target,
                ((1, 0), *((0, j) for j in named)),
            )
        if source_form:
            return Aligned(
                (source_form, self.chinese), target, ((0, 0), *((1, j) for j in named))
            )
        return Aligned((self.chinese,), target, tuple((0, j) for j in named))


SUPERMARKET = Place("超市", "supermarket", "at", "家")
MARKET = Place("市场", "market", "at")
STORE = Place("商店", "store", "at", "家")
BOOKSTORE = Place("书店", "bookstore", "at", "家")
PHARMACY = Place("药店", "pharmacy", "at", "家")
PARK = Place("公园", "park", "in")
LIBRARY = Place("图书馆", "library", "at")
CINEMA = Place("电影院", "cinema", "at", "家")
RESTAURANT = Place("饭馆", "restaurant", "at", "家")
CAFE = Place("咖啡馆", "coffee shop", "at", "家")
BANK = Place("银行", "bank", "at", "家")
POST_OFFICE = Place("邮局", "post office", "at")
HOSPITAL = Place("医院", "hospital", "at", "家")
STATION = Place("火车站", "train station", "at")
AIRPORT = Place("机场", "airport", "at")
GYM = Place("体育馆", "gym", "at")
ZOO = Place("动物园", "zoo", "at")
MUSEUM = Place("博物馆", "museum", "at", "家")
SEASIDE = Place("海边", "seaside", "at")
SCHOOL = Place("学校", "school", "at", "所")
OFFICE = Place("公司", "company", "at", "家")
SUBWAY = Place("地铁站", "subway station", "at")
HOTEL = Place("宾馆", "hotel", "at", "家")
FACTORY = Place("工厂", "factory", "at", "家")

TOWN = (
    SUPERMARKET,
    MARKET,
    STORE,
    BOOKSTORE,
    PHARMACY,
    PARK,
    LIBRARY,
    CINEMA,
    RESTAURANT,
    CAFE,
    BANK,
    POST_OFFICE,
    HOSPITAL,
    STATION,
    AIRPORT,
    GYM,
    ZOO,
    MUSEUM,
    SCHOOL,
    OFFICE,
    SUBWAY,
    HOTEL,
)
WORKPLACES = (
    SUPERMARKET,
    STORE,
    BOOKSTORE,
    PHARMACY,
    LIBRARY,
    RESTAURANT,
    BANK,
    POST_OFFICE,
    HOSPITAL,
    AIRPORT,
    MUSEUM,
    SCHOOL,
    HOTEL,
    FACTORY,
)
# Places that are small and many enough for "Is there one nearby?"
NEARBY = (
    SUPERMARKET,
    STORE,
    BOOKSTORE,
    PHARMACY,
    PARK,
    LIBRARY,
    CINEMA,
    RESTAURANT,
    CAFE,
    BANK,
    POST_OFFICE,
    HOSPITAL,
    SUBWAY,
    HOTEL,
    MUSEUM,
)


def _name(chinese: str, english: str) -> Place:
    return Place(chinese, english, "in", is_name=True)


CITIES = (
    _name("北京", "Beijing"),
    _name("上海", "Shanghai"),
    _name("广州", "Guangzhou"),
    _name("成都", "Chengdu"),
    _name("南京", "Nanjing"),
    _name("杭州", "Hangzhou"),
    _name("武汉", "Wuhan"),
    _name("香港", "Hong Kong"),
    _name("东京", "Tokyo"),
    _name("伦敦", "London"),
    _name("巴黎", "Paris"),
    _name("纽约", "New York"),
)
CHINESE_CITIES = CITIES[:8]
COUNTRIES = (
    _name("中国", "China"),
    _name("日本", "Japan"),
    _name("法国", "France"),
    _name("德国", "Germany"),
    _name("加拿大", "Canada"),
    Place("英国", "United Kingdom", "in"),
    Place("美国", "United States", "in"),
)
ROOMS = (
    Place("房间", "room", "in"),
    Place("客厅", "living room", "in"),
    Place("厨房", "kitchen", "in"),
    Place("卧室", "bedroom", "in"),
)
# (Chinese, English) relations of one place to another
RELATIONS = (
    ("旁边", "next to"),
    ("对面", "across from"),
    ("后面", "behind"),
    ("前面", "in front of"),
    ("附近", "near"),
    ("东边", "east of"),
    ("西边", "west of"),
)
# (Chinese vehicle taken with 坐, English after "by")
TRANSPORT = (
    ("地铁", "subway"),
    ("公共汽车", "bus"),
    ("出租车", "taxi"),
)
LONG_TRANSPORT = (("火车", "train"), ("飞机", "plane"))
