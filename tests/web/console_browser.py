"""A browser for tests of the console, which looks hard at every page that it gets. Pages are read in English."""

import re
from html.parser import HTMLParser

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

NAME, PASSWORD = "lin", "correct horse battery"


class Browser:
    """A browser that keeps cookies, sends the token of the form it last saw, and is at one address."""

    def __init__(self, app, address="127.0.0.1", host="localhost"):
        self.client = app.test_client()
        self.address = address
        self.host = f"http://{host}"
        self.token = ""

    def get(self, path, **more):
        return self._open("GET", path, more)

    def post(self, path, data=None, token=None, **more):
        """Send a form with the token that was last seen; an upload is (stream, filename)."""
        sent = {"csrf_token": self.token if token is None else token} | (data or {})
        if any(isinstance(value, tuple) for value in sent.values()):
            # In memory: the test client would leave a temporary file open.
            files = {name: FileStorage(*value) if isinstance(value, tuple) else value for name, value in sent.items()}
            boundary, body = encode_multipart(files)
            return self._open(
                "POST", path, more | {"data": body, "content_type": f"multipart/form-data; boundary={boundary}"}
            )
        return self._open("POST", path, more | {"data": sent})

    def submit(self, path, data=None):
        """Look at a page first, then send its form."""
        self.get(path)
        return self.post(path, data)

    def log_in(self, name=NAME, password=PASSWORD, path="/console/login?lang=en"):
        return self.submit(path, {"name": name, "password": password})

    def _open(self, method, path, more):
        answer = self.client.open(
            path, method=method, base_url=self.host, environ_base={"REMOTE_ADDR": self.address}, **more
        )
        answer.get_data()  # Read before it is closed, files too.
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.text) if answer.mimetype == "text/html" else None
        self.token = found[1] if found else self.token
        if answer.mimetype == "text/html" and method != "HEAD" and answer.status_code not in (303, 308, 405):
            check_page(answer.text)
        answer.close()
        return answer


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.labelled, self.inputs, self.title, self.language = [], [], [], "", ""
        self.inline = []
        self._in_title = False

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids += [found["id"]] if "id" in found else []
        self.labelled += [found["for"]] if tag == "label" else []
        if tag in ("input", "textarea") and found.get("type") != "hidden":
            self.inputs.append(found.get("id"))
        self.language = found.get("lang", "") if tag == "html" else self.language
        self._in_title = tag == "title" or (self._in_title and tag != "body")
        if "style" in found or tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)
        self.inline += [name for name in found if name.startswith("on")]

    def handle_data(self, data):
        self.title += data if self._in_title else ""


def check_page(text):
    """Check what every page owes: a title, a language, labelled boxes, no id twice, nothing inline."""
    page = _Page()
    page.feed(text)
    assert page.title.strip(), "a page without a title"
    assert page.language in ("zh-Hans", "en")
    assert len(page.ids) == len(set(page.ids)), f"an id stands twice: {sorted(page.ids)}"
    assert set(page.inputs) <= set(page.labelled), "a box without a label"
    assert not page.inline, "the policy forbids inline styles and scripts"


def job_number(answer):
    """Return the number of the job that was asked for."""
    assert answer.status_code == 303, plain(answer)
    return job_at(answer.location)


def job_at(address):
    """Return the number of the job that an address follows: its own page, or that of the posters."""
    return re.search(r"(?:/jobs/|job=)(\d+)", address)[1]


def plain(answer):
    """Return the words of a page, as one line."""
    text = re.sub(r"<(script|style|noscript).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())
