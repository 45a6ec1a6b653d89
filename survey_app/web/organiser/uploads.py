"""Files that organisers send: how large they may be, and what came."""

from flask import request
from flask_login import current_user

from survey_app.documents.sheet_reader import MAX_BYTES
from survey_app.services.definition_file import MOST_BYTES

#: What a form adds around its file.
_AROUND = 64 * 1024

_MOST = {
    "organiser.import_units": MAX_BYTES + _AROUND,
    "organiser.new_survey": MOST_BYTES + _AROUND,
    "organiser.definition": MOST_BYTES + _AROUND,
    "organiser.new_plan": MOST_BYTES + _AROUND,
    "organiser.import_plan": MOST_BYTES + _AROUND,
    "organiser.plan_launch": MAX_BYTES + _AROUND,
}


def allow_size() -> None:
    """Let whoever is logged in send a large file where one is asked for; anybody else meets the usual limit."""
    most = _MOST.get(request.endpoint or "")
    if most is not None and request.method == "POST" and current_user.is_authenticated:
        request.max_content_length = most


def sent_file() -> tuple[bytes, str] | None:
    """Return the content and the name of the file that was sent; None where none was chosen."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return None
    return sent.read(), sent.filename
