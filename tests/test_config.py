import os
import threading

import pytest

from survey_app.config import SETTINGS, read_config
from survey_app.domain.messages import Refused

KEY = "k" * 32


@pytest.fixture
def read(tmp_path):
    def read(**settings):
        return read_config({"SURVEY_DATA_DIR": str(tmp_path / "data")} | settings)

    return read


def refusal(read, **settings):
    with pytest.raises(Refused) as refused:
        read(**settings)
    return str(refused.value)


def test_without_settings_everything_has_a_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = read_config({})
    assert found.data_dir == tmp_path / "instance"
    assert found.data_dir.is_dir()
    assert found.database_url == f"sqlite:///{tmp_path}/instance/manyi.sqlite3"
    assert (found.public_url, found.port, found.language, found.proxies) == (
        "http://127.0.0.1:8000",
        8000,
        "zh_Hans",
        0,
    )
    assert not found.is_https


def test_an_empty_setting_is_none(read):
    everything_empty = {each.name: "" for each in SETTINGS if each.name != "SURVEY_DATA_DIR"}
    assert read(**everything_empty) == read()


def test_the_settings_are_read_from_the_environment_of_the_moment(tmp_path, monkeypatch):
    monkeypatch.setenv("SURVEY_DATA_DIR", str(tmp_path / "one"))
    monkeypatch.setenv("SURVEY_PORT", "8123")
    assert read_config().port == 8123
    monkeypatch.setenv("SURVEY_PORT", "8124")
    assert read_config().port == 8124


def test_every_setting_is_told_apart(read):
    found = read(
        SURVEY_DATABASE_URL="postgresql://x/y",
        SURVEY_SECRET_KEY=KEY,
        SURVEY_PUBLIC_URL="https://my.cd.cn/",
        SURVEY_PORT="9000",
        SURVEY_LANGUAGE="en",
        SURVEY_PROXIES="2",
    )
    assert found.database_url == "postgresql://x/y"
    assert found.secret_key == KEY.encode()
    assert found.public_url == "https://my.cd.cn"
    assert found.is_https
    assert (found.port, found.language, found.proxies) == (9000, "en", 2)


def test_the_public_address_follows_the_port(read):
    assert read(SURVEY_PORT="9000").public_url == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    "url",
    ["https://my.cd.cn", "http://192.168.1.20:8000", "https://cd.gov.cn/manyi", "http://[::1]:8000", "http://a_b"],
)
def test_a_public_address_is_scheme_host_and_perhaps_a_path(read, url):
    assert read(SURVEY_PUBLIC_URL=url).public_url == url
    assert read(SURVEY_PUBLIC_URL=f"{url}//").public_url == url


def test_scheme_and_host_are_printed_in_small_letters_and_a_path_as_it_is(read):
    assert read(SURVEY_PUBLIC_URL="HTTPS://My.CD.cn:8443/Manyi").public_url == "https://my.cd.cn:8443/Manyi"


@pytest.mark.parametrize(
    "url",
    ["my.cd.cn", "ftp://my.cd.cn", "http://", "https://满意.cn", "https://my cd.cn", "https://a.cn/?x=1", "http:///s"],
)
def test_another_public_address_is_refused_since_it_would_be_printed(read, url):
    assert refusal(read, SURVEY_PUBLIC_URL=url).startswith("SURVEY_PUBLIC_URL is ")


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "65536", "9" * 5000, "８０００", "²", " 8000"])  # noqa: RUF001 - meant.
def test_a_port_is_a_whole_number(read, number):
    assert refusal(read, SURVEY_PORT=number) == (f"SURVEY_PORT is {number}; it must be a whole number from 0 to 65535.")


@pytest.mark.parametrize("number", ["11", "one"])
def test_there_are_few_proxies(read, number):
    assert (
        refusal(read, SURVEY_PROXIES=number) == f"SURVEY_PROXIES is {number}; it must be a whole number from 0 to 10."
    )


def test_the_commands_speak_two_languages(read):
    assert refusal(read, SURVEY_LANGUAGE="zh") == "SURVEY_LANGUAGE is zh; it must be one of zh_Hans, en."


def test_a_given_key_is_long(read):
    assert read(SURVEY_SECRET_KEY=KEY).secret_key == KEY.encode()
    assert refusal(read, SURVEY_SECRET_KEY=KEY[:-1]) == "SURVEY_SECRET_KEY is shorter than 32 characters."


def test_a_key_is_made_once_and_kept_for_the_owner_only(read):
    found = read()
    assert len(found.secret_key) >= 43
    assert read().secret_key == found.secret_key
    path = found.data_dir / "secret-key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in found.data_dir.iterdir()] == ["secret-key"]  # No draft is left.


def test_a_given_key_leaves_no_file(read):
    assert list(read(SURVEY_SECRET_KEY=KEY).data_dir.iterdir()) == []


def test_every_data_folder_has_a_key_of_its_own(tmp_path):
    keys = {read_config({"SURVEY_DATA_DIR": str(tmp_path / name)}).secret_key for name in "ab"}
    assert len(keys) == 2


def test_processes_that_start_at_once_share_one_key(read):
    keys, start = [], threading.Barrier(8)

    def one():
        start.wait()
        keys.append(read().secret_key)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert len(set(keys)) == 1


@pytest.mark.parametrize("content", [b"", b"\n", b"k" * 31])
def test_a_kept_key_that_was_cut_short_is_refused_and_never_used(read, content):
    path = read().data_dir / "secret-key"
    path.write_bytes(content)
    assert refusal(read) == f"{path} holds no whole key. Delete the file, and a new key is made."
    path.unlink()
    assert len(read().secret_key) >= 43


def test_a_data_folder_that_cannot_be_one_is_refused(tmp_path):
    path = tmp_path / "file"
    path.touch()
    for folder in (path, path / "below"):
        with pytest.raises(Refused, match=f"^SURVEY_DATA_DIR: the folder {folder} cannot be used: "):
            read_config({"SURVEY_DATA_DIR": str(folder)})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_data_folder_that_is_read_only_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(Refused, match="Permission denied"):
        read_config({"SURVEY_DATA_DIR": str(tmp_path)})
    tmp_path.chmod(0o700)


def test_settings_have_help_that_is_a_sentence():
    assert all(each.help.endswith(".") and each.name.startswith("SURVEY_") for each in SETTINGS)
    assert len({each.name for each in SETTINGS}) == len(SETTINGS)
