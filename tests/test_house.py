"""The house stands as docs/architecture.md says: directions, names, and the interfaces that may never go away."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from survey_app.cli import main
from survey_app.config import SETTINGS, read_config
from survey_app.factory import create_app

ROOT = Path(__file__).parents[1]
PACKAGES = ("analysis", "survey_app", "forms")
TEMPLATES = sorted(path.relative_to(ROOT / "templates") for path in (ROOT / "templates").rglob("*.html"))

#: Printed QR codes outlive versions.
URLS = {
    "/": {"GET", "POST"},
    "/s/<code>": {"GET", "POST"},
    "/s/<code>/thanks": {"GET"},
    "/s/00000000": {"GET"},
    "/s/0000000000000000": {"GET"},
    "/results": {"GET"},
    "/results/<slug>": {"GET"},
    "/results/<slug>/<int:number>": {"GET"},
    "/results/<slug>/<int:number>/<path:path>": {"GET"},
    "/console/": {"GET"},
    "/healthz": {"GET"},
    "/readyz": {"GET"},
}

#: Operators script the commands: command -> what scripts give it.
COMMANDS = {
    "serve": {"--host", "--port", "--workers"},
    "migrate": set(),
    "create-account": {"name", "--password-stdin", "--role", "--scope"},
    "reset-password": {"name", "--password-stdin", "--codes-off"},
    "check-audit": {"--expect"},
    "list": set(),
    "import-units": {"file"},
    "launch": {"file"},
    "change": {"survey", "file"},
    "approve": {"survey"},
    "open": {"survey"},
    "close": {"survey"},
    "reopen": {"survey", "--reason"},
    "review": {"survey", "--document-number", "--main", "--copies"},
    "sign": {"survey", "--step", "--post", "--name"},
    "publish": {"survey", "--reason", "--audience"},
    "sheets": {"survey", "--out", "--under", "--audience"},
    "withdraw": {"survey", "--reason", "--audience", "--number"},
    "export": {"survey", "--out", "--release", "--audience"},
    "posters": {"survey", "--out", "--under", "--paper"},
    "entry-codes": {"survey", "--format"},
    "slips": {"survey", "--out"},
    "replace-code": {"survey", "code", "--reason"},
    "void-code": {"survey", "code", "--reason"},
    "pause": {"survey", "unit", "--reason"},
    "resume": {"survey", "unit"},
    "tally": {"survey", "--format", "--by"},
    "table": {"survey", "--format"},
    "answer": {"survey", "--residents", "--concurrency", "--seed", "--url"},
}

SETTING_NAMES = {"SURVEY_DATABASE_URL", "SURVEY_DATA_DIR", "SURVEY_SECRET_KEY", "SURVEY_PUBLIC_URL"}

#: A line that breaks a direction: in which module, what it imports, and the contracts that must find it.
BREACHES = (
    ("analysis/rates.py", "survey_app.domain.texts", ["ground"]),
    ("survey_app/domain/texts.py", "survey_app.models", ["house", "ground", "queries"]),
    ("survey_app/domain/messages.py", "flask", ["http"]),
    ("survey_app/models/units.py", "survey_app.documents.fonts", ["house", "ground"]),
    ("survey_app/documents/fonts.py", "sqlalchemy", ["queries"]),
    ("survey_app/services/units/tree.py", "survey_app.web.parts", ["house", "ground", "http"]),
    ("survey_app/services/accounts.py", "survey_app.jobs.worker", ["house", "ground"]),
    ("survey_app/cli/units.py", "survey_app.web.parts", ["house", "ground"]),
    ("forms/plain_text.py", "survey_app.services.surveys", ["ground", "forms"]),
    ("survey_app/web/results/words.py", "survey_app.web.public", ["audiences"]),
)


@pytest.fixture
def copy(tmp_path):
    """Give a copy of the packages, to be broken."""
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__", "*.ttf", "translations")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint_imports(folder):
    """Run the contracts of a folder; return the exit code and what was said, in one line."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    environment = os.environ | {"COLUMNS": "1000"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, " ".join(done.stdout.split())


