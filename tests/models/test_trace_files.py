"""Traces as files: saved, read, taken again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from nilometer_models.explore import explore
from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols import replication
from nilometer_models.trace_files import SCHEMA, as_json, from_json, load
from nilometer_models.traces import Trace
from tests.models import crossing
from tests.models.crossing import MACHINE


def saved(tmp_path: Path) -> tuple[Trace[crossing.Config, crossing.State, crossing.State], Path]:
    trace = explore(crossing.crossing(1, takes_turns=False)).violations["never_both_green"]
    trace.save(tmp_path / "trace.json")
    return trace, tmp_path / "trace.json"


def test_a_trace_is_the_same_after_it_was_saved(tmp_path: Path) -> None:
    trace, path = saved(tmp_path)
    assert load(path, MACHINE) == trace


def test_the_file_is_for_people_too(tmp_path: Path) -> None:
    content = json.loads(saved(tmp_path)[1].read_text("utf-8"))
    assert content["schema"] == SCHEMA
    assert content["model"] == "crossing"
    assert content["params"]["rules"]["takes_turns"] is False
    assert content["steps"][0] == {
        "n": 2, "action": "TurnGreen", "args": {"light": 1}, "changed": "lights[1]: red -> green",
    }  # fmt: skip
    assert content["violation"] == {"invariant": "never_both_green"}


def test_traces_of_our_protocols_need_no_more_than_the_file(tmp_path: Path) -> None:
    s = replication.model(2, 1, 1, 1).initial_state().take("ElectLeader", leader=1).take("BecomeLeader", epoch=0)
    s.trace.save(tmp_path / "trace.json")
    assert load(tmp_path / "trace.json") == s.trace


def test_where_a_step_is_no_longer_possible_the_file_says_where(tmp_path: Path) -> None:
    _, path = saved(tmp_path)
    text = path.read_text("utf-8")
    path.write_text(text.replace('"takes_turns": false', '"takes_turns": true'), "utf-8")
    with pytest.raises(ValueError, match=r"diverges at step 3: TurnGreen.light=2. is not possible: it is not its turn"):
        load(path, MACHINE)
    path.write_text(text.replace('"light": 2', '"light": 3'), "utf-8")
    with pytest.raises(ValueError, match=r"crossing has no step TurnGreen.light=3. in these bounds"):
        load(path, MACHINE)


def test_what_is_no_trace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"schema": "other/1"}', "utf-8")
    with pytest.raises(ValueError, match="is no nilometer-trace/1"):
        load(tmp_path / "other.json")


class Nested(NamedTuple):
    modes: frozenset[str] = frozenset({"b", "a"})
    sizes: tuple[int, ...] = (1, 2)
    rules: crossing.Rules = crossing.Rules()
    limit: int | None = None


def test_configurations_come_back_as_they_were() -> None:
    config = Nested(frozenset({"c"}), (3,), crossing.Rules(hands_over=False), 5)
    assert from_json(Nested(), json.loads(json.dumps(as_json(config)))) == config
    assert as_json(Nested())["modes"] == ["a", "b"]


def test_another_initial_state_is_kept(tmp_path: Path) -> None:
    machine: Machine[Nested, int, int] = Machine("two_starts", lambda _: [0, 7], lambda _, s: s)
    machine.bounded("all", Nested())
    trace = Trace(Instance(machine, Nested()), (7,), ())
    trace.save(tmp_path / "trace.json")
    assert load(tmp_path / "trace.json", machine) == trace
