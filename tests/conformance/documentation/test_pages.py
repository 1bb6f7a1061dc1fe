"""Writing pages, and noticing that one is out of date."""

from pathlib import Path

from nilometer.catalogue import load
from nilometer.documentation.pages import pages, stale, write

NAMES = {
    "requirements.md", "track-record.md", "api-keys.md", "words.md", "report.md", "targets.md", "command-line.md",
    "models.md", "schemas.md",
}  # fmt: skip


def test_there_is_a_page_of_each_kind_and_one_for_every_area():
    areas = {f"requirements/{one.area}.md" for one in load()}
    assert set(pages()) == NAMES | areas


def test_what_was_written_is_not_stale_and_is_not_written_again(tmp_path: Path):
    assert len(list(write(tmp_path))) == len(pages())
    assert stale(tmp_path) == []
    assert list(write(tmp_path)) == []


def test_a_page_that_is_missing_or_differs_is_stale(tmp_path: Path):
    list(write(tmp_path))
    (tmp_path / "words.md").write_text("something else", "utf-8")
    (tmp_path / "report.md").unlink()
    assert stale(tmp_path) == ["words.md", "report.md"]
