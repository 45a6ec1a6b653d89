"""What is written into every page: small, allowed by its own hash alone, and fit for old browsers."""

import re

import pytest

from survey_app.web.security_headers import csp_hash
from tests.web.page_check import check
from tests.web.small_survey import FULL, TOWN

#: What browsers before 2015 do not read. Words in the page are no words of the script.
_LATER_THAN_ES5 = re.compile(
    r"=>|`|\b(?:let|const|class|async|await|Promise|fetch|Symbol|includes|startsWith)\b|\.\.\."
)
_MOST_BYTES = 3_000


@pytest.fixture
def pieces(app):
    return app.extensions["manyi.inline"]


def test_the_script_is_small_old_and_has_no_words_of_its_own(pieces):
    for name in ("script.js", "thanks.js"):
        text = pieces[name].text
        assert len(text.encode()) <= _MOST_BYTES
        assert not _LATER_THAN_ES5.search(text)
        assert "\n" not in text
        assert "/*" not in text
        assert text.isascii()
        assert "innerHTML" not in text
        assert "eval" not in text


def test_a_page_allows_what_stands_in_it_and_nothing_else(client, survey, pieces):
    address = f"/s/{survey.code(TOWN)}"
    page = check(client.get(address))
    answer = client.post(address, data={"_token": page.token, **FULL})
    pages = {
        "script.js": [page, check(client.get(address)), check(client.post(address, data={"_token": page.token}))],
        "thanks.js": [check(client.get(answer.headers["Location"]))],
        None: [check(client.get("/")), check(client.get("/privacy"))],
    }
    for name, shown in pages.items():
        for each in shown:
            assert each.html.count("<script") == (name is not None)
            policy = each.response.headers["Content-Security-Policy"]
            allowed = csp_hash(pieces[name].text) if name else "'self'"
            assert f"script-src {allowed};" in policy


def test_every_word_that_the_script_can_say_stands_in_the_page(client, survey, pieces):
    page = check(client.get(f"/s/{survey.code(TOWN)}"))
    calls = re.findall(r"say\((.*?)\)", pieces["script.js"].text)
    said = {word for call in calls for word in re.findall(r'"(\w+)"', call)}
    state = page.tree.css_first("#state")
    assert said == {"saved", "unkept", "sending", "retry", "failed", "unsaved"}
    for word in said:
        assert state.attributes[f"data-{word}"]
    assert "#" in state.attributes["data-retry"]


def test_only_a_fresh_page_of_a_resident_s_own_brings_a_draft_back(client, survey):
    address = f"/s/{survey.code(TOWN)}"
    page = check(client.get(address))
    assert len(page.tree.css("form[data-draft]")) == 1
    assert len(page.tree.css("#restored")) == 1
    again = check(client.post(address, data={"_token": page.token}))
    assert again.tree.css("#restored") == []
    assert len(again.tree.css("form[data-draft]")) == 1
