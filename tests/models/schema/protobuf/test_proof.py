"""The 25 varint cells: kept for all inputs, or a witness that the encoding itself confirms."""

import pytest

from nilometer_models.schema.protobuf.nodes import VARINT
from nilometer_models.schema.protobuf.proof import KEEPS, Verdict, decide, decide_all
from nilometer_models.schema.protobuf.runtime import boundary_values
from nilometer_models.schema.protobuf.wire import Scalar, read, write

pytest.importorskip("z3")


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return decide_all()


def test_exactly_the_table_is_proved(verdicts: list[Verdict]) -> None:
    assert len(verdicts) == 25
    assert {(one.written, one.read_as) for one in verdicts if one.kept} == KEEPS


def test_every_other_cell_has_a_value_that_changes_on_the_wire_too(verdicts: list[Verdict]) -> None:
    for one in verdicts:
        if not one.kept:
            assert one.witness is not None
            assert read(Scalar(one.read_as), write(Scalar(one.written), one.witness)) != one.witness


@pytest.mark.parametrize("written", VARINT)
@pytest.mark.parametrize("read_as", VARINT)
def test_boundary_values_say_the_same(written: str, read_as: str) -> None:
    values = boundary_values(Scalar(written))
    kept = all(read(Scalar(read_as), write(Scalar(written), value)) == value for value in values)
    assert kept == ((written, read_as) in KEEPS) == decide(written, read_as).kept
