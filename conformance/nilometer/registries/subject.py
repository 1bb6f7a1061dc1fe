"""The registry of a run: actors with connections of their own, a sign of life, and the subjects that we made."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from nilometer.clients.registry import HttpExchange, RegistryClient, named
from nilometer.registries.routes import SET_MODE, Routes
from nilometer.run import Subject
from nilometer.settings import Settings
from nilometer.targets.target import Kind
from nilometer.verdict import NotObservable

TIMEOUT_S = 5.0
NOT_PERMITTED, REFERENCED = 42205, 42206


@dataclass
class RegistrySubject(Subject):
    """The registry of a run, once it has answered. `topics` are the subjects that we made."""

    base: str = ""
    """The path that all routes are below."""
    tls: bool = False
    routes: Routes = field(default_factory=lambda: Routes({}))

    @property
    def kind(self) -> Kind:
        """What it is."""
        return Kind.REGISTRY

    def registry(self, settings: Settings, client_id: str = "nilometer") -> RegistryClient:
        """A new actor."""
        return RegistryClient(
            self.bootstrap[0], self.journal, base=self.base, tls=self.tls, timeout_s=settings.timeout_s,
            client_id=client_id,
        )  # fmt: skip

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.bootstrap[0]
        return f"http{'s' * self.tls}://{f'[{host}]' if ':' in host else host}:{port}{self.base}"

    def answers(self, timeout_s: float) -> bool:
        """Whether a fresh connection gets the list of subjects."""
        client = RegistryClient(self.bootstrap[0], self.journal, base=self.base, tls=self.tls, timeout_s=timeout_s)
        with client, suppress(NotObservable):
            return client.call("GET", "/subjects").ok
        return False

    def clean_up(self, settings: Settings) -> None:
        """Delete our subjects for good, those that refer to others first; what cannot be deleted stays in the list."""
        if not self.topics:
            return
        with self.registry(settings) as client, suppress(NotObservable):
            contexts = {name.split(":")[1] for name in self.topics if name.startswith(":.")}
            before = -1
            while self.topics and len(self.topics) != before:  # as long as it gets on
                before = len(self.topics)
                for subject in reversed(self.topics.copy()):
                    if self._delete(client, subject):
                        self.topics.remove(subject)
            for context in contexts:
                client.call("DELETE", f"/contexts/{named(context)}")  # from Confluent 8.1 on; else it stays, empty

    def _delete(self, client: RegistryClient, subject: str) -> bool:
        """Softly, then for good, with its settings."""
        softly = client.delete_subject(subject)
        if softly.code == NOT_PERMITTED and self.routes.serves(SET_MODE):
            client.call("DELETE", f"/mode/{named(subject)}")
            softly = client.delete_subject(subject)
        if softly.code == REFERENCED:
            return False
        finally_ = client.delete_subject(subject, permanent=True)
        for setting in ("config", "mode"):
            client.call("DELETE", f"/{setting}/{named(subject)}")
        return is_gone(finally_)

    def leftovers(self, settings: Settings) -> list[str]:
        """Those of our subjects that are still there, softly deleted ones too."""
        if not self.topics:
            return []
        with self.registry(settings) as client, suppress(NotObservable):
            there = [client.versions(subject, deleted=True) for subject in self.topics]
            return [name for name, found in zip(self.topics, there, strict=True) if found.ok]
        return list(self.topics)


def is_gone(deleted: HttpExchange) -> bool:
    """Whether a permanent delete left nothing: it was there, or was not."""
    return deleted.ok or deleted.status == 404
