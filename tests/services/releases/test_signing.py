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
from survey_app.models import AuditEntry, Release, ReleaseFile, Survey, SurveyAct
from survey_app.services.lifecycle import close_survey
from survey_app.services.publishing import content_hash, publish
from survey_app.services.releases import results, signing
from survey_app.services.releases.stored_files import plain
from survey_app.services.releases.withdrawing import withdraw
from tests.results_fixtures.cases import SURVEY, answered
from tests.services.polling import DEFINITION, launch_poll

HEAD = DocumentHead("常测办〔2026〕12号", "各区县(市)人民政府", "市委办公室")  # noqa: RUF001 - as documents are numbered.


@pytest.fixture
def closed(poll, drawn_nothing):
    for option, times in (("satisfied", 30), ("basically_satisfied", 12), ("dissatisfied", 6)):
        poll.many("A11", times, overall=option)
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    return poll.database


def sign(database, step, name, slug="poll", post="主任", by="lin"):
    with database.writing() as session:
        return signing.sign(session, slug, step, post, name, by).number


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
        signed = session.get(Release, second.id).head
        session.get(Release, second.id).head = signed | {"figures_sha256": "0" * 64}
    with pytest.raises(Refused, match="The figures differ from those of draft for review 2"):
        publish(closed, "poll", "lin")
    with closed.writing() as session:
        session.get(Release, second.id).head = signed

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
        trail = session.scalars(select(AuditEntry).where(AuditEntry.what == "survey.sign")).all()
        signed = {"step": "prepared", "post": "科长", "signed_by": "甲", "draft": 1}
        assert trail[0].after == signed | {"figures_sha256": draft.head["figures_sha256"][:12]}
        assert [each.after["draft"] for each in trail] == [1, 1, 2, 2, 2]
        # The public sees none of the drafts.
        assert [each.audience for each in results.public_releases(session, "poll")] == ["public"]
        assert [each.audience for each in results.published_releases(session)] == ["public"]


def test_what_is_issued_is_signed_at_three_accounts_unless_the_definition_lets_it_be(sqlite_database, drawn_nothing):
    poll = launch_poll(sqlite_database, DEFINITION | {"sign_off": "required"})
    poll.many("A11", 20, overall="satisfied", wish="单振华主任热情，欧阳建热情")
    with sqlite_database.writing() as session:
        close_survey(session, "poll", "test")
    for audience in (Audience.PUBLIC, Audience.INTERNAL):
        with pytest.raises(Refused, match="There is no draft for review yet"):
            publish(sqlite_database, "poll", "lin", audience=audience)
    first = publish(sqlite_database, "poll", "lin", audience=Audience.REVIEW)
    assert words_of(first) == ["主任", "热情"]

    # A word that is struck stays struck in the next draft and in what is released from it, and stands in no file.
    publish(sqlite_database, "poll", "lin", audience=Audience.REVIEW, left_out=[" 热情 "])
    draft = publish(sqlite_database, "poll", "lin", audience=Audience.REVIEW, document=HEAD)
    assert (words_of(draft), draft.left_out) == (["主任"], ["热情"])
    sign(sqlite_database, Step.PREPARED, "甲")
    with pytest.raises(Refused, match="at the account lin already"):
        sign(sqlite_database, Step.CHECKED, "乙")
    sign(sqlite_database, Step.CHECKED, "乙", by="wang")
    sign(sqlite_database, Step.APPROVED, "丙", by="zhao")
    issued = publish(sqlite_database, "poll", "lin", audience=Audience.INTERNAL)
    released = publish(sqlite_database, "poll", "lin")
    assert words_of(issued) == words_of(released) == ["主任"]
    with sqlite_database.reading() as session:
        assert "热情" not in results.release_file(session, released, "table.json").content.decode()
        told = session.scalars(select(AuditEntry.after).where(AuditEntry.what == "survey.review")).all()
        assert [each.get("left_out") for each in told] == [None, 1, 1]
    free = publish(sqlite_database, "poll", "lin", audience=Audience.REVIEW, left_out=[""])
    assert words_of(free) == ["主任", "热情"]


def words_of(release):
    return sorted(each["word"] for each in release.head["keywords"])


def withdrawn(database, *given):
    with database.writing() as session:
        return [(each.audience, each.number) for each in withdraw(session, "poll", "lin", "wrong", *given)]


def test_every_audience_counts_for_itself_and_what_says_the_same_figures_is_withdrawn_together(closed):
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
    other = publish(closed, "poll", "lin", "a name", **issue)
    with closed.writing() as session:
        session.get(Release, other.id).head = other.head | {"figures_sha256": "0" * 64}
    assert withdrawn(closed) == [("public", 1), ("internal", 1)]
    assert published(closed) == ("closed", [("internal", 1, True), ("public", 1, True), ("internal", 2, False)])
    with closed.reading() as session:
        acts = session.scalars(select(SurveyAct).where(SurveyAct.act == "withdraw")).all()
        assert [(each.about, each.reason) for each in acts] == [("public 1", "wrong"), ("internal 1", "wrong")]
        trail = session.scalars(select(AuditEntry).where(AuditEntry.what == "survey.withdraw")).all()
        assert [(each.about, each.before) for each in trail] == [
            ("poll · public 1", {"state": "published"}),
            ("poll · internal 1", None),
        ]
    assert publish(closed, "poll", "lin", audience=Audience.REVIEW).number == 1


def test_an_older_release_and_an_internal_one_are_withdrawn_by_themselves(closed):
    publish(closed, "poll", "lin", audience=Audience.REVIEW)
    sign_off(closed)
    publish(closed, "poll", "lin", audience=Audience.INTERNAL)
    for given, told in (
        ((Audience.PUBLIC,), "no such release"),
        ((Audience.REVIEW, 1), "no such release"),
        ((Audience.INTERNAL, 2), "no such release"),
    ):
        with pytest.raises(Refused, match=told):
            withdrawn(closed, *given)
    assert withdrawn(closed, Audience.INTERNAL) == [("internal", 1)]
    with pytest.raises(Refused, match="Release 1 is withdrawn already"):
        withdrawn(closed, Audience.INTERNAL, 1)
    # What was wrong for the offices is not published from the same signatures.
    with pytest.raises(Refused, match="Draft for review 1 has been released already"):
        publish(closed, "poll", "lin")
    for reason in (None, "corrected"):
        publish(closed, "poll", "lin", audience=Audience.REVIEW)
        sign_off(closed)
        publish(closed, "poll", "lin", reason)
    assert withdrawn(closed, Audience.PUBLIC, 1) == [("public", 1)]
    assert published(closed)[0] == "published", "the newest stands"
    assert withdrawn(closed, Audience.PUBLIC) == [("public", 2)]
    assert published(closed)[0] == "closed"


def test_the_hash_of_a_release_is_over_the_lines_of_its_files(closed):
    release = publish(closed, "poll", "lin")
    with closed.reading() as session:
        files = session.scalars(select(ReleaseFile).where(ReleaseFile.release_id == release.id)).all()
        hashes = {each.path: each.sha256 for each in files}
        assert all(each.sha256 == hashlib.sha256(plain(each)).hexdigest() for each in files)
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
