"""`nilometer schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nilometer.cli import main
from nilometer.exit_codes import ExitCode

V1 = {"type": "record", "name": "Order", "fields": [{"name": "id", "type": "int"}]}
V2 = {**V1, "fields": [{"name": "id", "type": "long"}, {"name": "note", "type": "string", "default": ""}]}
V3 = {**V1, "fields": [{"name": "id", "type": "long"}, {"name": "note", "type": "string"}]}


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    paths = []
    for number, written in enumerate((V1, V2, V3), 1):
        path = tmp_path / f"v{number}.avsc"
        path.write_text(json.dumps(written), "utf-8")
        paths.append(str(path))
    return paths


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["schema", *arguments])


def test_a_schema_that_may_follow_ends_with_0(files: list[str]) -> None:
    result = invoke(files[0], files[1])
    assert result.exit_code == ExitCode.CONFORMS
    assert result.output.startswith("compatible: BACKWARD, avro, dialect avro-java\n")
    assert "nothing that the reader declares is lost" in result.output


def test_one_that_may_not_ends_with_1_a_reason_and_a_value(files: list[str]) -> None:
    result = invoke(files[0], files[2])
    assert result.exit_code == ExitCode.FAILED
    assert (
        "breaks  /fields/1 (writer: /): the writer has no note, and it has no default [missing default]"
        in result.output
    )
    assert 'a value that fails: {"id": ' in result.output


def test_full_asks_both_ways(files: list[str]) -> None:
    result = invoke(files[0], files[1], "--mode", "full")
    assert result.exit_code == ExitCode.FAILED
    assert "v2.avsc reads what" in result.output
    assert "the reader's int reads the writer's long" in result.output


def test_transitive_modes_look_at_every_old_version(files: list[str]) -> None:
    assert invoke(*files, "--mode", "BACKWARD").exit_code == ExitCode.CONFORMS
    assert invoke(*files, "--mode", "BACKWARD_TRANSITIVE").exit_code == ExitCode.FAILED


def test_none_asks_nothing(files: list[str]) -> None:
    result = invoke(files[0], files[2], "--mode", "NONE")
    assert result.exit_code == ExitCode.CONFORMS
    assert "asks nothing" in result.output


def test_a_schema_may_stand_on_the_command_line() -> None:
    result = invoke("--type", "avro", '"long"', '"int"')
    assert result.exit_code == ExitCode.FAILED
    assert "the reader's int reads the writer's long [type mismatch]" in result.output
    union = invoke(
        "--type", "avro", '{"type": "map", "values": "string"}', '{"type": "map", "values": ["null", "int"]}'
    )
    assert "/values/1 (writer: /values): the reader's int reads the writer's string" in union.output


JSON = ('{"type": "string"}', '{"type": "string", "maxLength": 3}')
PROTO = ("int32 a = 1;", "string a = 1;")


@pytest.mark.parametrize(
    ("suffix", "old", "new", "words"),
    [
        ("json", *JSON, ["max", "a value that fails: "]),
        ("proto", *(f'syntax = "proto3"; message M {{ {one} }}' for one in PROTO), ["M/1", "what bytes do: "]),
    ],
)
def test_json_schema_and_protobuf_are_known_by_their_suffix(
    tmp_path: Path, suffix: str, old: str, new: str, words: list[str]
) -> None:
    before, after = tmp_path / f"old.{suffix}", tmp_path / f"new.{suffix}"
    before.write_text(old, "utf-8")
    after.write_text(new, "utf-8")
    result = invoke(str(before), str(after))
    assert result.exit_code == ExitCode.FAILED
    for word in words:
        assert word in result.output
    assert invoke(str(before), str(before)).exit_code == ExitCode.CONFORMS


def test_another_dialect_may_answer_otherwise(files: list[str], tmp_path: Path) -> None:
    renamed = tmp_path / "renamed.avsc"
    renamed.write_text(json.dumps({**V1, "name": "Purchase"}), "utf-8")
    assert invoke(files[0], str(renamed)).exit_code == ExitCode.FAILED
    assert invoke(files[0], str(renamed), "--dialect", "avro-resolution").exit_code == ExitCode.CONFORMS


def test_quiet_says_nothing(files: list[str]) -> None:
    result = invoke(files[0], files[2], "--quiet")
    assert (result.exit_code, result.output) == (ExitCode.FAILED, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{v1}", "{v2}", "--mode", "SIDEWAYS"], "there is no mode 'SIDEWAYS'"),
        (["{v1}", "{v2}", "--dialect", "klingon"], "avro has no dialect 'klingon'"),
        (["{v1}", "absent.avsc"], "absent.avsc"),
        (["--type", "avro", '"int"', '"nothing"'], "nothing is named 'nothing'"),
        (["--type", "avro", '"int"', "[" * 5000], "not JSON"),
        (['"int"', '"long"'], "--type says which language"),
        (["{v1}"], "Missing argument"),
    ],
)
def test_what_cannot_be_used_ends_with_4_and_a_message(files: list[str], arguments: list[str], words: str) -> None:
    result = invoke(*(one.replace("{v1}", files[0]).replace("{v2}", files[1]) for one in arguments))
    assert result.exit_code == ExitCode.USAGE
    assert words in result.output
    assert "Traceback" not in result.output


def test_help_teaches_modes_and_exit_codes() -> None:
    text = invoke("--help").output
    for word in (
        "BACKWARD",
        "FULL_TRANSITIVE",
        "consumers move first",
        "Exit code 0",
        "nilometer schema v1.avsc v2.avsc",
    ):
        assert word in text
