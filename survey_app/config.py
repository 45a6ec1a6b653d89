"""Settings: one table of names, defaults and help, read from SURVEY_* environment variables."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from survey_app.domain.messages import Refused, message


@dataclass(frozen=True)
class Setting:
    """One environment variable."""

    name: str
    default: str
    help: str


SETTINGS = (
    Setting("SURVEY_DATABASE_URL", "", "Database as an SQLAlchemy URL; empty means SQLite in the data folder."),
    Setting("SURVEY_DATA_DIR", "instance", "Folder of the SQLite database, the secret key and the write lock."),
    Setting(
        "SURVEY_SECRET_KEY",
        "",
        "Key that signs tokens and sessions, at least 32 characters; empty means one "
        "made at first start and kept in the data folder.",
    ),
    Setting("SURVEY_PUBLIC_URL", "", "What the addresses in QR codes begin with; empty means http://127.0.0.1:PORT."),
    Setting("SURVEY_PORT", "8000", "Port that `serve` listens on."),
    Setting("SURVEY_LANGUAGE", "zh_Hans", "Language of the commands' messages: zh_Hans or en."),
    Setting("SURVEY_PROXIES", "0", "How many trusted proxies stand in front and set X-Forwarded-For."),
)


@dataclass(frozen=True)
class Config:
    """The settings of one run, read once and handed on; nothing else reads the environment."""

    database_url: str
    data_dir: Path
    secret_key: bytes
    public_url: str
    port: int
    language: str
    proxies: int

    @property
    def is_https(self) -> bool:
        """Whether the public address is encrypted: then cookies are Secure and carry the `__Host-` prefix."""
        return self.public_url.startswith("https://")


def read_config(environment: Mapping[str, str] = os.environ) -> Config:
    """Read the settings; make the data folder and, where none is given, the secret key.

    Refused where a setting cannot be understood.
    """
    said = {each.name: environment.get(each.name) or each.default for each in SETTINGS}
    data_dir = Path(said["SURVEY_DATA_DIR"]).absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    port = _whole_number("SURVEY_PORT", said["SURVEY_PORT"], 65535)
    language = said["SURVEY_LANGUAGE"]
    if language not in ("zh_Hans", "en"):
        raise Refused(
            message(
                "{name} is {value}; it must be one of {known}.",
                name="SURVEY_LANGUAGE",
                value=language,
                known="zh_Hans, en",
            )
        )
    public_url = (said["SURVEY_PUBLIC_URL"] or f"http://127.0.0.1:{port}").rstrip("/")
    if not public_url.startswith(("http://", "https://")):
        raise Refused(
            message(
                "{name} is {value}; it must begin with http:// or https://.", name="SURVEY_PUBLIC_URL", value=public_url
            )
        )
    return Config(
        database_url=said["SURVEY_DATABASE_URL"] or f"sqlite:///{data_dir / 'manyi.sqlite3'}",
        data_dir=data_dir,
        secret_key=_secret_key(said["SURVEY_SECRET_KEY"], data_dir / "secret-key"),
        public_url=public_url,
        port=port,
        language=language,
        proxies=_whole_number("SURVEY_PROXIES", said["SURVEY_PROXIES"], 10),
    )


def _whole_number(name: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise Refused(
            message("{name} is {value}; it must be a whole number from 0 to {most}.", name=name, value=text, most=most)
        )
    return int(text)


def _secret_key(given: str, path: Path) -> bytes:
    if given:
        if len(given) < 32:
            raise Refused(message("{name} is shorter than 32 characters.", name="SURVEY_SECRET_KEY"))
        return given.encode()
    try:
        # Created whole under its final name or not at all, so that two processes starting at once share one key.
        draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        finally:
            draft.unlink()
    except FileExistsError:
        pass
    return path.read_text().strip().encode()
