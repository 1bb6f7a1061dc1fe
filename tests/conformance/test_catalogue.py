"""The catalogue finds every requirement, and refuses two that contradict each other."""

import sys
import textwrap

import pytest

from nilometer.catalogue import Catalogue, CatalogueError, load
from tests.conformance.requiring import make_requirement

MODULE = """
from nilometer.requirement import requirement

@requirement(
    id={id!r}, name={name!r}, level="MUST", sentence="S", profiles=("core",), sources=("s",), signatures={{"x": "y"}}
)
def check(run):
    pass
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """`package({"a/one.py": text})` makes an importable package and returns its name."""

    def make(files: dict[str, str], name: str = "made_for_the_catalogue") -> str:
        root = tmp_path / name
        for path, text in {"__init__.py": "", **files}.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            (file.parent / "__init__.py").touch()
            file.write_text(textwrap.dedent(text))
        monkeypatch.syspath_prepend(tmp_path)
        return name

    yield make
    for loaded in [one for one in sys.modules if one.startswith("made_for_the_catalogue")]:
        del sys.modules[loaded]
    load.cache_clear()


def test_requirements_are_found_in_all_folders_and_ordered(package):
    name = package(
        {
            "wire/b.py": MODULE.format(id="W2", name="wire.b"),
            "log/a.py": MODULE.format(id="L10", name="log.a"),
            "log/c.py": MODULE.format(id="L9", name="log.c"),
        }
    )
    assert [one.id for one in load(name)] == ["L9", "L10", "W2"]


def test_helpers_begin_with_an_underscore_and_are_not_imported(package):
    name = package({"log/_helper.py": "raise RuntimeError('imported')", "log/a.py": MODULE.format(id="L1", name="n")})
    assert len(load(name)) == 1


def test_a_module_without_a_requirement_is_refused(package):
    with pytest.raises(CatalogueError, match="holds no requirement"):
        load(package({"log/a.py": "x = 1"}))


def test_a_requirement_that_is_imported_belongs_to_its_own_module(package):
    name = package(
        {
            "log/a.py": MODULE.format(id="L1", name="log.a"),
            "log/b.py": "from made_for_the_catalogue.log.a import check as other\n"
            + MODULE.format(id="L2", name="log.b"),
        }
    )
    assert [one.id for one in load(name)] == ["L1", "L2"]


@pytest.mark.parametrize(
    ("second", "message"),
    [({"id": "L1", "name": "log.b"}, "L1 is both"), ({"id": "L2", "name": "log.a"}, "name of L1 and of L2")],
)
def test_an_id_and_a_name_are_used_once(second, message):
    with pytest.raises(CatalogueError, match=message):
        Catalogue([make_requirement(id="L1", name="log.a"), make_requirement(**second)])


def test_it_reads_like_a_mapping():
    catalogue = Catalogue([make_requirement(id="L1")])
    assert catalogue["L1"].id == "L1"
    assert "L1" in catalogue
    assert "L2" not in catalogue
    assert len(catalogue) == 1


def test_the_real_catalogue_loads_and_every_requirement_is_whole():
    catalogue = load()
    assert len(catalogue) >= 40
    for one in catalogue:
        assert one.sentence == one.sentence.strip()
        assert all(signature == signature.lower() and " " not in signature for signature in one.signatures), one.id


@pytest.mark.parametrize(
    "area", ["log", "visibility", "time", "idempotence", "transactions", "groups", "offsets", "wire"]
)
def test_every_area_has_at_least_three_requirements(area):
    assert sum(one.area == area for one in load()) >= 3
