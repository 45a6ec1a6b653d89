"""The cover of a release's workbook (封面), from its head."""

from collections.abc import Iterator

from survey_app.documents.workbook_cover import Cover
from survey_app.services.releases.bulletin_sections import words
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

_AUDIENCES = {"review": "送审", "internal": "内部通报", "public": "公开"}


def cover(head: Head) -> Cover:
    """Return the cover: who, when, for whom, the formulas in words, and versions and hashes."""
    return Cover(
        title=f"{wording.text(head['title'])} 统计表",
        facts=list(_facts(head)),
        formulas=list(_formulas(head)),
        watermark="送审稿" if head.get("audience") == "review" else "",
    )


def _facts(head: Head) -> Iterator[tuple[str, str]]:
    audience = str(head.get("audience", "public"))
    yield "组织单位", wording.text(head["organiser"])
    if words.span(head):
        yield "测评时间", words.span(head)
    yield "版次", f"{wording.release(head)}，{words.day(head, head['released_at'])}"
    yield "范围", _AUDIENCES.get(audience, audience)
    yield "测评点", f"{words.number(head['places'])} 个，其中 {words.number(head['places_with_ballots'])} 个有答卷"
    yield "答卷", f"{words.number(head['ballots'])} 份"
    approval = head.get("approval") or {}
    for key, label in (("table_number", "表号"), ("approval_number", "批准文号"), ("valid_until", "有效期至")):
        if approval.get(key):
            yield label, str(approval[key])
    if head.get("contact"):
        yield "联系方式", head["contact"]
    yield "口径版本", str(head["formula_version"])
    yield "软件", head["software"]
    if head.get("questionnaire_sha256"):
        yield "问卷校验值（SHA-256）", head["questionnaire_sha256"]


def _formulas(head: Head) -> Iterator[str]:
    base = "作出评价" if head["headline_base"] == "rated" else "作出评价与“不了解”之和"
    yield "有效票 = 作出评价 + 不了解 + 未填。作出评价 = 满意 + 基本满意 + 不满意，不含“不了解”和未填。"
    yield (
        f"满意占比 = 满意 ÷ 基数；{words.APPROVAL} =（满意 + 基本满意）÷ 基数。公布的主口径以{base}为基数，"
        "两种基数都列出。"
    )
    yield from wording.weighting(head)
    yield (
        "占比由票数的精确比值四舍五入，保留一位小数；不足 100 的不写作 100.0，大于 0 的不写作 0.0。"
        "无人作出评价的记“—”。"
    )
    yield f"作出评价不足 {head['threshold']} 份，或为防止推算而一并隐藏的，注明“样本不足”，不列票数和占比。"
    yield wording.ranges(head)
