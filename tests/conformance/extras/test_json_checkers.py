"""jsonsubschema in an environment of its own."""

import pytest

from nilometer.extras import json_checkers, pypi
from nilometer.extras.errors import ExtraMissing


def test_its_python_is_found_where_it_was_installed(home, monkeypatch):
    monkeypatch.setattr(
        pypi, "commands", lambda place, _wanted: [["mkdir", place / "bin"], ["touch", place / "bin" / "python"]]
    )
    made = json_checkers.install_json_checkers(lambda _line: None)
    assert made == home / "json-checkers" / json_checkers.VERSION
    assert json_checkers.find_python() == made / "bin" / "python"


def test_what_is_not_installed_names_the_command():
    with pytest.raises(ExtraMissing, match="nilometer extras install json-checkers"):
        json_checkers.find_python()
