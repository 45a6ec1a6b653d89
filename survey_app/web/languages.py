"""Languages and sizes: both come from the address only (`?lang=`, `?size=large`), never from the browser's headers.

A page says hundreds of sentences, so each is looked up in a dictionary: Flask-Babel, which settles domain, locale and
catalogue anew for every one, writes dates and numbers only.
"""

from collections.abc import Callable, Collection
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask import Flask, Request, g, request
from flask_babel import Babel
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.utils import cached_property

from survey_app.domain.messages import Message
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick

#: The languages of the interface; a questionnaire may carry more.
LANGUAGES = {"zh_Hans": "中文", "en": "English"}

_FOLDER = Path(__file__).parents[1] / "translations"


class _AskingRequest(Request):
    """A request that reads its language once."""

    @cached_property
    def language(self) -> str:
        """Return the language of the interface that the address asks for."""
        asked = self.args.get("lang", DEFAULT_LANGUAGE)
        return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


#: The request itself: to ask its stand-in for an attribute takes ten times as long.
_this_request = cast("Callable[[], _AskingRequest]", cast(Any, request)._get_current_object)


def language() -> str:
    """Return the language of the interface that the address asks for."""
    return _this_request().language


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


@cache
def _catalogue(of: str) -> NullTranslations:
    """Return what is said in a language; English has no catalogue, since it stands in the code."""
    return Translations.load(_FOLDER, [of])


def say(message: Message) -> str:
    """Return a message in the request's language."""
    return message.say(_catalogue(language()).gettext)


@lru_cache(maxsize=10_000)
def _without_values(of: str, text: str) -> Markup:
    return Markup(_catalogue(of).gettext(text)) % {}  # noqa: S704 - our own sentence.


@pass_eval_context
def _in_template(around: EvalContext, text: str, /, **values: object) -> str:
    """Return a sentence of a template: always a format, and its values are escaped where the template's are."""
    if around.autoescape and not values:
        return _without_values(language(), text)
    said = _catalogue(language()).gettext(text)
    return (Markup(said) if around.autoescape else said) % values  # noqa: S704 - as above.


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
    app.request_class = _AskingRequest
    Babel(app, default_locale=DEFAULT_LANGUAGE, locale_selector=language)
    app.url_defaults(_keep_choices)

    def in_language(texts: Texts) -> str:
        return pick(texts, text_language())

    helpers: dict[str, Callable[..., object]] = {
        "html_language": html_language,
        "language": language,
        "is_large": is_large,
    }
    app.jinja_env.globals.update(helpers, LANGUAGES=LANGUAGES, gettext=_in_template, _=_in_template)
    app.jinja_env.filters.update(say=say, in_language=in_language)
