"""Make the application: settings, database, languages, security, and one blueprint for each audience."""

import multiprocessing
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from survey_app.config import Config, read_config
from survey_app.models.database import Database
from survey_app.services.ballot_store import BallotStore
from survey_app.services.log_masking import MASK_CODES
from survey_app.web import (
    compression,
    errors,
    health,
    languages,
    rate_limits,
    security_headers,
    sessions,
    transaction,
)
from survey_app.web.organiser import organiser
from survey_app.web.organiser.access import check as access_check
from survey_app.web.organiser.accounts import login
from survey_app.web.parts import Parts
from survey_app.web.public import public
from survey_app.web.results import results

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_ROOT = Path(__file__).parents[1]

#: Seconds for which one thread may compute while others want to. An answer goes from thread to thread until it is on
#: disk, and at each step waits that long where somebody's page is being made; Python's own 5 ms would add up.
SWITCH_EVERY = 0.0005


def create_app(config: Config | None = None) -> Flask:
    """Return the WSGI application for these settings; None reads them from the environment."""
    config = config or read_config()
    app = Flask("survey_app", template_folder=str(_ROOT / "templates"))
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=256 * 1024,
        MAX_FORM_PARTS=2_000,
        SESSION_COOKIE_NAME="__Host-manyi" if config.is_https else "manyi",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # It lives as long as the session: a form left open for an hour loses nothing.
    )
    app.logger.addFilter(MASK_CODES)  # Flask writes the address of every request that fails.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=config.proxies)  # type: ignore[method-assign]
    database = Database(config.database_url, config.data_dir, secret_key=config.secret_key)
    app.extensions["manyi"] = Parts(config, database, BallotStore(database, config.secret_key))
    for room in (
        rate_limits,
        sessions,
        languages,
        security_headers,
        transaction,
        errors,
        login,
        compression,
    ):
        room.set_up(app)
    csrf = CSRFProtect(app)
    csrf.exempt(public)  # A ballot carries a signed token of its own, and needs no cookie.
    for blueprint in (public, results, organiser, health.health):
        app.register_blueprint(blueprint)
    access_check.require_policies(app)
    return app


def create_worker_app() -> Flask:
    """Return the application for a worker process of `serve`, which ends when the server that started it is gone.

    A signal to the whole process group can end the workers first; the server then starts new ones while it ends itself,
    and these would keep the port for ever.
    """
    sys.setswitchinterval(SWITCH_EVERY)
    server = multiprocessing.parent_process()
    if server is not None:
        threading.Thread(target=_end_after, args=(server,), name="watch-server", daemon=True).start()
    return create_app()


def _end_after(server: "BaseProcess") -> None:
    server.join()
    os._exit(0)  # Whoever waits for a ballot gets no acknowledgement and tries again: it counts once.
