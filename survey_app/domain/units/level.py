"""The levels of the tree of units: their words, and which may stand under which."""

import unicodedata
from enum import StrEnum

from survey_app.domain.messages import message


class Level(StrEnum):
    """The levels of the tree, the highest first."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"
    VILLAGE = "village"
    ORGANISATION = "organisation"
    PROJECT = "project"


_ADMINISTRATIVE = (Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE)
#: How a message names a level.
LEVEL_NAMES = {
    Level.CITY: message("city"),
    Level.COUNTY: message("county"),
    Level.TOWNSHIP: message("township"),
    Level.VILLAGE: message("village"),
    Level.ORGANISATION: message("organisation"),
    Level.PROJECT: message("project"),
}
#: The words that a list may use for a level, after NFKC (so that full-width brackets are the plain ones).
_LEVEL_WORDS = {
    Level.CITY: "city 市 市级 地级市 市州",
    Level.COUNTY: "county 县 区 县级 区县 县区 县市区 区县市 县级市 县(区) 区(县) 县(市、区) 县(市区) 区县(市)",
    Level.TOWNSHIP: "township 乡 镇 街道 乡镇 乡镇级 乡镇街道 乡镇/街道 乡镇(街道) 乡(镇、街道) 乡(镇)",
    Level.VILLAGE: "village 村 社区 村级 村社区 村/社区 村(社区) 行政村 居委会 村(居)",
    Level.ORGANISATION: "organisation organization 单位 部门 机构",
    Level.PROJECT: "project 项目 工程",
}
_LEVELS_BY_WORD = {word: level for level, words in _LEVEL_WORDS.items() for word in words.split()}


def level_of(word: str) -> Level | None:
    """Return the level that an English or Chinese word stands for, or None."""
    return _LEVELS_BY_WORD.get("".join(unicodedata.normalize("NFKC", word).split()).casefold())


def may_stand_under(level: Level, parent: Level | None) -> bool:
    """Say whether a unit of this level may stand under one of level `parent`; None asks whether it may be a root."""
    if parent is None:
        return level is not Level.PROJECT
    if level not in _ADMINISTRATIVE:
        return parent is not Level.PROJECT
    return parent in _ADMINISTRATIVE[: _ADMINISTRATIVE.index(level)]
