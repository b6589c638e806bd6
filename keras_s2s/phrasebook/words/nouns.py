"""Nouns: measure words, English forms and semantic classes."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.english import plural


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of both languages.

    Attributes:
        chinese: The Chinese noun.
        singular: English singular; empty for what English does not count.
        general: English for the kind as such: plural ("apples") or mass ("rice").
        is_plural: Whether `general` takes a plural verb.
        measure: Chinese measure word.
        container: English measure ("cup", "pair"), empty if English counts the noun.
        pack: Measure in which the noun is bought, Chinese and English; may be empty.
        classes: Semantic classes.
    """

    chinese: str
    singular: str
    general: str
    is_plural: bool
    measure: str
    container: str
    pack: tuple[str, str] | None
    classes: frozenset[str]


KILOGRAM = ("公斤", "kilogram")
BOTTLE = ("瓶", "bottle")
BOX = ("盒", "box")
BAG = ("袋", "bag")


def _count(
    chinese: str,
    singular: str,
    measure: str,
    classes: str,
    *,
    pack: tuple[str, str] | None = None,
) -> Noun:
    return Noun(
        chinese,
        singular,
        plural(singular),
        True,
        measure,
        "",
        pack,
        frozenset(classes.split()),
    )


def _mass(
    chinese: str,
    general: str,
    measure: str,
    container: str,
    classes: str,
    *,
    pack: tuple[str, str] | None = None,
) -> Noun:
    return Noun(
        chinese,
        "",
        general,
        False,
        measure,
        container,
        pack,
        frozenset(classes.split()),
    )


def _plural(
    chinese: str,
    general: str,
    measure: str,
    container: str,
    classes: str,
    *,
    pack: tuple[str, str] | None = None,
) -> Noun:
    return Noun(
        chinese,
        "",
        general,
        True,
        measure,
        container,
        pack,
        frozenset(classes.split()),
    )


