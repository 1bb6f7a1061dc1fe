"""The whole table: 32,000 cells of Google's runtime, and the model says the same of each."""

import pytest

from nilometer_models.schema.protobuf.nodes import SCALARS
from nilometer_models.schema.protobuf.runtime import (
    FAILS,
    Cell,
    Column,
    boundary_values,
    columns,
    outcome,
    predicted,
    scalars,
    table,
)
from nilometer_models.schema.protobuf.wire import ABSENT, Scalar, Value, Wire, read

STRING = Scalar("string", utf8=True)


@pytest.mark.parametrize("written", columns(), ids=str)
def test_the_model_is_the_runtime_in_every_cell(written: Column) -> None:
    cells = list(table(written))
    assert len(cells) >= len(columns()) * len(boundary_values(written.scalar))
    for cell in cells:
        assert repr(predicted(cell.written, cell.read_as, cell.values)) == repr(cell.result), str(cell)


def test_the_table_has_every_type_and_label() -> None:
    assert {one.kind for one in scalars()} == {*SCALARS, "enum"}
    assert len(columns()) == len({str(one) for one in columns()}) == 3 * 15 + 2 * 3


@pytest.mark.parametrize(
    ("written", "read_as", "values", "result"),
    [
        (Column(Scalar("bytes")), Column(STRING), (b"\xff",), FAILS),
        (Column(Scalar("int32"), True, True), Column(Scalar("int32")), (1, 2), ABSENT),
        (Column(Scalar("int32"), True), Column(Scalar("int32")), (1, 2), 2),
        (Column(STRING), Column(Scalar("int32"), True), ("ab",), [97, 98]),
        (Column(Scalar("bytes")), Column(Scalar("int32"), True), (b"\x80",), FAILS),
    ],
    ids=str,
)
def test_cells_that_surprise(written: Column, read_as: Column, values: tuple[Value, ...], result: Value) -> None:
    assert outcome(written, read_as, values) == result


def test_a_wrong_model_is_seen() -> None:
    """Zigzag forgotten: the cell of int32 read as sint32 tells it."""
    wire = Wire(0, 3)
    assert read(Scalar("int32"), wire) != outcome(Column(Scalar("int32")), Column(Scalar("sint32")), [3])


def test_a_cell_is_a_sentence() -> None:
    cell = Cell(Column(Scalar("int32")), Column(Scalar("uint32")), (-1,), 4294967295)
    assert str(cell) == "int32 -1 read as uint32: 4294967295"
