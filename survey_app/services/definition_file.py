"""Read a survey definition file: JSON, its shape checked by the schema, its meaning by the domain."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from survey_app.domain import definition
from survey_app.domain.definition import SurveyDefinition, read_definition
from survey_app.domain.messages import Message, Refused, message

_SCHEMA = Path(definition.__file__).with_name("survey-definition.schema.json")

#: A definition larger than this is a mistake.
MOST_BYTES = 2_000_000


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(json.loads(_SCHEMA.read_text(encoding="utf-8")))


def parse_definition(content: bytes) -> dict[str, Any]:
    """Return the JSON of a definition; Refused with line and column, or with every place that breaks the schema."""
    if len(content) > MOST_BYTES:
        raise Refused(message("The file is larger than {most} bytes.", most=MOST_BYTES))
    try:
        given = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_no_key_twice)
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
    faults = [
        _fault(error) for error in sorted(_validator().iter_errors(given), key=lambda each: list(map(str, each.path)))
    ]
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
            raise Refused(message("The key {key} stands twice in one object.", key=key))
        found[key] = value
    return found


def _fault(error: ValidationError) -> Message:
    deepest = best_match([error]) or error
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in deepest.absolute_path).lstrip(".")
    return message("{where}: {reason}", where=where or "$", reason=deepest.message[:300])
