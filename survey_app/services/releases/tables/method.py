"""Table 10: method and disclosure, what a reader needs to judge the numbers."""

from collections.abc import Iterator

from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

_RECRUITED = {
    "self": "测评公告张贴在村（社区）等处，扫码自愿参加；不是随机样本，不能推断全体居民",
    "list": "一次性测评票发给名单上的全部人员，一票一码",
    "random": "一次性测评票发给各测评点应参评人员的随机样本，一票一码",
}

_PROCESSING = (
    "按选项代码归入评价，与选项文字和顺序无关；占比由整数精确相除，四舍五入保留一位小数，"
    "不足 1 的不写作 100.0，大于 0 的不写作 0.0"
)

#: So many places whose people count to others are named; the JSON has all.
_MOST_NAMED = 30

_STEPS = {"prepared": "经办", "checked": "审核", "approved": "签发"}


def method(head: Head) -> PrintedTable:
    """Return the table, one line an item."""
    return PrintedTable(
        "表10 方法与说明",
        wording.title(head, "方法与说明"),
        [],
        (Column("项目", 22), Column("内容", 100)),
        [[item, said] for item, said in _lines(head) if said],
    )


def _lines(head: Head) -> Iterator[tuple[str, str]]:
    approval = head.get("approval", {})
    yield "表号", approval.get("table_number", "")
    yield "批准文号", approval.get("approval_number", "")
    yield "有效期至", approval.get("valid_until", "")
    yield "组织者", wording.text(head["organiser"])
    for each in head["questions"]:
        options = " / ".join(wording.text(option["text"]) for option in each["options"])
        yield f"题目 {each['code']}", f"{wording.text(each['text'])}（{options}）"
    yield "评价对象", _population(head)
    yield "总体", _eligible(head)
    on_paper = "；另发纸质测评表，收回后由工作人员清点录入" if head.get("paper") else ""
    yield "参加方式", _RECRUITED[head.get("selection", "self")] + on_paper
    yield "渠道", "、".join(f"{wording.CHANNELS[each['channel']]} {each['ballots']:,} 份" for each in head["channels"])
    times = [wording.moment(head, each["at"]) for each in head["acts"] if each["act"] in ("open", "close")]
    yield "起止时间", f"{times[0]} 至 {times[-1]}（{head['time_zone']}）" if len(times) > 1 else ""
    yield (
        "样本量",
        f"收回答卷 {head['returned']:,} 份{_invalid(head)}；"
        f"测评点 {head['places']:,} 个，有答卷的 {head['places_with_ballots']:,} 个",
    )
    yield "口径", f"{wording.RATED}{wording.ALL}"
    yield "加权", "".join(wording.weighting(head)) or "未加权"
    yield "人数计入其他测评点", _handed_on(head)
    yield "区间", wording.ranges(head)
    yield (
        "处理",
        _PROCESSING,
    )
    yield (
        "隐藏规则",
        (
            f"作出评价不足 {head['threshold']} 份的，以及众口一词的小样本，只列答卷数；"
            "为防止相减推算，另隐藏必要的单位。"
        ),
    )
    yield "局限", "回答反映参与者的看法；没有答卷的人可能有不同看法。同一人能否重复参加，取决于参加方式。"
    yield "问卷指纹", f"SHA-256 {head['questionnaire_sha256']}"
    yield "数据指纹", f"SHA-256 {head['figures_sha256']}（隐藏处理后的全部统计数字，即签发的数字）"
    yield "口径版本和软件", f"{head['formula_version']}；{head['software']}"
    for each in head.get("sign_off", ()):
        yield _STEPS[each["step"]], "　".join(filter(None, (each["post"], each["name"], each["on"])))


def _handed_on(head: Head) -> str:
    """Name the places whose people count to their siblings, and say how many they are."""
    silent = head.get("handed_on")
    if silent is None:
        return ""
    if not silent["places"]:
        return "没有：有应参评人数的测评点都有人作出评价"
    named = "、".join(f"{each['name']}（{each['people']:,} 人）" for each in silent["units"][:_MOST_NAMED])
    more = " 等" if silent["places"] > _MOST_NAMED else ""
    return (
        f"{silent['places']:,} 个测评点无人作出评价，其应参评的 {silent['people']:,} 人按人数比例计入同一上级的其他"
        f"测评点（都无人作出评价的，计入再上一级），即假定其看法与邻近测评点相同：{named}{more}"
    )


def _invalid(head: Head) -> str:
    return f"（其中无效的纸质票 {head['invalid']:,} 份）" if head["invalid"] else ""


def _eligible(head: Head) -> str:
    if not head.get("eligible"):
        return "应参评人数未登记"
    missing = head["places"] - head["eligible_places"]
    return f"应参评 {head['eligible']:,} 人" + (f"，另有 {missing:,} 个测评点未登记" if missing else "")


def _population(head: Head) -> str:
    levels = "、".join(wording.LEVELS.get(each, each) for each in head["place_levels"])
    return f"{levels} {head['places']:,} 个测评点" + (
        "；评议名单所列对象" if wording.headline(head)["about"] == "targets" else "所在单位"
    )
