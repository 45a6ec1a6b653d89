import pytest
from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode

from survey_app.documents.qr_symbol import ErrorLevel, dark_rectangles, matrix_of, version_for


@pytest.mark.parametrize(("length", "version"), [(0, 1), (20, 2), (21, 3), (32, 3), (33, 4), (46, 4), (47, 5), (60, 5)])
def test_the_version_is_the_smallest_that_holds_the_longest_address(length, version):
    assert version_for(["a", "a" * length]) == version


def test_no_addresses_need_the_smallest_symbol():
    assert version_for([]) == 1


def test_an_address_of_42_bytes_has_33_modules_a_side():
    matrix = matrix_of("https://manyi.changde.gov.cn/abc/p/12345674", version_for(["a" * 42]))
    assert len(matrix) == 33
    assert {len(row) for row in matrix} == {33}
    assert matrix[0][:8] == [True] * 7 + [False]


def test_an_address_that_is_not_ascii_is_an_error():
    with pytest.raises(UnicodeEncodeError):
        matrix_of("https://满意.cn/p/12345674", 4)


def test_rectangles_cover_the_dark_modules_once_and_nothing_else():
    matrix = matrix_of("https://manyi.changde.gov.cn/p/12345674", 4)
    covered = [
        (row, column)
        for left, top, width, height in dark_rectangles(matrix)
        for row in range(top, top + height)
        for column in range(left, left + width)
    ]
    dark = [(row, column) for row in range(33) for column in range(33) if matrix[row][column]]
    assert sorted(covered) == dark


def test_runs_that_are_equal_in_rows_below_one_another_are_one_rectangle():
    matrix = [[True, True, False], [True, True, False], [False, True, True]]
    assert sorted(dark_rectangles(matrix)) == [(0, 0, 2, 2), (1, 2, 2, 1)]


def test_the_symbol_is_that_of_the_library_at_the_same_settings():
    url = "https://manyi.changde.gov.cn/p/12345674"
    symbol = QRCode(version=4, error_correction=ERROR_CORRECT_Q, mask_pattern=2)
    symbol.add_data(url)
    symbol.make(fit=False)
    assert matrix_of(url, 4) == symbol.modules


@pytest.mark.parametrize(("length", "version"), [(26, 2), (27, 3), (42, 3), (43, 4), (62, 4)])
def test_a_slips_level_holds_more_in_the_same_symbol(length, version):
    assert version_for(["a" * length], ErrorLevel.M) == version
    assert len(matrix_of("a" * length, version, ErrorLevel.M)) == 17 + 4 * version


def test_the_symbol_of_a_level_is_that_of_the_library():
    symbol = QRCode(version=3, error_correction=ERROR_CORRECT_M, mask_pattern=2)
    symbol.add_data("https://my.cd.cn/s/0000000000000000")
    symbol.make(fit=False)
    assert matrix_of("https://my.cd.cn/s/0000000000000000", 3, ErrorLevel.M) == symbol.modules
