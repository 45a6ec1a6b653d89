"""Results and releases in the console: draft, sign-off, internal bulletin, publication, and the files of each."""

import re
import threading

from sqlalchemy import select

from survey_app.jobs.worker import work_once
from survey_app.models import Survey, SurveyAct
from tests.results_fixtures.cases import ANSWERS, SURVEY, TARGETS, Case, answered, ballots
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
    again = press(organiser, f"{HERE}/internal", {"reason": " "})
    assert again.status_code == 422
    assert "Please write the reason." in plain(again)

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
    assert "Release 1 is withdrawn; it stays at its address, under a banner. Next: a corrected draft." in look(
        organiser
    )
    with case.database.reading() as session:
        acts = session.execute(select(SurveyAct.act, SurveyAct.by).where(SurveyAct.survey_id == case.id)).all()
    assert [each.act for each in acts[-7:]] == ["review", "sign", "sign", "sign", "issue", "publish", "withdraw"]
    assert {each.by for each in acts[-7:-1]} == {NAME}


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
