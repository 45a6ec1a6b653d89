"""The pages' one style sheet: written into every page, allowed by the hash of its text."""

import re
from dataclasses import dataclass

from flask import current_app, g
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from survey_app.web.public.blueprint import public
from survey_app.web.security_headers import csp_hash

_COMMENT_OR_BREAK = re.compile(r"/\*.*?\*/|\n+", re.DOTALL)


@dataclass(frozen=True)
class Style:
    """The text of the style sheet, and the source expression that the policy allows it by."""

    text: Markup
    allowed: str


@public.record
def _read(state: BlueprintSetupState) -> None:
    environment = state.app.jinja_env
    if environment.loader is None:
        raise RuntimeError("there are no templates to load")
    source, _, _ = environment.loader.get_source(environment, "public/page.css")
    text = _COMMENT_OR_BREAK.sub("", source)
    state.app.extensions["manyi.resident_style"] = Style(Markup(text), csp_hash(text))  # noqa: S704 - our own file.
    environment.globals["resident_style"] = resident_style


def resident_style() -> Markup:
    """Return the style sheet for a `<style>` element, and let the answer's policy allow it."""
    style: Style = current_app.extensions["manyi.resident_style"]
    g.csp = {**g.get("csp", {}), "style-src": style.allowed}
    return style.text
