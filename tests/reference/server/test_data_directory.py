import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nilometer_reference.server.data_directory import DataDirectory, DataDirectoryError, Identity, random_cluster_id


def _identity(path: Path, node_id: int = 1, cluster_id: str | None = None) -> Identity:
    with DataDirectory(path) as directory:
        return directory.identity(node_id, cluster_id, os.urandom)


def test_a_directory_is_created_and_gets_an_identity_that_it_keeps(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    first = _identity(path)
    assert re.fullmatch(r"[a-zA-Z0-9_-]{22}", first.cluster_id)
    assert _identity(path) == first


def test_a_wanted_cluster_id_is_taken_at_the_first_use(tmp_path: Path) -> None:
    assert _identity(tmp_path, cluster_id="c" * 22) == Identity("c" * 22, 1)
    assert _identity(tmp_path).cluster_id == "c" * 22


def test_a_directory_of_another_broker_or_cluster_is_refused(tmp_path: Path) -> None:
    _identity(tmp_path, cluster_id="c" * 22)
    with pytest.raises(DataDirectoryError, match="belongs to node 1, not 2"):
        _identity(tmp_path, node_id=2)
    with pytest.raises(DataDirectoryError, match="belongs to cluster"):
        _identity(tmp_path, cluster_id="d" * 22)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1, "cluster_id": 5, "node_id": 1}'])
def test_a_damaged_identity_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    (tmp_path / "meta.json").write_text(content)
    with pytest.raises(DataDirectoryError, match=re.escape("meta.json")):
        _identity(tmp_path)
    assert (tmp_path / "meta.json").read_text() == content


def test_one_process_uses_it_at_a_time(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from nilometer_reference.server.data_directory import *\n"
        "try:\n    DataDirectory(Path(sys.argv[1])).__enter__()\n"
        "except DataDirectoryError as error:\n    print(error); sys.exit(3)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    with DataDirectory(tmp_path):
        refused = subprocess.run(command, capture_output=True, text=True, check=False)
        assert refused.returncode == 3
        assert "in use by another process" in refused.stdout
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_what_cannot_be_a_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirectoryError), DataDirectory(tmp_path / "file"):
        pytest.fail("a file is no directory")


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    drawn = iter([b"\xf8" + bytes(15), b"\x01" + bytes(15)])
    cluster_id = random_cluster_id(lambda _size: next(drawn))
    assert not cluster_id.startswith("-")
    assert len(cluster_id) == 22
