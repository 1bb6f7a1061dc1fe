"""`python -m nilometer.schema.protobuf --pairs N --seed S [--buf] [--confluent]`."""

from __future__ import annotations

import sys
from random import Random

import click

from nilometer.schema.protobuf.campaign import run
from nilometer.schema.protobuf.peers import Buf, ConfluentJars, NoPeer, Peer


@click.command()
@click.option("--pairs", default=10_000, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--buf", is_flag=True, help="Ask `buf` too (two processes a pair, 0.2 s).")
@click.option("--confluent", is_flag=True, help="Ask Confluent's checker too.")
def main(pairs: int, seed: int, buf: bool, confluent: bool) -> None:
    """Rules, grades, the runtime and peers on the same pairs; exit code 1 when they disagree."""
    peers: list[Peer] = []
    try:
        if buf:
            peers += [Buf("WIRE"), Buf("CSR")]
        if confluent:
            peers.append(ConfluentJars())
        tally = run(pairs, Random(seed), peers)
    except NoPeer as none:
        raise click.UsageError(str(none)) from none
    click.echo(tally)
    for finding in tally.findings[:20]:
        click.echo(f"\n{finding}")
    click.echo(f"\n{len(tally.findings)} disagreements")
    sys.exit(1 if tally.findings else 0)


main()
