"""What is being typed of a plan and is not saved: the part that differs, small enough to stand in an address."""

from survey_app.domain.plan_document import Document, Given, questions_of

#: Where the part holds the one question that differs.
_QUESTION = "question"


def typed_part(before: Given, after: Given, code: str) -> Document:
    """Return what one step of editing changed; of the questions only the one with this code."""
    keys = {*before, *after} - {"questions"}
    part: Document = {key: after.get(key) for key in sorted(keys) if before.get(key) != after.get(key)}
    question = next((each for each in questions_of(after) if each["code"] == code), None)
    return part if question is None else part | {_QUESTION: question}


def with_typed(given: Given, part: Given) -> Given:
    """Return the document with the part in place of what is saved; a new question stands at the end."""
    after = {**given, **part}
    question = after.pop(_QUESTION, None)
    if question is not None:
        questions = questions_of(given)
        known = question["code"] in {each["code"] for each in questions}
        kept = [question if each["code"] == question["code"] else each for each in questions]
        after["questions"] = kept if known else [*kept, question]
    return {key: value for key, value in after.items() if value is not None}
