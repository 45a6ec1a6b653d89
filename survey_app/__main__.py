"""`python -m survey_app COMMAND`."""

from survey_app.cli import main
from survey_app.cli.context import config
from survey_app.services.releases.static import Pages
from survey_app.services.releases.whole import WholeRelease


def static_pages(whole: WholeRelease) -> Pages:
    """Return the pages of a release. Commands and pages are strangers, so they are brought together here."""
    from survey_app.factory import create_app  # noqa: PLC0415 - only one command needs the pages.
    from survey_app.web.results.static_release import StaticPages  # noqa: PLC0415

    return StaticPages(create_app(config()), whole)


if __name__ == "__main__":
    main(prog_name="python -m survey_app", obj=static_pages)
