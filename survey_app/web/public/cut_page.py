"""A rendered page, cut where the few values go that differ from request to request."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence

from markupsafe import escape


class CutPage:
    """Pieces of finished HTML, with the names of the values between them."""

    def __init__(self, render: Callable[[Mapping[str, str]], str], names: Sequence[str]) -> None:
        """Render once, with marks in place of the values that nobody can have written into a questionnaire."""
        seal = secrets.token_hex(8)
        marks = {name: f"mark-{seal}-{name}-" for name in names}
        self._pieces = re.split(f"mark-{seal}-({'|'.join(names)})-", render(marks))

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the page with the values in their places, escaped."""
        pieces = self._pieces.copy()
        pieces[1::2] = [str(escape(values[name])) for name in pieces[1::2]]
        return "".join(pieces)
