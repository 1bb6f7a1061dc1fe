"""`nilometer VERB …`. Verbs are imported when they are used, so that `--help` is fast.

what goes wrong                        exit
an unknown verb, option or selector    4, with the nearest spelling
Ctrl-C where nothing is to be saved    2
an exception that nobody expected      3, with the traceback: a bug of the suite
"""

from __future__ import annotations

import importlib
import sys
import traceback
from typing import Any

import click

from nilometer.exit_codes import ExitCode

VERBS = {
    "check": ("nilometer.cli.check", "check", "Check brokers against the catalogue."),
    "list": ("nilometer.cli.listing", "list_requirements", "List the requirements."),
    "show": ("nilometer.cli.show", "show", "Explain a requirement, a verdict, an exit code, an error."),
    "probe": ("nilometer.cli.probe", "probe", "Say what a broker offers, and what that leaves out."),
    "selftest": ("nilometer.cli.selftest", "selftest", "See that every known bug of the reference broker is caught."),
    "prove": ("nilometer.cli.prove", "prove", "Explore the models, check them with TLC, prove them with z3."),
    "validate": ("nilometer.cli.validate", "validate_runs", "Hold what a broker recorded against the models."),
    "schema": ("nilometer.cli.schema", "schema", "Say whether a schema may follow another, and what breaks."),
    "broker": ("nilometer_reference.server.__main__", "main", "Run the reference broker."),
    "registry": ("nilometer_reference.registry.__main__", "main", "Run the reference schema registry."),
    "extras": ("nilometer.extras.cli", "extras", "Install brokers and clients of others."),
}
"""Verb to module, name of its command, and its line in `--help`."""


class Verbs(click.Group):
    """A group whose commands are imported on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """In the order of the table."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command, or None for a verb that there is not."""
        if cmd_name not in VERBS:
            return None
        module, name, _ = VERBS[cmd_name]
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Refuses an unknown verb with the nearest one."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from nilometer.selection import nearest  # noqa: PLC0415 - slow, and only needed here

            hint = nearest(args[0], VERBS) or f"; there are {', '.join(VERBS)}"
            raise click.UsageError(f"unknown verb {args[0]!r}{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """From the table: importing every verb would make help slow."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, text) for verb, (_, _, text) in VERBS.items()])

    def main(self, args: Any = None, prog_name: Any = None, **extra: Any) -> Any:  # type: ignore[override]
        """click's own, with our exit codes."""
        extra.pop("standalone_mode", None)
        try:
            result = super().main(args, prog_name, standalone_mode=False, **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(ExitCode.USAGE)
        except (click.Abort, KeyboardInterrupt):
            click.echo("interrupted", err=True)
            sys.exit(ExitCode.INTERRUPTED)
        except Exception:
            traceback.print_exc()
            click.echo("this is a bug of nilometer, not of your broker", err=True)
            sys.exit(ExitCode.SUITE_BUG)
        sys.exit(result if isinstance(result, int) else 0)


@click.command(cls=Verbs, context_settings={"auto_envvar_prefix": "NILOMETER", "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nilometer", message="%(prog)s %(version)s")
def main() -> None:
    """Does a Kafka-compatible log keep its promises?

    `nilometer check` checks the reference broker that comes with it, `nilometer check HOST:PORT` yours.
    """
