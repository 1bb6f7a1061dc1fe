"""What goes wrong with extras; each message says what we did and saw, what it means, and what to try."""


class ExtraError(Exception):
    """An extra cannot be installed or used."""


class ExtraMissing(ExtraError):
    """The extra is not installed here; its message names the command that installs it."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed: install with `nilometer extras install {extra}`")
        self.extra = extra


class ToolMissing(ExtraError):
    """A program that the installation needs (mvn, java, go) is not on this machine."""


class InstallFailed(ExtraError):
    """The package manager gave up; the message ends with the last lines that it printed."""


class VersionNotFound(InstallFailed):
    """The registry answered, and does not have this version."""
