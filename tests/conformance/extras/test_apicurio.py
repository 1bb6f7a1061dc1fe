"""Apicurio comes as one archive, whole or not at all."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nilometer.extras.apicurio import VERSION, find_apicurio, install_apicurio, unpack
from nilometer.extras.cache import is_installed
from nilometer.extras.errors import ExtraMissing, InstallFailed, ToolMissing
from nilometer.extras.java import find_java

MVN = """
import io, tarfile
assert any(':copy' in one for one in sys.argv)
assert '-C' in sys.argv
artifact = next(one for one in sys.argv if one.startswith('-Dartifact='))
assert artifact.endswith(':tar.gz:all')
target = pathlib.Path(next(one for one in sys.argv if one.startswith('-DoutputDirectory=')).partition('=')[2])
with tarfile.open(target / 'app.tar.gz', 'w:gz') as packed:
    packed.addfile(tarfile.TarInfo('quarkus-run.jar'), io.BytesIO())
"""
Program = Callable[[str, str], Path]


@pytest.fixture
def java() -> None:
    try:
        find_java()
    except ToolMissing as missing:
        pytest.skip(f"skipped, because {missing}")


@pytest.mark.usefixtures("java")
def test_the_archive_is_unpacked_and_goes(program: Program) -> None:
    program("mvn", MVN)
    directory = install_apicurio(lambda _line: None)
    assert find_apicurio() == directory / "quarkus-run.jar"
    assert find_apicurio().exists()
    assert not list(directory.parent.glob("*.tar.gz"))


@pytest.mark.usefixtures("java")
def test_a_failed_download_shows_what_mvn_said_and_leaves_nothing(program: Program) -> None:
    program("mvn", "print('[ERROR] no route to central'); sys.exit(1)")
    with pytest.raises(InstallFailed, match="no route to central"):
        install_apicurio(lambda _line: None)
    assert not is_installed("apicurio", VERSION)


def test_an_archive_that_is_none_or_holds_something_else_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"no archive")
    with pytest.raises(InstallFailed, match="cannot be unpacked"):
        unpack(broken, tmp_path / "app")
    other = tmp_path / "other.tar.gz"
    with tarfile.open(other, "w:gz") as packed:
        packed.add(broken, "readme")
    with pytest.raises(InstallFailed, match=r"no quarkus-run\.jar"):
        unpack(other, tmp_path / "app")


def test_a_member_that_leads_out_of_the_directory_is_refused(tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar.gz"
    with tarfile.open(evil, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(InstallFailed, match="cannot be unpacked"):
        unpack(evil, tmp_path / "app")
    assert not (tmp_path / "outside").exists()


def test_what_is_not_installed_names_the_command() -> None:
    with pytest.raises(ExtraMissing, match="nilometer extras install apicurio"):
        find_apicurio()
