"""A small memory of what was made last, shared by the threads of a process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The `most` values asked for last, each believed for `seconds` (None: for as long as it is held)."""

    def __init__(self, most: int, seconds: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._held: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value, made anew where it is not held or too old; what `make` raises is passed on, not held.

        Two threads may make one value at the same time: that costs less than to let everybody wait for one.
        """
        now = self._clock()
        with self._lock:
            held = self._held.get(key)
            if held is not None:
                self._held.move_to_end(key)
        if held is not None and (self._seconds is None or now - held[0] < self._seconds):
            return held[1]
        value = make()
        with self._lock:
            self._held[key] = (now, value)
            self._held.move_to_end(key)
            while len(self._held) > self._most:
                self._held.popitem(last=False)
        return value

    def last(self, key: K) -> V | None:
        """Return the value that is held, however old; None where none is."""
        held = self._held.get(key)
        return None if held is None else held[1]
