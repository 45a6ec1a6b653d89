"""What changed of a document: which field of which question, from what to what; short enough to be kept for ever."""

import json
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from survey_app.domain.texts import DEFAULT_LANGUAGE, as_texts, pick

Document = Mapping[str, Any]

#: So many changes are told one by one.
MOST_TOLD = 30

#: Beside which it stands how many more there are, and the beginning of the whole document's SHA-256.
MORE = "…"

_LONGEST_VALUE = 120
_LONGEST_LABEL = 16
#: So much stands before the first character that differs, where a text is too long to be told whole.
_BEFORE_IT = 20


def changes_between(before: Document, after: Document) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what changed, as it was and as it is now, by its path; what was added stands in the second only.

    A path leads from the outside in, its steps parted by "/". What has a code is named by it and by the beginning of
    its text, and is found again by its code wherever it stands.
    """
    found = list(_differences((), before, after))
    was: dict[str, Any] = {}
    now: dict[str, Any] = {}
    for steps, old, new in found[:MOST_TOLD]:
        path = "/".join(each.replace("/", " ") for each in steps)
        at = _first_difference(_as_text(old), _as_text(new))
        if old is not None:
            was[path] = _told(old, at)
        if new is not None:
            now[path] = _told(new, at)
    if len(found) > MOST_TOLD:
        for side, whole in ((was, before), (now, after)):
            side[MORE] = {"more": len(found) - MOST_TOLD, "sha256": _hash(whole)}
    return was, now


def _differences(path: tuple[str, ...], old: Any, new: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:  # noqa: ANN401 - whatever JSON holds.
    """Give path, old and new value of whatever differs; None where there is none."""
    if old == new:
        return
    if _fits(Mapping, old, new):
        yield from _inside(path, _as_mapping(old), _as_mapping(new))
    elif _fits(list, old, new):
        yield from _listed(path, old or [], new or [])
    else:
        yield path, old, new


def _inside(path: tuple[str, ...], old: Document, new: Document) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    for key in dict.fromkeys([*old, *new]):
        # A text in one language may be written without saying which.
        yield from _differences(path if key == DEFAULT_LANGUAGE else (*path, key), old.get(key), new.get(key))


def _listed(
    path: tuple[str, ...], old: Sequence[Any], new: Sequence[Any]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if not all(isinstance(each, Mapping) and "code" in each for each in (*old, *new)):
        gone, come = [each for each in old if each not in new], [each for each in new if each not in old]
        yield path, (gone or None if gone or come else list(old)), (come or None if gone or come else list(new))
        return
    earlier, later = ({each["code"]: each for each in some} for some in (old, new))
    for code in dict.fromkeys([*earlier, *later]):
        label = _label(code, later.get(code) or earlier[code])
        yield from _differences((*path, label), earlier.get(code), later.get(code))
    orders = [code for code in earlier if code in later], [code for code in later if code in earlier]
    if orders[0] != orders[1]:
        yield (*path, "order"), *orders


def _fits(kind: Any, *values: Any) -> bool:  # noqa: ANN401 - a type, and whatever JSON holds.
    """Say whether values can be compared as one kind: where a text stands beside a mapping, it is one too."""
    there = [each for each in values if each is not None]
    texts = kind is Mapping and any(isinstance(each, str) for each in there)
    return any(isinstance(each, kind) for each in there) and all(
        isinstance(each, kind) or (texts and isinstance(each, str)) for each in there
    )


def _as_mapping(value: Document | str | None) -> Document:
    return as_texts(value or {})


def _label(code: str, thing: Document) -> str:
    text = pick(as_texts(thing.get("text") or thing.get("name") or {}), DEFAULT_LANGUAGE)
    short = text if len(text) <= _LONGEST_LABEL else text[:_LONGEST_LABEL] + "…"
    return f"{code} “{short}”" if short else code


def _told(value: Any, at: int) -> Any:  # noqa: ANN401 - whatever JSON holds.
    """Return a value as it is, or of a long one what stands around the character `at`, the first that differs."""
    text = _as_text(value)
    if len(text) <= _LONGEST_VALUE:
        return text if isinstance(value, (list, Mapping)) else value
    start = max(0, min(at - _BEFORE_IT, len(text) - _LONGEST_VALUE))
    end = start + _LONGEST_VALUE
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _as_text(value: Any) -> str:  # noqa: ANN401 - whatever JSON holds.
    if isinstance(value, list):
        return ", ".join(map(_as_text, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _first_difference(old: str, new: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _hash(whole: Document) -> str:
    return sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
