"""Jars beside others in one JVM."""

import pytest

from nilometer.extras.class_loader import Jars
from nilometer.extras.errors import ExtraError
from nilometer.extras.maven import find_jars
from tests.jvm import start_jvm

pytestmark = [pytest.mark.java, pytest.mark.xdist_group("jvm")]


@pytest.fixture
def home():
    """The user's own, not the empty one of the other tests: the jars are those that are installed."""


@pytest.fixture
def jpype(home):  # noqa: ARG001
    start_jvm()
    import jpype  # noqa: PLC0415 - loads native code

    return jpype


def test_a_class_is_that_of_the_directory_and_not_the_one_on_the_class_path(jpype):
    try:
        jars = Jars(find_jars("java-clients")[1])
    except ExtraError as missing:
        pytest.skip(str(missing))
    name = "org.apache.kafka.common.TopicPartition"
    ours, other = jars(name), jpype.JClass(name)
    assert str(ours.class_.getName()) == name
    assert not ours.class_.equals(other.class_)
    assert ours.class_.getClassLoader().equals(jars.loader)


def test_classes_that_are_in_none_of_the_jars_are_not_found_on_the_class_path(jpype, tmp_path):
    jars = Jars(tmp_path)
    assert str(jars("java.lang.String")("platform")) == "platform"
    with pytest.raises(jpype.JException, match="ClassNotFoundException"):
        jars("org.apache.kafka.common.TopicPartition")


def test_names_are_looked_up_there_for_the_length_of_a_block(jpype, tmp_path):
    jars, thread = Jars(tmp_path), jpype.JClass("java.lang.Thread").currentThread()
    before = thread.getContextClassLoader()
    with jars.current():
        assert thread.getContextClassLoader().equals(jars.loader)
    assert str(thread.getContextClassLoader()) == str(before)


def test_an_error_in_the_block_ends_it_too(jpype, tmp_path):
    jars, thread = Jars(tmp_path), jpype.JClass("java.lang.Thread").currentThread()
    before = str(thread.getContextClassLoader())
    with pytest.raises(jpype.JException), jars.current():
        jars("is.not.there")
    assert str(thread.getContextClassLoader()) == before
