"""A rendered page, cut where the few values go that differ from request to request."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup, escape


class CutPage:
    """Pieces of finished HTML, with the names of the values between them."""

    def __init__(self, render: Callable[[Mapping[str, str]], str], names: Sequence[str]) -> None:
        """Render once, with marks in place of the values that nobody can have written into a questionnaire."""
        seal = secrets.token_hex(8)
        marks = {name: f"mark-{seal}-{name}-" for name in names}
        self._pieces = re.split(f"mark-{seal}-({'|'.join(names)})-", render(marks))

    def fill(self, values: Mapping[str, str]) -> Markup:
        """Return the page with the values in their places, escaped."""
        escaped = {name: escape(value) for name, value in values.items()}
        return Markup("").join(
            escaped[piece] if index % 2 else Markup(piece)  # noqa: S704 - it came escaped out of the template.
            for index, piece in enumerate(self._pieces)
        )
