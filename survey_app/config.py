"""Settings: one table of names, defaults and help, read from SURVEY_* environment variables."""

import os
import re
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


_SHORTEST_KEY = 32

#: Scheme and host, perhaps a port and a path: what can stand before `/s/…` in a QR code.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9_.:\[\]-]+(?:/[A-Za-z0-9_.~/-]*)?")


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
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # Ballots are for nobody else on the machine.
        secret_key = _secret_key(said["SURVEY_SECRET_KEY"], data_dir / "secret-key")
    except OSError as error:
        raise Refused(
            message(
                "{name}: the folder {path} cannot be used: {reason}",
                name="SURVEY_DATA_DIR",
                path=data_dir,
                reason=error.strerror,
            )
        ) from None
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
    public_url = _with_small_host((said["SURVEY_PUBLIC_URL"] or f"http://127.0.0.1:{port}").rstrip("/"))
    if not _ADDRESS.fullmatch(public_url):
        raise Refused(
            message(
                "{name} is {value}; it must begin with http:// or https://, then the host, in plain ASCII.",
                name="SURVEY_PUBLIC_URL",
                value=public_url,
            )
        )
    return Config(
        database_url=said["SURVEY_DATABASE_URL"] or f"sqlite:///{data_dir / 'manyi.sqlite3'}",
        data_dir=data_dir,
        secret_key=secret_key,
        public_url=public_url,
        port=port,
        language=language,
        proxies=_whole_number("SURVEY_PROXIES", said["SURVEY_PROXIES"], 10),
    )


def _with_small_host(url: str) -> str:
    """Return the address with scheme and host in small letters, as QR codes print it; they are the same either way."""
    return re.sub(r"^[^/]*//[^/]*", lambda found: found[0].lower(), url)


def _whole_number(name: str, text: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or int(text) > most:
        raise Refused(
            message("{name} is {value}; it must be a whole number from 0 to {most}.", name=name, value=text, most=most)
        )
    return int(text)


def _secret_key(given: str, path: Path) -> bytes:
    if given:
        if len(given) < _SHORTEST_KEY:
            raise Refused(
                message("{name} is shorter than {least} characters.", name="SURVEY_SECRET_KEY", least=_SHORTEST_KEY)
            )
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
    kept = path.read_bytes().strip()
    if len(kept) < _SHORTEST_KEY:  # Cut short by a full disk or a lost current: it would sign what anybody can forge.
        raise Refused(message("{path} holds no whole key. Delete the file, and a new key is made.", path=path))
    return kept
