"""Results and releases in the console: draft, sign-off, internal bulletin, publication, and the files of each."""

import re
import threading

from sqlalchemy import select

from survey_app.domain.release import Audience
from survey_app.jobs.worker import work_once
from survey_app.models import AnswerStoredApart, EntryCode, Release, Survey, SurveyAct
from survey_app.services.publishing import publish
from tests.results_fixtures.cases import ANSWERS, SURVEY, TARGETS, UNITS, Case, answered, ballots, reviewed
from tests.web.console_browser import NAME, plain
from tests.web.test_console_jobs import HOSTILE

pytest_plugins = "tests.web.console_fixtures"

SURVEY_PAGE = "/console/surveys/services"
HERE = f"{SURVEY_PAGE}/releases"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES = {
    "bulletin.docx": (DOCX, b"PK\x03\x04"),
    "bulletin.pdf": ("application/pdf", b"%PDF-"),
    "table.xlsx": (XLSX, b"PK\x03\x04"),
    "table.csv": ("text/csv", b"\xef\xbb\xbfunit_code,"),
    "table.json": ("application/json", b'{"release":'),
    "figures/headline.svg": ("image/svg+xml", b"<"),
    "figures/headline.pdf": ("application/pdf", b"%PDF-"),
    "sheets/43B12.pdf": ("application/pdf", b"%PDF-"),
}


def look(browser, page=HERE, **query):
    return plain(browser.get(page, query_string={"lang": "en"} | query))


def press(browser, act, data=None):
    """Press a button of the page, with the token of its forms."""
    browser.get(f"{HERE}?lang=en")
    return browser.post(f"{act}?lang=en", data)


def made(app, browser, answer):
    """Let the worker do what was asked for, and return the words of the job's page."""
    assert answer.status_code == 303, plain(answer)
    waiting = browser.get(answer.location)
    assert "Being made now:" in look(browser)
    parts = app.extensions["manyi"]
    assert work_once(parts.config, parts.database, threading.Event())
    return plain(waiting), plain(browser.get(answer.location))


def sign(browser, step, name, post="主任"):
    return press(browser, f"{SURVEY_PAGE}/sign/{step}", {"name": name, "post": post})


def addresses(browser, audience):
    """Return the addresses of files that the page gives."""
    text = browser.get(f"{HERE}?lang=en").text
    return set(re.findall(rf'href="({HERE}/{audience}/[^"]+)"', text))


