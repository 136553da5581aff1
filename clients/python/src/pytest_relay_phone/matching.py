"""What a test waits for: a part of the text, a pattern, or a function."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TypeVar, Union

from .control import is_cancelled

T = TypeVar("T")

Matching = Union[str, "re.Pattern[str]", Callable[[T], bool], None]


class Returned:
    """The positions of what waits have returned: each wait returns another, also in several threads."""

    def __init__(self) -> None:
        self._positions: set[int] = set()
        self._lock = threading.Lock()

    def add(self, position: int) -> bool:
        """Returns False if an earlier wait has returned it, or nobody takes it, because the task has been cancelled."""
        with self._lock:
            if position in self._positions or is_cancelled():
                return False
            self._positions.add(position)
            return True

    def clear(self) -> None:
        with self._lock:
            self._positions.clear()


def matches(wanted: Matching[T], content: str, whole: T) -> bool:
    """Returns whether `content` has the part or the pattern, or the function returns True for `whole`."""
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return wanted in content
    if isinstance(wanted, re.Pattern):
        return wanted.search(content) is not None
    return wanted(whole)


def describe(wanted: Matching[T]) -> str:
    """Describes it as the end of a sentence about what was awaited; empty for anything."""
    if wanted is None:
        return ""
    if isinstance(wanted, str):
        return f" that contains {wanted!r}"
    if isinstance(wanted, re.Pattern):
        return f" that matches /{wanted.pattern}/"
    return f" that {getattr(wanted, '__name__', 'the function')} accepts"
