"""buf in an environment of its own."""

import pytest

from nilometer.extras import buf, pypi
from nilometer.extras.errors import ExtraMissing


def test_it_is_found_where_it_was_installed(home, monkeypatch):
    made = home / "buf" / buf.VERSION / "bin" / "buf"
    monkeypatch.setattr(
        pypi,
        "commands",
        lambda directory, _wanted: [["mkdir", directory / "bin"], ["touch", directory / "bin" / "buf"]],
    )
    assert buf.install_buf(lambda _line: None) == made
    assert buf.find_buf() == made


def test_one_on_path_serves_too(program):
    on_path = program("buf", "")
    assert buf.find_buf() == on_path


@pytest.mark.usefixtures("empty_path")
def test_what_is_nowhere_names_the_command():
    with pytest.raises(ExtraMissing, match="nilometer extras install buf"):
        buf.find_buf()
