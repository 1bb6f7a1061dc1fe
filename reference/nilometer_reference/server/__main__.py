"""The reference broker as a program: `python -m nilometer_reference.server --port 9092 --data-dir data`."""

from __future__ import annotations

import difflib
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nilometer_reference.log.errors import KafkaStorageError
from nilometer_reference.server.data_directory import DataDirectoryError
from nilometer_reference.server.garbage import spare_the_collector
from nilometer_reference.server.serve import Options, serve
from nilometer_reference.server.settings import UnknownSetting, setting_names

if TYPE_CHECKING:
    from nilometer_reference.faults.switch import Fault

LOG_LEVELS = ("debug", "info", "warning", "error")


def _parse_settings(_context: click.Context, _parameter: click.Parameter, pairs: tuple[str, ...]) -> dict[str, str]:
    settings = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE")
        settings[name.strip()] = value.strip()
    return settings


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=9092, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any free one.")
@click.option("--advertised-host", metavar="HOST", help="Host that clients are told to connect to.  [default: --host]")
@click.option("--advertised-port", metavar="PORT", type=click.IntRange(1, 65535), help="The same for the port.")
@click.option("--data-dir", metavar="DIRECTORY", type=click.Path(file_okay=False, path_type=Path),
              help="Where to keep everything.  [default: a temporary directory]")  # fmt: skip
@click.option("--memory", is_flag=True, help="Keep everything in memory.")
@click.option("--set", "settings", metavar="NAME=VALUE", multiple=True, callback=_parse_settings,
              help="A broker setting under Kafka's name; may be repeated.")  # fmt: skip
@click.option("--list-settings", is_flag=True, help="Print the names that --set takes, and end.")
@click.option("--record", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
              help="Append an event for each step of the broker to this file, for `nilometer validate`.")  # fmt: skip
@click.option("--bug", metavar="ID", help="Switch a known bug on.")
@click.option("--log-level", default="warning", show_default=True, type=click.Choice(LOG_LEVELS, case_sensitive=False),
              help="How much to say on standard error.")  # fmt: skip
def main(
    host: str,
    port: int,
    advertised_host: str | None,
    advertised_port: int | None,
    data_dir: Path | None,
    memory: bool,
    settings: dict[str, str],
    list_settings: bool,
    record: Path | None,
    bug: str | None,
    log_level: str,
) -> None:
    """Run the reference broker until SIGTERM or SIGINT. Prints `listening on HOST:PORT` when it answers."""
    if list_settings:
        click.echo("\n".join(setting_names()))
        return
    if memory and data_dir is not None:
        raise click.UsageError("--memory and --data-dir exclude each other")
    logging.basicConfig(level=log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    options = Options(host, port, advertised_host, advertised_port, data_dir, memory, settings, record)
    fault = None if bug is None else _switch_on(bug)
    try:
        serve(options, _announce, stops_at=(signal.SIGTERM, signal.SIGINT))
        if fault is not None:
            click.echo(f"{fault.id} made a difference {fault.fired} times", err=True)
    except (OSError, DataDirectoryError, UnknownSetting, KafkaStorageError) as error:
        raise click.ClickException(str(error)) from error


def _switch_on(bug: str) -> Fault:
    """Only a broker with a bug loads the bugs."""
    from nilometer_reference.faults.catalogue import all_faults  # noqa: PLC0415

    fault = all_faults().get(bug)
    if fault is None:
        near = difflib.get_close_matches(bug.upper(), all_faults(), 1)
        raise click.UsageError(f"no bug is called {bug!r}" + (f"; did you mean {near[0]}?" if near else ""))
    # Said at once: whoever is killed has no last words.
    fault.switch_on(lambda: click.echo(f"{bug} makes a difference", err=True))
    click.echo(f"with the bug {fault.id}: {fault.sentence}", err=True)
    return fault


def _announce(host: str, port: int) -> None:
    spare_the_collector()
    print(f"listening on {host}:{port}", flush=True)


if __name__ == "__main__":
    main(prog_name="python -m nilometer_reference.server")
