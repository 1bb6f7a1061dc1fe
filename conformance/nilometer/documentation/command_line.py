"""`--help` of every verb, as a terminal of 80 columns shows it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from nilometer.cli import main
from nilometer.documentation import markdown

WIDTH = 80


def helps(
    command: click.Command = main, name: str = "nilometer", parent: click.Context | None = None
) -> Iterator[tuple[str, str]]:
    """Words of the command, and its help; groups before their verbs."""
    given = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    # click remembers the help option of who asked first, also of one who used the verb alone, where there is no -h.
    command._help_option = None
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent, **given)
    yield name, command.get_help(context)
    if isinstance(command, click.Group):
        for verb in command.list_commands(context):
            found = command.get_command(context, verb)
            assert found is not None
            yield from helps(found, f"{name} {verb}", context)


def page() -> str:
    """The whole page."""
    parts = [part for name, text in helps() for part in (f"## {name}", f"```text\n{text}\n```")]
    return markdown.page(
        "Command line",
        "In a clone, `./run nilometer …` runs it; exit codes stand in [words](words.md#exit-codes).",
        *parts,
    )
