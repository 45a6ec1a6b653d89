"""The launch of a plan: places, people, dates and how it is counted on one page, with a checklist that goes along."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.launch_boxes import whole
from forms.launch_document import boxes_of, document_of
from forms.launch_form import LaunchForm
from forms.number_field import as_number
from survey_app.domain.definition import BallotMode
from survey_app.domain.lifecycle import Act, SurveyState, after
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.plan_faults import shown_definition
from survey_app.domain.powers import Power
from survey_app.models import Survey, SurveyPlan
from survey_app.services.plans import place_sizes
from survey_app.services.plans.checklist import Checklist, Item, Standing, check_plan
from survey_app.services.plans.choosing_places import by_area, chosen_units
from survey_app.services.plans.launching import is_bound_to_approval, launch_plan, with_defaults
from survey_app.services.plans.saving import find_plan, save_plan, survey_of_plan
from survey_app.services.surveys import ballot_modes
from survey_app.services.units.tree import UnitTree, load_tree
from survey_app.web.languages import say
from survey_app.web.organiser import uploads
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.plans import launch_words
from survey_app.web.organiser.plans.plan_page import is_frozen, plan_or_404
from survey_app.web.organiser.plans.plan_steps import sent_version
from survey_app.web.parts import parts
from survey_app.web.transaction import session

_TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}

_CHOOSE_AGAIN = message("This list was not read yet. Choose it again when the rest is as you want it.")

_TO_MEND = message("Some boxes hold what cannot be kept. Saving shows which.")


@dataclass
class Desk:
    """One look at the launch page: the plan, its form, and the document that they make."""

    plan: SurveyPlan
    survey: Survey | None
    tree: UnitTree
    form: LaunchForm
    given: dict[str, Any]
    checklist: Checklist
    #: What is said above the form: faults that have no box, and those of an uploaded list.
    refused: list[Message] = field(default_factory=list)
    list_faults: Sequence[Message] = ()
    filename: str = ""
    #: A launch that was taken back needed a second person's approval, so this one does.
    bound: bool = False

    @property
    def locked(self) -> bool:
        """Whether places and groups stay as they are, since the survey was launched."""
        return self.survey is not None

    @property
    def group_codes(self) -> list[str]:
        """The groups that have columns of their own in the list of quotas."""
        groups = self.given.get("groups") or ()
        return [each["code"] for each in groups] if len(groups) > 1 else []

    @property
    def places_key(self) -> str:
        """Tell whether the list of places on the page is still this one."""
        said = [unit.code for unit in self.checklist.units], self.checklist.quota, self.checklist.counted
        return sha256(repr(said).encode()).hexdigest()[:16]

    def check(self, database: Session) -> None:
        """Make the checklist anew."""
        self.checklist = check_plan(
            database,
            self.tree,
            self.given,
            visitor().scope,
            public_url=parts().config.public_url,
            now=datetime.now(UTC),
            own=self.survey.slug if self.survey else None,
        )


@organiser.route("/plans/<int:plan_id>/launch", methods=["GET", "POST"])
@policy(Power.PLAN)
def plan_launch(plan_id: int) -> Response | str | tuple[str, int]:
    """Settle places, people, dates and rules of a plan, and make a draft survey of it."""
    plan = plan_or_404(plan_id)
    survey = survey_of_plan(session(), plan)
    if survey is not None and is_frozen(survey):
        if request.method == "POST":  # It opened meanwhile: what was typed is shown with the refusal.
            after(SurveyState(survey.state), Act.CHANGE, survey.slug)
        return redirect(url_for("organiser.survey", slug=survey.slug), 303)
    desk = _desk(session(), plan, survey)
    if request.method == "GET":
        return _page(desk)
    do = request.form.get("do", "save")
    if do == "add_group":
        desk.form.add_rows()
        _miss_file(desk)
        return _page(desk)
    if not desk.form.validate():
        _miss_file(desk)
        return _page(desk), 422
    if not _take_sizes(desk, do):
        return _page(desk), 422
    if do == "launch":
        return _launch(desk)
    return _save(desk)


@organiser.post("/plans/<int:plan_id>/launch/check")
@policy(Power.PLAN)
def plan_launch_check(plan_id: int) -> str:
    """Give the checklist and the places for what stands in the form now; nothing is written."""
    with parts().database.reading() as database:  # Not the request's session, which would wait for a turn to write.
        plan = find_plan(database, plan_id, visitor().scope)
        if plan is None:
            abort(404)
        desk = _desk(database, plan, survey_of_plan(database, plan))
        if not desk.form.validate():
            desk.checklist.items.insert(0, Item(Standing.MISSING, "", _TO_MEND))
        return render_template("organiser/plan_launch_fresh.html", **_context(desk))


@organiser.get("/plans/<int:plan_id>/launch/sizes.<any(xlsx, csv):kind>")
@policy(Power.PLAN)
def plan_sizes(plan_id: int, kind: str) -> Response:
    """Give the list of the chosen places with what is known of each, to be filled in."""
    desk = _desk(session(), plan_or_404(plan_id), None)
    sizes = (desk.given.get("places") or {}).get("sizes", {})
    make = place_sizes.template_xlsx if kind == "xlsx" else place_sizes.template_csv
    content = make(desk.checklist.units, sizes, desk.group_codes)
    return send_file(io.BytesIO(content), _TYPES[kind], as_attachment=True, download_name=f"places.{kind}")


def _desk(database: Session, plan: SurveyPlan, survey: Survey | None) -> Desk:
    """Read the plan, or what was sent of it."""
    tree, scope = load_tree(database), visitor().scope
    sent = request.form if request.method == "POST" else None
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()
    given = plan.given if sent is not None else with_defaults(plan.given, tree, scope, today)
    offered = launch_words.offered(database, tree, given, scope)
    boxes = boxes_of(given)
    known = {code for code, _ in offered["areas"]}
    boxes["areas_more"] = " ".join(code for code in boxes["areas"] if code not in known)
    locked = survey is not None
    form = LaunchForm(sent, written=boxes, offered=offered, locked=locked)
    typed = document_of(form, given, locked=locked) if sent else given
    bound = survey is None and is_bound_to_approval(database, plan)
    if bound or (survey is not None and survey.needs_approval):
        typed["second_person"] = True  # It has no box any more.
    desk = Desk(plan, survey, tree, form, typed, Checklist(), bound=bound)
    desk.check(database)
    return desk


def _miss_file(desk: Desk) -> None:
    """Say that a list that came along must be chosen again: a page cannot keep it."""
    sent = uploads.sent_file()
    if sent is not None:
        desk.list_faults, desk.filename = [_CHOOSE_AGAIN], sent[1]


def _take_sizes(desk: Desk, do: str) -> bool:
    """Take an uploaded list, work out quotas by a rule, or forget both; return whether nothing was at fault."""
    if desk.locked:
        return True
    places = desk.given.setdefault("places", {})
    if do == "clear_sizes":
        places.pop("sizes", None)
    sent = uploads.sent_file()
    try:
        if sent is not None:
            units = chosen_units(shown_definition(desk.given).places, desk.tree)
            places["sizes"] = place_sizes.read_sizes(*sent, units, desk.group_codes)
    except Refused as refusal:
        desk.list_faults, desk.filename = list(refusal.messages), sent[1] if sent else ""
        return False
    percent = as_number(desk.form.rule_percent.data or "")
    if percent is not None:
        rule = place_sizes.Rule(percent, whole(desk.form.rule_least), whole(desk.form.rule_most))
        places["sizes"] = place_sizes.apply_rule(places.get("sizes", {}), rule)
        if not any(size.get("population") for size in places["sizes"].values()):
            fault = message("No place has a number of eligible people yet: upload them first.")
            desk.form.rule_percent.errors = (fault,)  # type: ignore[assignment]
            return False
    return True


def _save(desk: Desk) -> Response | tuple[str, int]:
    try:
        save_plan(session(), desk.plan, desk.given, sent_version(), visitor_name())
    except Refused as refusal:
        return _refuse(desk, refusal)
    flash(say(message("Saved.")))
    return redirect(url_for("organiser.plan_launch", plan_id=desk.plan.id), 303)


def _launch(desk: Desk) -> Response | tuple[str, int]:
    desk.check(session())  # With the list that was just uploaded.
    if not desk.checklist.is_ready:
        desk.refused = launch_words.blame_boxes(desk.form, desk.checklist.missing)
        return _page(desk), 422
    try:
        survey = launch_plan(session(), desk.plan, desk.given, sent_version(), visitor_name(), visitor().scope)
    except Refused as refusal:
        made = survey_of_plan(session(), desk.plan)  # The button may have been pressed twice.
        return _to_print(made) if made is not None else _refuse(desk, refusal)
    return _to_print(survey)


def _to_print(survey: Survey) -> Response:
    """Lead a draft's organiser to what is to be printed next."""
    flash(say(message("The survey is launched as a draft. Nobody can answer before it is opened.")))
    leads_to = "organiser.posters" if BallotMode.POSTER in ballot_modes(session(), survey) else "organiser.slips"
    return redirect(url_for(leads_to, slug=survey.slug), 303)


def _refuse(desk: Desk, refusal: Refused) -> tuple[str, int]:
    items = [Item(Standing.MISSING, str(each.values.get("where", "")), each) for each in refusal.messages]
    desk.refused = launch_words.blame_boxes(desk.form, items)
    return _page(desk), 422


def _page(desk: Desk) -> str:
    return render_template("organiser/plan_launch.html", **_context(desk))


def _context(desk: Desk) -> dict[str, object]:
    areas = by_area(desk.checklist.units, desk.tree, visitor().scope) if desk.checklist.units else []
    return {
        "desk": desk,
        "plan": desk.plan,
        "survey_plan": desk.plan,
        "survey": desk.survey,
        "form": desk.form,
        "areas": areas,
        "items": [
            (item, launch_words.renamed(item, desk.form), launch_words.address_of(item, desk.plan, desk.form))
            for item in desk.checklist.items
        ],
    }
