"""`python -m nilometer.targets.librdkafka_mock_main BROKERS`: runs a mock cluster until it is told to end.

It prints `listening on HOST:PORT,…` and waits for SIGTERM. The functions are in rdkafka_mock.h; the library
is the one inside confluent-kafka's wheel, or the one that its extension module is linked with.
"""

import ctypes
import ctypes.util
import importlib.util
import signal
import sys
from pathlib import Path

RD_KAFKA_PRODUCER = 0
ERROR_BYTES = 512
CONTROLLER_ID = 1
"""Ids of mock brokers start at 1. Without a controller every Admin call waits in vain."""


def find_librdkafka() -> str:
    """Path or name of the shared library."""
    spec = importlib.util.find_spec("confluent_kafka")
    if spec is not None and spec.origin is not None:
        package = Path(spec.origin).parent
        for pattern in ("../confluent_kafka.libs/librdkafka*.so*", ".dylibs/librdkafka*.dylib"):
            if found := sorted(package.glob(pattern)):
                return str(found[0].resolve())
    if named := ctypes.util.find_library("rdkafka"):
        return named
    raise SystemExit("librdkafka was not found: neither in confluent-kafka's wheel nor on this system")


def load(path: str) -> ctypes.CDLL:
    """The library with the signatures of what we call."""
    library = ctypes.CDLL(path)
    handle, text = ctypes.c_void_p, ctypes.c_char_p
    signatures: dict[str, tuple[object, list[object]]] = {
        "rd_kafka_conf_new": (handle, []),
        "rd_kafka_new": (handle, [ctypes.c_int, handle, text, ctypes.c_size_t]),
        "rd_kafka_destroy": (None, [handle]),
        "rd_kafka_mock_cluster_new": (handle, [handle, ctypes.c_int]),
        "rd_kafka_mock_cluster_bootstraps": (text, [handle]),
        "rd_kafka_mock_cluster_destroy": (None, [handle]),
        "rd_kafka_mock_set_controller_id": (ctypes.c_int, [handle, ctypes.c_int32]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def main(brokers: int) -> None:
    """Cluster up, one line, wait for the signal, cluster down."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    library = load(find_librdkafka())
    error = ctypes.create_string_buffer(ERROR_BYTES)
    client = library.rd_kafka_new(RD_KAFKA_PRODUCER, library.rd_kafka_conf_new(), error, ERROR_BYTES)
    if not client:
        raise SystemExit(f"rd_kafka_new: {error.value.decode()}")
    cluster = library.rd_kafka_mock_cluster_new(client, brokers)
    if not cluster:
        raise SystemExit(f"rd_kafka_mock_cluster_new: no cluster of {brokers} brokers")
    code = library.rd_kafka_mock_set_controller_id(cluster, CONTROLLER_ID)
    if code != 0:
        raise SystemExit(f"rd_kafka_mock_set_controller_id: error {code}")
    print(f"listening on {library.rd_kafka_mock_cluster_bootstraps(cluster).decode()}", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    library.rd_kafka_mock_cluster_destroy(cluster)
    library.rd_kafka_destroy(client)


if __name__ == "__main__":
    main(int(sys.argv[1]))
