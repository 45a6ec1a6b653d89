"""The files of a release: bytes that never change."""

import re
from io import BytesIO
from urllib.parse import quote

from flask import Response, abort, send_file

from survey_app.domain.messages import message
from survey_app.domain.texts import pick
from survey_app.models import Release
from survey_app.services.releases import results as published
from survey_app.services.releases.figure_names import FigureName
from survey_app.services.releases.figure_subjects import figure_subjects
from survey_app.services.releases.stored_files import is_compressed, plain
from survey_app.web.compression import takes_gzip
from survey_app.web.languages import language, say
from survey_app.web.release_downloads import FIGURES, figure_title
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
    packed = is_compressed(found.path, found.content)
    as_stored = packed and takes_gzip()
    response = send_file(
        BytesIO(found.content if as_stored else plain(found)),
        mimetype=found.media_type,
        etag=f"{found.sha256}-gzip" if as_stored else found.sha256,
    )
    response.headers["Cache-Control"] = _FOREVER
    if as_stored:
        response.headers["Content-Encoding"] = "gzip"
    if packed:
        response.vary.add("Accept-Encoding")
    if found.media_type == "image/svg+xml":
        response.headers["Content-Security-Policy"] = _FIGURE_POLICY
        response.headers["Content-Disposition"] = "inline"
    else:
        response.headers["Content-Disposition"] = _attachment(release, slug, found.path)
    return response


def _attachment(release: Release, slug: str, path: str) -> str:
    """Name a download: survey and release in Chinese or English, and a plain name for old browsers."""
    ending = path.rpartition(".")[2]
    title = release.head["title"]
    name = say(
        message(
            "{title}, release {number}",
            title=title.get(language()) or next(iter(title.values())),
            number=release.number,
        )
    )
    figure = FigureName.read(path)
    plain_name = f"{slug}-{release.number}"
    if figure is not None and figure.kind in FIGURES:
        of = figure_subjects(published.StoredRelease(session(), release), [path])[figure]
        name += f" {say(figure_title(figure, pick(of, language())))}"
        plain_name += "-" + str(figure).replace("/", "-")
    name = re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|]+', " ", name).strip(". ")[:80]
    return f"attachment; filename=\"{plain_name}.{ending}\"; filename*=UTF-8''{quote(f'{name}.{ending}', safe='')}"
