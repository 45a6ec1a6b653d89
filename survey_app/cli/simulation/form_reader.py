"""Read the answer form out of a page, as a browser would: what can be filled in, and what goes along unseen."""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode


@dataclass(frozen=True)
class ReadForm:
    """The first form of a page that is sent by POST."""

    action: str
    hidden: dict[str, str]
    #: Field name -> the values that can be chosen, in the order of the page.
    radios: dict[str, list[str]] = field(default_factory=dict)
    checkboxes: dict[str, list[str]] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


class NoForm(Exception):  # noqa: N818 - a page without a form is an answer too: closed, paused, unknown.
    """The page has no answer form."""


def read_form(html: str) -> ReadForm:
    """Return the answer form of a page; NoForm where it has none."""
    for form in LexborHTMLParser(html).css("form"):
        if (form.attributes.get("method") or "get").lower() == "post":
            found = ReadForm(form.attributes.get("action") or "", {})
            for control in form.css("input, textarea"):
                _add(found, control)
            return found
    raise NoForm


def _add(form: ReadForm, control: LexborNode) -> None:
    name, value = control.attributes.get("name"), control.attributes.get("value") or ""
    if not name or "disabled" in control.attributes:
        return
    kind = "textarea" if control.tag == "textarea" else (control.attributes.get("type") or "text").lower()
    if kind == "hidden":
        form.hidden[name] = value
    elif kind == "radio":
        form.radios.setdefault(name, []).append(value)
    elif kind == "checkbox":
        form.checkboxes.setdefault(name, []).append(value)
    elif kind == "number" or control.attributes.get("inputmode") in ("numeric", "decimal"):
        form.numbers.append(name)
    elif kind in ("textarea", "text"):
        form.texts.append(name)
