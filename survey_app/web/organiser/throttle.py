"""Slows the guessing of passwords, by address and by the name that is guessed at.

The counts are kept in each process's memory: with N processes somebody gets N times the tries. Another storage can be
named by the application's RATELIMIT_STORAGE_URI.
"""

import time
from typing import cast

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from survey_app.services.accounts import LONGEST_NAME

#: An office shares one address, so an address has more tries than a name.
PER_ADDRESS = parse("30 per 5 minutes")
PER_NAME = parse("10 per 5 minutes")

_EXTENSION = "manyi-limiter"


def set_up(app: Flask) -> None:
    """Give the application its own counts; only the login asks them, no other request pays for a check."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", "memory://")
    app.extensions[_EXTENSION] = FixedWindowRateLimiter(storage_from_string(app.config["RATELIMIT_STORAGE_URI"]))


def seconds_to_wait(name: str) -> int:
    """Return for how long no more tries are taken; 0 where one may be made."""
    counts = _limiter()
    full = [counts.get_window_stats(*limit).reset_time for limit in _limits(name) if not counts.test(*limit)]
    return max(1, round(max(full) - time.time())) if full else 0


def count_failure(name: str) -> None:
    """Count a wrong password."""
    for limit in _limits(name):
        _limiter().hit(*limit)


def _limiter() -> RateLimiter:
    return cast(RateLimiter, current_app.extensions[_EXTENSION])


def _limits(name: str) -> tuple[tuple[RateLimitItem, str, str], ...]:
    plain = name.strip().casefold()[:LONGEST_NAME]
    return (PER_ADDRESS, "address", request.remote_addr or ""), (PER_NAME, "name", plain)
