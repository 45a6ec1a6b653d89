"""Heads and rows of releases as publication prints them, without a database: for tests of bulletins and sheets."""

from analysis.rates import round_percent
from survey_app.services.releases.result_rows import ResultRow

OPTIONS = [
    {"code": code, "text": {"zh_Hans": text}, "rating": code}
    for code, text in (
        ("satisfied", "满意"),
        ("basically_satisfied", "基本满意"),
        ("dissatisfied", "不满意"),
        ("dont_know", "不了解"),
    )
]


def cell(satisfied, basic, bad, unknown=0, blank=0, hidden=False):
    """A printed cell from its counts."""
    rated, approved = satisfied + basic + bad, satisfied + basic
    everybody = rated + unknown
    figures = {
        "rated": rated,
        "satisfied": satisfied,
        "basically_satisfied": basic,
        "dissatisfied": bad,
        "dont_know": unknown,
        "blank": blank,
        "satisfied_rate": round_percent(satisfied, rated) if rated else None,
        "approval_rate": round_percent(approved, rated) if rated else None,
        "satisfied_rate_all": round_percent(satisfied, everybody) if everybody else None,
        "approval_rate_all": round_percent(approved, everybody) if everybody else None,
        "range_low": None,
        "range_high": None,
    }
    if hidden:
        figures = dict.fromkeys(figures)
    return {"ballots": everybody + blank, **figures, "suppressed": hidden}


def row(code, name, level, parent, path, cells, **rest):
    ballots = max((each["ballots"] for each in cells.values()), default=0)
    given = {"is_target": False, "unit_class": "", "places": 1, "places_with_ballots": int(ballots > 0), "issued": None}
    return ResultRow(
        code=code,
        name={"zh_Hans": name},
        level=level,
        parent_code=parent,
        path=path,
        ballots=ballots,
        cells=cells,
        **{**given, "group_cells": {}, **rest},
    )


def head(**rest):
    questions = rest.pop("questions", {"overall": "总的来说，您对本村（社区）的公共服务满意吗？"})
    about = rest.pop("about", "place")
    return {
        "slug": "services",
        "title": {"zh_Hans": "2026年常德市公共服务群众满意度测评"},
        "organiser": {"zh_Hans": "常德市测评工作领导小组办公室"},
        "contact": "0736-0000000",
        "time_zone": "Asia/Shanghai",
        "audience": "internal",
        "headline_question": next(iter(questions)),
        "headline_base": "rated",
        "empty_group": "renormalise",
        "roll_up": "counts",
        "selection": "self",
        "threshold": 10,
        "formula_version": "1",
        "software": "Manyi 0.1.0",
        "number": 1,
        "released_at": "2026-12-28T01:00:00+00:00",
        "ballots": 0,
        "places": 0,
        "places_with_ballots": 0,
        "place_levels": ["village"],
        "acts": [
            {"act": "open", "at": "2026-11-30T16:00:00+00:00", "reason": ""},
            {"act": "close", "at": "2026-12-20T10:00:00+00:00", "reason": ""},
        ],
        "groups": [{"code": "public", "name": {"zh_Hans": "群众"}, "weight": 100.0}],
        "questions": [
            {"code": code, "text": {"zh_Hans": text}, "about": about, "asked_in": "", "options": OPTIONS}
            for code, text in questions.items()
        ],
        "channels": [],
        "channel_targets": [],
        "figures_sha256": "00" * 32,
        "previous": None,
        "document": {"number": "", "main": "", "copies": ""},
        "sign_off": [],
        "keywords": [],
        **rest,
    }


WORKS = {
    "overall": "总的来说，您对本村（社区）的公共服务满意吗？",
    "low": "城区低保对象低保金补差",
    "medical": "城乡特困家庭大病医疗救助",
    "schools": "城区小学配套建设",
    "buses": "城区公交乘车",
    "offices": "群众到机关办事",
}

COUNTIES = (
    ("430702", "武陵区", 90.1),
    ("430703", "鼎城区", 88.0),
    ("430721", "安乡县", 93.2),
    ("430722", "汉寿县", 93.2),
)


def _works(size, approval, unknown=2):
    cells = {}
    for number, code in enumerate(WORKS):
        rated = size - number
        good = round(rated * (approval - 3 * number) / 100)
        cells[code] = cell(
            good * 2 // 3, good - good * 2 // 3, rated - good, unknown + 3 * number * (number == 5) * size // 40
        )
    return cells


