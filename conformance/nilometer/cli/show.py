"""`nilometer show ID`: what a requirement demands, on what grounds, and how it can fail; words of reports too."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

import click

from nilometer.catalogue import load
from nilometer.explanations import explanation, topics
from nilometer.plan import verbs
from nilometer.requirement import Requirement
from nilometer.selection import nearest
from nilometer.targets.target import Kind

WIDTH = 110


@click.command("show")
@click.argument("words", nargs=-1, required=True, metavar="ID...")
def show(words: tuple[str, ...]) -> None:
    """Explain requirements (L3, log.fidelity), verdicts, reasons, exit-codes, or the name of an error."""
    catalogue = load()
    by_name = {one.name.lower(): one for one in catalogue} | {one.id.lower(): one for one in catalogue}
    for word in words:
        if word.lower() in by_name:
            lines = list(describe(by_name[word.lower()]))
        elif not (lines := explanation(word)):
            known = [*(one.id for one in catalogue), *(one.name for one in catalogue), *topics()]
            raise click.UsageError(f"nothing is called {word!r}{nearest(word, known)}")
        click.echo("\n".join(lines))


def describe(one: Requirement) -> Iterator[str]:
    """Everything about a requirement."""
    yield f"{one.id} {one.name}  {one.level}  {', '.join(one.profiles)}"
    yield from wrap(one.sentence, WIDTH, initial_indent="  ", subsequent_indent="  ")
    doc = (one.check.__doc__ or "").strip()
    if doc:
        yield from _entry("checked by", " ".join(doc.split()))
    yield from _entry("sources", "; ".join(one.sources))
    apis = ", ".join(f"{api} v{version}" if version else api for api, version in one.apis.items())
    yield from _entry("needs", "; ".join(part for part in (apis, verbs(one.needs)) if part) or "nothing but an answer")
    yield "  can fail as"
    width = max(map(len, one.signatures))
    for signature, text in one.signatures.items():
        yield from wrap(
            f"{signature:{width}}  {text}", WIDTH, initial_indent="    ", subsequent_indent=" " * (width + 6)
        )
    target = "--registry URL" if one.kind is Kind.REGISTRY else "HOST:PORT"
    yield from _entry("run it", f"nilometer check {target} -k {one.id}")


def _entry(label: str, text: str) -> Iterator[str]:
    yield from wrap(text, WIDTH, initial_indent=f"  {label:11} ", subsequent_indent=" " * 14)
