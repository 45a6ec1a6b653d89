"""Slows the guessing of passwords, by address and by the name that is guessed at."""

from flask import request
from limits import parse

from survey_app.domain.messages import Message, message
from survey_app.services.accounts import LONGEST_NAME
from survey_app.web import rate_limits

#: An office shares one address, so an address has more tries than a name.
PER_ADDRESS = parse("30 per 5 minutes")
PER_NAME = parse("10 per 5 minutes")


def seconds_to_wait(name: str) -> int:
    """Return for how long no more tries are taken; 0 where one may be made."""
    return rate_limits.seconds_to_wait(*_limits(name))


def take(name: str) -> int:
    """Take one try, before it is looked at, so that many sent at once are no more; or return how long to wait."""
    return rate_limits.take(*_limits(name))


def wait(seconds: int) -> Message:
    """Return what to say to somebody who tries too often."""
    return message("Too many wrong tries. Wait {minutes} min and try again.", minutes=-(-seconds // 60))


def give_back(name: str) -> None:
    """Give a try back, since the password or code was right."""
    rate_limits.give_back(*_limits(name))


def _limits(name: str) -> tuple[rate_limits.Limit, ...]:
    plain = name.strip().casefold()[:LONGEST_NAME]
    return (PER_ADDRESS, "address", request.remote_addr or ""), (PER_NAME, "name", plain)
