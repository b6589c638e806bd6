"""Everyday actions: whole verb phrases with what they can combine with.

The letters of an entry say in which frames the phrase is natural:

- `h` habit (每天, 常常), `l` a finished event with 了, `g` experience with 过,
- `z` in progress with 在, `e` enjoyed (喜欢), `s` a skill (会),
- `p` a plan (想, 打算, 明天), `d` a duty at home (应该, 帮).
"""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.action import Action, action


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """An action and the frames it fits.

    Attributes:
        action: The verb phrase.
        frames: Letters, see the module docstring.
    """

    action: Action
    frames: str


_TABLE = """
    刷/1 牙/2         | brush/1 ~my teeth/2         | p
    洗澡/1            | take/1 a shower/1           | zp
    吃/1 早饭/2       | eat/1 breakfast/2           | lz
    吃/1 午饭/2       | eat/1 lunch/2               | lz
    吃/1 晚饭/2       | eat/1 dinner/2              | lz
    做/1 早饭/2       | make/1 breakfast/2          | lzd
    做/1 午饭/2       | make/1 lunch/2              | lzd
    做/1 晚饭/2       | make/1 dinner/2             | lzd
    做饭/1            | cook/1                      | hzes
    洗/1 衣服/2       | do/1 the laundry/2          | hlzpd
    洗/1 碗/2         | do/1 the dishes/2           | hlzpd
    打扫/1 房间/2     | clean/1 the room/2          | hlzpd
    打扫/1 厨房/2     | clean/1 the kitchen/2       | hlzpd
    收拾/1 行李/2     | pack/1 the luggage/2        | lzpd
    修/1 自行车/2     | repair/1 the bicycle/2      | lzp
    修/1 电脑/2       | repair/1 the computer/2     | lzp
    浇/1 花/2         | water/1 the flowers/2       | hlzpd
    遛/1 狗/2         | walk/1 the dog/2            | hzpd
    喂/1 猫/2         | feed/1 the cat/2            | hlzpd
    照顾/1 孩子/2     | look/1 after/1 the children/2 | hzpd
    看/1 电视/2       | watch/1 TV/2                | hlzep
    看/1 新闻/2       | watch/1 the news/2          | hlzep
    看/1 书/2         | read/1+2                    | hzep
    看/1 报纸/2       | read/1 the newspaper/2      | hlzep
    看/1 小说/2       | read/1 novels/2             | he
    看/1 电影/2       | watch/1 movies/2            | he
    听/1 音乐/2       | listen/1 to/1 music/2       | hlzep
    听/1 广播/2       | listen/1 to/1 the radio/2   | hlzep
    唱歌/1            | sing/1                      | hzes
    跳舞/1            | dance/1                     | hzes
    画画/1            | paint/1                     | hzesp
    弹/1 钢琴/2       | play/1 the piano/2          | hzesgp
    弹/1 吉他/2       | play/1 the guitar/2         | hzesgp
    打/1 篮球/2       | play/1 basketball/2         | hlzesgp
    打/1 网球/2       | play/1 tennis/2             | hlzesgp
    打/1 乒乓球/2     | play/1 table/2 tennis/2     | hlzesgp
    打/1 羽毛球/2     | play/1 badminton/2          | hlzesgp
    踢/1 足球/2       | play/1 soccer/2             | hlzesgp
    下/1 象棋/2       | play/1 chess/2              | hzesgp
    玩/1 游戏/2       | play/1 games/2              | hzep
    跑步/1            | run/1                       | hzep
    散步/1            | take/1 a walk/1             | hzep
    游泳/1            | swim/1                      | hzesp
    爬/1 山/2         | climb/1 mountains/2         | he
    滑雪/1            | ski/1                       | es
    锻炼/1 身体/1     | exercise/1                  | hzep
    骑/1 自行车/2     | ride/1 a bicycle/2          | hzesg
    骑/1 马/2         | ride/1 a horse/2            | esg
    开车/1            | drive/1                     | zes
    学习/1            | study/1                     | hzp
    学/1 汉语/2       | study/1 Chinese/2           | hzepg
    学/1 英语/2       | study/1 English/2           | hzepg
    学/1 法语/2       | study/1 French/2            | hzepg
    说/1 日语/2       | speak/1 Japanese/2          | s
    说/1 英语/2       | speak/1 English/2           | s
    说/1 法语/2       | speak/1 French/2            | s
    写/1 日记/2       | write/1 in a diary/2        | hlzep
    上网/1            | surf/1 the Internet/1       | hzep
    休息/1            | rest/1                      | hzp
    工作/1            | work/1                      | hz
    拍照/1            | take/1 photos/1             | hzep
    钓鱼/1            | fish/1                      | hep
    逛街/1            | go/1 shopping/1             | hep
"""


def _entry(line: str) -> ActionEntry:
    source, target, frames = (field.strip() for field in line.split("|"))
    return ActionEntry(action(source, target), frames)


ENTRIES = tuple(_entry(line) for line in _TABLE.strip().splitlines())


def actions_for(frame: str) -> tuple[Action, ...]:
    """Return the actions natural in a frame, given by its letter."""
    return tuple(entry.action for entry in ENTRIES if frame in entry.frames)


def action_named(chinese: str) -> Action:
    """Return the action with these Chinese words."""
    return next(
        entry.action
        for entry in ENTRIES
        if "".join(entry.action.core.source) == chinese
    )


# What has to be done at home
DUTIES = actions_for("d")
