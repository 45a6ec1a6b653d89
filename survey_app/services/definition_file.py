"""Read a survey definition file: JSON, its shape checked by the schema, its meaning by the domain."""

import json
import re
from collections.abc import Iterable
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from survey_app.domain import definition
from survey_app.domain.definition import SurveyDefinition
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.plan_faults import filled, same_codes
from survey_app.domain.reading_definition import read_definition

_SCHEMA = Path(definition.__file__).with_name("survey-definition.schema.json")

#: A definition larger than this is a mistake.
MOST_BYTES = 2_000_000

#: A whole number with more digits is a mistake too.
_MOST_DIGITS = 20

#: Control characters, line breaks among them, and surrogates: PostgreSQL, a poster and UTF-8 each refuse some of them.
#: And what turns the reading order, so that a title on a poster could be read as another one.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def parse_definition(content: bytes) -> dict[str, Any]:
    """Return the JSON of a definition; Refused with line and column, or with every place that breaks the schema."""
    return _parsed(content, whole=True)


def parse_plan(content: bytes) -> dict[str, Any]:
    """Return the JSON of a definition that need not be whole, as a plan is; what stands there must have its shape."""
    given = _parsed(content, whole=False)
    if twice := list(same_codes(given)):
        raise Refused(*twice)
    return {key: value for key, value in given.items() if key != "$schema"}


def _parsed(content: bytes, *, whole: bool) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise Refused(message("The file is larger than {most} bytes.", most=MOST_BYTES))
    try:
        given = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_no_key_twice,
            parse_float=_number,
            parse_int=_whole_number,
            parse_constant=_number,
        )
        faults = list(_unprintable(given)) or _shape_faults(given if whole else filled(given))
    except UnicodeDecodeError:
        raise Refused(message("The file is not UTF-8 text. Save it as UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise Refused(
            message(
                "Line {line}, column {column}: this is not JSON ({reason}).",
                line=error.lineno,
                column=error.colno,
                reason=error.msg,
            )
        ) from None
    except RecursionError:
        raise Refused(message("The file nests too deeply.")) from None
    if faults:
        raise Refused(*faults)
    return dict(given)


def load_definition(content: bytes) -> tuple[dict[str, Any], SurveyDefinition]:
    """Return a definition as its JSON and as its parts; Refused where either is at fault."""
    given = parse_definition(content)
    return given, read_definition(given)


def _no_key_twice(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise Refused(message("The key {key} stands twice in one object.", key=repr(key)))
        found[key] = value
    return found


def _number(written: str) -> float:
    """Read a number; Refused for NaN and infinities, which Python reads and no database stores as JSON."""
    number = float(written)
    if not isfinite(number):
        raise Refused(message("{value} is not a number that can be stored.", value=written))
    return number


def _whole_number(written: str) -> int:
    if len(written) > _MOST_DIGITS:
        raise Refused(message("{value} is not a number that can be stored.", value=f"{written[:_MOST_DIGITS]}…"))
    return int(written)


def _unprintable(given: Any, where: str = "") -> Iterable[Message]:  # noqa: ANN401 - whatever JSON holds.
    """Say which texts hold a control character or half a character; keys count to the object that holds them."""
    texts: Iterable[Any] = [given]
    if isinstance(given, dict):
        texts = given
        for key, value in given.items():
            yield from _unprintable(value, f"{where}.{key}".lstrip("."))
    elif isinstance(given, list):
        texts = ()
        for index, value in enumerate(given):
            yield from _unprintable(value, f"{where}[{index}]")
    for text in texts:
        if isinstance(text, str) and (found := _UNPRINTABLE.search(text)):
            yield message(
                "{where}: the text holds {character}, a character that cannot be printed. Delete it.",
                where=_UNPRINTABLE.sub("", where) or "$",
                character=f"U+{ord(found[0]):04X}",
            )


def _shape_faults(given: Any) -> list[Message]:  # noqa: ANN401 - whatever JSON holds.
    errors = sorted(_validator().iter_errors(given), key=lambda each: list(map(str, each.path)))
    return [_fault(error) for error in errors]


def _fault(error: ValidationError) -> Message:
    deepest = best_match([error]) or error
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in deepest.absolute_path).lstrip(".")
    alternatives: Any = deepest.validator_value
    if deepest.validator == "oneOf" and all("required" in each for each in alternatives):
        choices = ", ".join(each["required"][0] for each in alternatives)
        return message("{where}: give exactly one of {choices}.", where=where, choices=choices)
    return message("{where}: {reason}", where=where or "$", reason=deepest.message[:300])
