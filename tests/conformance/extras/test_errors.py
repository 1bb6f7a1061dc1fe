"""Errors of extras say what helps."""

from nilometer.extras.errors import ExtraError, ExtraMissing, InstallFailed, ToolMissing, VersionNotFound


def test_a_missing_extra_names_the_command():
    missing = ExtraMissing("Apache Kafka", "kafka")
    assert str(missing) == "Apache Kafka is not installed: install with `nilometer extras install kafka`"
    assert missing.extra == "kafka"


def test_they_form_one_tree():
    assert issubclass(VersionNotFound, InstallFailed)
    for kind in (ExtraMissing, ToolMissing, InstallFailed):
        assert issubclass(kind, ExtraError)
