"""Where TLC is."""

from pathlib import Path

import pytest

from nilometer_models.tlc.jar import NoTlc, find_jar


def test_a_named_jar_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jar = tmp_path / "my.jar"
    monkeypatch.setenv("NILOMETER_TLA_TOOLS", str(jar))
    with pytest.raises(NoTlc, match="not a file"):
        find_jar()
    jar.touch()
    assert find_jar() == jar


def test_the_wheel_carries_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NILOMETER_TLA_TOOLS", raising=False)
    assert find_jar().name == "tla2tools.jar"
