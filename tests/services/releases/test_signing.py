"""The way of a release: draft for review, three signatures, internal bulletin, publication."""

import hashlib
import io
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.domain.release import Audience, DocumentHead, Step
from survey_app.models import Release, ReleaseFile, Survey, SurveyAct
from survey_app.services.lifecycle import close_survey
from survey_app.services.publishing import content_hash, publish, withdraw
from survey_app.services.releases import results, signing
from tests.results_fixtures.cases import SURVEY, answered

HEAD = DocumentHead("常测办〔2026〕12号", "各区县(市)人民政府", "市委办公室")  # noqa: RUF001 - as documents are numbered.


@pytest.fixture
def closed(poll, drawn_nothing):
    for option, times in (("satisfied", 30), ("basically_satisfied", 12), ("dissatisfied", 6)):
        poll.many("A11", times, overall=option)
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    return poll.database


def sign(database, step, name, slug="poll", post="主任"):
    with database.writing() as session:
        return signing.sign(session, slug, step, post, name, "lin").number


def sign_off(database, names=("甲", "乙", "丙")):
    for step, name in zip(Step, names, strict=True):
        sign(database, step, name)


def published(database):
    with database.reading() as session:
        survey = session.scalars(select(Survey)).one()
        found = session.scalars(select(Release).order_by(Release.id)).all()
        return survey.state, [(each.audience, each.number, each.withdrawn_at is not None) for each in found]


def test_a_draft_is_signed_by_three_people_in_order_before_anything_is_released(closed):
    with pytest.raises(Refused, match="There is no draft for review to sign"):
        sign(closed, Step.PREPARED, "甲")
    draft = publish(closed, "poll", "lin", audience=Audience.REVIEW, document=HEAD)
    assert (draft.number, draft.head["sign_off"], draft.signed_as) == (1, [], None)
    assert published(closed) == ("closed", [("review", 1, False)])
    for audience in (Audience.PUBLIC, Audience.INTERNAL):
        with pytest.raises(Refused, match=r"Draft for review 1 is not signed off\. The next step is: Prepared by"):
            publish(closed, "poll", "lin", audience=audience)
    with pytest.raises(Refused, match="The next step of the sign-off is: Prepared by"):
        sign(closed, Step.APPROVED, "丙")
    assert sign(closed, Step.PREPARED, " 甲 ", post=" 科长 ") == 1
    with pytest.raises(Refused, match="甲 has signed this draft already"):
        sign(closed, Step.CHECKED, "甲")
    sign(closed, Step.CHECKED, "乙")
    with pytest.raises(Refused, match="The next step is: Approved for issue by"):
        publish(closed, "poll", "lin")

    # Another draft needs no reason, and what was signed before it is not signed in it.
    second = publish(closed, "poll", "lin", audience=Audience.REVIEW, document=HEAD)
    assert second.number == 2
    with pytest.raises(Refused, match=r"Draft for review 2 is not signed off\. The next step is: Prepared by"):
        publish(closed, "poll", "lin")
    sign_off(closed)
    with pytest.raises(Refused, match="signed off already"):
        sign(closed, Step.APPROVED, "丁")

    # What is released is what was signed, to the digit.
    with closed.writing() as session:
        file = session.get(ReleaseFile, (second.id, "table.csv"))
        signed, file.sha256 = file.sha256, "0" * 64
    with pytest.raises(Refused, match="differs from that of draft for review 2"):
        publish(closed, "poll", "lin")
    with closed.writing() as session:
        session.get(ReleaseFile, (second.id, "table.csv")).sha256 = signed

    release = publish(closed, "poll", "lin")
    assert (release.number, release.signed_as, release.audience) == (1, second.id, "public")
    assert release.head["document"] == {"number": HEAD.number, "main": HEAD.main, "copies": HEAD.copies}
    assert [(each["step"], each["post"], each["name"]) for each in release.head["sign_off"]] == [
        ("prepared", "主任", "甲"),
        ("checked", "主任", "乙"),
        ("approved", "主任", "丙"),
    ]
    with closed.reading() as session:
        acts = session.scalars(select(SurveyAct).order_by(SurveyAct.id)).all()
        told = [(each.act, each.about) for each in acts if each.act in ("review", "sign", "publish")]
        assert told == [
            ("review", ""),
            ("sign", "prepared · 科长 · 甲"),
            ("sign", "checked · 主任 · 乙"),
            ("review", ""),
            ("sign", "prepared · 主任 · 甲"),
            ("sign", "checked · 主任 · 乙"),
            ("sign", "approved · 主任 · 丙"),
            ("publish", ""),
        ]
        # The public sees none of the drafts.
        assert [each.audience for each in results.public_releases(session, "poll")] == ["public"]
        assert [each.audience for each in results.published_releases(session)] == ["public"]


