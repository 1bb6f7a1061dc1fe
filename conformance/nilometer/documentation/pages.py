"""Which pages there are, and what is in them; a page is a pure function of the code.

page                    from
requirements.md         the catalogue: one line a requirement
requirements/AREA.md    the catalogue: sentence, sources, needs, ways to fail
models.md               the models with their bounds, promises and bugs, as the manifests have them
track-record.md         the known bugs of the reference broker, and who catches each
api-keys.md             the API keys that the reference broker serves
words.md                verdicts, reasons, exit codes, errors
report.md               the fields of report.jsonl
targets.md              spellings of targets
schemas.md              what modes and dialects of schema compatibility permit, and where decoders disagree
command-line.md         `--help` of every verb
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nilometer.catalogue import load
from nilometer.documentation import (
    api_keys,
    command_line,
    models,
    report_fields,
    requirements,
    schemas,
    targets,
    track_record,
    words,
)


def pages() -> dict[str, str]:
    """Path below docs/reference -> text."""
    catalogue = load()
    return {
        "requirements.md": requirements.index(catalogue),
        **{f"requirements/{area}.md": text for area, text in requirements.areas(catalogue).items()},
        "models.md": models.page(catalogue),
        "track-record.md": track_record.page(catalogue),
        "api-keys.md": api_keys.page(),
        "words.md": words.page(),
        "report.md": report_fields.page(),
        "targets.md": targets.page(),
        "schemas.md": schemas.page(),
        "command-line.md": command_line.page(),
    }


def write(directory: Path) -> Iterator[Path]:
    """Write every page; yields the paths of those that have changed."""
    for name, text in pages().items():
        path = directory / name
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            yield path


def stale(directory: Path) -> list[str]:
    """Names of pages that are missing, or that say something else than the code."""
    return [
        name
        for name, text in pages().items()
        if not (directory / name).exists() or (directory / name).read_text("utf-8") != text
    ]
