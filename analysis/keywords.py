"""Words that many answers to an open question share, with what identifies a person taken out first.

What is taken out follows a pattern: numbers of telephones, identity cards and accounts, addresses of mail and pages,
handles of messengers, number plates. Rather too much goes than too little: any seven digits in a row. Names of persons
follow no pattern and cannot be taken out reliably. So no answer is ever printed, only single words, and only those that
at least ``least`` answers contain; whoever publishes still reads the list first, and leaves out what it should not
name (``leave_out``).
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

#: Stands where something was taken out.
REDACTED: Final = "***"
#: Fewer answers than this do not make a word public.
LEAST_ANSWERS: Final = 10
MOST_WORDS: Final = 30

#: Full-width forms to the letters, digits and signs of a keyboard, and Chinese digits that spell a number.
_PLAIN: Final = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    0x3000: ord(" "),
    **{ord(spelt): ord(digit) for spelt, digit in zip("零〇一幺二三四五六七八九", "001123456789", strict=True)},
}

_PERSONAL: Final = re.compile(
    r"""
      (?:https?://|www\.) [a-z0-9/._~:?\#@$&*+=%-]+                           # pages
    | [a-z0-9._%+-]+ \s? @ \s? [a-z0-9-]+ (?:\.[a-z0-9-]+)+                # mail
    | (?:[a-z0-9-]+\.)+ (?:com|cn|net|org|cc|top|xyz|vip) \b [a-z0-9/._~:?\#@$&*+=%-]*  # pages without their beginning
    | (?:微信|薇信|威信|徽信|vx|v信|wx|wechat|weixin|qq|抖音|快手|支付宝)  # handles, after the word that announces them
      (?:账号|帐号|号码|号|群|id)? [\s:是为,_-]* [a-z0-9][a-z0-9_-]{4,}
    | wxid_[a-z0-9]+
    | [京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领]  # number plates
      [a-hj-z] [\s·•.-]? [a-hj-np-z0-9]{4,5} [a-hj-np-z0-9挂学警港澳]
    | [+(]{0,2} [0-9] (?:[\s()\-–—−_./·]{0,2} [0-9]){6,} x?                      # telephones, identity cards, accounts
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

#: Kinds of words, by jieba's tags, that say what an answer is about: nouns, verbs, adjectives, idioms, foreign words.
_KINDS: Final = ("n", "v", "a", "i", "j", "l", "s", "b", "eng")

_STOP_WORDS: Final = frozenset(
    """
    希望 建议 意见 没有 可以 能够 应该 需要 要求 觉得 认为 感觉 感谢 谢谢 请问 进行 方面 问题 情况 工作 时候 现在
    目前 一些 有些 有点 比较 非常 还是 就是 不是 什么 怎么 这个 那个 我们 他们 大家 自己 其他 其它 以及 或者 因为
    所以 但是 如果 尽快 尽量 继续 更加 更多 多多 加大 加强 提高 做好 搞好 解决 解决问题 改进 改善 改变 不能 不要 不会
    不够 不好 很好 挺好 还好 满意 不满意 基本满意 一般 有关 相关 部门 地方 东西 事情 时间 人员 村里 本村 我村 我们村
    居民 群众 老百姓 百姓 村民 社区 知道 不知道 了解 不了解 无 有时候 老是 人家 当地 看到 听到 得到 出来 起来 进去
    不错 十分满意 确实 好像 可能 愿意 想要 办法 方式 方法 出现 存在 发现 造成 导致 使得 有没有 是不是 能不能 明白
    and are but can for from has have hope more need not our please should that the their there they this too
    very was we will with would you your
    """.split()  # noqa: SIM905 - as a list it would be one word a line
)

#: A word that jieba takes for a person is left out where it begins with one of these; so is a given name that stands
#: behind one that was cut off: 单 振华.
_SURNAMES: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
    "单向覃樊易翁聂庄涂喻骆詹殷翟葛倪管左连舒祝焦凌项柯游温鲍甘宁乔阮闵庞康文华安时阳包古米成司冉鲁岳蓝景车"
    "曲桂柏齐乐卞伍卜穆湛禹狄臧戴谈茅屈娄梅盛刁虞支昝房缪解应宗宣郁杭洪诸钮邢滑裴荣荀甄封芮羿储靳"
    "巫牧隗全班仰仲宫仇栾厉戎祖符束幸韶郜蓟印宿怀蒲从鄂索赖卓蔺屠蒙池胥能苍闻莘党贡劳逄申扶冉郦雍璩桑濮"
    "寿通边扈燕冀尚农别柴瞿阎充慕茹习宦艾容戈庾终暨居衡步都耿满弘匡国寇广禄阙欧沃利蔚越夔隆师巩厍晁敖融冷"
    "訾辛阚那简饶沙养鞠须丰关蒯查荆竺权盖益桓公明和惠"
)

#: Surnames of two letters; what begins with one is a person whatever jieba takes it for.
_LONG_SURNAMES: Final = tuple(
    """
    欧阳 上官 司马 诸葛 司徒 皇甫 尉迟 公孙 慕容 令狐 夏侯 宇文 端木 轩辕 独孤 长孙 澹台 南宫 钟离 鲜于 拓跋 淳于 申屠
    呼延 赫连 公冶 太史 濮阳 宗政 闾丘 司空 司寇 颛孙 第五
    """.split()  # noqa: SIM905 - as a list it would be one word a line
)

#: What jieba takes for persons though it means things, and begins like a surname.
_NO_PERSONS: Final = frozenset(
    """
    安静 康复 文明 华丽 阳光 和睦 公正 关怀 师德 师傅 沙石 祝福 温馨 宁静 荣誉 惠民 雷雨 陈旧 陈列 林木 许可 叶子 黎明
    养老 养老院 养老金 易懂 索道 乔木 梅雨 甘甜
    """.split()  # noqa: SIM905 - likewise
)

#: What stands behind a surname and is no given name.
_POSTS: Final = frozenset("书记 医生 老师 村长 支书 镇长 乡长 局长 科长 所长 院长 校长 干部 先生 女士 师傅".split())  # noqa: SIM905

#: Kinds that given names have behind a surname that was cut off: persons, places, and what has a name of its own.
_GIVEN_NAMES: Final = ("nr", "ns", "nz")


@dataclass(frozen=True)
class Keyword:
    """A word and how many answers contain it."""

    word: str
    count: int


def redact(text: str) -> str:
    """Take numbers and addresses that lead to a person out of a text; each is replaced by ``***``."""
    plain = text.translate(_PLAIN)  # Letter for letter, so that places in it are places in the text.
    pieces, at = [], 0
    for match in _PERSONAL.finditer(plain):
        pieces += [text[at : match.start()], REDACTED]
        at = match.end()
    return "".join([*pieces, text[at:]])


def keywords(
    answers: Iterable[str], least: int = LEAST_ANSWERS, most: int = MOST_WORDS, leave_out: Collection[str] = ()
) -> list[Keyword]:
    """Find the words that most answers contain.

    Args:
        answers: texts as they were given.
        least: answers that must contain a word, 2 or more.
        most: how many words are returned.
        leave_out: words that are never returned.

    Returns:
        The most frequent first, then by the alphabet. A word counts once an answer, however often it stands there.

    Raises:
        ValueError: ``least`` is below 2: a word of a single answer is that answer.

    """
    if least < 2:
        raise ValueError(f"a word is printed from 2 answers, not {least}")
    barred = _STOP_WORDS | {word.casefold() for word in leave_out}
    counts: Counter[str] = Counter()
    for answer in answers:
        counts.update(_words(redact(answer)) - barred)
    found = sorted((-count, word) for word, count in counts.items() if count >= least)
    return [Keyword(word, -count) for count, word in found[:most]]


def _words(text: str) -> set[str]:
    """Cut a text into its words of two letters or more that say what it is about."""
    import rjieba  # noqa: PLC0415 - loads a dictionary of half a million words; importing analysis must not

    found, before = set(), ("", "")
    for word, kind in rjieba.tag(text):
        if _says_something(word, kind) and not _is_person(word, kind, *before):
            found.add(word.casefold())
        before = word, kind
    return found


def _says_something(word: str, kind: str) -> bool:
    return len(word) > 1 and word.isalpha() and kind.startswith(_KINDS)


def _is_person(word: str, kind: str, before: str, kind_before: str) -> bool:
    """Return whether a word is taken for a person's name, by itself or behind a surname."""
    if word.startswith(_LONG_SURNAMES):
        return True
    if kind.startswith("nr") and word[0] in _SURNAMES and word not in _NO_PERSONS:
        return True
    if len(word) > 2 or not (before in _SURNAMES or before in _LONG_SURNAMES):
        return False
    # 单 is a list, too, and 向 means towards: behind those only what can be no plain noun is a given name.
    return kind.startswith(_GIVEN_NAMES) or (kind == "n" and kind_before.startswith("nr") and word not in _POSTS)
