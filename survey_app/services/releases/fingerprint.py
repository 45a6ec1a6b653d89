"""The hash of all figures of a release, which is what an office signs."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from survey_app.services.releases.result_rows import ResultRow

#: What belongs to the audience, the paper it goes out on, and those who sign: the figures are the same without it.
OF_THE_AUDIENCE: Final = frozenset({"audience", "number", "released_at", "document", "sign_off", "figures_sha256"})


def figures_hash(head: Mapping[str, Any], rows: Sequence[ResultRow]) -> str:
    """Return the SHA-256, in hex, of the head and the rows after suppression, without what is the audience's.

    Of counts before suppression no hash may be published: where few are hidden, it would let anyone try the possible
    ones until it fits.
    """
    told = {name: value for name, value in head.items() if name not in OF_THE_AUDIENCE}
    names = [each.name for each in fields(ResultRow)]
    whole = [told, [[getattr(row, name) for name in names] for row in rows]]
    written = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
