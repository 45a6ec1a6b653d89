"""Render the questionnaire: once for everybody who is asked the same, and anew where something is wrong with a form."""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import render_template
from markupsafe import Markup

from forms.answer_form import TOKEN, AnswerForm
from survey_app.domain.ballot_token import NONCE_BYTES, issue
from survey_app.domain.doors import Door
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, message
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick
from survey_app.web.languages import is_large, language
from survey_app.web.parts import parts
from survey_app.web.public import dates
from survey_app.web.public.blueprint import public
from survey_app.web.public.cut_page import CutPage
from survey_app.web.public.prepared import PageKey, kept, prepared, sheet_key
from survey_app.web.public.questions_on_page import faults_on_page, questions_on_page
from survey_app.web.public.style import resident_style

#: How long one fieldset takes to read and answer.
SECONDS_A_FIELDSET = 5

#: How many of the names above a place stand beside it: township and county.
_NAMES_SHOWN = 2


def fresh_page(door: Door) -> str:
    """Return the questionnaire behind a door, with a token of its own."""
    key: PageKey = sheet_key(door), language(), is_large(), door.closes_at
    page = kept().pages.get(key, lambda: _cut(door))
    resident_style()  # Lets this answer's policy allow the style in the kept page.
    nonce = secrets.token_bytes(NONCE_BYTES)
    token = issue(parts().config.secret_key, door.token_scope, nonce)
    return page.fill({**place_of(door), "token": token})


def same_page(door: Door, form: AnswerForm, token: str, alert: Message | None = None) -> str:
    """Return the questionnaire with what was filled in, what is wrong with it, and the token it came with."""
    return _render(door, form, {**place_of(door), "token": token}, alert)


def place_of(door: Door) -> Mapping[str, str]:
    """Return the place's name, and the names above it that tell it from its namesakes."""
    return {"unit_name": door.unit_name, "unit_path": unit_path(door)}


def unit_path(door: Door) -> str:
    """Return the names of county and township."""
    return " · ".join(door.unit_path[-_NAMES_SHOWN:])


def _cut(door: Door) -> CutPage:
    form = prepared(door).form()
    return CutPage(lambda marks: _render(door, form, marks, None), ("unit_name", "unit_path", "token"))


def _render(door: Door, form: AnswerForm, values: Mapping[str, str], alert: Message | None) -> str:
    count = len(form.sheet.items)
    last = dates.closing(door)
    return render_template(
        "public/questionnaire.html",
        **survey_context(door),
        **values,
        token_name=TOKEN,
        group=door.group_name if door.group_count > 1 else None,
        count=count,
        has_targets=any(item.target for item in form.sheet.items),
        minutes=max(1, round(count * SECONDS_A_FIELDSET / 60)),
        closing=message("Open until {day}.", day=last) if last else None,
        questions=questions_on_page(form),
        faults=() if alert else faults_on_page(form),
        alert=alert,
    )


def survey_context(door: Door) -> dict[str, Any]:
    """Return what every page behind an entry code says of its survey."""
    found = prepared(door)
    results_on = None if is_published(door) else found.frame.definition.results_on
    return {
        "title": door.title,
        "organiser": door.organiser,
        "contact": door.contact,
        "results_day": dates.results_day(results_on),
        "languages": found.languages,
    }


def is_published(door: Door) -> bool:
    """Return whether there is a result to see."""
    return door.state in (SurveyState.PUBLISHED, SurveyState.ARCHIVED)


@public.app_template_filter("spoken")
def spoken(texts: Texts) -> str | Markup:
    """Return a text in the request's language; marked with its own where it is not written in that one."""
    text = pick(texts, language())
    if language() in texts:
        return text
    written_in = DEFAULT_LANGUAGE if DEFAULT_LANGUAGE in texts else next(iter(texts), DEFAULT_LANGUAGE)
    return Markup('<span lang="{}">{}</span>').format(written_in.replace("_", "-"), text)


@public.app_template_global("switch")
def switch(*, large: bool | None = None, to: str | None = None) -> str:
    """Return the address of this page in another size or language: a query, so that it fits behind every code."""
    wanted = to or language()
    choices = {"lang": None if wanted == DEFAULT_LANGUAGE else wanted}
    choices["size"] = "large" if (is_large() if large is None else large) else None
    return "?" + "&".join(f"{name}={value}" for name, value in choices.items() if value)
