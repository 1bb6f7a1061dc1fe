"""A whole run over several targets: in order, told to its listeners, and never ended by a target."""

import threading

import pytest

from nilometer.campaign import Campaign, Column, Listener, Report
from nilometer.exit_codes import ExitCode
from nilometer.settings import Settings
from nilometer.targets.target import Endpoint, Target
from nilometer.verdict import Level, Reason, Verdict, Word
from tests.conformance.fragile import Fragile
from tests.conformance.requiring import make_requirement


class Recorder(Listener):
    # ruff: noqa: ARG002 - a listener's signatures

    def __init__(self) -> None:
        self.events: list[str] = []

    def connected(self, report, column):
        self.events.append(f"connected {column.name}")

    def began(self, report):
        self.events.append("began")

    def judging(self, column, requirement):
        self.events.append(f"judging {requirement.id} on {column.name}")

    def judged(self, column, requirement, result):
        self.events.append(f"judged {requirement.id} on {column.name}: {result.word}")

    def ended(self, report):
        self.events.append("ended")


class Dead(Fragile):
    def __init__(self) -> None:
        super().__init__(revives=0)
        self.name = "dead"


class Unstoppable(Target):
    """Ends the run while it starts, as Ctrl-C does."""

    def start(self) -> Endpoint:
        raise KeyboardInterrupt

    def describe(self) -> str:
        return "unstoppable"


def named(target: Target, name: str) -> Column:
    target.name = name
    return Column(f"{name}:", target)


def run(*targets: Target, requirements=None, listener=None, **settings) -> Report:
    columns = [Column(target.name, target) for target in targets]
    chosen = Settings(**{"timeout_s": 1.0, **settings})
    listeners = [listener] if listener else []
    return Campaign(columns, requirements or [make_requirement(id="L1")], chosen, listeners).run()


def test_targets_are_judged_one_after_the_other_and_stopped():
    first, second, listener = Fragile(), Fragile(), Recorder()
    second.name = "second"
    report = run(first, second, listener=listener)
    assert listener.events == [
        "connected fragile", "connected second", "began", "judging L1 on fragile", "judged L1 on fragile: pass",
        "judging L1 on second", "judged L1 on second: pass", "ended",
    ]  # fmt: skip
    assert report.exit_code() is ExitCode.CONFORMS
    assert not first.alive()
    assert not second.alive()


def test_a_target_that_does_not_start_is_a_column_of_target_gone():
    report = run(Dead(), Fragile())
    dead, alive = report.columns
    assert (dead.subject, dead.problem) == (None, "it is dead")
    assert [one.reason for one in dead.results.values()] == [Reason.TARGET_GONE]
    assert [one.verdict for one in alive.results.values()] == [Verdict.HOLDS]
    assert report.exit_code() is ExitCode.TARGET_GONE


def test_what_does_not_apply_has_its_result_too():
    report = run(Fragile(), requirements=[make_requirement(id="L1", apis={"EndTxn": 0}), make_requirement(id="L2")])
    assert {id: one.word for id, one in report.columns[0].results.items()} == {
        "L1": Word.NOT_APPLICABLE, "L2": Word.PASS,
    }  # fmt: skip


def test_enough_failures_end_the_run():
    fails = [
        make_requirement(lambda run: run.violated("wrong", expected=1, seen=2), id=f"L{n}", name=f"n{n}")
        for n in range(1, 4)
    ]
    results = run(Fragile(), requirements=fails, max_fail=2).columns[0].results
    assert [one.reason for one in results.values()] == [None, None, Reason.MAX_FAIL]


def test_stopping_keeps_what_was_found_and_cleans_up():
    target = Fragile()
    found = make_requirement(lambda run: run.violated("wrong", expected=1, seen=2), id="L1", name="a")
    started = threading.Event()

    def waits(run):
        started.set()
        run.session.until(lambda: None, "never", within_s=60)

    later = [make_requirement(waits, id="L2", name="b"), make_requirement(id="L3", name="c")]
    campaign = Campaign([Column("fragile", target)], [found, *later], Settings(timeout_s=1))
    threading.Thread(target=lambda: (started.wait(), campaign.stop.set()), daemon=True).start()
    report = campaign.run()
    assert report.interrupted
    assert [one.reason for one in report.columns[0].results.values()] == [None, Reason.INTERRUPTED, Reason.INTERRUPTED]
    assert report.exit_code() is ExitCode.INTERRUPTED
    assert not target.alive()


def test_ctrl_c_while_targets_start_still_gives_every_requirement_a_result():
    first = Fragile()
    report = run(first, Unstoppable("unstoppable"))
    assert report.interrupted
    assert {one.reason for _, one in report.results()} == {Reason.INTERRUPTED}
    assert len(list(report.results())) == 2
    assert not first.alive()


def test_a_target_that_died_for_good_says_so():
    target = Fragile(revives=1)
    report = run(target, requirements=[make_requirement(lambda _run: target.die(), id="L1"),
                                       make_requirement(id="L2", name="b")])  # fmt: skip
    assert "could not be started again" in report.columns[0].problem
    assert report.exit_code() is ExitCode.FAILED


def test_what_cannot_be_deleted_and_is_there_is_named():
    target = Fragile()
    target.topics = ["left", "of others"]

    def makes(run):
        run.subject.topics += ["left", "never made"]
        run.holds()

    assert run(target, requirements=[make_requirement(makes)]).columns[0].leftovers == ["left"]


@pytest.mark.parametrize(("settings", "code"), [({}, 0), ({"level": Level.SHOULD}, 1)])
def test_the_settings_decide_the_exit_code(settings, code):
    weak = make_requirement(lambda run: run.violated("wrong", expected=1, seen=2), level="SHOULD")
    assert int(run(Fragile(), requirements=[weak], **settings).exit_code()) == code
