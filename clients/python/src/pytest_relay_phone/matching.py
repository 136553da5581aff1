"""What a test waits for: a part of the text, a pattern, or a function."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar, Union

T = TypeVar("T")

Matching = Union[str, "re.Pattern[str]", Callable[[T], bool], None]


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