NOUNS = (
    # Fruit
    _count("苹果", "apple", "个", "food fruit", pack=KILOGRAM),
    _count("香蕉", "banana", "根", "food fruit", pack=KILOGRAM),
    _count("橙子", "orange", "个", "food fruit", pack=KILOGRAM),
    _count("梨", "pear", "个", "food fruit", pack=KILOGRAM),
    _count("桃子", "peach", "个", "food fruit", pack=KILOGRAM),
    _count("芒果", "mango", "个", "food fruit", pack=KILOGRAM),
    _count("西瓜", "watermelon", "个", "food fruit large"),
    _count("草莓", "strawberry", "颗", "food fruit", pack=BOX),
    _plural("葡萄", "grapes", "串", "bunch", "food fruit", pack=KILOGRAM),
    _count("菠萝", "pineapple", "个", "food fruit large"),
    _count("柠檬", "lemon", "个", "grocery", pack=KILOGRAM),
    # Vegetables
    _count("西红柿", "tomato", "个", "food vegetable", pack=KILOGRAM),
    _count("土豆", "potato", "个", "food vegetable", pack=KILOGRAM),
    _count("胡萝卜", "carrot", "根", "food vegetable", pack=KILOGRAM),
    _count("黄瓜", "cucumber", "根", "food vegetable", pack=KILOGRAM),
    _mass("白菜", "cabbage", "棵", "head", "food vegetable", pack=KILOGRAM),
    _count("蘑菇", "mushroom", "个", "food vegetable", pack=BOX),
    # Meat and fish
    _mass("牛肉", "beef", "块", "piece", "food meat", pack=KILOGRAM),
    _mass("鸡肉", "chicken", "块", "piece", "food meat", pack=KILOGRAM),
    _mass("羊肉", "lamb", "块", "piece", "food meat", pack=KILOGRAM),
    _mass("猪肉", "pork", "块", "piece", "food meat", pack=KILOGRAM),
    _count("鱼", "fish", "条", "food fish"),
    # Dishes and staples
    _mass("米饭", "rice", "碗", "bowl", "food served"),
    _plural("面条", "noodles", "碗", "bowl", "food served"),
    _mass("面包", "bread", "片", "slice", "food served", pack=BAG),
    _count("饺子", "dumpling", "个", "food served", pack=BAG),
    _count("包子", "steamed bun", "个", "food served"),
    _count("鸡蛋", "egg", "个", "food served", pack=BOX),
    _mass("炒饭", "fried rice", "份", "serving", "food served"),
    _mass("豆腐", "tofu", "块", "piece", "food served", pack=BOX),
    _mass("烤鸭", "roast duck", "份", "serving", "food served"),
    _mass("火锅", "hot pot", "份", "serving", "food dish"),
    _count("三明治", "sandwich", "个", "food served"),
    _count("汉堡", "hamburger", "个", "food served"),
    _mass("比萨", "pizza", "块", "piece", "food served"),
    # Sweets
    _mass("蛋糕", "cake", "块", "piece", "food served sweet"),
    _count("饼干", "cookie", "块", "food served sweet", pack=BOX),
    _mass("巧克力", "chocolate", "块", "piece", "food served sweet", pack=BOX),
    _mass("冰淇淋", "ice cream", "盒", "box", "food served sweet", pack=BOX),
    _mass("糖", "candy", "颗", "piece", "food served sweet", pack=BAG),
    # Drinks
    _mass("水", "water", "杯", "glass", "drink", pack=BOTTLE),
    _mass("茶", "tea", "杯", "cup", "drink hot", pack=BOX),
    _mass("绿茶", "green tea", "杯", "cup", "drink hot", pack=BOX),
    _mass("红茶", "black tea", "杯", "cup", "drink hot", pack=BOX),
    _mass("咖啡", "coffee", "杯", "cup", "drink hot"),
    _mass("牛奶", "milk", "杯", "glass", "drink", pack=BOTTLE),
    _mass("豆浆", "soy milk", "杯", "cup", "drink hot"),
    _mass("果汁", "juice", "杯", "glass", "drink", pack=BOTTLE),
    _mass("橙汁", "orange juice", "杯", "glass", "drink", pack=BOTTLE),
    _mass("可乐", "cola", "杯", "glass", "drink", pack=BOTTLE),
    _mass("啤酒", "beer", "杯", "glass", "drink", pack=BOTTLE),
    _mass("酸奶", "yogurt", "杯", "cup", "drink", pack=BOTTLE),
    # Clothes that are 穿
    _count("衬衫", "shirt", "件", "garment colored"),
    _count("毛衣", "sweater", "件", "garment colored warm"),
    _count("外套", "jacket", "件", "garment colored warm"),
    _count("大衣", "coat", "件", "garment colored warm"),
    _count("裙子", "skirt", "条", "garment colored"),
    _plural("裤子", "pants", "条", "pair", "garment colored"),
    _plural("鞋", "shoes", "双", "pair", "garment colored"),
    _plural("运动鞋", "sneakers", "双", "pair", "garment colored"),
    _plural("袜子", "socks", "双", "pair", "garment colored"),
    # Clothes that are 戴
    _count("帽子", "hat", "顶", "accessory colored warm"),
    _count("围巾", "scarf", "条", "accessory colored warm"),
    _plural("手套", "gloves", "副", "pair", "accessory colored warm"),
    _plural("眼镜", "glasses", "副", "pair", "accessory"),
    _count("手表", "watch", "块", "accessory portable"),
    # Things to read
    _count("书", "book", "本", "reading portable"),
    _count("小说", "novel", "本", "reading portable"),
    _count("杂志", "magazine", "本", "reading portable"),
    _count("词典", "dictionary", "本", "stationery portable"),
    _count("报纸", "newspaper", "份", "portable"),
    _count("信", "letter", "封", "mail"),
    _count("邮件", "email", "封", "written"),
    _count("包裹", "parcel", "个", "mail"),
    _count("明信片", "postcard", "张", "mail"),
    # Small things
    _count("铅笔", "pencil", "支", "stationery portable colored"),
    _count("钢笔", "pen", "支", "stationery portable"),
    _count("本子", "notebook", "个", "stationery portable"),
    _count("手机", "phone", "部", "device portable valuable"),
    _count("电脑", "computer", "台", "device valuable"),
    _count("相机", "camera", "台", "device portable valuable"),
    _count("钱包", "wallet", "个", "portable valuable"),
    _count("钥匙", "key", "把", "portable"),
    _count("雨伞", "umbrella", "把", "household portable colored"),
    _count("书包", "schoolbag", "个", "household colored"),
    _count("杯子", "cup", "个", "household portable colored"),
    _count("盘子", "plate", "个", "household portable"),
    _count("地图", "map", "张", "portable"),
    _count("照片", "photo", "张", "portable"),
    _count("票", "ticket", "张", "portable"),
    _count("礼物", "gift", "件", "portable"),
    _count("玩具", "toy", "个", "household portable"),
    # Furniture and vehicles
    _count("桌子", "table", "张", "furniture"),
    _count("椅子", "chair", "把", "furniture"),
    _count("床", "bed", "张", "furniture"),
    _count("沙发", "sofa", "张", "furniture"),
    _count("书架", "bookcase", "个", "furniture"),
    _count("衣柜", "wardrobe", "个", "furniture"),
    _count("灯", "lamp", "盏", "furniture"),
    _count("冰箱", "refrigerator", "台", "appliance"),
    _count("电视机", "television", "台", "appliance"),
    _count("洗衣机", "washing machine", "台", "appliance"),
    _count("自行车", "bicycle", "辆", "vehicle colored valuable"),
    _count("汽车", "car", "辆", "vehicle colored"),
    # Animals and plants
    _count("猫", "cat", "只", "pet animal"),
    _count("狗", "dog", "只", "pet animal"),
    _count("兔子", "rabbit", "只", "pet animal"),
    _count("鸟", "bird", "只", "pet animal"),
    _count("熊猫", "panda", "只", "animal"),
    _count("马", "horse", "匹", "animal"),
    _count("花", "flower", "朵", "plant"),
    _count("树", "tree", "棵", "plant"),
    # Culture and work
    _count("电影", "movie", "部", "film"),
    _count("歌", "song", "首", "song"),
    _count("比赛", "match", "场", "match"),
    _count("问题", "question", "个", "abstract"),
    _count("会议", "meeting", "个", "meeting"),
)


def nouns_of(*classes: str) -> tuple[Noun, ...]:
    """Return the nouns that belong to any of the classes."""
    return tuple(noun for noun in NOUNS if not noun.classes.isdisjoint(classes))


def noun_named(chinese: str) -> Noun:
    """Return the noun with this Chinese form."""
    return next(noun for noun in NOUNS if noun.chinese == chinese)
