"""A broker that somebody else runs, at `host:port[,host:port]`: we look whether it answers, no more."""

import re

from nilometer.targets.errors import StartFailed, UnknownTarget
from nilometer.targets.ready import NotReady, check_ready
from nilometer.targets.target import Endpoint, Target

ADDRESS = re.compile(r"(?P<host>\[[0-9A-Fa-f:.%\w]+\]|[^\s:,\[\]=/+]+):(?P<port>\d{1,5})")
ANSWER_TIMEOUT_S = 5.0


def parse_addresses(text: str) -> tuple[str, ...]:
    """The comma-separated addresses; `UnknownTarget` says which of them is none."""
    addresses = tuple(part.strip() for part in text.split(","))
    for address in addresses:
        found = ADDRESS.fullmatch(address)
        if found is None:
            raise UnknownTarget(f"{address!r} is not HOST:PORT")
        if not 1 <= int(found["port"]) <= 65_535:
            raise UnknownTarget(f"{address!r}: ports go from 1 to 65535")
    return addresses


class AddressTarget(Target):
    """Addresses of a running cluster."""

    def __init__(self, name: str, addresses: tuple[str, ...]) -> None:
        super().__init__(name)
        self.addresses = addresses

    def start(self) -> Endpoint:
        """Returns if at least one of the addresses answers as a broker; else each address's reason."""
        endpoint = Endpoint(self.addresses)
        reasons = []
        for host, port in endpoint.addresses:
            try:
                check_ready(host, port, 1, ANSWER_TIMEOUT_S)
            except NotReady as reason:
                reasons.append(str(reason))
            else:
                self._endpoint = endpoint
                return endpoint
        raise StartFailed(f"no broker answers at {endpoint.text}:\n" + "\n".join(f"  {reason}" for reason in reasons))

    def describe(self) -> str:
        """The addresses: what is behind them cannot be read from the wire."""
        return f"the broker at {','.join(self.addresses)}"
