"""From what the user wrote to a target; an unknown spelling is refused with the nearest known one.

    kafka:  kafka:4.3.1  kafka:3  kafka:4.3.1x3     Apache Kafka: version, number of nodes, both
    kafka:9092                                      a port: the host named `kafka` (usual in Compose files)
    librdkafka-mock:  librdkafka-mock:3             virtual brokers
    noida:  tansu:  kfake:                          without arguments
    reference  reference:tcp  reference+BUG         our own
    host:port[,host:port]                           an address
    registry:  http://host:port[/path]              the reference schema registry; a schema registry of others
    apicurio:  srfake:                              schema registries of others that we start
    NAME=…                                          any of these with a title

A number below NODES_END after the colon is a number of nodes, any other one a port.
"""

import difflib
import re
from collections.abc import Callable

from nilometer.extras.errors import ExtraError
from nilometer.targets.address import ADDRESS, AddressTarget, parse_addresses
from nilometer.targets.apicurio import ApicurioTarget
from nilometer.targets.errors import TargetError, UnknownTarget
from nilometer.targets.kafka import KafkaTarget
from nilometer.targets.kfake import KfakeTarget
from nilometer.targets.librdkafka_mock import LibrdkafkaMockTarget
from nilometer.targets.noida import NoidaTarget
from nilometer.targets.reference import ReferenceTarget
from nilometer.targets.registries import URL, ReferenceRegistryTarget, RegistryAddressTarget
from nilometer.targets.srfake import SrfakeTarget
from nilometer.targets.tansu import TansuTarget
from nilometer.targets.target import Target

NODES_END = 10
"""Exclusive."""
SPELLINGS = (
    "kafka:",
    "librdkafka-mock:",
    "noida:",
    "tansu:",
    "kfake:",
    "reference",
    "reference:tcp",
    "registry:",
    "apicurio:",
    "srfake:",
)
TITLED = re.compile(r"(?P<title>[A-Za-z0-9_.-]+)=(?P<rest>.*)", re.DOTALL)
KAFKA_ARGUMENT = re.compile(r"(?P<version>\d+\.\d+\.\d+)?(?:(?:^|x)(?P<nodes>[1-9]))?")
REFERENCE = re.compile(r"reference(?::tcp)?(?:\+(?P<bug>[A-Za-z0-9_.-]+))?")


def parse_target(spec: str) -> Target:
    """The target that `spec` names, not yet started.

    Raises `UnknownTarget` for what it does not name, `TargetError` for an extra that is missing.
    """
    text, name = spec.strip(), spec.strip()
    if titled := TITLED.fullmatch(text):
        name, text = titled["title"], titled["rest"].strip()
    try:
        return _parse(text, name)
    except ExtraError as missing:
        raise TargetError(str(missing)) from missing


def _parse(text: str, name: str) -> Target:
    if reference := REFERENCE.fullmatch(text):
        return ReferenceTarget(name, bug=reference["bug"])
    if URL.match(text):
        return RegistryAddressTarget(name, text)
    kind, colon, argument = text.partition(":")
    if colon and kind in STARTERS and not _is_port(argument) and "," not in text:
        return STARTERS[kind](name, argument)
    if ADDRESS.match(text):
        return AddressTarget(name, parse_addresses(text))
    raise UnknownTarget(_refusal(text))


def _is_port(argument: str) -> bool:
    return argument.isdecimal() and int(argument) >= NODES_END


def _kafka(name: str, argument: str) -> Target:
    found = KAFKA_ARGUMENT.fullmatch(argument)
    if found is None:
        raise UnknownTarget(f"'kafka:{argument}' is not kafka:[VERSION][xNODES]: try kafka:, kafka:4.3.1 or kafka:3")
    return KafkaTarget(name, version=found["version"], nodes=int(found["nodes"] or 1))


def _mock(name: str, argument: str) -> Target:
    if argument and not re.fullmatch("[1-9]", argument):
        raise UnknownTarget(f"'librdkafka-mock:{argument}' is not librdkafka-mock:[1-9 brokers]")
    return LibrdkafkaMockTarget(name, brokers=int(argument or 1))


def _plain(kind: str, make: Callable[[str], Target]) -> Callable[[str, str], Target]:
    def parse(name: str, argument: str) -> Target:
        if argument:
            raise UnknownTarget(f"'{kind}:{argument}': {kind}: takes no argument, and {argument!r} is not a port")
        return make(name)

    return parse


STARTERS: dict[str, Callable[[str, str], Target]] = {
    "kafka": _kafka,
    "librdkafka-mock": _mock,
    "noida": _plain("noida", NoidaTarget),
    "tansu": _plain("tansu", TansuTarget),
    "kfake": _plain("kfake", KfakeTarget),
    "registry": _plain("registry", ReferenceRegistryTarget),
    "apicurio": _plain("apicurio", ApicurioTarget),
    "srfake": _plain("srfake", SrfakeTarget),
}


def _refusal(text: str) -> str:
    """What is wrong, and the nearest spelling that is right."""
    near = difflib.get_close_matches(text.lower(), SPELLINGS, n=1, cutoff=0.6)
    if near:
        hint = f"did you mean {near[0]!r}?"
    elif re.fullmatch(r"[\w.-]+", text):
        hint = f"an address has a port, did you mean '{text}:9092'?"
    else:
        hint = f"a target is HOST:PORT or one of {', '.join(SPELLINGS)}."
    return f"unknown target {text!r}: {hint}"
