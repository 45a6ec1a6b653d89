"""The files of a release: bytes that never change."""

import re
from io import BytesIO
from urllib.parse import quote

from flask import Response, abort, send_file

from survey_app.domain.messages import message
from survey_app.models import Release, ReleaseFile
from survey_app.services.releases import results as published
from survey_app.web.languages import language, say
from survey_app.web.results.blueprint import results
from survey_app.web.transaction import session

_FOREVER = "public, max-age=31536000, immutable"

#: A drawing is a document of its own: it may style itself, and nothing else.
_FIGURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"


@results.get("/results/<slug>/<int:number>/<path:path>")
def file(slug: str, number: int, path: str) -> Response:
    """Give one file of a release; 404 where there is none."""
    release = next((each for each in published.public_releases(session(), slug) if each.number == number), None)
    found = published.release_file(session(), release, path) if release else None
    if release is None or found is None:
        abort(404)
    response = send_file(BytesIO(found.content), mimetype=found.media_type, etag=found.sha256)
    response.headers["Cache-Control"] = _FOREVER
    if found.media_type == "image/svg+xml":
        response.headers["Content-Security-Policy"] = _FIGURE_POLICY
        response.headers["Content-Disposition"] = "inline"
    else:
        response.headers["Content-Disposition"] = _attachment(release, slug, found)
    return response


def _attachment(release: Release, slug: str, found: ReleaseFile) -> str:
    """Name a download: survey and release in Chinese or English, and a plain name for old browsers."""
    ending = found.path.rpartition(".")[2]
    title = release.head["title"]
    name = say(
        message(
            "{title}, release {number}",
            title=title.get(language()) or next(iter(title.values())),
            number=release.number,
        )
    )
    name = re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|]+', " ", name).strip(". ")[:80]
    plain = f"{slug}-{release.number}.{ending}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(f'{name}.{ending}', safe='')}"
