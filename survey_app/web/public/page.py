"""Render the questionnaire: once for everybody who is asked the same, and anew where something is wrong with a form."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, render_template
from markupsafe import Markup

from forms.answer_form import DEALT_WITH, SHOWN, STEP, TOKEN, AnswerForm
from survey_app.domain.asked_targets import ask_of_ballot
from survey_app.domain.ballot_token import NONCE_BYTES, issue
from survey_app.domain.doors import Door
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, message
from survey_app.domain.questionnaire import AnswerSheet
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick
from survey_app.web.compression import respond
from survey_app.web.languages import LANGUAGES, is_large, language, own_name, settle_language, text_language
from survey_app.web.parts import parts
from survey_app.web.public import dates
from survey_app.web.public.blueprint import public
from survey_app.web.public.cut_page import Cut, CutPage, uncut
from survey_app.web.public.inline import inline
from survey_app.web.public.prepared import PageKey, kept, prepared, sheet_key
from survey_app.web.public.questions_on_page import (
    classes_of,
    faults_on_page,
    questions_on_page,
    waiting_on_page,
)
from survey_app.web.public.visit import Kind, Visit

#: How long one fieldset takes to read and answer.
SECONDS_A_FIELDSET = 5

#: How many of the names above a place stand beside it: township and county.
_NAMES_SHOWN = 2

#: What the first step calls itself.
CONTACT_STEP = "contact"


def fresh_page(visit: Visit) -> Response:
    """Return the questionnaire of a visit, or its first step, with a token of its own.

    Nobody but the server ever chooses a token: whoever knew another's could try answers under it, and see by the
    reply which were given.
    """
    door, found = visit.door, prepared(visit.door)
    settle_language(found.languages)
    nonce = secrets.token_bytes(NONCE_BYTES)
    token = issue(parts().config.secret_key, visit.scope, nonce)
    if found.asks_contact:
        return Response(contact_page(visit, token))
    sheet = ask_of_ballot(found.sheet, nonce, found.frame.definition.slots_per_ballot)
    key: PageKey = sheet_key(door), text_language(), is_large(), door.closes_at, visit.kind, door.channel
    page = kept().pages.get(key, lambda: _cut(visit, found.form(None, found.sheet)))
    for piece in ("page.css", "script.js"):
        inline(piece)  # Lets this answer's policy allow what stands in the kept page.
    return respond(page.fill({**place_of(door), "token": token}, [each.code for each in sheet.targets]))


def same_page(
    visit: Visit, form: AnswerForm, token: str, dealt_with: Sequence[str], alert: Message | None = None
) -> str:
    """Return the questionnaire with what was filled in, what is wrong with it, and the token it came with."""
    values = {**place_of(visit.door), "token": token, "dealt_with": " ".join(dealt_with)}
    return _render(visit, form, values, uncut, alert)


def contact_page(visit: Visit, token: str) -> str:
    """Return the first step, which asks which of the targets the person has dealt with."""
    door = visit.door
    return render_template(
        "public/contact.html",
        **survey_context(door),
        **place_of(door),
        visit=visit,
        token=token,
        names={"token": TOKEN, "step": STEP, "dealt_with": DEALT_WITH},
        step=CONTACT_STEP,
        classes=classes_of(prepared(door).sheet.targets),
    )


def place_of(door: Door) -> Mapping[str, str]:
    """Return the place's name, and the names above it that tell it from its namesakes."""
    return {"unit_name": door.unit_name, "unit_path": unit_path(door)}


def unit_path(door: Door) -> str:
    """Return the names of county and township."""
    return " · ".join(door.unit_path[-_NAMES_SHOWN:])


def _cut(visit: Visit, form: AnswerForm) -> CutPage:
    def render(cut: Cut) -> str:
        values = {name: cut(f"value:{name}") for name in ("unit_name", "unit_path", "token")}
        return _render(visit, form, values, cut, None)

    return CutPage(render)


def _render(visit: Visit, form: AnswerForm, values: Mapping[str, str], cut: Cut, alert: Message | None) -> str:
    door = visit.door
    asked = _asked_in_full(visit, form.sheet)
    last = dates.closing(door)
    return render_template(
        "public/questionnaire.html",
        **survey_context(door),
        **values,
        visit=visit,
        keeps_draft=_keeps_draft(visit),
        cut=cut,
        names={"token": TOKEN, "shown": SHOWN, "dealt_with": DEALT_WITH},
        asks_contact=prepared(door).asks_contact,
        shown=" ".join(form.unfolded),
        group=door.group_name if door.group_count > 1 else None,
        count=asked,
        has_targets=bool(form.sheet.targets),
        minutes=max(1, round(asked * SECONDS_A_FIELDSET / 60)),
        closing=message("Open until {day}.", day=last) if last else None,
        questions=questions_on_page(form),
        faults=() if alert else faults_on_page(form),
        waiting=() if alert else waiting_on_page(form),
        alert=alert,
    )


def _asked_in_full(visit: Visit, sheet: AnswerSheet) -> int:
    """Return how many fieldsets a ballot has, those with a show-if left out."""
    most = prepared(visit.door).frame.definition.slots_per_ballot
    one = ask_of_ballot(sheet, bytes(NONCE_BYTES), most)
    return sum(item.question.show_if is None for item in one.items)


def _keeps_draft(visit: Visit) -> bool:
    """Return whether a phone may keep what was filled in and bring it back, with its token, on another visit's page.

    Not on a worker's device, where the next person would see it; not where the token decides what is asked.
    """
    found = prepared(visit.door)
    one = ask_of_ballot(found.sheet, bytes(NONCE_BYTES), found.frame.definition.slots_per_ballot)
    return visit.kind is Kind.OWN and not found.asks_contact and len(one.items) == len(found.sheet.items)


def survey_context(door: Door) -> dict[str, Any]:
    """Return what every page behind an entry code says of its survey."""
    found = prepared(door)
    settle_language(found.languages)
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
    """Return a text in the language asked for; marked with its own where the page around it has another."""
    wanted = text_language()
    text = pick(texts, wanted)
    written_in = next((code for code in (wanted, DEFAULT_LANGUAGE) if code in texts), next(iter(texts), language()))
    if written_in == language():
        return text
    return Markup('<span lang="{}" dir="auto">{}</span>').format(written_in.replace("_", "-"), text)


@public.app_template_global("switch")
def switch(*, large: bool | None = None, to: str | None = None) -> str:
    """Return the address of this page in another size or language: a query, so that it fits behind every code."""
    wanted = to or text_language()
    choices = {"lang": None if wanted == DEFAULT_LANGUAGE else wanted}
    choices["size"] = "large" if (is_large() if large is None else large) else None
    return "?" + "&".join(f"{name}={value}" for name, value in choices.items() if value)


@public.app_template_global("languages_named")
def languages_named(codes: Sequence[str]) -> Mapping[str, str]:
    """Return languages with their own names, without the one that is shown."""
    return {code: LANGUAGES.get(code) or own_name(code) for code in codes if code != text_language()}
