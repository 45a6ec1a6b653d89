"""What must hold of every page, whatever it says."""

import base64
import hashlib
import re

from selectolax.lexbor import LexborHTMLParser


class Page:
    """A page that was checked, for a test to look into."""

    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        self.html = response.get_data(as_text=True)
        self.tree = LexborHTMLParser(self.html)
        self.title = self.tree.css_first("title").text(strip=True)
        self.heading = self.tree.css_first("h1").text(strip=True)

    @property
    def text(self) -> str:
        read = LexborHTMLParser(self.html)
        read.strip_tags(["script"])
        return " ".join(read.body.text(separator=" ").split())

    def values(self, selector: str, attribute: str) -> list[str]:
        return [node.attributes[attribute] for node in self.tree.css(selector) if attribute in node.attributes]

    @property
    def token(self) -> str:
        return self.values("input[name=_token]", "value")[0]


def check(response, language: str = "zh-Hans") -> Page:
    """Return the page, once it has a title, one heading, the right language, ids that differ, and a lawful style."""
    page = Page(response)
    assert response.mimetype == "text/html"
    assert response.headers["Cache-Control"] == "no-store"
    assert page.title
    assert len(page.tree.css("h1")) == 1
    assert page.values("html", "lang") == [language]
    ids = page.values("[id]", "id")
    assert len(ids) == len(set(ids)), ids
    _check_references(page, set(ids))
    _check_policy(page)
    assert "cut-" not in page.html
    assert not re.search(r"\{\w*\}|%\(\w+\)", page.text)
    assert "答题" not in page.html
    return page


def _check_references(page: Page, ids: set[str]) -> None:
    for attribute in ("aria-describedby", "aria-labelledby", "for"):
        for value in page.values(f"[{attribute}]", attribute):
            assert set(value.split()) <= ids, value
    for address in page.values("a[href^='#']", "href"):
        assert address[1:] in ids


def _check_policy(page: Page) -> None:
    """Nothing from elsewhere, no style and no script that the policy does not allow by its hash."""
    assert page.tree.css("[src], [style], img, iframe") == []
    assert not any(name.startswith("on") for node in page.tree.css("*") for name in node.attributes)
    assert page.values("link", "href") == ["data:,"]
    assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page.html)
    policy = dict(each.split(" ", 1) for each in page.response.headers["Content-Security-Policy"].split("; "))
    assert policy["style-src"] == _hash(page, "style")
    assert policy["script-src"] == _hash(page, "script") or not _hash(page, "script")
    assert policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)


def _hash(page: Page, element: str) -> str:
    """Return the source expression for the page's one inline style or script; empty where there is none."""
    texts = re.findall(f"<{element}>(.*?)</{element}>", page.html, re.DOTALL)
    assert len(texts) == page.html.count(f"<{element}") <= 1
    return "".join(f"'sha256-{base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()}'" for each in texts)
