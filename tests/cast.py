"""The cast that tests share: a small tree of units, a small survey about them, and how to put both on the stage."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from survey_app.models import Survey
from survey_app.services.launching import launch
from survey_app.services.units.importing import import_units

CITY = "430700"
WULING, DINGCHENG = "430702", "430703"
QIMING, HAOZIGANG, ZHONGHEKOU = "430702001", "430703100", "430703101"
TOWNSHIPS = (QIMING, HAOZIGANG, ZHONGHEKOU)
#: Code -> name of the places. 社区 lie in the scope "town", 村 in "rural"; 新建村 is the name of two.
VILLAGES = {
    "430702001001": "马家吉社区",
    "430702001002": "箭道坡社区",
    "430703100001": "沿河社区",
    "430703100201": "新建村",
    "430703101201": "新建村",
    "430703101202": "大剅口村",
}
TOWN = tuple(code for code, name in VILLAGES.items() if name.endswith("社区"))
RURAL = tuple(code for code in VILLAGES if code not in TOWN)

#: Code, name, level, code of the unit above; parents first.
UNITS = (
    (CITY, "常德市", "city", ""),
    (WULING, "武陵区", "county", CITY),
    (DINGCHENG, "鼎城区", "county", CITY),
    (QIMING, "启明街道", "township", WULING),
    (HAOZIGANG, "蒿子港镇", "township", DINGCHENG),
    (ZHONGHEKOU, "中河口镇", "township", DINGCHENG),
    *((code, name, "village", code[:9]) for code, name in VILLAGES.items()),
)


def units_csv(units: tuple[tuple[str, ...], ...] = UNITS, columns: str = "code name level parent_code") -> bytes:
    """Return a list of units as the bytes of a UTF-8 .csv."""
    text = io.StringIO()
    csv.writer(text).writerows([columns.split(), *units])
    return text.getvalue().encode()


def add_units(session: Session) -> None:
    """Put the whole tree on the stage."""
    import_units(session, units_csv(), "units.csv")


def definition(**changes: Any) -> dict[str, Any]:
    """Return a small valid definition with every kind of question; a change to None leaves the key out."""
    given: dict[str, Any] = {
        "slug": "small",
        "title": {"zh_Hans": "2026年公共服务满意度测评", "en": "Public service survey 2026"},
        "organiser": "常德市测评办公室",
        "contact": "0736-0000000",
        "places": {"under": CITY, "level": "village", "quota": 35},
        "scopes": {"town": {"name_ends_with": ["社区"]}, "rural": {"except": "town"}},
        "questions": [
            {
                "code": "overall",
                "kind": "rating",
                "text": {"zh_Hans": "总的来说", "en": "All in all"},
                "required": True,
            },
            {"code": "buses", "kind": "rating", "text": "城区公交", "required": True, "asked_in": "town"},
            {
                "code": "visits",
                "kind": "single_choice",
                "text": "办事去了几次？",
                "options": [{"code": "one", "text": "一次"}, {"code": "more", "text": "多次"}],
            },
            {
                "code": "reasons",
                "kind": "multiple_choice",
                "text": "为什么多跑？",
                "options": [{"code": "papers", "text": "材料"}, {"code": "nobody", "text": "没人"}],
                "show_if": {"question": "visits", "options": ["more"]},
            },
            {"code": "age", "kind": "number", "text": "年龄", "least": 0, "most": 130},
            {"code": "wish", "kind": "open_text", "text": "最希望改进的一件事"},
        ],
    }
    return {key: value for key, value in (given | changes).items() if value is not None}


def with_groups(**changes: Any) -> dict[str, Any]:
    """Return a small valid definition of the second case: three groups rate a list of targets at one place.

    The cadres rate two of the three; one target is a unit of the tree and takes its name from there.
    """
    given: dict[str, Any] = {
        "slug": "grouped",
        "title": "市直单位作风评议",
        "organiser": "常德市作风办",
        "places": {"units": [CITY]},
        "targets": [
            {"code": "D001", "name": "市委办公室", "class": "党群部门"},
            {"code": WULING},
            {"code": "D003", "name": {"zh_Hans": "市民政局", "en": "Civil Affairs"}},
        ],
        "groups": [
            {"code": "users", "name": "服务对象", "weight": 40},
            {"code": "delegates", "name": "两代表一委员", "weight": 30},
            {"code": "cadres", "name": "基层干部", "weight": 30, "targets": ["D001", WULING]},
        ],
        "questions": [
            {
                "code": "work",
                "kind": "rating",
                "about": "targets",
                "text": "您对该单位的工作满意吗？",
                "required": True,
            },
            {"code": "wish", "kind": "open_text", "text": "您的意见和建议"},
        ],
    }
    return {key: value for key, value in (given | changes).items() if value is not None}


def as_bytes(given: Mapping[str, Any]) -> bytes:
    """Return a definition as the bytes of its file."""
    return json.dumps(given, ensure_ascii=False).encode()


def launched(session: Session, given: Mapping[str, Any] | None = None) -> Survey:
    """Launch a definition, by default the small one, over the tree of units, which must be there."""
    return launch(session, as_bytes(definition() if given is None else given), "tests")
