"""Values of options: durations, and targets that may be misspelt."""

from __future__ import annotations

import re

import click

from nilometer.targets import Target, TargetError, parse_target

DURATION = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h)?")
SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, None: 1.0}


class Duration(click.ParamType[float]):
    """`90`, `90s`, `1.5m`, `2h`, `500ms`: seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Refuses what is none."""
        if isinstance(value, int | float):
            return float(value)
        found = DURATION.fullmatch(str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no duration: 90, 90s, 1.5m, 2h", param, ctx)
        return float(found["number"]) * SECONDS[found["unit"]]


def target_of(spec: str) -> Target:
    """The target, not yet started; a usage error for a spelling that names none or an extra that is missing."""
    try:
        return parse_target(spec)
    except (TargetError, ValueError) as error:
        raise click.UsageError(str(error)) from error
