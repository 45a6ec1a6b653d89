"""For operators: is the process up, is the database reachable and of the right version."""

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from survey_app.domain.messages import Refused
from survey_app.services.migrating import require_migrated
from survey_app.web.parts import parts

health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """Say that the process is up."""
    return Response("ok\n", mimetype="text/plain")


@health.get("/readyz")
def readyz() -> Response:
    """Say whether the database can be reached and is migrated."""
    try:
        require_migrated(parts().database)
    except Refused:
        return Response("not migrated\n", 503, mimetype="text/plain")
    except SQLAlchemyError:
        return Response("no database\n", 503, mimetype="text/plain")
    return Response("ready\n", mimetype="text/plain")
