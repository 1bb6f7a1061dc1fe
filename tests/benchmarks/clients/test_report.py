"""Measurements made up, so that what the report must say is known."""

import json

import pytest

from benchmarks.clients.cells import CELLS, Cell, Load
from benchmarks.clients.loads import Measurement
from benchmarks.clients.processes import Usage
from benchmarks.clients.report import as_json, cell_report, number, ratio

CELL = Cell("a cell", Load.PRODUCE, 100, {"linger.ms": 20}, goal_vs_kafka=2.0)
LATENCY = Cell("latency", Load.LATENCY, 100, goal_vs_kafka=0.7)


def _measured(messages: int, broker_cpu_s: float = 0.1, p50_us: float = 0.0) -> Measurement:
    return Measurement(messages, Usage(1.0, broker_cpu_s, 0.2, 0.3), p50_us, 2 * p50_us)


@pytest.mark.parametrize(
    ("value", "text"),
    [(2_310_000, "2.31M"), (694_000, "694k"), (61_200, "61.2k"), (999_700, "1.00M"), (0.254, "0.254"), (12, "12")],
)
def test_a_number_has_three_digits_that_matter(value: float, text: str) -> None:
    assert number(value) == text


def test_a_ratio_compares_rounds_that_ran_side_by_side() -> None:
    quiet, busy = _measured(1000), _measured(100)
    assert ratio([quiet, busy], [quiet, busy], lambda one: one.rate) == [1.0, 1.0]


def test_a_goal_is_reached_or_missed_by_the_median_of_the_ratios() -> None:
    ours = [_measured(400), _measured(100), _measured(500)]
    kafka = [_measured(100, 1.0), _measured(100, 1.0), _measured(100, 1.0)]
    report = cell_report(CELL, {"reference": ours, "kafka:": kafka})
    assert "reference / kafka:: 4.00 (1.00 to 5.00)   goal >= 2.00: reached" in report
    slower = cell_report(CELL, {"reference": [_measured(199)], "kafka:": [_measured(100)]})
    assert "1.99 (1.99 to 1.99)   goal >= 2.00: MISSED" in slower


def test_latency_and_processor_time_are_better_when_smaller() -> None:
    report = cell_report(LATENCY, {"reference": [_measured(1000, 0.1, 69.0)], "kafka:": [_measured(1000, 0.2, 100.0)]})
    assert "reference / kafka:: 0.69 (0.69 to 0.69)   goal <= 0.70: reached" in report
    assert "cpu: 0.50 (0.50 to 0.50)   goal <= 0.33: MISSED" in report


def test_every_round_and_every_setting_is_shown() -> None:
    report = cell_report(CELL, {"reference": [_measured(1000), _measured(3000), _measured(2000)]})
    assert "linger.ms=20" in report
    assert "2.00k   1.00k 3.00k 2.00k" in report


def test_what_used_no_processor_time_that_could_be_measured_has_no_ratio() -> None:
    report = cell_report(CELL, {"reference": [_measured(100)], "kafka:": [_measured(100, 0.0)]})
    assert "reference / kafka: cpu: too little to be measured" in report


def test_a_line_of_json_holds_what_the_report_was_made_of() -> None:
    line = json.loads(as_json(CELL, "reference", 3, _measured(1000)))
    assert (line["cell"], line["target"], line["round"], line["messages"]) == ("a cell", "reference", 3, 1000)
    assert (line["wall_s"], line["broker_cpu_s"], line["settings"]) == (1.0, 0.1, {"linger.ms": 20})


def test_cells_have_names_of_their_own_and_batches_below_the_limit_of_brokers() -> None:
    assert len({cell.name for cell in CELLS}) == len(CELLS)
    assert all(int(cell.settings.get("batch.size", 1_000_000)) < 1_048_588 for cell in CELLS)
