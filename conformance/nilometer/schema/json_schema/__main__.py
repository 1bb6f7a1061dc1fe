"""`python -m nilometer.schema.json_schema --pairs N --seed S [--no-peers]`: the campaign, and what it found."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from random import Random

import click

from nilometer.schema.json_schema.campaign import run
from nilometer.schema.json_schema.peers import NoPeer, checkers


@click.command()
@click.option("--pairs", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option(
    "--peers/--no-peers", default=True, show_default=True, help="Ask jsonsubschema and hypothesis-jsonschema."
)
def main(pairs: int, seed: int, peers: bool) -> None:
    """Rules, data and another checker on the same pairs; exit code 1 when something is unexplained."""
    try:
        with checkers() if peers else nullcontext() as peer:
            tally = run(pairs, Random(seed), peer)
    except NoPeer as none:
        raise click.UsageError(f"{none}\n--no-peers leaves it out") from none
    click.echo(tally)
    for finding in tally.findings[:20]:
        click.echo(f"\n{finding}")
    click.echo(f"\n{len(tally.findings)} unexplained")
    sys.exit(1 if tally.findings else 0)


main()
