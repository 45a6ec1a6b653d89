import io
import logging

import pytest

from survey_app.services.log_masking import MASK_CODES, masked


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Exception on /s/12345674 [GET]", "Exception on /s/******** [GET]"),
        ("Exception on /s/12345674/thanks [GET]", "Exception on /s/********/thanks [GET]"),
        ("Exception on /s/1234 5674 [GET]", "Exception on /s/******** [GET]"),
        ("Exception on /s/1234-5678-9012-3456 [GET]", "Exception on /s/******** [GET]"),
        ("/s/１２３４５６７４?lang=en", "/s/********?lang=en"),  # noqa: RUF001 - full-width digits are understood.
        ("Key (code)=(12345674) already exists.", "Key (code)=(********) already exists."),
        ("Exception on /by-hand/eyJw.IjoxfQ-x/form [POST]", "Exception on /by-hand/********/form [POST]"),
        ("Exception on /preview/eyJwIjoxfQ [GET]", "Exception on /preview/******** [GET]"),
        ("KeyError: '1234567890123452'", "KeyError: '********'"),
        ("job 17 (posters) failed in line 1234567", "job 17 (posters) failed in line 1234567"),
        ("Exception on /results/2026 [GET]", "Exception on /results/2026 [GET]"),
    ],
)
def test_what_may_be_a_code_is_masked(text, seen):
    assert masked(text) == seen


def test_a_record_is_masked_with_its_values_and_its_traceback():
    logger, out = logging.getLogger("test_log_masking"), io.StringIO()
    logger.addHandler(logging.StreamHandler(out))
    logger.addFilter(MASK_CODES)
    logger.propagate = False
    try:
        raise LookupError("12345674")
    except LookupError:
        logger.exception("on %s of %d", "/s/12345674", 3)
    logger.warning("no traceback, 100%")
    said = out.getvalue()
    assert said.startswith("on /s/******** of 3\nTraceback")
    assert 'raise LookupError("********")' in said  # The line of this file is masked too.
    assert "LookupError: ********" in said
    assert said.endswith("no traceback, 100%\n")
    assert "12345674" not in said
