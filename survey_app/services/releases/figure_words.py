"""What figures of a release say in the same words: title, base and formula, why a row has no rate."""

from collections.abc import Mapping
from typing import Any

from survey_app.documents.fonts import REGULAR_FILE
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

APPROVAL = "满意和基本满意合计占比"
#: A row without a rate, in words.
WITHOUT = "{name}：{reason}。"


def headed(head: Head, of: str) -> dict[str, Any]:
    """Return what every figure is headed with."""
    question = wording.text(wording.headline(head)["text"])
    return {
        "title": f"{wording.text(head['title'])} {of}",
        "note": f"{question} {base(head)}{wording.release(head)}，口径版本 {head['formula_version']}。",
        "font": REGULAR_FILE,
    }


def base(head: Head) -> str:
    """Say on what base the rates stand, by which formula, and how they are weighted."""
    return formula(head) + "".join(wording.weighting(head))


def formula(head: Head) -> str:
    """Say the formula without the weights."""
    over = "作出评价与“不了解”之和" if head["headline_base"] == "all" else "作出评价"
    return f"{APPROVAL} =（满意 + 基本满意）÷ {over}；作出评价不含“不了解”和未填。"


def ballots_behind(head: Head, cell: Mapping[str, Any]) -> int:
    """Return the ballots that the headline's rate stands on."""
    return int(cell["rated"] + (cell["dont_know"] if head["headline_base"] == "all" else 0))


def in_format(name: str) -> str:
    """Keep a name's brackets from being read as places of a format."""
    return name.replace("{", "{{").replace("}", "}}")


def within(row: ResultRow) -> str:
    """Return what stands beside the name of a listed target: its class."""
    return row.unit_class if row.is_target else ""


def why(cell: Mapping[str, Any]) -> str:
    """Say why a cell has no rate."""
    if cell["suppressed"]:
        return wording.TOO_FEW
    if not cell["ballots"]:
        return "无答卷"
    return "部分票种样本不足" if cell["rated"] else "无人作出评价"
