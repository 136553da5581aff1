"""The errors of this package, and how they quote text from outside."""


class RelayPhoneError(Exception):
    """The sandbox cannot be started or reached, or it refused a request. The message says what to do next."""


class SandboxRefusal(RelayPhoneError):
    """The control API refused a request: a number that is not valid, an act that the state of a call does not allow."""

    def __init__(self, status: int, task: str, reason: str, try_next: list[str]) -> None:
        advice = "".join(f"\n  Try: {visible(one)}" for one in try_next)
        super().__init__(f"Failed to {visible(task)}: {visible(reason)}.{advice}")
        self.status = status
        self.reason = reason


class Unmet(AssertionError):
    """A test waited for something that did not come, or a number was shown to a phone that must not see it."""


class UnsupportedWarning(UserWarning):
    """The app asked for something of Twilio that the sandbox lacks."""


def visible(text: str) -> str:
    """Returns a line with its control characters escaped: text from outside must not control the terminal."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
