"""From a running registry to the subject of a run: it answers, and what it serves is known.

nothing answers, or no list of subjects comes     NotRegistry: what came instead
"""

from __future__ import annotations

from nilometer.clients.exchange import Journal
from nilometer.clients.raw import NoAnswer
from nilometer.clients.registry import RegistryClient
from nilometer.registries.routes import find_routes
from nilometer.registries.subject import RegistrySubject
from nilometer.settings import Settings
from nilometer.targets.errors import TargetError
from nilometer.targets.registries import RegistryTarget


class NotRegistry(TargetError):
    """Something listens, and does not answer as a schema registry does."""

    slug = "target-not-registry"


def connect_registry(target: RegistryTarget, settings: Settings) -> RegistrySubject:
    """Ask for its subjects and routes. Raises `NotRegistry`."""
    journal = Journal()
    addresses = target.endpoint.addresses
    client = RegistryClient(
        addresses[0], journal, base=target.base, tls=target.tls, timeout_s=settings.timeout_s, client_id="probe"
    )
    with client:
        try:
            listed = client.call("GET", "/subjects")
            if not listed.ok or not isinstance(listed.value, list):
                raise NotRegistry(
                    f"{target.url} is no schema registry: GET /subjects was answered {listed.outcome} {listed.text:.99}"
                    "\nDoes its interface stand below a path, as /apis/ccompat/v7 at Apicurio?"
                )
            routes = find_routes(client, f"{settings.prefix}-{settings.run_id}-probe")
        except NoAnswer as missing:
            raise NotRegistry(f"{target.url}: {missing.detail}") from missing
    return RegistrySubject(
        target.name, list(addresses), routes, journal, target, base=target.base, tls=target.tls, routes=routes
    )
