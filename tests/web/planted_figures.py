"""Figures that are planted in an open survey, and the search for them in whatever says something.

The counts are primes that stand nowhere else. What is searched for are they, the shares that follow from them, and an
answer in words; in pages, workbooks, archives, PDFs and JSON alike, however they are packed.
"""

import io
import re
import shutil
import subprocess
import zipfile
from contextlib import contextmanager

import numpy as np
import pytest
from sqlalchemy import select

from survey_app.models import AnswerStoredApart, Place, RespondentGroup, Survey, Tally, Turnout
from survey_app.services.surveys import load_frame
from tests.web.scoped_console import make_console

#: Blank, each option, not asked. No other number has these digits.
COUNTS = (1_489, 7_919, 4_903, 3_067, 2_609, 1_973)
WORDS = "标记回答七九一九"


@contextmanager
def planted_console(folder):
    """Make a console whose open survey "inside" has these counts, and answers of its residents."""
    made = make_console(folder)
    with made.database.writing() as session:
        survey = session.scalar(select(Survey).where(Survey.slug == "inside"))
        frame = load_frame(session, survey.id)
        place = session.scalar(select(Place).where(Place.survey_id == survey.id).order_by(Place.id))
        group = session.scalar(select(RespondentGroup).where(RespondentGroup.survey_id == survey.id))
        counts = np.array(COUNTS[: frame.tally_shape[1]], dtype="<u4")
        assert counts.size == frame.tally_shape[1] >= 5
        total = int(counts.sum())
        where = {"survey_id": survey.id, "place_id": place.id}
        session.add(Tally(**where, group_id=group.id, channel=0, ballots=total, counts=counts.tobytes()))
        session.add(Turnout(**where, hour=494_000, ballots=total))
        session.add(AnswerStoredApart(**where, id=b"x" * 16, group_id=group.id, question="overall", value=WORDS))
        made.things["place"]["own"] = place.id
        made.things["counts"] = counts.tolist()
    yield made
    made.database.dispose()


def figures(console):
    """Give what may stand nowhere: the counts, their sums within the scale, and their shares.

    Between letters stands a piece of a hash or a code.
    """
    counts = console.things["counts"]
    answered, rated = sum(counts) - counts[0], sum(counts[1:-1])
    numbers = {*counts, counts[1] + counts[2], answered, rated}
    shares = {
        100 * part / whole for part in (*counts, counts[1] + counts[2]) for whole in (sum(counts), answered, rated)
    }
    texts = {f"{n}" for n in numbers} | {f"{n:,}" for n in numbers}
    texts |= {f"{share:.{places}f}" for share in shares for places in (1, 2, 3)}
    texts |= {f"{share / 100:.{places}f}" for share in shares for places in (3, 4)}
    return re.compile(rf"(?<![\da-zA-Z.,])(?:{'|'.join(map(re.escape, sorted(texts)))})(?![\da-zA-Z])|{WORDS}")


def figures_in(console, *contents):
    """Give every figure that stands in one of these files."""
    forbidden = figures(console)
    return [hit[0] for content in contents for text in texts_of(content) for hit in forbidden.finditer(text)]


def texts_of(content):
    """Give what a file says: each part of an archive or workbook, a PDF's text, anything else as it is."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return [text for name in packed.namelist() for text in (name, *texts_of(packed.read(name)))]
    if content.startswith(b"%PDF"):
        return [_text_of_pdf(content)]
    text = content.decode("utf-8", "replace")
    return [re.sub(r"\\u([0-9a-f]{4})", lambda escaped: chr(int(escaped[1], 16)), text)]


def _text_of_pdf(content):
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    return subprocess.run([tool, "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
