"""Put into a stored release what the survey's rules may add: changes, positions, scores, sign-off, figures."""

import hashlib
from datetime import date, timedelta

from sqlalchemy import select

from survey_app.models import Release, ReleaseFile, ReleaseUnit

FIGURES = ("headline", "waves", "caterpillar", "funnel", "heatmap", "turnout")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 300" width="960"><rect width="9" height="9"/></svg>'

HEAD = {
    "roll_up": "counts",
    "selection": "self",
    "channels": [{"channel": "poster", "ballots": 300}, {"channel": "assisted", "ballots": 69}],
    "issued": None,
    "returned": 369,
    "invalid": None,
    "response_rate": None,
    "previous": {
        "slug": "before",
        "title": {"zh_Hans": "2025年公共服务满意度测评", "en": "Public service satisfaction 2025"},
        "number": 1,
        "day": "2025-12-28",
    },
    "document": {"number": "常测评2026-3号", "main": "", "copies": ""},
    "sign_off": [
        {"step": "prepared", "post": "测评科", "name": "张明", "on": "2026-12-26"},
        {"step": "checked", "post": "测评办副主任", "name": "李红", "on": "2026-12-27"},
        {"step": "approved", "post": "测评办主任", "name": "王建国", "on": "2026-12-28"},
    ],
    "approval": {"table_number": "常统测1表", "approval_number": "", "valid_until": "2027年12月"},
    "keywords": [{"word": "路灯", "count": 1132}, {"word": "停车", "count": 87}],
    "verdict": False,
}


def hours(days: int) -> list[list]:
    """Ballots of so many whole days: as many in an hour as its number says."""
    first = date(2026, 12, 1)
    return [[f"{first + timedelta(day)}T{hour:02}", hour] for day in range(days) for hour in range(24)]


CLEAR_RISE = {
    "change": "+2.4",
    "change_low": "+0.3",
    "change_high": "+4.5",
    "change_previous": "87.1",
    "change_clear": True,
    "position": 2,
    "position_low": 1,
    "position_high": 1023,
    "position_of": 2273,
    "band": "much_worse",
    "score": "81.5",
    "verdict": "basically_satisfied",
}
FALL = {
    "change": "-0.4",
    "change_low": "-1.9",
    "change_high": "+1.1",
    "change_previous": "90.2",
    "change_clear": False,
    "position": 1,
    "position_low": 1,
    "position_high": 1,
    "position_of": 2,
    "band": "better",
}
MOVED = {"change_reason": "moved"}


def dress(
    case, head: dict | None = None, extras: dict | None = None, audience: str = "public", number: int = 1
) -> None:
    """Change a release of a case; `extras` are by code of the unit, for the headline question."""
    with case.database.writing() as session:
        release = session.scalars(select(Release).where(Release.survey_id == case.id, Release.number == number)).one()
        release.audience = audience
        release.head = release.head | HEAD | (head or {}) | {"audience": audience}
        for unit in session.scalars(select(ReleaseUnit).where(ReleaseUnit.release_id == release.id)):
            found = (extras or {}).get(unit.code)
            unit.extras = {release.head["headline_question"]: found} if found else {}
        there = set(session.scalars(select(ReleaseFile.path).where(ReleaseFile.release_id == release.id)))
        drawn = [(f"figures/{name}.{ending}", SVG) for name in FIGURES for ending in ("svg", "pdf")]
        for path, content in [*drawn, ("bulletin.docx", b"word"), ("bulletin.pdf", b"pdf"), ("notes.txt", b"-")]:
            if path not in there:
                kind = "image/svg+xml" if path.endswith("svg") else "application/octet-stream"
                sha256 = hashlib.sha256(content).hexdigest()
                session.add(
                    ReleaseFile(release_id=release.id, path=path, media_type=kind, sha256=sha256, content=content)
                )
