"""Every word of a report can be explained."""

import pytest

from nilometer.connecting import AdvertisedAddressWrong, NotKafka
from nilometer.exit_codes import ExitCode
from nilometer.explanations import ERRORS, EXITS, REASONS, WORDS, explanation, topics
from nilometer.registries.connecting import NotRegistry
from nilometer.survival import UNIVERSAL_SIGNATURES
from nilometer.targets import errors
from nilometer.verdict import Reason, Word


def test_no_verdict_reason_exit_code_or_error_is_forgotten():
    assert set(WORDS) == set(Word)
    assert set(REASONS) == set(Reason)
    assert set(EXITS) == set(ExitCode)
    slugs = {kind.slug for kind in vars(errors).values() if isinstance(kind, type)} - {"target"}
    assert slugs | {NotKafka.slug, AdvertisedAddressWrong.slug, NotRegistry.slug} == set(ERRORS)


@pytest.mark.parametrize("word", topics())
def test_each_topic_has_an_explanation(word):
    lines = explanation(word)
    assert lines
    assert all(line.strip() for line in lines)


def test_signatures_of_every_requirement_are_explained_too():
    for signature in UNIVERSAL_SIGNATURES:
        assert explanation(signature) == [f"{signature}: {UNIVERSAL_SIGNATURES[signature]}"]


def test_a_word_that_means_nothing_has_none():
    assert explanation("moon") == []
