"""What somebody typed into a form that was not taken: shown to be copied, or kept over a login to be sent again.

Whatever refuses a form without showing it again (a state that changed meanwhile, a session that ended, a file that is
too large) shows this instead. Passwords, codes and files are never among it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from flask import g, render_template, request
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import RequestEntityTooLarge
from wtforms import ValidationError

from survey_app.domain.messages import Message
from survey_app.web.organiser.access.policy import POLICIES
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.typed_words import box_words
from survey_app.web.parts import parts

#: Never shown, never kept. A unit's code goes with them: it is quickly typed again.
_SECRET = frozenset({"csrf_token", "password", "old", "again", "code", "one_time_code"})

#: The field of the login form in which a form waits.
WAITING = "waiting"

#: Seconds for which it does: a working day.
_SECONDS = 12 * 3600

#: What is still read of somebody who is logged in, so that what was typed beside too large a file is not lost.
_MOST_BYTES, _MOST_TEXT = 64 * 1024 * 1024, 4 * 1024 * 1024


@dataclass(frozen=True)
class TypedForm:
    """A form that was sent: where to, by whom, and its fields without the secret ones."""

    address: str
    #: Who had been logged in, None where that is not known any more.
    account: str | None
    fields: Sequence[tuple[str, str]]
    #: Whether a file came with it, which must be chosen again.
    had_file: bool
    #: The address answers a GET, with the page of the form or the one that leads to it.
    has_page: bool

    @property
    def lines(self) -> Sequence[tuple[Message | str, str]]:
        """What was typed, each text with the words of its box."""
        named = ((box_words(name), value.strip()) for name, value in self.fields)
        return [(words, value) for words, value in named if words is not None and value]

    def write(self) -> str:
        """Return the form as one signed field; compressed, so that the login form can carry whatever this one could."""
        return str(_signer().dumps([self.address, self.account, self.fields, self.had_file, self.has_page]))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return a form that waited; None where it was not signed here, or its time is over."""
        try:
            address, account, fields, had_file, has_page = _signer().loads(text, max_age=_SECONDS)
        except BadData:
            return None
        return cls(address, account, [(name, value) for name, value in fields], had_file, has_page)


def typed_form(account: str | None = None) -> TypedForm | None:
    """Return the form that this request sent; None where nobody typed anything into it."""
    if request.method != "POST" or POLICIES.get((request.endpoint or "").rpartition(".")[2]) is None:
        return None  # What leads to a login holds secrets only.
    if not _is_readable():
        return None
    sent = [(name, value) for name, value in request.form.items(multi=True) if name not in _SECRET]
    rule = request.url_rule
    form = TypedForm(
        request.full_path.rstrip("?"),
        account,
        sent,
        any(each.filename for each in request.files.values()),
        rule is not None and "GET" in (rule.methods or ()),
    )
    return form if form.lines else None


def _is_readable() -> bool:
    try:
        return request.form is not None
    except RequestEntityTooLarge:
        if not current_user.is_authenticated:
            return False
    request.max_content_length, request.max_form_memory_size = _MOST_BYTES, _MOST_TEXT
    try:
        return request.form is not None
    except RequestEntityTooLarge:
        return False


def is_from_here() -> bool:
    """Return whether one of our own pages sent this form, so that it may be offered to be sent again."""
    # Another site cannot set what the browser says of the sender; over plain http browsers say nothing.
    if g.get("csrf_valid") or request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    try:  # A form that was too large was not looked at yet.
        validate_csrf(request.form.get("csrf_token") if _is_readable() else None)
    except ValidationError:
        return False
    return True


@organiser.app_template_global("typed_here")
def typed_here() -> TypedForm | None:
    """Return the form that this request sent, for the templates of pages that refuse it."""
    return typed_form()


def again_page(form: TypedForm, heading: Message, *, may_send: bool = True) -> str:
    """Return the page that offers a form to be sent again, or only to be copied."""
    return render_template("organiser/typed_again.html", sent=form, heading=heading, may_send=may_send)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        parts().config.secret_key, "manyi typed form", signer_kwargs={"digest_method": sha256}
    )
