"""Check the audit trail."""

import re

import click

from survey_app.cli.context import database, tell
from survey_app.domain.messages import Message, Refused, message
from survey_app.services.audit_trail import Chain, Expected, Fault, check_chain

_FAULTS = {
    Fault.CHANGED: message("Line {number} does not hold: it was changed, or what stood before it was."),
    Fault.MISSING: message("Line {number} is missing."),
    Fault.CUT_OFF: message("Line {number} is missing: the trail was cut off before it."),
}


def _expected(context: click.Context, option: click.Parameter, noted: str | None) -> Expected | None:
    if noted is None:
        return None
    found = re.fullmatch(r"([0-9]{1,15}):([0-9a-f]{64})", noted.strip().lower())
    if found is None:
        raise click.BadParameter("N:HASH")
    return Expected(int(found[1]), found[2])


@click.command("check-audit")
@click.option(
    "--expect",
    metavar="N:HASH",
    callback=_expected,
    help="以前记下的行数和校验值 · Lines and hash that were noted earlier: the trail must still have them.",
)
def check_audit(expect: Expected | None) -> None:
    """核对审计日志：有无改动、缺行、截断。 Walk the audit trail; tell the first line that does not hold.

    最后一行输出“行数:校验值”，请记在别处。 The last line printed is N:HASH: note it elsewhere for --expect.
    """
    with database().reading() as session:
        chain = check_chain(session, expect)
    if chain.fault is not None:
        raise Refused(_what_is_wrong(chain, chain.fault))
    tell("The audit trail holds. Lines: {count}", count=f"{chain.lines:,}")
    click.echo(f"{chain.lines}:{chain.hash}")


def _what_is_wrong(chain: Chain, fault: Fault) -> Message:
    return Message(_FAULTS[fault].text, {"number": f"{chain.lines + 1:,}"})
