"""The audit log: who changed what, newest first."""

from flask import render_template, request

from forms.account_forms import AuditForm
from survey_app.domain.powers import Power
from survey_app.services.reading_audit import kinds, read_audit
from survey_app.services.units.changing import HOME_ZONE
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.get("/audit")
@policy(Power.AUDIT_TRAIL, About.EVERYTHING)
def audit_log() -> str:
    """Show a page of the log."""
    form = AuditForm(request.args)
    form.validate()
    by, what, about = form.wanted if not form.errors else ("", "", "")
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    return render_template(
        "organiser/audit.html",
        form=form,
        time_zone=HOME_ZONE.key,
        found=read_audit(session(), by, what, about, page),
        kinds=kinds(session()),
        asked={"by": by or None, "what": what or None, "about": about or None},
    )