def field_case(audience="internal", **rest):
    """A city of four counties, a township each, and three villages each; one village of each county is hidden."""
    counties, rows = [], []
    for code, name, rate in COUNTIES:
        cells = _works(900, rate)
        extras = {
            "overall": {
                "position": 1 + sum(other > rate for _, _, other in COUNTIES),
                "position_of": 4,
                "position_low": 1,
                "position_high": 3,
                "band": "worse" if rate < 90.5 else "as_expected",
                "band_clear": rate < 89,
                "change": "-0.4" if rate < 89 else "+1.2",
                "change_previous": "89.0",
                "change_clear": rate < 89,
            }
        }
        counties.append(
            row(code, name, "county", "4307", ["常德市"], cells, places=3, places_with_ballots=3, extras=extras)
        )
        town = row(f"{code}1", "启明街道", "township", code, ["常德市", name], cells, places=3, places_with_ballots=3)
        villages = [
            row(f"{code}1{number}", village, "village", town.code, ["常德市", name, "启明街道"], made)
            for number, (village, made) in enumerate(
                (
                    ("先锋社区", _works(400, rate)),
                    ("民主村", _works(24, rate)),
                    ("白鹤村", {each: cell(2, 1, 1, 1, hidden=True) for each in WORKS}),
                )
            )
        ]
        rows += [counties[-1], town, *villages]
    top = row(
        "4307",
        "常德市",
        "city",
        "",
        [],
        _works(3600, 91.1, unknown=40),
        places=12,
        places_with_ballots=11,
        extras={
            "overall": {"change": "+1.2", "change_clear": True, "change_previous": "89.9"},
            **{code: {"below_others": code == "offices"} for code in WORKS if code != "overall"},
        },
    )
    made = head(
        questions=WORKS,
        ballots=top.ballots,
        places=12,
        places_with_ballots=11,
        audience=audience,
        channels=[{"channel": "poster", "ballots": 3500}, {"channel": "assisted", "ballots": 140}],
        previous={"slug": "services-2025", "title": {"zh_Hans": "2025年测评"}, "number": 1, "day": "2025-12-28"},
        keywords=[{"word": "路灯", "count": 132}, {"word": "公交", "count": 88}],
        **rest,
    )
    return made, [top, *rows]


TARGETS = (
    ("D1", "市委办公室", "党群部门", (48, 18, 10, 4)),
    ("D2", "市总工会", "党群部门", (39, 21, 15, 5)),
    ("D3", "市财政局", "政府部门", (30, 21, 23, 6)),
    ("D4", "市档案馆", "政府部门", (10, 5, 5, 1)),
    ("D5", "市气象局", "政府部门", (3, 2, 1, 0)),
)


def targets_case(**rest):
    """Five targets in two classes, two weighted groups, one target hidden; the last has no position."""
    groups = [
        {"code": "users", "name": {"zh_Hans": "服务对象"}, "weight": 60.0},
        {"code": "cadres", "name": {"zh_Hans": "基层干部"}, "weight": 40.0},
    ]
    rows = [row("43", "常德市", "city", "", [], {})]
    for code, name, unit_class, counts in TARGETS:
        cells = {"conduct": cell(*counts, hidden=code == "D5")}
        rows.append(
            row(
                code,
                name,
                "target",
                "",
                [],
                cells,
                is_target=True,
                unit_class=unit_class,
                group_cells={each["code"]: cells for each in groups},
            )
        )
    made = head(
        title={"zh_Hans": "2026年市直单位作风评议"},
        questions={"conduct": "您对该单位满意吗？"},
        about="targets",
        groups=groups,
        selection="list",
        ballots=80,
        places=1,
        places_with_ballots=1,
        place_levels=["city"],
        issued=100,
        response_rate="80.0",
        channels=[{"channel": "slip", "ballots": 80}],
        **rest,
    )
    return made, rows


def hidden_case(**rest):
    """A township of three villages where nothing may be shown."""
    nothing = {"overall": cell(3, 2, 1, hidden=True)}
    names = (("v1", "先锋村"), ("v2", "民主村"), ("v3", "白鹤村"))
    villages = [row(code, name, "village", "t", ["蒿子港镇"], nothing) for code, name in names]
    rows = [row("t", "蒿子港镇", "township", "", [], nothing, places=3, places_with_ballots=3), *villages]
    return head(ballots=6, places=3, places_with_ballots=3, **rest), rows
