"""What goes wrong with targets; each message says what we did and saw, what it means, and what to try."""


class TargetError(Exception):
    """A target cannot be used; `slug` names the explanation that `nilometer show` prints."""

    slug = "target"


class UnknownTarget(TargetError):
    """The spelling names no target that we know."""

    slug = "target-unknown"


class StartFailed(TargetError):
    """The broker ended, or did not answer before the deadline; the message ends with its log."""

    slug = "target-start-failed"


class NotRunning(TargetError):
    """A running target was asked for, and this one was not started or was stopped."""

    slug = "target-not-running"


class NotSupported(TargetError):
    """This target cannot be controlled in that way (see `Target.control`)."""

    slug = "target-control-unsupported"
