"""Links and commands of the documentation lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from nilometer.catalogue import load
from nilometer.cli import main
from nilometer.selection import select
from nilometer_reference.faults.catalogue import all_faults

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMAND = re.compile(r"(?:^ +|`)(?:\./run )?(nilometer [^ `\n][^`\n]*)", re.MULTILINE)
PLACEHOLDERS = {"VERB", "ID", "WORD", "COMMAND"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def anchors(path: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_page_of_the_documentation_is_reached_from_its_index() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "docs" / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")))
        waiting += [path for link in links if (path := (page.parent / link).resolve()).suffix == ".md"]
    assert not [relative(page) for page in (ROOT / "docs").rglob("*.md") if page not in seen]


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        if page.name != "command-line.md":
            for found in COMMAND.findall(page.read_text("utf-8")):
                if "…" not in found and not PLACEHOLDERS & set(found.split()):
                    yield relative(page), found


def parse(words: list[str]) -> None:
    """Raises click.UsageError for a verb, an option or a value that there is not."""
    command: click.Command = main
    context = click.Context(main, info_name="nilometer", **main.context_settings)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            raise click.UsageError(f"no verb {words[0]}")
        command, words = found, words[1:]
    if not isinstance(command, click.Group):
        context = command.make_context(command.name, list(words), parent=context)


@pytest.mark.parametrize(("_page", "line"), sorted(set(commands())))
def test_every_command_is_one_that_the_command_line_takes(_page: str, line: str) -> None:
    words = shlex.split(re.sub(r"\s+#.*", "", line))
    parse(words[1:])
    for selector in (words[at + 1] for at, word in enumerate(words) if word in ("-k", "--skip")):
        assert select(list(load()), [selector], [])
    for bug in re.findall(r"reference\+(B\d+)", line):
        assert bug in all_faults()


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        parse(["check", "--no-such-option"])
    with pytest.raises(click.UsageError):
        parse(["no-such-verb"])
