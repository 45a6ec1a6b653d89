"""What the test page of a print job leads to. It tells whoever prints that it worked; nothing is stored."""

from flask import Response

from survey_app.domain.entry_codes import TEST_CODES
from survey_app.domain.messages import message
from survey_app.web.public.blueprint import public
from survey_app.web.public.notices import Notice, notice_page

_WORKED = Notice(
    200,
    message("The scan works"),
    [
        message("This is the test page of a print job. It takes no answers."),
        message("The print is sharp and the address can be reached. You can print the rest now."),
        message("Keep the test page. Once a poster hangs, scan it and check the name of the place."),
    ],
)


def test_scan() -> Response:
    """Say that the scan works; what is sent here is not read."""
    return notice_page(_WORKED, None)


for _code in TEST_CODES:  # Addresses of their own, which are preferred to that of the codes.
    public.add_url_rule(f"/s/{_code}", "test_scan", test_scan, methods=["GET", "POST"])
