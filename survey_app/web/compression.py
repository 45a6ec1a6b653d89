"""Pages on the wire: compressed where the browser takes it.

A page that is put together from finished pieces is not compressed anew for each request: every piece is deflated once,
ended by a full flush, so that pieces can follow one another in any order (RFC 1951, 1952).
"""

import gzip
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from flask import Flask, Response, request

_HEAD = bytes((31, 139, 8, 0, 0, 0, 0, 0, 2, 255))
_LAST_BLOCK = b"\x03\x00"
_WORTH_IT = 1_000
_LEVEL = 6
#: Whose pages are compressed: in the console, tokens and what somebody else put into an address would share a page,
#: and the size of a compressed page could then give a token away (the attack called BREACH).
_AUDIENCES = ("public", "results")


@dataclass(frozen=True)
class Piece:
    """A run of a page's bytes, plain and as deflated blocks that depend on nothing before them."""

    plain: bytes
    deflated: bytes

    @classmethod
    def lasting(cls, text: str) -> Self:
        """Make a piece that will be sent many times: compressed as well as can be."""
        plain = text.encode()
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return cls(plain, deflate.compress(plain) + deflate.flush(zlib.Z_FULL_FLUSH))

    @classmethod
    def passing(cls, text: str) -> Self:
        """Make a piece that is sent once, below 64 kB: a stored block."""
        plain = text.encode()
        size = len(plain)
        return cls(plain, b"\0" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + plain)


def respond(pieces: Iterable[Piece]) -> Response:
    """Return the page that the pieces make, compressed where the browser takes it."""
    pieces = list(pieces)
    plain = b"".join(piece.plain for piece in pieces)
    if not takes_gzip():
        response = Response(plain, mimetype="text/html")
    else:
        body = b"".join(piece.deflated for piece in pieces)
        ends = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
        response = Response(_HEAD + body + _LAST_BLOCK + ends, mimetype="text/html")
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def takes_gzip() -> bool:
    """Say whether whoever asks takes compressed answers."""
    return request.accept_encodings["gzip"] > 0


def _compress(response: Response) -> Response:
    """Compress a page that was made for this one request."""
    if (
        request.blueprint not in _AUDIENCES
        or response.mimetype != "text/html"
        or response.is_streamed
        or "Content-Encoding" in response.headers
    ):
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) >= _WORTH_IT and takes_gzip():
        response.set_data(gzip.compress(body, _LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def set_up(app: Flask) -> None:
    """Compress the pages of residents and readers."""
    app.after_request(_compress)
