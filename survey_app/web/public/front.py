"""The front door: enter a code by hand; and what becomes of the data."""

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from forms.entry_code_form import EntryCodeForm
from survey_app.web.public.blueprint import public
from survey_app.web.public.in_vain import unknown_code
from survey_app.web.public.prepared import door_behind


@public.get("/")
def front() -> Response:
    """Show the box for an entry code."""
    return _page(EntryCodeForm(), 200)


@public.post("/")
def enter() -> AnyResponse:
    """Lead to the questionnaire behind a code typed by hand."""
    form = EntryCodeForm(request.form)
    if not form.validate():
        return _page(form, 422)
    door = door_behind(form.entry_code)
    if door is None:
        return unknown_code(form.entry_code, form)
    return redirect(url_for("public.questionnaire", code=door.code), 303)


def _page(form: EntryCodeForm, status: int) -> Response:
    return make_response(
        render_template("public/front.html", entry_form=form, results_url=url_for("results.index")), status
    )


@public.get("/privacy")
def privacy() -> str:
    """Say what is kept, for how long, and whom to ask."""
    return render_template("public/privacy.html")
