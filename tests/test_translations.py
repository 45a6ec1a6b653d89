"""The catalogue says everything in Chinese, and what is compiled is what is written."""

import io
import re
import string
import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "survey_app" / "translations" / "zh_Hans" / "LC_MESSAGES" / "messages.po"


def read(path):
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def test_every_message_in_the_code_is_translated(tmp_path):
    template = tmp_path / "messages.pot"
    keywords = [word for name in ("message", "tell", "warn") for word in ("-k", name)]
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg", *keywords]
    subprocess.run([*command, "-o", str(template), "."], cwd=ROOT, check=True)
    said = {each.id: each.string for each in read(CATALOGUE) if each.id}
    wanted = {each.id for each in read(template) if each.id}
    assert len(wanted) > 100
    assert {text for text in wanted if not said.get(text)} == set()
    assert set(said) - wanted == set(), "no longer said anywhere: run `make catalogue`"


def test_translations_keep_the_fields():
    for each in read(CATALOGUE):
        if each.id and each.string and isinstance(each.id, str):
            assert fields(each.string) == fields(each.id), each.id


def fields(text):
    if re.search(r"%\(\w+\)s", text):
        return set(re.findall(r"%\((\w+)\)s", text))
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_compiled_catalogue_is_fresh():
    compiled = io.BytesIO()
    write_mo(compiled, read(CATALOGUE))
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make catalogue`"
