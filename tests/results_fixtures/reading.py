"""Read result pages as a visitor does: their words, their lines, their table."""

import gzip
import shutil
import subprocess

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser


def get(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer


def first_load(client, address) -> int:
    """Return what a browser fetches to show a page, in bytes on the wire: the page, its styles, and no picture."""
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200, address
    assert answer.headers["Content-Encoding"] == "gzip"
    tree = HTMLParser(gzip.decompress(answer.data))
    assert all(each.attributes["loading"] == "lazy" for each in tree.css("details:not([open]) > figure img"))
    assert len(tree.css("img")) == len(tree.css("details:not([open]) > figure img")), "a picture that loads at once"
    size = len(answer.data)
    for each in tree.css("link[rel=stylesheet]"):
        with client.get(each.attributes["href"]) as style:
            size += len(style.data)
    return size


def page(client, address, status=200):
    return HTMLParser(get(client, address, status).get_data(as_text=True))


def words(node) -> str:
    return " ".join(node.text(separator=" ").split())


def lines(tree, selector="ul.bars:not(.wide) li") -> list[str]:
    return [words(node) for node in tree.css(selector)]


def table(tree) -> list[list[str]]:
    """Return the lines of the statistical table."""
    return [[words(cell) for cell in row.css("th, td")] for row in tree.css("#table ~ .scroll tbody tr")]


def shown(cell):
    """Return a cell of a workbook as Excel prints it."""
    if cell.value is None:
        return ""
    if isinstance(cell.value, str):
        return cell.value
    return f"{cell.value:.1f}" if cell.number_format == "0.0" else f"{cell.value:,}"


def pdf_text(content):
    """Return the words of a PDF, line by line as they stand."""
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    return subprocess.run([tool, "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
