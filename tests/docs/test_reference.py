"""The generated pages of docs/reference say what the code says."""

from pathlib import Path

from nilometer.documentation.pages import pages, stale

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def test_the_generated_pages_are_up_to_date() -> None:
    names = stale(REFERENCE)
    for name in filter(lambda one: (REFERENCE / one).exists(), names):
        assert pages()[name] == (REFERENCE / name).read_text("utf-8"), f"`make docs` writes {name} again"
    assert not names, "`make docs` writes these again"
