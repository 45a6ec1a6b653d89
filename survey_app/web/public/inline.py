"""The pages' own style sheet and scripts: written into the page, allowed by the hashes of their texts.

So a page is one request on a weak network, and its rendered text can be kept, which a nonce would not allow.
"""

import re
from dataclasses import dataclass

from flask import current_app, g
from flask.blueprints import BlueprintSetupState
from markupsafe import Markup

from survey_app.web.public.blueprint import public
from survey_app.web.security_headers import csp_hash

#: What a page may hold inline, and the directive of the policy that allows it.
_DIRECTIVES = {"page.css": "style-src", "script.js": "script-src", "thanks.js": "script-src"}

#: Comments, line breaks with the indentation after them, and the semicolon before a closing brace.
_NEEDLESS = re.compile(r"/\*.*?\*/|;?\s*\n\s*(?=\})|\s*\n\s*", re.DOTALL)


@dataclass(frozen=True)
class Inlined:
    """The text of a style sheet or script, and the source expression that the policy allows it by."""

    text: Markup
    directive: str
    allowed: str


@public.record
def _read(state: BlueprintSetupState) -> None:
    environment = state.app.jinja_env
    if environment.loader is None:
        raise RuntimeError("there are no templates to load")
    pieces = {}
    for name, directive in _DIRECTIVES.items():
        source, _, _ = environment.loader.get_source(environment, f"public/{name}")
        text = _NEEDLESS.sub("", source)
        pieces[name] = Inlined(Markup(text), directive, csp_hash(text))  # noqa: S704 - our own file.
    state.app.extensions["manyi.inline"] = pieces
    environment.globals["inline"] = inline


def inline(name: str) -> Markup:
    """Return the text for a `<style>` or `<script>` element, and let the answer's policy allow it."""
    piece: Inlined = current_app.extensions["manyi.inline"][name]
    g.csp = {**g.get("csp", {}), piece.directive: piece.allowed}
    return piece.text
