"""Protocols by name, and machines of other modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from nilometer_models import protocols
from tests.models.crossing import MACHINE


def test_every_folder_is_a_protocol_with_bounds() -> None:
    folder = Path(protocols.__file__).parent
    assert protocols.names() == sorted(path.parent.name for path in folder.glob("*/__init__.py"))
    assert "replication" in protocols.names()


def test_a_protocol_comes_with_its_bounds_and_bugs() -> None:
    machine = protocols.machine("replication")
    assert machine.name == "replication"
    assert machine.bounds
    assert machine.bugs
    assert machine.module is not None
    assert machine.module.name == "Replication.tla"


def test_a_name_with_a_dot_is_a_module_of_somebody_else() -> None:
    assert protocols.machine("tests.models.crossing") is MACHINE


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("replicatoin", "there is no model replicatoin; there are .*replication"),
        ("no.such.module", "there is no module no.such.module"),
        ("nilometer_models.no_such_module", "there is no module"),
        ("nilometer_models.logic", "nilometer_models.logic has no MACHINE"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(name: str, said: str) -> None:
    with pytest.raises(KeyError, match=said):
        protocols.machine(name)


def test_what_a_module_itself_misses_is_no_wrong_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needy").mkdir()
    (tmp_path / "needy" / "__init__.py").touch()
    (tmp_path / "needy" / "model.py").write_text("import no_such_library_anywhere\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_library_anywhere"):
        protocols.machine("needy.model")
