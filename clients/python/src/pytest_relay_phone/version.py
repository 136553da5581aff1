"""The version of this package: that of the relay-phone it belongs to, whose package.json is the source of it."""

VERSION = "0.1.0"


def fits(sandbox_version: str) -> bool:
    """Returns whether a sandbox of that version has what this package uses: the same major and minor version."""
    return sandbox_version.split(".")[:2] == VERSION.split(".")[:2]