def test_the_whole_way_from_closing_to_correction(app, organiser, outsider):
    case = answered(app.extensions["manyi"].database)

    page = look(organiser)
    assert "Next: a draft for those who check the figures." in page
    assert "the survey can no longer be reopened" in page
    assert outsider.get(HERE).location.startswith("/console/login")
    for act in (f"{HERE}/review", f"{HERE}/internal", f"{SURVEY_PAGE}/sign/prepared"):
        assert organiser.post(act, {"name": "张三"}, token="").status_code == 400
    number = "常评办 2026 年 3 号"
    fault = press(organiser, f"{HERE}/review", {"number": "字" * 101, "main": HOSTILE, "copies": "人大"})
    assert fault.status_code == 422
    assert "Please write at most 100 characters." in plain(fault)
    assert HOSTILE not in fault.text
    assert 'value="人大"' in fault.text

    waiting, done = made(app, organiser, press(organiser, f"{HERE}/review", {"number": number, "main": "各区县"}))
    assert waiting.count("Draft for review 1") == 2  # In the title and on the page.
    assert "It is made. Results and releases" in done
    page = organiser.get(f"{HERE}?lang=en")
    assert "Next it is signed: Prepared by." in plain(page)
    assert "the survey can no longer be reopened" not in plain(page)
    assert f'value="{number}"' in page.text
    assert "Draft 1" in plain(page)
    assert "Bulletin Word" in plain(page)
    assert "from draft 1, with its watermark" in plain(page)
    assert "table.csv</a>" not in page.text

    # Nothing is issued of what was put to review and not signed.
    for act in (f"{HERE}/internal", f"{SURVEY_PAGE}/publish"):
        refused = press(organiser, act)
        assert refused.status_code == 409
        assert "Draft for review 1 is not signed off. The next step is: Prepared by." in plain(refused)

    early = sign(organiser, "approved", "王五", "局长")
    assert early.status_code == 422
    assert "The next step of the sign-off is: Prepared by." in plain(early)
    assert 'value="王五"' in early.text
    assert 'value="局长"' in early.text
    assert sign(organiser, "prepared", " ").status_code == 422
    unseen = press(organiser, f"{SURVEY_PAGE}/sign/prepared", {"name": "张三", "draft": "7"})
    assert (unseen.status_code, "was made meanwhile" in plain(unseen)) == (422, True)
    assert sign(organiser, "prepared", "张三", "科员").status_code == 303
    same = sign(organiser, "checked", "张三", "副主任")
    assert same.status_code == 422
    assert "张三 has signed this draft already; each step is another person" in plain(same)
    assert 'value="副主任"' in same.text
    assert "One account has signed several steps." not in look(organiser)
    assert sign(organiser, "checked", "李四").status_code == 303
    assert "One account has signed several steps." in look(organiser)
    assert sign(organiser, "approved", "王五").status_code == 303
    page = look(organiser)
    assert "Signed: Approved for issue by." in page
    assert "Next: the internal bulletin, or publication at once." in page
    assert re.search(f"Prepared by 张三 科员 .* · {NAME} Checked by 李四 主任 .* Approved for issue by 王五", page)
    assert "/sign/" not in organiser.get(HERE).text
    assert sign(organiser, "approved", "赵六").status_code == 409

    waiting, _ = made(app, organiser, press(organiser, f"{HERE}/internal"))
    assert "Internal bulletin 1" in waiting
    assert "Next: publication." in look(organiser)
    assert f'action="{HERE}/internal' not in organiser.get(HERE).text
    again = press(organiser, f"{HERE}/internal", {"reason": " "})
    assert again.status_code == 409
    assert "Draft for review 1 has been released already. Make a new draft for the correction" in plain(again)

    # Every file of the page is there, as what it is; nobody gets one without a login.
    for audience in ("review", "internal"):
        given = addresses(organiser, audience)
        assert {f"{HERE}/{audience}/1/{path}" for path in FILES if not path.startswith("sheets")} <= given
        for address in given:
            assert organiser.get(address).status_code == 200, address
        for path, (media_type, beginning) in FILES.items():
            answer = organiser.get(f"{HERE}/{audience}/1/{path}")
            assert (answer.status_code, answer.mimetype) == (200, media_type), path
            assert answer.data.startswith(beginning)
            name = path.rpartition("/")[2]
            assert answer.headers["Content-Disposition"] == f"attachment; filename=services-{audience}-1-{name}"
            barred = outsider.get(f"{HERE}/{audience}/1/{path}")
            assert (barred.status_code, barred.location.partition("?")[0]) == (303, "/console/login")
            assert outsider.client.get(f"/results/services/1/{path}").status_code == 404

    # A unit's sheet is found by name, with what stands above it; other surveys and releases have no such files.
    found = organiser.get(HERE, query_string={"q": "先锋", "lang": "en"})
    assert "2 found for “先锋”." in plain(found)
    assert "先锋村 常德市 · 鼎城区 · 蒿子港镇" in plain(found)
    assert f'href="{HERE}/internal/1/sheets/43B11.pdf"' in found.text
    assert HOSTILE not in organiser.get(HERE, query_string={"unit": HOSTILE}).text
    Case(case.database, TARGETS)
    for missing in ("internal/2/table.csv", "public/1/table.csv", "internal/1/nothing.csv", "internal/1/sheets/9.pdf"):
        assert organiser.get(f"{HERE}/{missing}").status_code == 404, missing
    for other in ("departments", "nothing"):
        assert organiser.get(f"/console/surveys/{other}/releases/internal/1/table.csv").status_code == 404

    waiting, done = made(app, organiser, press(organiser, f"{SURVEY_PAGE}/publish"))
    assert "Publishing · Release 1" in waiting
    assert "Release 1 is public." in done
    page = look(organiser)
    assert "Release 1 is public. To correct it, begin again with a draft" in page
    assert f"{HERE}/public/1/bulletin.docx" in addresses(organiser, "public")
    assert outsider.client.get("/results/services/1/bulletin.docx").status_code == 200

    case.withdraw("a name is wrong")
    page = organiser.get(f"{HERE}?lang=en")
    assert "Release 1 is withdrawn; it stays at its address, under a banner. Next: a corrected draft." in plain(page)
    # What the signed draft was released as already is not offered again: neither by a button nor behind one.
    assert "Draft for review 1 has been released already." in plain(page)
    assert f'"{SURVEY_PAGE}/publish' not in page.text
    assert organiser.get(f"{SURVEY_PAGE}/publish").status_code == 409
    late = press(organiser, f"{SURVEY_PAGE}/publish", {"reason": "a name was wrong"})
    assert (late.status_code, "a name was wrong</textarea>" in late.text) == (422, True)
    assert "Draft for review 1 has been released already." in plain(late)
    with case.database.reading() as session:
        acts = session.execute(select(SurveyAct.act, SurveyAct.by).where(SurveyAct.survey_id == case.id)).all()
    way = ["review", "sign", "sign", "sign", "issue", "publish", "withdraw", "withdraw"]
    assert [each.act for each in acts[-8:]] == way
    assert {each.by for each in acts[-8:-2]} == {NAME}
    # The internal bulletin said the same figures.
    assert "Internal bulletin and unit sheets withdrawn" in plain(page)
    assert "sheets-title" not in page.text


