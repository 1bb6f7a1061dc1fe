"""`report.jsonl`: written as things happen, read back, never overwritten."""

import io
import json

import pytest

from nilometer.report.jsonl import NAME, BadReport, JsonLines, is_complete, open_report, read
from nilometer.settings import Settings
from tests.conformance.report.reports import a_report, violates


class Flushed(io.StringIO):
    """Remembers what was there at each flush: what a killed run leaves."""

    def __init__(self) -> None:
        super().__init__()
        self.states: list[str] = []

    def flush(self) -> None:
        self.states.append(self.getvalue())


def test_every_record_is_a_line_and_is_flushed_at_once():
    stream = Flushed()
    a_report(violates, listener=JsonLines(stream, Settings(seed=7)))
    lines = stream.getvalue().splitlines()
    assert [json.loads(line)["t"] for line in lines] == ["header", "req", "result", "footer"]
    assert len(stream.states) == 4
    assert all(state.endswith("\n") for state in stream.states)


def test_what_was_written_is_read_back(tmp_path):
    with open_report(tmp_path / "out") as file:
        a_report(listener=JsonLines(file, Settings()))
    records = read(tmp_path / "out" / NAME)
    assert records[2]["premise"] == 204
    assert is_complete(records)


def test_a_file_of_a_killed_run_is_read_up_to_its_last_whole_line(tmp_path):
    with open_report(tmp_path) as file:
        a_report(listener=JsonLines(file, Settings()))
    path = tmp_path / NAME
    text = path.read_text()
    path.write_text(text[: text.rindex('{"t":"footer"') + 20])
    records = read(path)
    assert [one["t"] for one in records] == ["header", "req", "result"]
    assert not is_complete(records)


def test_an_older_report_keeps_its_run_id_and_is_never_overwritten(tmp_path):
    for _ in range(3):
        with open_report(tmp_path) as file:
            a_report(listener=JsonLines(file, Settings(run_id="abc123")))
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "report-abc123-2.jsonl", "report-abc123.jsonl", NAME,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the header"),
        ('{"t":"footer"}\n', "line 1: expected the header"),
        ('{"t":"header"}\nnonsense\n{"t":"footer"}\n', "line 2: not JSON"),
        ('{"t":"header"}\n[1]\n', "line 2: expected an object"),
        ('{"t":"header"}\n{"x":1}\n', "line 2: expected an object with the field 't'"),
    ],
)
def test_a_file_that_is_no_report_is_refused_with_its_line(tmp_path, text, message):
    path = tmp_path / NAME
    path.write_text(text)
    with pytest.raises(BadReport, match=message):
        read(path)


def test_an_older_file_that_cannot_be_read_is_kept_too(tmp_path):
    (tmp_path / NAME).write_text("not ours")
    open_report(tmp_path).close()
    assert (tmp_path / "report-unreadable.jsonl").read_text() == "not ours"
