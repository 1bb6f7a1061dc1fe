"""`python -m nilometer.schema.avro --pairs N --seed S [--no-java] [--uninhabited]`: the campaign, and what it found."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from random import Random

import click

from nilometer.schema.avro.campaign import run
from nilometer.schema.avro.peers import NoPeer, avro_java


@click.command()
@click.option("--pairs", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--java/--no-java", default=True, show_default=True, help="Ask Avro Java too.")
@click.option("--uninhabited", is_flag=True, help="Also types that have no value.")
def main(pairs: int, seed: int, java: bool, uninhabited: bool) -> None:
    """Rules, meaning and decoders on the same pairs; exit code 1 when something is unexplained."""
    try:
        with avro_java() if java else nullcontext() as peer:
            tally = run(pairs, Random(seed), peer, uninhabited=uninhabited)
    except NoPeer as none:
        raise click.UsageError(f"{none}\n--no-java leaves it out") from none
    click.echo(tally)
    for finding in tally.findings[:20]:
        click.echo(f"\n{finding}")
    click.echo(f"\n{len(tally.findings)} unexplained")
    sys.exit(1 if tally.findings else 0)


main()
