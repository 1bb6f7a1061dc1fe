"""`nilometer list [SEL…]`: the requirements, one line each."""

from __future__ import annotations

import json

import click

from nilometer.cli.check import choose
from nilometer.report.records import requirement_record


@click.command("list")
@click.argument("selectors", nargs=-1, metavar="[SEL]...")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
def list_requirements(selectors: tuple[str, ...], as_json: bool) -> None:
    """List the requirements that SEL means: an id, a name, a pattern, an area, area: level: group: api:."""
    area = ""
    found = choose(selectors, ())
    for one in found:
        if as_json:
            record = requirement_record(one)
            record.pop("t")
            click.echo(json.dumps(record, ensure_ascii=False))
            continue
        if one.area != area:
            area = one.area
            click.echo(area)
        click.echo(f"  {one.id:4} {one.level:6} {one.name:34} {one.title}")
    if not as_json:
        click.echo(f"{len(found)} requirement{'s' * (len(found) != 1)}; `nilometer show ID` explains one")
