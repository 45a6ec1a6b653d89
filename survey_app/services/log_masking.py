"""Entry codes never appear in logs: whoever read them there could answer in a resident's place."""

import logging
import re

_MASK = "********"

#: Codes and tickets in addresses; and eight or more digits, spaced as a hand may type them.
_IN_ADDRESS = re.compile(r"(?<=/)(s|by-hand|preview)/[^/\s?]+")
_DIGITS = re.compile(r"\d(?:[ \t\u3000-]?\d){7,}")

_formatter = logging.Formatter()


def masked(text: str) -> str:
    """Return the text with a mask in place of what may be an entry code or a ticket of the console."""
    return _IN_ADDRESS.sub(rf"\1/{_MASK}", _DIGITS.sub(_MASK, text))


class MaskCodes(logging.Filter):
    """Masks a record's sentence and traceback before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; let it pass."""
        record.msg, record.args = masked(record.getMessage()), ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = masked(_formatter.formatException(record.exc_info))
            record.exc_info = None  # A handler that formats it anew would have the codes again.
        return True


#: For every logger that may be told of a request or of posters and slips: `logger.addFilter(MASK_CODES)`.
MASK_CODES = MaskCodes()
