import csv
import io
import json
import subprocess

import pytest
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode

from survey_app.cli import context
from survey_app.domain.entry_codes import is_entry_code
from survey_app.services.units.importing import import_units
from tests import cast


def test_entry_codes_have_four_columns_and_the_public_address(stage, settings):
    settings.setenv("SURVEY_PUBLIC_URL", "https://my.cd.cn/")
    done = stage("entry-codes", "small", "--format", "csv")
    assert (done.exit_code, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == ["unit_code", "group", "code", "url"]
    assert [row["unit_code"] for row in rows] == list(cast.VILLAGES)
    for row in rows:
        assert is_entry_code(row["code"])
        assert row["url"] == f"https://my.cd.cn/s/{row['code']}"
        assert row["group"] == "residents"
    assert json.loads(stage("entry-codes", "small", "--format", "json").stdout) == rows


def test_csv_is_the_format_where_none_is_named(stage):
    assert stage("entry-codes", "small").stdout == stage("entry-codes", "small", "--format", "csv").stdout


def info(pdf):
    command = ("pdfinfo", pdf)
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


@pytest.mark.parametrize(("words", "size"), [((), "(A4)"), (("--paper", "A4"), "(A4)"), (("--paper", "A3"), "(A3)")])
def test_posters_are_made_for_two_papers(stage, tmp_path, words, size):
    out = tmp_path / "posters.pdf"
    assert stage("posters", "small", "--out", out, "--under", cast.QIMING, *words).exit_code == 0
    assert size in info(out)


def test_another_paper_is_wrong_usage(stage, tmp_path):
    assert stage("posters", "small", "--out", tmp_path / "posters.pdf", "--paper", "A5").exit_code == 2


def test_long_addresses_are_warned_about_and_printed_at_a_finer_code(stage, settings, tmp_path):
    settings.setenv("SURVEY_PUBLIC_URL", "https://Satisfaction.Changde.hunan.gov.cn")
    out = tmp_path / "posters.pdf"
    done = stage("posters", "small", "--out", out, "--under", cast.RURAL[0])
    assert done.exit_code == 0
    assert done.stderr.startswith("The addresses in the QR codes have 52 characters, more than 42:")
    command = ("pdftoppm", "-r", "150", "-png", "-f", "2", out)
    png = subprocess.run(command, capture_output=True, check=True).stdout
    (symbol,) = decode(Image.open(io.BytesIO(png)), symbols=[ZBarSymbol.QRCODE])
    assert symbol.data.decode().startswith("https://satisfaction.changde.hunan.gov.cn/s/")


@pytest.mark.parametrize(("words", "pages"), [((), 6), (("--under", cast.QIMING), 2)])
def test_posters_are_one_page_a_place(stage, tmp_path, words, pages):
    out = tmp_path / "posters.pdf"
    done = stage("posters", "small", "--out", out, *words)
    assert (done.exit_code, done.stderr) == (0, "")
    said = f"{pages} posters in {out}, behind a test page. Print and scan that first."
    assert done.stdout.splitlines()[-1] == said
    assert f"Pages:           {pages + 1}" in info(out)
    assert [path.name for path in tmp_path.iterdir() if "poster" in path.name] == ["posters.pdf"]


@pytest.mark.parametrize(
    ("survey", "words", "sentence"),
    [
        ("none", (), "There is no survey none. `list` shows the surveys there are."),
        ("small", ("--under", "999"), "There is no place under 999 in this survey."),
    ],
)
def test_refused_posters_leave_an_older_file_alone(stage, tmp_path, survey, words, sentence):
    out = tmp_path / "posters.pdf"
    out.write_bytes(b"older")
    done = stage("posters", survey, "--out", out, *words)
    assert (done.exit_code, done.stderr) == (1, f"{sentence}\n")
    assert out.read_bytes() == b"older"
    assert [path.name for path in tmp_path.iterdir() if "poster" in path.name] == ["posters.pdf"]


def test_characters_that_the_font_lacks_are_refused(stage, tmp_path):
    with context.database().writing() as session:
        import_units(session, cast.units_csv(((cast.RURAL[0], "村𓀀", "village", cast.RURAL[0][:9]),)), "u.csv")
    done = stage("posters", "small", "--out", tmp_path / "posters.pdf")
    assert done.exit_code == 1
    assert "U+13000" in done.stderr
    assert not (tmp_path / "posters.pdf").exists()


@pytest.mark.parametrize("folder", ["none", "units.csv"])
def test_a_place_where_nothing_can_be_written_is_refused(stage, tmp_path, folder):
    done = stage("posters", "small", "--out", tmp_path / folder / "posters.pdf")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"{tmp_path / folder / 'posters.pdf'} cannot be written: ")
