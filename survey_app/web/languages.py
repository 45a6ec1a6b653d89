"""Languages and sizes: both come from the address only (`?lang=`, `?size=large`), never from the browser's headers."""

from collections.abc import Callable, Collection
from typing import Any

from babel import Locale, UnknownLocaleError
from flask import Flask, g, request
from flask_babel import Babel, gettext

from survey_app.domain.messages import Message
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick

#: The languages of the interface; a questionnaire may carry more.
LANGUAGES = {"zh_Hans": "中文", "en": "English"}


def language() -> str:
    """Return the language of the interface that the address asks for."""
    asked = request.args.get("lang", DEFAULT_LANGUAGE)
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


def text_language() -> str:
    """Return the language for texts of a questionnaire: the one settled for this request, else the interface's."""
    return str(g.get("text_language") or language())


def settle_language(known: Collection[str]) -> None:
    """Show a questionnaire's texts in the language that the address asks for, where it is one of these."""
    asked = request.args.get("lang")
    g.text_language = asked if asked in known else language()


def own_name(code: str) -> str:
    """Return a language's name as its speakers write it; its code where that is not known."""
    try:
        return Locale.parse(code).get_display_name() or code
    except (UnknownLocaleError, ValueError):
        return code


def say(message: Message) -> str:
    """Return a message in the request's language."""
    return message.say(lambda text: str(gettext(text)))


def html_language() -> str:
    """Return the language tag for `lang=`."""
    return language().replace("_", "-")


def is_large() -> bool:
    """Return whether the elder mode (大字) is on."""
    return request.args.get("size") == "large"


def _keep_choices(endpoint: str, values: dict[str, Any]) -> None:
    """Carry language and size along every link."""
    if endpoint == "static" or not request:
        return
    wanted = text_language() if endpoint.startswith("public.") else language()
    if wanted != DEFAULT_LANGUAGE:
        values.setdefault("lang", wanted)
    if is_large() and endpoint.startswith("public."):
        values.setdefault("size", "large")


def set_up(app: Flask) -> None:
    """Choose the language of each request, and teach the templates to say texts in it."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{app.root_path}/translations"
    Babel(app, default_locale=DEFAULT_LANGUAGE, locale_selector=language)
    app.url_defaults(_keep_choices)

    def in_language(texts: Texts) -> str:
        return pick(texts, text_language())

    helpers: dict[str, Callable[..., object]] = {
        "html_language": html_language,
        "language": language,
        "is_large": is_large,
    }
    app.jinja_env.globals.update(helpers, LANGUAGES=LANGUAGES)
    app.jinja_env.filters.update(say=say, in_language=in_language)
