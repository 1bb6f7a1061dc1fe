"""srfake is built with Go, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nilometer.extras.cache import is_installed
from nilometer.extras.errors import ExtraMissing, InstallFailed
from nilometer.extras.srfake import VERSION, find_srfake, install_srfake

GO = """
at = sys.argv.index('-o')
assert all(pathlib.Path(name).exists() for name in ('go.mod', 'go.sum', 'main.go'))
assert 'pkg/sr v1.8.0' in pathlib.Path('go.mod').read_text()
program = pathlib.Path(sys.argv[at + 1])
program.parent.mkdir(parents=True, exist_ok=True)
program.write_text('built')
"""
Program = Callable[[str, str], Path]


def test_the_pinned_sources_are_built(program: Program) -> None:
    program("go", GO)
    path = install_srfake(lambda _line: None)
    assert path.read_text() == "built"
    assert find_srfake() == path


def test_a_failed_build_shows_what_go_said_and_leaves_nothing(program: Program) -> None:
    program("go", "print('undefined: srfake.Nothing'); sys.exit(2)")
    with pytest.raises(InstallFailed, match=r"undefined: srfake\.Nothing"):
        install_srfake(lambda _line: None)
    assert not is_installed("srfake", VERSION)


def test_what_is_not_built_names_the_command() -> None:
    with pytest.raises(ExtraMissing, match="nilometer extras install srfake"):
        find_srfake()
