"""When a broker is up: not when its port opens, but when it answers.

    step            request                   what must come back
    1 port          TCP connect               a connection
    2 handshake     ApiVersions v0            our correlation id, error 0, a list of key ranges
    3 cluster       Metadata v1, no topics    as many brokers as there are nodes, the controller among them

Bytes by hand, so that a wrong codec of ours cannot keep a broker from starting. Step 3 is left out for a
broker that does not offer Metadata v1. Sources: Kafka's protocol guide; KIP-35 (ApiVersions);
ApiVersionsRequest.json, MetadataRequest.json.
"""

import socket
import struct

API_VERSIONS, METADATA = 18, 3
METADATA_VERSION = 1
CLIENT_ID = b"nilometer"
RESPONSE_BYTES_MAX = 1 << 20


class NotReady(Exception):
    """The broker does not answer as a broker of a complete cluster does, or not yet."""


def check_ready(host: str, port: int, nodes: int, timeout_s: float) -> None:
    """Returns if the broker answers all three steps within the time-out of each; raises `NotReady`."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            ranges = parse_api_versions(ask(connection, API_VERSIONS, 0, 1, b""))
            lowest, highest = ranges.get(METADATA, (0, -1))
            if lowest <= METADATA_VERSION <= highest:
                no_topics = struct.pack(">i", 0)
                answer = ask(connection, METADATA, METADATA_VERSION, 2, no_topics)
                check_cluster(*parse_metadata(answer), nodes)
    except OSError as error:
        raise NotReady(f"{host}:{port}: {error}") from error
    except (struct.error, UnicodeDecodeError) as error:
        raise NotReady(f"{host}:{port}: an answer that is not Kafka's: {error}") from error


def ask(connection: socket.socket, key: int, version: int, correlation_id: int, body: bytes) -> bytes:
    """Sends one request with header v1; returns the response body after its header v0."""
    header = struct.pack(">hhih", key, version, correlation_id, len(CLIENT_ID)) + CLIENT_ID
    connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
    (size,) = struct.unpack(">i", receive(connection, 4))
    if not 4 <= size <= RESPONSE_BYTES_MAX:
        raise NotReady(f"a response of {size} bytes is not an answer to API key {key}")
    response = receive(connection, size)
    (answered,) = struct.unpack_from(">i", response)
    if answered != correlation_id:
        raise NotReady(f"the answer carries correlation id {answered}, the request carried {correlation_id}")
    return response[4:]


def receive(connection: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes."""
    received = bytearray()
    while len(received) < size:
        chunk = connection.recv(size - len(received))
        if not chunk:
            raise NotReady(f"the connection was closed after {len(received)} of {size} bytes")
        received += chunk
    return bytes(received)


def parse_api_versions(body: bytes) -> dict[int, tuple[int, int]]:
    """Lowest and highest version (both inclusive) of each API key; ApiVersions response v0."""
    error, count = struct.unpack_from(">hi", body)
    if error != 0:
        raise NotReady(f"ApiVersions v0 was answered with error {error}")
    if count <= 0 or len(body) < 6 + 6 * count:
        raise NotReady(f"ApiVersions v0 lists {count} keys in {len(body)} bytes")
    return {key: (low, high) for key, low, high in struct.iter_unpack(">hhh", body[6 : 6 + 6 * count])}


def parse_metadata(body: bytes) -> tuple[list[int], int]:
    """Node ids of the brokers, and the controller's; Metadata response v1."""
    (count,) = struct.unpack_from(">i", body)
    at = 4
    node_ids = []
    for _ in range(count):
        (node_id, host_length) = struct.unpack_from(">ih", body, at)
        at += 6 + host_length + 4
        (rack_length,) = struct.unpack_from(">h", body, at)
        at += 2 + max(rack_length, 0)  # -1: no rack
        node_ids.append(node_id)
    (controller_id,) = struct.unpack_from(">i", body, at)
    return node_ids, controller_id


def check_cluster(node_ids: list[int], controller_id: int, nodes: int) -> None:
    """All nodes are known, and one of them is the controller (clients send topic creation there)."""
    if len(node_ids) < nodes:
        raise NotReady(f"Metadata lists brokers {node_ids}, {nodes} were started")
    if controller_id not in node_ids:
        raise NotReady(f"Metadata lists brokers {node_ids}, none of which is the controller {controller_id}")
