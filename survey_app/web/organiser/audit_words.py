"""How the audit log says what was done, and what changed: each value by its name, as it was and as it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_app.domain.document_changes import MORE
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, message
from survey_app.domain.paper import PaperState
from survey_app.domain.powers import Role
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.release import Step, step_name
from survey_app.domain.units import Level
from survey_app.models import AuditEntry
from survey_app.web.languages import say
from survey_app.web.organiser import words
from survey_app.web.organiser.accounts.role_words import role_word
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.paper.paper import paper_state_word
from survey_app.web.organiser.plans.plan_words import kind_word

_WORDS = {
    "account.create": message("Account made"),
    "account.change_duty": message("Role or scope changed"),
    "account.disable": message("Account disabled"),
    "account.enable": message("Account enabled"),
    "account.reset_password": message("Password reset"),
    "account.change_password": message("Password changed"),
    "account.codes_on": message("One-time codes switched on"),
    "account.codes_off": message("One-time codes switched off"),
    "account.end_sessions": message("Own sessions ended"),
    "unit.add": message("Unit added"),
    "unit.edit": message("Unit changed"),
    "unit.move": message("Unit moved"),
    "unit.merge": message("Unit merged"),
    "unit.close": message("Unit closed"),
    "unit.reopen": message("Unit reopened"),
    "unit.import": message("Units imported"),
    "unit.undo_import": message("Import undone"),
    "plan.create": message("Plan made"),
    "plan.save": message("Plan changed"),
    "plan.delete": message("Plan deleted"),
    "plan.launch": message("Launched from the plan"),
    "note.write": message("Inspection note written"),
    "paper.enter": message("Paper totals entered"),
    "paper.correct": message("Paper totals corrected"),
    "paper.discard": message("Paper totals discarded"),
    "sheet.answer": message("Unit's answer to its sheet"),
    "job.cancel": message("Job cancelled"),
    "slips.fetch": message("File of slips downloaded"),
}

#: The names of values and of the parts of a questionnaire; what people have named themselves stands as it is.
_NAMES = {
    "role": message("role"),
    "scope": message("scope"),
    "state": message("state"),
    "reason": message("reason"),
    "name": message("name"),
    "code": message("code"),
    "level": message("level"),
    "parent_code": message("above it"),
    "unit_class": message("class"),
    "sector": message("sector"),
    "added": message("added"),
    "updated": message("updated"),
    "unchanged": message("unchanged"),
    "sessions_ended": message("sessions ended"),
    "closed_on": message("closed on"),
    "merged_into": message("merged into"),
    "characters": message("characters"),
    "plan": message("number of the plan"),
    "release": message("number of the release"),
    "entry": message("number of the entry"),
    "entered_by": message("entered by"),
    "slug": message("short name"),
    "title": message("title"),
    "organiser": message("organiser"),
    "contact": message("telephone"),
    "opens": message("opens on"),
    "closes": message("closes on"),
    "open_days": message("days open"),
    "results_on": message("results on"),
    "places": message("places"),
    "under": message("below"),
    "units": message("units"),
    "class": message("class"),
    "classes": message("class"),
    "name_ends_with": message("name ends with"),
    "except": message("all but"),
    "least": message("least"),
    "most": message("most"),
    "score": message("score"),
    "sizes": message("single places"),
    "population": message("eligible people"),
    "eligible": message("eligible people"),
    "quota": message("ballots expected"),
    "quotas": message("ballots expected"),
    "scopes": message("kind of place"),
    "scales": message("rating scale"),
    "scale": message("rating scale"),
    "questions": message("question"),
    "question": message("question"),
    "text": message("text"),
    "hint": message("explanation"),
    "kind": message("kind"),
    "required": message("must be answered"),
    "about": message("asked about"),
    "asked_in": message("asked in"),
    "show_if": message("asked after"),
    "options": message("option"),
    "order": message("order"),
    "targets": message("target"),
    "groups": message("group"),
    "weight": message("weight"),
    "ballot_mode": message("way of answering"),
    "headline": message("headline"),
    "base": message("base"),
    "threshold": message("threshold"),
    "roll_up": message("roll-up"),
    "selection": message("selection"),
    "verdict": message("verdict"),
    "repeats": message("repeats"),
    "paper": message("paper"),
    "quota_full": message("where a quota is full"),
    "second_person": message("second person's approval"),
    "sign_off": message("sign-off"),
    "left_out": message("words left out"),
    "answer": message("answer"),
    "step": message("step of the sign-off"),
    "post": message("post"),
    "signed_by": message("signed by"),
    "draft": message("number of the draft"),
    "figures_sha256": message("SHA-256 of the figures, its beginning"),
}


#: Values of a questionnaire, as the launch page calls them.
_VALUES = {
    ("paper", "none"): message("none"),
    ("paper", "single"): message("counted in; one person enters the totals"),
    ("paper", "double"): message("counted in; two people enter them, each unseen by the other"),
    ("quota_full", "continue"): message("answers are still taken"),
    ("quota_full", "stop"): message("no more answers are taken there"),
    ("base", "rated"): message("those who gave a rating"),
    ("base", "all"): message("everybody who answered it, “don't know” counted in"),
    ("roll_up", "counts"): message("all ballots of its places together"),
    ("roll_up", "population"): message("the rates of its places, weighted by their eligible people"),
    ("scope", "*"): message("All units"),
    ("answer", "confirmed"): message("confirmed"),
    ("answer", "objected"): message("objection"),
}


@dataclass(frozen=True)
class ChangedValue:
    """One value: its name, and what it was and is, in words; it was None where it was not there before."""

    name: str
    before: str | None
    after: str


@organiser.app_template_filter("console_audited")
def audited_word(what: str) -> str:
    """Return a kind of change in words; acts on a survey are named as in its own record."""
    act = what.removeprefix("survey.")
    return words.act_word(act) if act != what else say(_WORDS.get(what, Message(what)))


@organiser.app_template_filter("console_audit_changes")
def changes_in_words(entry: AuditEntry) -> Sequence[ChangedValue]:
    """Return what a line tells of before and after."""
    before, after = entry.before or {}, entry.after or {}
    return [
        ChangedValue(
            _name(path),
            _value(path, before[path]) if path in before else None,
            _value(path, after.get(path)),
        )
        for path in dict.fromkeys([*before, *after])
    ]


def _name(path: str) -> str:
    if path == MORE:
        return say(message("and more changes"))
    return " · ".join(say(_NAMES[step]) if step in _NAMES else step for step in path.split("/"))


def _value(path: str, value: object) -> str:
    name = path.rpartition("/")[2]
    if path == MORE and isinstance(value, Mapping):
        return f"{value['more']} (SHA-256 {value['sha256']}…)"
    if name == "step" and value in set(Step):
        return say(step_name(Step(str(value))))
    if name == "role" and value in set(Role):
        return role_word(str(value))
    if name == "state" and value in set(SurveyState):
        return words.state_word(str(value))
    if name == "state" and value in set(PaperState):
        return paper_state_word(PaperState(str(value)))
    if name == "level" and value in set(Level):
        return words.level_word(str(value))
    if name == "kind" and value in set(QuestionKind):
        return kind_word(str(value))
    if isinstance(value, str) and (name, value) in _VALUES:
        return say(_VALUES[name, value])
    if isinstance(value, bool):
        return say(message("yes") if value else message("no"))
    if value is None or value == "":
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
