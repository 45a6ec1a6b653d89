"""Between the boxes of a launch and the document of docs/survey-definition.md, both ways."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from forms.launch_boxes import chosen, codes_in, whole
from forms.launch_form import GroupForm, LaunchForm
from forms.number_field import as_number, spelt
from survey_app.domain.plan_document import next_code
from survey_app.domain.texts import as_texts

Document = dict[str, Any]

#: Boxes that hold a number, by their key; and choices, with what stands where nothing is said.
_NUMBERS = ("open_days", "threshold")
_CHOICES = {
    "empty_group": "renormalise",
    "ballot_mode": "poster",
    "roll_up": "counts",
    "selection": "",
    "paper": "none",
    "quota_full": "continue",
    "sign_off": "required",
}
_SWITCHES = ("verdict", "second_person")
_TEXTS = {
    "contact": "contact",
    "results_on": "results_on",
    "time_zone": "time_zone",
    "slug": "short_name",
    "repeats": "repeats",
}
_APPROVAL = ("table_number", "approval_number", "valid_until")
_TITLES = ("title", "organiser")

#: What is settled by the launch: printed codes lead where they led.
LOCKED = ("places", "groups", "ballot_mode", "empty_group")


def boxes_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in each box of the form, by its name."""
    places = given.get("places") or {}
    headline = given.get("headline") or {}
    found: dict[str, Any] = {
        "choose": "units" if "units" in places else "tree",
        "areas": _as_list(places.get("under")),
        "level": places.get("level", ""),
        "classes": _as_list(places.get("class")),
        "units": "\n".join(places.get("units", ())),
        "quota": _number(places.get("quota")),
        "grouped": bool(given.get("groups")),
        "groups": [_row(each) for each in given.get("groups") or ()],
        "headline_question": headline.get("question", ""),
        "headline_base": headline.get("base", "rated"),
        "threshold": _number(given.get("threshold", 10)),
        "open_days": _number(given.get("open_days")),
        "time_zone": given.get("time_zone", "Asia/Shanghai"),
    }
    for key in _TITLES:
        texts = as_texts(given.get(key) or {})
        found |= {f"{key}_zh": texts.get("zh_Hans", ""), f"{key}_en": texts.get("en", "")}
    for key in ("opens", "closes"):
        day, _, clock = (given.get(key) or "").partition("T")
        found |= {f"{key}_day": day, f"{key}_time": clock}
    found |= {key: given.get(key, usual) for key, usual in _CHOICES.items()}
    found |= {key: given.get(key, False) for key in _SWITCHES}
    found |= {name: given[key] for key, name in _TEXTS.items() if key in given}
    return found | {key: (given.get("approval") or {}).get(key, "") for key in _APPROVAL}


def document_of(form: LaunchForm, given: Mapping[str, Any], *, locked: bool = False) -> Document:
    """Return the document with what the form holds; what it has no box for stays. `locked`: after the launch."""
    after = deepcopy(dict(given))
    for key in _TITLES:
        texts = dict(as_texts(after.get(key) or {})) | {"zh_Hans": form[f"{key}_zh"].data, "en": form[f"{key}_en"].data}
        _put(after, key, {language: text for language, text in texts.items() if text})
    for key, name in _TEXTS.items():
        _put(after, key, form[name].data, "Asia/Shanghai" if key == "time_zone" else None)
    for key, usual in _CHOICES.items():
        if not (locked and key in LOCKED):
            _put(after, key, chosen(form[key]), usual)
    for key in _SWITCHES:
        _put(after, key, form[key].data or None)
    for key in _NUMBERS:
        _put(after, key, whole(form[key]), 10 if key == "threshold" else None)
    for key in ("opens", "closes"):
        day, clock = form[f"{key}_day"].data, form[f"{key}_time"].data
        _put(after, key, f"{day}T{clock}" if day and clock else day)
    headline = {"question": chosen(form.headline_question), "base": chosen(form.headline_base)}
    _put(after, "headline", {key: value for key, value in headline.items() if value not in (None, "", "rated")})
    _put(after, "approval", {key: form[key].data for key in _APPROVAL if form[key].data})
    if not locked:
        _put(after, "groups", _groups(form, after))
        after["places"] = _places(form, after)  # Even an empty one says that somebody has been here.
    return after


def _put(after: Document, key: str, value: object, usual: object = None) -> None:
    """Set a key, or take it out where it says nothing; what is usual is left out unless it stood there."""
    if value in (None, "", {}, []):
        after.pop(key, None)
    elif value != usual or key in after:
        after[key] = value
        if key == "paper" and value == "none":
            del after[key]  # The format has no word for it.


def _groups(form: LaunchForm, given: Document) -> list[Document]:
    known = {each["code"]: each for each in given.get("groups") or ()}
    taken = {row.code.data for row in form.rows if row.code.data}
    found = []
    for row in form.rows:
        code = row.code.data or next_code("g", taken)
        taken.add(code)
        found.append(_group(row, code, known.get(code, {})))
    return found


def _group(row: GroupForm, code: str, before: Mapping[str, Any]) -> Document:
    texts = dict(as_texts(before.get("name") or {})) | {"zh_Hans": row.name_zh.data, "en": row.name_en.data}
    weight = float(as_number(row.weight.data or "") or 1)  # What is no number is told at its box.
    group: Document = {
        "code": code,
        "name": {language: text for language, text in texts.items() if text},
        "weight": int(weight) if weight.is_integer() else weight,
    }
    more = {
        "ballot_mode": chosen(row.ballot_mode),
        "targets": list(row.targets.data or ()),
        "eligible": whole(row.eligible),
        "quota": whole(row.quota),
    }
    return group | {key: value for key, value in more.items() if value}


def _places(form: LaunchForm, given: Document) -> Document:
    before = given.get("places") or {}
    places: Document = {}
    if form.choose.data == "units":
        _put(places, "units", codes_in(form.units.data))
    else:
        under = [*(form.areas.data or ()), *codes_in(form.areas_more.data)]
        _put(places, "under", under[0] if len(under) == 1 else list(dict.fromkeys(under)))
        if under:  # The format takes neither without it.
            _put(places, "level", chosen(form.level))
            classes = list(form.classes.data or ())
            _put(places, "class", classes[0] if len(classes) == 1 else classes)
    if not all(each.get("quota") for each in given.get("groups") or [{}]):
        # Where every group has its own, a place's quota is their sum.
        _put(places, "quota", whole(form.quota))
    _put(places, "sizes", before.get("sizes"))
    return places


def _row(group: Mapping[str, Any]) -> Document:
    texts = as_texts(group.get("name") or {})
    return {
        "code": group["code"],
        "name_zh": texts.get("zh_Hans", ""),
        "name_en": texts.get("en", ""),
        "weight": _number(group.get("weight")),
        "ballot_mode": group.get("ballot_mode", ""),
        "quota": _number(group.get("quota")),
        "eligible": _number(group.get("eligible")),
        "targets": list(group.get("targets", ())),
    }


def _as_list(given: str | list[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())


def _number(value: float | None) -> str:
    return "" if value is None else spelt(value)
