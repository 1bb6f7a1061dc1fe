"""A program that answers ApiVersions v0 and Metadata v1 and nothing else; started by the tests of targets.

small_broker.py PORT DATA [MODE]     MODE: serve, announce (any port), die, silent, deaf (ignores SIGTERM), child
"""

import os
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path


def answer(request: bytes, port: int) -> bytes:
    key, _, correlation_id = struct.unpack_from(">hhi", request)
    if key == 18:
        body = struct.pack(">hi", 0, 2) + struct.pack(">hhh", 18, 0, 0) + struct.pack(">hhh", 3, 0, 1)
    else:
        host = b"127.0.0.1"
        body = struct.pack(">iih", 1, 7, len(host)) + host + struct.pack(">ih", port, -1) + struct.pack(">ii", 7, 0)
    return struct.pack(">ii", len(body) + 4, correlation_id) + body


def serve(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    while True:
        connection, _ = listener.accept()
        with connection:
            stream = connection.makefile("rwb")
            while size := stream.read(4):
                stream.write(answer(stream.read(struct.unpack(">i", size)[0]), port))
                stream.flush()


def main(port: int, data: Path, mode: str = "serve") -> None:
    data.mkdir(parents=True, exist_ok=True)
    with (data / "starts").open("a") as starts:
        starts.write(f"{os.getpid()}\n")
    if mode == "die":
        print("loading the configuration\nfatal: the moon is not in its quarter", flush=True)
        sys.exit(3)
    if mode == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if mode == "child":
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        (data / "child").write_text(str(child.pid))
    listener = socket.create_server(("127.0.0.1", 0 if mode == "announce" else port))
    if mode == "silent":
        print("I hear you, and say nothing", flush=True)
        signal.pause()
    print(f"listening on 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    serve(listener)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
