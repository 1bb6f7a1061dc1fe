"""From what a user writes to a target."""

import pytest

from nilometer.targets.address import AddressTarget
from nilometer.targets.apicurio import ApicurioTarget
from nilometer.targets.errors import TargetError, UnknownTarget
from nilometer.targets.kafka import KafkaTarget
from nilometer.targets.kfake import KfakeTarget
from nilometer.targets.librdkafka_mock import LibrdkafkaMockTarget
from nilometer.targets.noida import NoidaTarget
from nilometer.targets.parse import SPELLINGS, STARTERS, parse_target
from nilometer.targets.reference import ReferenceTarget
from nilometer.targets.registries import ReferenceRegistryTarget, RegistryAddressTarget
from nilometer.targets.srfake import SrfakeTarget
from nilometer.targets.tansu import TansuTarget


@pytest.mark.parametrize(
    ("spec", "addresses"),
    [
        ("127.0.0.1:9092", ("127.0.0.1:9092",)),
        ("a:1,b:2", ("a:1", "b:2")),
        ("[::1]:9092", ("[::1]:9092",)),
        ("kafka:9092", ("kafka:9092",)),
        ("noida:9092", ("noida:9092",)),
        ("kafka:10", ("kafka:10",)),
        ("kafka:1,kafka:2", ("kafka:1", "kafka:2")),
    ],
)
def test_addresses(spec, addresses):
    target = parse_target(spec)
    assert isinstance(target, AddressTarget)
    assert (target.name, target.addresses) == (spec, addresses)


@pytest.mark.parametrize(
    ("spec", "bug"), [("reference", None), ("reference:tcp", None), ("reference+KAFKA-1", "KAFKA-1")]
)
def test_the_reference_and_its_bugs(spec, bug):
    target = parse_target(spec)
    assert isinstance(target, ReferenceTarget)
    assert target.bug == bug


@pytest.mark.parametrize(
    ("spec", "address", "base", "tls"),
    [
        ("http://registry:8081", "registry:8081", "", False),
        ("https://registry/apis/ccompat/v7/", "registry:443", "/apis/ccompat/v7", True),
        ("http://[::1]:8081", "[::1]:8081", "", False),
    ],
)
def test_registries_by_their_url(spec, address, base, tls):
    target = parse_target(f"mine={spec}")
    assert isinstance(target, RegistryAddressTarget)
    assert (target.name, target.address, target.base, target.tls) == ("mine", address, base, tls)


def test_registries_that_we_start(installed):
    assert isinstance(parse_target("registry:"), ReferenceRegistryTarget)
    for spec, kind in (("apicurio:", ApicurioTarget), ("srfake:", SrfakeTarget)):
        installed(spec)
        assert isinstance(parse_target(spec), kind)


def test_brokers_that_we_start(installed):
    for spec in ("kafka:", "noida:", "tansu:", "kfake:", "librdkafka-mock:3"):
        installed(spec)
    kafka = parse_target("kafka:3")
    assert isinstance(kafka, KafkaTarget)
    assert len(kafka.nodes) == 3
    mock = parse_target("librdkafka-mock:3")
    assert isinstance(mock, LibrdkafkaMockTarget)
    assert mock.brokers == 3
    assert isinstance(parse_target("noida:"), NoidaTarget)
    assert isinstance(parse_target("tansu:"), TansuTarget)
    assert isinstance(parse_target("kfake:"), KfakeTarget)


def test_a_version_and_a_number_of_nodes(installed):
    installed("kafka:")
    version = parse_target("kafka:").version  # type: ignore[attr-defined] # a KafkaTarget
    target = parse_target(f"kafka:{version}x3")
    assert isinstance(target, KafkaTarget)
    assert (target.version, len(target.nodes)) == (version, 3)


def test_a_title_of_the_users():
    target = parse_target("mine=127.0.0.1:9092")
    assert (target.name, type(target)) == ("mine", AddressTarget)
    assert parse_target("my-own.1= reference").name == "my-own.1"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("kafkaa:", "did you mean 'kafka:'"),
        ("refrence", "did you mean 'reference'"),
        ("localhost", "did you mean 'localhost:9092'"),
        ("http://user@registry:8081", "no user"),
        ("host:0", "1 to 65535"),
        ("host:70000", "1 to 65535"),
        ("host:1,other", "'other' is not HOST:PORT"),
        ("kafka:x", "is not kafka:"),
        ("kafka:4.3", "is not kafka:"),
        ("librdkafka-mock:0", "1-9 brokers"),
        ("noida:fast", "takes no argument"),
        ("", "a target is HOST:PORT"),
        ("mine=", "a target is HOST:PORT"),
        ("a b", "a target is HOST:PORT"),
    ],
)
def test_what_is_no_target_is_refused_with_what_would_be_one(spec, message):
    with pytest.raises(UnknownTarget, match=message.replace("[", r"\[")):
        parse_target(spec)


def test_a_missing_extra_names_the_command_that_installs_it(empty_nilometer_home):
    for spec, extra in (("kafka:", "kafka"), ("noida:", "external-brokers"), ("kfake:", "go")):
        with pytest.raises(TargetError, match=f"nilometer extras install {extra}"):
            parse_target(spec)
    assert not empty_nilometer_home.exists() or not any(empty_nilometer_home.iterdir())


def test_every_starter_has_its_spelling():
    assert {f"{kind}:" for kind in STARTERS} <= set(SPELLINGS)
