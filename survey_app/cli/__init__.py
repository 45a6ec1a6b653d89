"""The command line: one file a subject.

Exit codes: 0 done, 1 refused with the reason on standard error, 2 wrong usage.
"""

import click

from survey_app.cli.audit import check_audit
from survey_app.cli.code_upkeep import pause, replace_code, resume, void_code
from survey_app.cli.context import RefusingGroup
from survey_app.cli.demo import demo
from survey_app.cli.entry_codes import entry_codes, posters
from survey_app.cli.export import export
from survey_app.cli.figures import recount, table, tally
from survey_app.cli.residents import answer
from survey_app.cli.setup import create_account, migrate, reset_password, serve
from survey_app.cli.sheets import sheets
from survey_app.cli.slips import slips
from survey_app.cli.surveys import (
    approve,
    change,
    close,
    launch,
    list_,
    open_,
    publish,
    reopen,
    review,
    sign,
    withdraw,
)
from survey_app.cli.units import import_units


@click.group(cls=RefusingGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option("0.1.0", prog_name="Manyi")
def main() -> None:
    """满意 Manyi：群众满意度测评。 Public satisfaction evaluation.

    \b
    一次测评的先后 / the order of a survey:
      migrate → import-units → launch → posters → open → (serve) → close → table → review → sign → publish
    每个命令加 --help 可看说明。 Every command explains itself with --help.
    """  # noqa: D301 - click reads the backspace: the lines behind it stay as they are.


for command in (
    migrate,
    create_account,
    reset_password,
    check_audit,
    serve,
    import_units,
    launch,
    change,
    list_,
    approve,
    open_,
    close,
    reopen,
    review,
    sign,
    publish,
    withdraw,
    export,
    sheets,
    posters,
    entry_codes,
    slips,
    replace_code,
    void_code,
    pause,
    resume,
    tally,
    table,
    recount,
    answer,
    demo,
):
    main.add_command(command)