def test_every_audience_counts_for_itself_and_only_the_public_release_is_withdrawn(closed):
    issue = {"audience": Audience.INTERNAL}
    assert publish(closed, "poll", "lin", **issue).number == 1
    assert published(closed)[0] == "closed", "an internal bulletin publishes nothing"
    with closed.reading() as session:
        assert results.published_releases(session) == []
        assert results.public_releases(session, "poll") == []
    with pytest.raises(Refused, match="--reason"):
        publish(closed, "poll", "lin", **issue)
    first = publish(closed, "poll", "lin")
    assert (first.number, first.signed_as, first.head["sign_off"]) == (1, None, [])
    assert publish(closed, "poll", "lin", "a name", **issue).number == 2
    with closed.writing() as session:
        assert withdraw(session, "poll", "lin", "wrong").id == first.id
    assert published(closed) == ("closed", [("internal", 1, False), ("public", 1, True), ("internal", 2, False)])
    assert publish(closed, "poll", "lin", audience=Audience.REVIEW).number == 1


def test_the_hash_of_a_release_is_over_the_lines_of_its_files(closed):
    release = publish(closed, "poll", "lin")
    with closed.reading() as session:
        files = session.scalars(select(ReleaseFile).where(ReleaseFile.release_id == release.id)).all()
        hashes = {each.path: each.sha256 for each in files}
        assert all(each.sha256 == hashlib.sha256(each.content).hexdigest() for each in files)
    lines = "".join(f"{hashes[path]}  {path}\n" for path in sorted(hashes))
    assert release.sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert release.sha256 == content_hash(dict(reversed(hashes.items())))
    assert release.sha256 != content_hash(hashes | {"table.csv": "0" * 64})


def test_a_draft_says_in_every_file_that_it_is_one_and_the_signed_release_who_signed(sqlite_database):
    case = answered(sqlite_database, definition=SURVEY | {"approval": {"table_number": "测评1表"}})
    draft = publish(case.database, case.slug, "lin", audience=Audience.REVIEW, document=HEAD)
    for step, name in zip(Step, ("甲某", "乙某", "丙某"), strict=True):
        sign(case.database, step, name, case.slug)
    release = publish(case.database, case.slug, "lin")
    with case.database.reading() as session:
        drafted, signed = (
            {path: _text(path, results.release_file(session, each, path).content) for path in _FILES}
            for each in (draft, release)
        )
    for path in _FILES:
        assert "送审稿" in drafted[path], path
        assert "送审稿" not in signed[path], path
        if path != "table.xlsx":
            assert HEAD.number in signed[path].replace("[", "〔").replace("]", "〕"), path  # noqa: RUF001
            assert HEAD.main in signed[path], path
        assert all(name in signed[path] for name in ("甲某", "乙某", "丙某")), path
        assert "测评1表" in signed[path], path
        assert not any(name in drafted[path] for name in ("甲某", "乙某", "丙某"))


_FILES = ("table.xlsx", "bulletin.docx", "bulletin.pdf")


def _text(path, content):
    if path.endswith("pdf"):
        tool = shutil.which("pdftotext")
        if tool is None:
            pytest.skip("pdftotext is not installed")
        text = subprocess.run([tool, "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
        # The slanted mark is read letter by letter, each on a line of its own.
        return text + ("送审稿" if set("送审稿") <= set(text.splitlines()) else "")
    if path.endswith("docx"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        return " ".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    headers = [str(sheet.oddHeader.center.text) for sheet in book]
    assert len(set(headers)) == 1, "every sheet has the same head"
    return " ".join([*headers, *(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)])
