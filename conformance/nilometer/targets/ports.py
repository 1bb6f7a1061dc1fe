"""Free ports on loopback, for programs that must be told theirs before they start.

A port that the kernel gives (bind to 0) can be taken by any outgoing connection between our look and the
broker's bind, so we draw below the ephemeral range (32768 and up on Linux). Another process may still be
faster: `spawned.py` then starts again with other ports.
"""

import contextlib
import random
import socket

LOWEST, HIGHEST_EXCLUSIVE = 20_000, 32_000
_random = random.SystemRandom()  # two test processes with one seed must not draw the same ports


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on at 127.0.0.1 now."""
    ports: list[int] = []
    with contextlib.ExitStack() as held:
        while len(ports) < count:
            candidate = _random.randrange(LOWEST, HIGHEST_EXCLUSIVE)
            holder = held.enter_context(socket.socket())
            with contextlib.suppress(OSError):
                holder.bind(("127.0.0.1", candidate))
                ports.append(candidate)
    return ports
