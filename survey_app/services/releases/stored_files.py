"""How the files of a release are kept: drawings compressed, as every browser takes them, all others as they are."""

import gzip
import zlib

from survey_app.models import ReleaseFile

#: With these a gzip file begins, and no drawing does.
_MAGIC = b"\x1f\x8b"
#: The size of what was compressed stands in so many bytes at the end of a gzip file, the lowest first.
ENDING = 4


def kept(path: str, content: bytes) -> bytes:
    """Return what is stored of a file. Its hash is of the file itself."""
    return gzip.compress(content, 9, mtime=0) if path.endswith(".svg") else content


def is_compressed(path: str, stored: bytes) -> bool:
    """Say whether a file is stored compressed, from all of it or from its beginning."""
    return path.endswith(".svg") and stored.startswith(_MAGIC)


def plain(file: ReleaseFile) -> bytes:
    """Return a file as it was made."""
    return gzip.decompress(file.content) if is_compressed(file.path, file.content) else file.content


def plain_size(path: str, size: int, beginning: bytes, ending: bytes) -> int:
    """Return how large a file is as it was made, from its stored size, beginning and ENDING."""
    return int.from_bytes(ending, "little") if is_compressed(path, beginning) else size


def plain_beginning(path: str, beginning: bytes) -> bytes:
    """Return a file's beginning as it was made."""
    return (
        zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(beginning) if is_compressed(path, beginning) else beginning
    )