def contracts():
    """Return id -> name of the contracts."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return dict(re.findall(r'\[\[tool\.importlinter\.contracts\]\]\nid = "(.+)"\nname = "(.+)"', text))


def test_every_direction_is_kept():
    code, said = lint_imports(ROOT)
    assert code == 0, said
    assert f"{len(contracts())} kept, 0 broken" in said


def test_every_contract_finds_what_breaks_it(copy):
    for file, target, _ in BREACHES:
        path = copy / file
        path.write_text(f"{path.read_text(encoding='utf-8')}\nimport {target}\n", encoding="utf-8")
    code, said = lint_imports(copy)
    assert code == 1
    broken = {key for key, name in contracts().items() if f"{name} BROKEN" in said}
    assert broken == set(contracts()) == {key for *_, keys in BREACHES for key in keys}
    for file, target, _ in BREACHES:
        module = file.removesuffix(".py").replace("/", ".")
        assert f"{module} -> {target} (l." in said, file


def test_a_room_that_nobody_declared_is_found(copy):
    (copy / "survey_app/utils").mkdir()
    (copy / "survey_app/utils/__init__.py").touch()
    code, said = lint_imports(copy)
    assert code == 1
    assert "survey_app.utils" in said or "- utils" in said


def test_the_ground_and_the_rules_load_no_framework_no_database_and_no_heavy_library():
    program = """
import importlib, json, pkgutil, sys
names = []
for package in ("analysis", "survey_app.domain"):
    found = importlib.import_module(package)
    names += [package, *(each.name for each in pkgutil.walk_packages(found.__path__, f"{package}."))]
for name in names:
    importlib.import_module(name)
print(json.dumps([names, sorted({name.partition(".")[0] for name in sys.modules})]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": ""}
    )
    names, loaded = json.loads(done.stdout)
    assert {"analysis.tables", "survey_app.domain.lifecycle", "survey_app.domain.units.check"} <= set(names)
    assert len(names) > 25
    heavy = {"flask", "werkzeug", "wtforms", "sqlalchemy", "matplotlib", "scipy", "statsmodels", "pandas", "reportlab"}
    assert heavy & set(loaded) == set()


def test_only_settings_and_commands_read_the_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*.py")
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text(encoding="utf-8"))
    }
    assert {path for path in readers if not path.startswith("survey_app/cli/")} == {"survey_app/config.py"}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path_factory.mktemp("data"))}))


@pytest.mark.parametrize(("rule", "methods"), URLS.items())
def test_a_url_never_goes_away(app, rule, methods):
    found = set().union(*(each.methods for each in app.url_map.iter_rules() if each.rule == rule))
    assert methods <= found


@pytest.mark.parametrize(("name", "words"), COMMANDS.items())
def test_a_command_never_goes_away(name, words):
    found = {word for each in main.commands[name].params for word in each.opts}
    assert words <= found


def test_a_setting_that_scripts_rely_on_never_goes_away():
    assert {each.name for each in SETTINGS} >= SETTING_NAMES


def documentation():
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("name", [each.name for each in SETTINGS])
def test_every_setting_is_documented(name):
    assert f"`{name}" in documentation()


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented(name):
    assert re.search(rf"(`|survey_app ){name}\b", documentation())


def test_every_command_in_the_documentation_is_there():
    written = set(re.findall(r"python3? -m survey_app ([a-z][a-z-]+)", documentation()))
    assert written <= set(main.commands)


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_every_template_is_parsed_and_finds_its_filters_and_its_relatives(app, path):
    app.jinja_env.get_template(path.as_posix())
    tree = app.jinja_env.parse((ROOT / "templates" / path).read_text(encoding="utf-8"))
    for name in meta.find_referenced_templates(tree):
        if name is not None:  # The name of another is made up only at the time.
            app.jinja_env.get_template(name)


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_no_template_imports_what_it_does_not_use(app, path):
    tree = app.jinja_env.parse((ROOT / "templates" / path).read_text(encoding="utf-8"))
    imported = [name for each in tree.find_all(nodes.FromImport) for name in each.names]
    local = {name[1] if isinstance(name, tuple) else name for name in imported}
    local |= {each.target for each in tree.find_all(nodes.Import)}
    assert local - {each.name for each in tree.find_all(nodes.Name) if each.ctx == "load"} == set()


def test_there_are_templates():
    assert len(TEMPLATES) > 10


def test_no_file_has_a_vague_name():
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    files = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    vague = re.compile(r"(^|/|_)(utils?|helpers?|commons?|misc|managers?|handlers?|stuff)(_|\.|/|$)")
    assert len(files) > 100
    assert [file for file in files if vague.search(file)] == []


def test_the_top_level_has_the_folders_that_were_agreed():
    command = ("git", "ls-files", "--cached", "--others", "--exclude-standard")
    files = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    folders = {file.partition("/")[0] for file in files if "/" in file and not file.startswith(".")}
    assert folders == {"analysis", "docs", "forms", "survey_app", "templates", "tests"}
