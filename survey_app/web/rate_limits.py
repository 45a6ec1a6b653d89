"""Counts of what is limited by network address or name, in each process's memory and nowhere else.

With N processes somebody gets N times the tries. Another storage can be named by the application's
RATELIMIT_STORAGE_URI.
"""

import threading
import time
from typing import cast

from flask import Flask, current_app
from limits import RateLimitItem
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter

_EXTENSION = "manyi-limiter"

#: Looking whether there is room and taking it are one step.
_TURN = threading.Lock()

#: How many in what time, what is counted, and whose.
Limit = tuple[RateLimitItem, str, str]


def set_up(app: Flask) -> None:
    """Give the application its own counts; only those who limit something ask them, no other request pays for it."""
    app.config.setdefault("RATELIMIT_STORAGE_URI", "memory://")
    app.extensions[_EXTENSION] = FixedWindowRateLimiter(storage_from_string(app.config["RATELIMIT_STORAGE_URI"]))


def seconds_to_wait(*limits: Limit) -> int:
    """Return for how long one of the limits is reached; 0 where none is."""
    counts = _limiter()
    full = [counts.get_window_stats(*limit).reset_time for limit in limits if not counts.test(*limit)]
    return max(1, round(max(full) - time.time())) if full else 0


def count(*limits: Limit) -> None:
    """Count one more."""
    for limit in limits:
        _limiter().hit(*limit)


def take(*limits: Limit) -> int:
    """Count one more where no limit is reached; else return for how long one is. Of many at once none slips past."""
    with _TURN:
        seconds = seconds_to_wait(*limits)
        if not seconds:
            count(*limits)
    return seconds


def give_back(*limits: Limit) -> None:
    """Count one less, since what was taken turned out to be none of those that are limited."""
    for limit, *whose in limits:
        _limiter().hit(limit, *whose, cost=-1)


def _limiter() -> RateLimiter:
    return cast(RateLimiter, current_app.extensions[_EXTENSION])
