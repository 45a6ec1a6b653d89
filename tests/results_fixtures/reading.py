"""Read result pages as a visitor does: their words, their lines, their table."""

from selectolax.lexbor import LexborHTMLParser as HTMLParser


def get(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer


def page(client, address, status=200):
    return HTMLParser(get(client, address, status).get_data(as_text=True))


def words(node) -> str:
    return " ".join(node.text(separator=" ").split())


def lines(tree, selector="ul.bars:not(.wide) li") -> list[str]:
    return [words(node) for node in tree.css(selector)]


def table(tree) -> list[list[str]]:
    """Return the lines of the statistical table."""
    return [[words(cell) for cell in row.css("th, td")] for row in tree.css("#table ~ .scroll tbody tr")]
