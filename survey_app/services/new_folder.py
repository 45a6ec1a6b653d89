"""A folder of made files that appears at once and whole, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from survey_app.domain.messages import Refused, message


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of `out` when the block ends without an exception.

    Refused where `out` is there and not empty, and where it cannot be written.
    """
    _check(out)
    try:
        # Beside the one to come, so that a rename suffices at the end.
        draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.absolute().parent))
    except OSError as error:
        raise _unwritten(out, error) from None
    try:
        yield draft
        draft.chmod(0o755)
        os.replace(draft, out)
    except OSError as error:
        raise _unwritten(out, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _check(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise Refused(message("{path} is there already and is no folder.", path=out))
    if out.is_dir() and any(out.iterdir()):
        raise Refused(message("{path} is there already and not empty. Name a new folder.", path=out))


def _unwritten(out: Path, error: OSError) -> Refused:
    return Refused(message("{path} cannot be written: {reason}", path=out, reason=error.strerror))
