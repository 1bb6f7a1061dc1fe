"""An entry of the catalogue: what it must have, and where it stands."""

import pytest

from nilometer.requirement import AREAS, requirement
from tests.conformance.requiring import make_requirement


def test_the_area_comes_from_the_letters_of_the_id():
    assert make_requirement(id="L3").area == "log"
    assert make_requirement(id="TI3").area == "time"
    assert make_requirement(id="T3").area == "transactions"


def test_order_is_area_then_number_and_what_judges_all_traffic_comes_last():
    ids = ["W1", "T10", "T2", "L3", "TI1", "W4"]
    ordered = sorted((make_requirement(id=id, last=id == "W1") for id in ids), key=lambda one: one.order)
    assert [one.id for one in ordered] == ["L3", "T2", "T10", "TI1", "W4", "W1"]


def test_the_title_is_the_first_sentence():
    assert make_requirement(sentence="One thing holds. Another too.").title == "One thing holds"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"id": "Q1"}, "not an id"),
        ({"id": "L"}, "not an id"),
        ({"id": "log.fidelity"}, "not an id"),
        ({"profiles": ("quick",)}, "unknown profiles"),
        ({"signatures": {}}, "at least one way to fail"),
        ({"sources": ()}, "at least one way to fail"),
        ({"profiles": ()}, "at least one way to fail"),
        ({"level": "PERHAPS"}, "PERHAPS"),
    ],
)
def test_an_entry_that_contradicts_the_form_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        make_requirement(**wrong)


def test_a_decorated_function_is_the_requirement_and_keeps_its_check():
    called = []

    @requirement(
        id="W99", name="wire.test", level="SHOULD", sentence="S", profiles=("core",), sources=("s",),
        signatures={"x": "y"},
    )  # fmt: skip
    def check(run):
        called.append(run)

    check.check("run")
    assert called == ["run"]
    assert set(AREAS) >= {"L", "V", "I", "T", "G", "O", "TI", "W"}
