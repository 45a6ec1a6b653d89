"""What templates say: in the language of the address, with values that are escaped where the template escapes."""

import pytest
from flask import render_template_string

from survey_app.domain.messages import message
from survey_app.web.languages import say

FOUND = '{{ _("%(count)s found for “%(text)s”.", count=2, text="<b>") }}'
PLAIN = "{% autoescape false %}", "{% endautoescape %}"
QUOTA = '{{ _("%(percent)s%% of a quota of %(quota)s", percent=1, quota=2) }}'


@pytest.mark.parametrize(
    ("template", "chinese", "english"),
    [
        ('{{ _("Ballots") }}', "答卷", "Ballots"),
        (FOUND, "“&lt;b&gt;”", "2 found for “&lt;b&gt;”."),
        (FOUND.join(PLAIN), "“<b>”", "2 found for “<b>”."),
        (QUOTA.join(PLAIN), "1%", "1% of a quota of 2"),
        ('{{ _("100%% <br>") }}', "100% <br>", "100% <br>"),  # Ours, so it is not escaped.
        ('{{ _("%(of)s <br>", of="<b>") }}', "&lt;b&gt; <br>", "&lt;b&gt; <br>"),
        ('{{ gettext("nobody says this") }}', "nobody says this", "nobody says this"),
    ],
)
def test_a_template_speaks_the_language_of_the_address(app, template, chinese, english):
    for _ in range(2):  # What was found once is found again.
        with app.test_request_context("/?lang=en"):
            assert render_template_string(template) == english
        for address in ("/", "/?lang=zh_Hans", "/?lang=xx"):
            with app.test_request_context(address):
                assert chinese in render_template_string(template)


def test_a_message_is_said_in_the_language_of_the_address(app):
    said = message("There is no survey {slug}. `list` shows the surveys there are.", slug="x")
    with app.test_request_context("/?lang=en"):
        assert say(said) == "There is no survey x. `list` shows the surveys there are."
    with app.test_request_context("/"):
        assert "x" in say(said) != str(said)
