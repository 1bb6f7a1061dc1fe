"""The reference registry as a program: `python -m nilometer_reference.registry --port 8081 --bootstrap HOST:PORT`."""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import click

from nilometer_reference.registry.kafka import BrokerGone, BrokerRefused
from nilometer_reference.registry.server import RegistryServer
from nilometer_reference.registry.service import Registry
from nilometer_reference.registry.topic import TOPIC, SchemasTopic, TopicUnusable

LOG_LEVELS = ("debug", "info", "warning", "error")
BROKER_STOP_S = 30


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8081, show_default=True, type=click.IntRange(0, 65535), help="Port; 0: any free one.")
@click.option("--bootstrap", metavar="HOST:PORT", help="A Kafka-compatible broker.  [default: a reference broker]")
@click.option("--data-dir", metavar="DIRECTORY", type=click.Path(file_okay=False, path_type=Path),
              help="Where the reference broker keeps everything.  [default: a temporary directory]")  # fmt: skip
@click.option("--topic", default=TOPIC, show_default=True, help="The topic that is the database.")
@click.option("--log-level", default="warning", show_default=True, type=click.Choice(LOG_LEVELS, case_sensitive=False),
              help="How much to say on standard error.")  # fmt: skip
def main(
    host: str, port: int, bootstrap: str | None, data_dir: Path | None, topic: str, log_level: str
) -> None:  # fmt: skip
    """Run the reference schema registry until SIGTERM or SIGINT.

    Its database is a compacted topic of any Kafka-compatible broker. Without --bootstrap a reference broker is started
    for it. Prints `listening on URL` when it answers.
    """
    if bootstrap is not None and data_dir is not None:
        raise click.UsageError("--bootstrap and --data-dir exclude each other")
    logging.basicConfig(level=log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s")
    try:
        with contextlib.ExitStack() as stack:
            registry = Registry(SchemasTopic(bootstrap or stack.enter_context(_broker(data_dir)), topic))
            stack.callback(registry.close)
            registry.start()
            _serve(stack.enter_context(RegistryServer(registry, host, port)))
    except (BrokerGone, BrokerRefused, TopicUnusable, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error


def _serve(server: RegistryServer) -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=server.shutdown, daemon=True).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    print(f"listening on {server.url}", flush=True)
    server.serve_forever()


@contextlib.contextmanager
def _broker(data_dir: Path | None) -> Iterator[str]:
    """A reference broker of our own: where it listens."""
    where = ["--data-dir", str(data_dir)] if data_dir is not None else []
    command = [sys.executable, "-m", "nilometer_reference.server", "--port", "0", *where]
    # Of its own session: Ctrl-C in a terminal must not end it before the registry.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert process.stdout is not None
        found = re.fullmatch(r"listening on (\S+)\n", process.stdout.readline())
        if found is None:
            raise BrokerGone("the reference broker did not start")
        yield found[1]
    finally:
        process.terminate()
        try:
            process.wait(BROKER_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main(prog_name="python -m nilometer_reference.registry")
