"""What is checked: a broker or a schema registry that is there, or one that we start, on loopback, and stop again.

    spelling                     target                                          file
    HOST:PORT[,HOST:PORT]        a broker that somebody else runs                address.py
    kafka:[VERSION][xN] kafka:N  Apache Kafka in KRaft mode, N combined nodes    kafka.py
    librdkafka-mock:[N]          librdkafka's mock cluster of N virtual brokers  librdkafka_mock.py
    noida:                       noida-db                                        noida.py
    tansu:                       tansu                                           tansu.py
    kfake:                       kfake of franz-go                               kfake.py
    reference[:tcp][+BUG]        our reference broker                            reference.py
    http://HOST:PORT[/path]      a schema registry that somebody else runs        registries.py
    registry:                    our reference registry, on a reference broker   registries.py
    apicurio:                    Apicurio Registry                               apicurio.py
    srfake:                      srfake of franz-go, a registry                  srfake.py
    NAME=…                       any of these under a title of the user's

`parse.py` reads the spelling, `target.py` says what every target can do:

    with parse_target("kafka:") as target:
        target.endpoint.text          # "127.0.0.1:21234"
        target.kill(); target.restart()
"""

from nilometer.targets.errors import StartFailed, TargetError, UnknownTarget
from nilometer.targets.parse import parse_target
from nilometer.targets.target import Control, Endpoint, Target

__all__ = ["Control", "Endpoint", "StartFailed", "Target", "TargetError", "UnknownTarget", "parse_target"]
