"""S14 holds for a registry that answers as a dialect says, and sees one that always says the same."""

from __future__ import annotations

import pytest

from nilometer.requirements.schemas.published_verdicts import Language, json_language, protobuf_language
from tests.conformance.faulty_registry import FaultyRegistry, Hook, Passing
from tests.conformance.requirements.judging import assert_holds
from tests.conformance.requirements.schemas.judging_registry import broken_by, judge_registry


class Speaks:
    """Answers as the model does, in one dialect of each language."""

    def __init__(self, json: str, protobuf: str) -> None:
        self.languages: dict[str, Language] = {"JSON": json_language(), "PROTOBUF": protobuf_language()}
        self.dialects = {"JSON": json, "PROTOBUF": protobuf}
        self.old: dict[str, str] = {}
        self.level: dict[str, str] = {}

    def __call__(self, passing: Passing) -> None:
        parts = passing.path.split("/")
        if passing.is_registration:
            self.old[parts[2]] = passing.body["schema"]
        if passing.matches("PUT", "/config/*") and passing.ok:
            self.level[parts[2]] = passing.body["compatibility"]
        if passing.matches("POST", "/compatibility/*"):
            kind = passing.body.get("schemaType", "AVRO")
            if kind in self.languages and parts[3] in self.old:
                asked, old, new = self.languages[kind], self.old[parts[3]], passing.body["schema"]
                verdict = asked.verdict(self.dialects[kind], self.level[parts[3]], old, new)
                passing.status, passing.value = 200, {"is_compatible": verdict}


@pytest.mark.parametrize(("json", "protobuf"), [("confluent", "confluent"), ("confluent-lenient", "apicurio")])
def test_it_holds_where_a_dialect_is_spoken_and_says_which(honest_registry: str, json: str, protobuf: str) -> None:
    with FaultyRegistry(honest_registry, on_response=Speaks(json, protobuf)) as registry:
        result = judge_registry("S14", registry.url)
    assert_holds(result)
    assert any(note.startswith(f"PROTOBUF is judged by {protobuf},") for note in result.notes)
    assert any(note.startswith(f"JSON is judged by {json},") for note in result.notes)


def always(verdict: bool) -> Hook:
    def hook(passing: Passing) -> None:
        if passing.matches("POST", "/compatibility/*") and passing.ok:
            passing.value["is_compatible"] = verdict

    return hook


def test_one_that_calls_everything_compatible_is_seen(honest_registry: str) -> None:
    broken_by(honest_registry, "S14", "json-says-yes", "protobuf-says-yes", on_response=always(True))


def test_one_that_refuses_every_change_is_seen(honest_registry: str) -> None:
    with FaultyRegistry(honest_registry, on_response=always(False)) as registry:
        result = judge_registry("S14", registry.url)
    assert {one.signature for one in result.counterexamples} == {"json-says-no", "protobuf-says-no"}