def test_before_closing_there_is_no_release_no_file_and_no_figure(app, organiser):
    case = Case(app.extensions["manyi"].database, SURVEY)
    for place, counts in ANSWERS.items():
        case.answer(place, ballots(counts, place.startswith("43A")))
    answer = organiser.get(f"{HERE}?lang=en")
    assert "No figure is shown before the survey is closed." in plain(answer)
    assert not re.search(r"\d\s*%|369|346", plain(answer))
    assert f'"{HERE}/' not in answer.text
    assert f"{SURVEY_PAGE}/sign" not in answer.text
    organiser.get("/console/?lang=en")
    for act in (f"{HERE}/review", f"{HERE}/internal"):
        refused = organiser.post(f"{act}?lang=en")
        assert refused.status_code == 409
        assert "No release is made before the survey is closed." in plain(refused)
        organiser.get("/console/?lang=en")
    assert sign(organiser, "prepared", "张三").status_code == 409
    for audience in ("review", "internal", "public"):
        assert organiser.get(f"{HERE}/{audience}/1/table.csv").status_code == 404
    with case.database.reading() as session:
        assert session.get_one(Survey, case.id).figures_seen_at is None


def test_what_is_signed_is_seen_first_and_names_are_struck_from_the_words(app, organiser, outsider, without_documents):
    """Figures of the draft stand beside the signature and on pages of their own, for those who may release only."""
    database = app.extensions["manyi"].database
    question = {"code": "wish", "kind": "open_text", "text": "最希望改进的一件事"}
    case = Case(database, SURVEY | {"sign_off": "required", "questions": [*SURVEY["questions"], question]})
    for place, counts in ANSWERS.items():
        case.answer(place, ballots(counts, place.startswith("43A")))
    with database.writing() as session:
        at = session.scalars(select(EntryCode).where(EntryCode.survey_id == case.id)).first()
        where = {"survey_id": case.id, "place_id": at.place_id, "group_id": at.group_id, "question": "wish"}
        session.add_all(AnswerStoredApart(id=bytes([n] * 16), value="单振华主任热情", **where) for n in range(12))
    case.close()
    board = organiser.get(f"{SURVEY_PAGE}?lang=en").text
    assert f'class="button primary" href="{HERE}?lang=en">' in board
    page = look(organiser)
    assert "Each signs at an account of their own." in page
    assert page.count("There is no draft for review yet.") == 2
    assert organiser.get(f"{SURVEY_PAGE}/publish").status_code == 409

    made(app, organiser, press(organiser, f"{HERE}/review"))
    page = look(organiser)
    assert "What is signed" in page
    assert "Among 276 ballots that rated, 244 chose" in page
    assert "Places without ballots 1 / 9" in page
    assert (
        "Units whose figures are hidden fewer than 10 ratings, or so that no small one can be worked out 2 / 14" in page
    )
    assert "Units with a small base fewer than 30 ratings: no position 0 Units for attention table 9 0" in page
    assert "The base is the ballots that rated" in page
    with database.reading() as session:
        draft = session.scalars(select(Release)).one()
    assert f"Hash of the figures SHA-256 {draft.head['figures_sha256']}" in page

    # The draft's pages: the whole tree, under the watermark, for nobody else.
    first = organiser.get(f"{HERE}/review/1/?lang=en")
    assert 'data-mark="送审稿"' in first.text
    assert "Draft for review 1 · made on" in plain(first)
    assert f'href="{HERE}?lang=en#sign-title">Sign as: Prepared by</a>' in first.text
    assert f'src="{HERE}/review/1/figures/' in first.text
    assert "/results/" not in first.text
    for query, told in {
        "row=43A1": "马家吉社区",
        "row=43A12": "样本不足",
        "q=先锋": "2 个",
        "question=buses": "公交",
    }.items():
        seen = organiser.get(f"{HERE}/review/1/?{query}")
        assert (seen.status_code, told in plain(seen), 'data-mark="送审稿"' in seen.text) == (200, True, True), query
    assert organiser.get(f"{HERE}/review/1/?row=9").status_code == 404
    assert organiser.get(f"{HERE}/review/2/").status_code == 404
    assert organiser.get(f"{HERE}/public/1/").status_code == 404
    barred = outsider.get(f"{HERE}/review/1/")
    assert (barred.status_code, barred.location.partition("?")[0]) == (303, "/console/login")

    # A name among the words is struck in a new draft; the mark stays until it is taken away.
    assert "主任 12" in page
    strange = press(organiser, f"{HERE}/review", {"left_out": "常德"})
    assert (strange.status_code, "Please choose from the options shown." in plain(strange)) == (422, True)
    made(app, organiser, press(organiser, f"{HERE}/review", {"left_out": "主任"}))
    page = organiser.get(f"{HERE}?lang=en")
    assert "主任 left out" in plain(page)
    assert re.search(r'value="主任" form="new-draft" checked', page.text)
    assert "Superseded by number 2" in plain(organiser.get(f"{HERE}/review/1/?lang=en"))
    assert "主任" not in organiser.get(f"{HERE}/review/2/").text

    # One account takes one step.
    assert sign(organiser, "prepared", "张三").status_code == 303
    page = organiser.get(f"{HERE}?lang=en")
    assert "You have signed this draft. The next step is another person" in plain(page)
    assert "/sign/" not in page.text
    second = sign(organiser, "checked", "李四")
    assert second.status_code == 422
    assert f"A step of this draft was signed at the account {NAME} already" in plain(second)
    assert 'value="李四"' in second.text


def test_a_headline_that_is_no_single_number_is_told_in_words(app, organiser, without_documents):
    database = app.extensions["manyi"].database
    reviewed(database)
    units = (*UNITS, ("99", "市直机关", "organisation", None))
    apart = SURVEY | {"slug": "apart", "places": {"units": ["43A21", "99"]}}
    answered(database, {"43A21": ANSWERS["43A21"], "99": (20, 6, 3, 1)}, apart, units)
    for slug, told in {
        "departments": "3 units rated, in 2 classes. Each has its own share",
        "apart": "The places lie under no common unit: each unit below has its own share.",
    }.items():
        publish(database, slug, NAME, audience=Audience.REVIEW)
        assert told in look(organiser, f"/console/surveys/{slug}/releases")
