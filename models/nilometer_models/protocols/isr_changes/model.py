"""The leader asks for a change of the ISR, the controller decides, the leader hears of it by answer or by metadata.

    leader       Produce  RequestExpand  RequestShrink  LearnAnswer  LearnMetadata
    follower     Fetch
    controller   Decide
    environment  FallBehind  Fence  Unfence  Stop  Restart

A request is repeated until its answer arrives, so it may be decided twice, and an answer may be lost; metadata comes in
order, but late. The leader looks at its high watermark whenever something happens that may move it, in the same step.
Sources: KIP-497, KIP-841, KIP-903, KIP-966; `Partition.scala`, `DefaultAlterPartitionManager.java`,
`ReplicationControlManager.java`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nilometer_models.machine import Instance, Machine
from nilometer_models.protocols.isr_changes.state import (
    LEADER,
    UNKNOWN,
    Config,
    Image,
    Leader,
    Request,
    Rules,
    State,
    View,
    changed,
    initial,
    is_eligible,
    maximal_isr,
    refusal,
    with_high_watermark,
)

MACHINE: Machine[Config, State, View] = Machine("isr_changes", initial, View, home=Path(__file__).parent)


def model(
    replicas: int = 2, minimum: int = 1, records: int = 1, changes: int = 2, fences: int = 1, restarts: int = 1,
    **rules: object,
) -> Instance[Config, State, View]:  # fmt: skip
    """An instance with these bounds; `rules` are fields of `Rules`."""
    config = Config(replicas, minimum, records, changes, fences, restarts, Rules(**rules))  # type: ignore[arg-type]
    return Instance(MACHINE, config)


def followers(c: Config) -> Iterable[int]:
    return range(2, c.replicas + 1)


def truth_values(_: Config) -> Iterable[bool]:
    return (False, True)


def asked_for(s: State, follower: int) -> Request | None:
    """The request about that follower that has no answer yet."""
    return next((request for request in s.requests if request.follower == follower), None)


# -------------------------------------------------------------------------------- leader and followers


@MACHINE.action("leader")
class Produce:
    """The leader appends a record."""

    @staticmethod
    def why_not(c: Config, s: State) -> str | None:
        return "bound: records" if s.log_ends[LEADER - 1] >= c.records else None

    @staticmethod
    def apply(c: Config, s: State) -> State:
        end = s.log_ends[LEADER - 1] + 1
        leader = s.leader._replace(known_ends=changed(s.leader.known_ends, LEADER, end))
        return s._replace(log_ends=changed(s.log_ends, LEADER, end), leader=with_high_watermark(c, leader))


def _fetched(s: State, follower: int) -> State:
    """The leader notes where the follower is, and the follower takes the next record, if there is one."""
    own, end = s.log_ends[follower - 1], s.log_ends[LEADER - 1]
    leader = s.leader._replace(
        known_ends=changed(s.leader.known_ends, follower, own),
        known_epochs=changed(s.leader.known_epochs, follower, s.controller.broker_epochs[follower - 1]),
        caught_up=s.leader.caught_up | {follower} if own == end else s.leader.caught_up,
    )
    return s._replace(leader=leader, log_ends=changed(s.log_ends, follower, min(own + 1, end)))


@MACHINE.action("follower", follower=followers)
class Fetch:
    """A follower fetches: it tells the leader its log end and broker epoch, and takes the next record."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        return "there is nothing new" if _fetched(s, follower) == s else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        after = _fetched(s, follower)
        if after.leader.known_ends == s.leader.known_ends:
            return after
        return after._replace(leader=with_high_watermark(c, after.leader))


@MACHINE.action("fault", follower=followers)
class FallBehind:
    """A follower has not had everything for longer than replica.lag.time.max.ms."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        if follower not in s.leader.caught_up:
            return "it is behind already"
        return "it has everything" if s.leader.known_ends[follower - 1] >= s.log_ends[LEADER - 1] else None

    @staticmethod
    def apply(_: Config, s: State, follower: int) -> State:
        return s._replace(leader=s.leader._replace(caught_up=s.leader.caught_up - {follower}))


# ---------------------------------------------------------------------------------- asking for changes


def _may_ask(c: Config, s: State, follower: int) -> str | None:
    if s.asked >= c.changes:
        return "bound: changes"
    if asked_for(s, follower) is not None:
        return "that request has no answer yet"
    if not c.rules.waits_for_answer:
        return None
    if s.leader.adding is not None or s.leader.removing is not None:
        return "a change is in flight"
    return "a request has no answer yet" if s.requests else None


def _ask(c: Config, s: State, follower: int, isr: frozenset[int], leader: Leader) -> State:
    own = (s.controller.broker_epochs[LEADER - 1], *leader.known_epochs[1:])
    named = tuple(
        epoch if replica in isr and c.rules.requests_name_broker_epochs else UNKNOWN
        for replica, epoch in enumerate(own, start=1)
    )
    request = Request(follower, isr, named, leader.partition_epoch, None)
    return s._replace(leader=leader, requests=s.requests | {request}, asked=s.asked + 1)


@MACHINE.action("leader", follower=followers)
class RequestExpand:
    """The leader asks the controller to add a follower that holds everything that may be committed."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        leader = s.leader
        if (reason := _may_ask(c, s, follower)) is not None:
            return reason
        if follower in leader.isr:
            return "it is a member"
        if not is_eligible(c, leader, follower):
            return "it may not be a member"
        if c.rules.expand_waits_for_high_watermark and leader.known_ends[follower - 1] < leader.high_watermark:
            return "it is below the high watermark"
        return None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        leader = s.leader._replace(adding=follower, removing=None)
        return _ask(c, s, follower, s.leader.isr | {follower}, leader)


@MACHINE.action("leader", follower=followers)
class RequestShrink:
    """The leader asks the controller to remove a member that has been behind for too long."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        if (reason := _may_ask(c, s, follower)) is not None:
            return reason
        if follower not in s.leader.isr:
            return "it is no member"
        if follower in s.leader.caught_up or s.leader.known_ends[follower - 1] >= s.log_ends[LEADER - 1]:
            return "it has caught up"
        return None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        leader = s.leader._replace(adding=None, removing=follower)
        return _ask(c, s, follower, s.leader.isr - {follower}, leader)


# ------------------------------------------------------------------------------------------ controller


def _publish(s: State, image: Image) -> State:
    return s._replace(controller=image, metadata=(*s.metadata, image))


def verdict(c: Config, s: State, request: Request) -> str:
    """What the controller says to a request."""
    if request.partition_epoch != s.controller.partition_epoch:
        return "stale"
    refused = any(refusal(c, s.controller, m, request.member_epochs[m - 1]) for m in request.isr)
    return "ineligible" if refused else "accepted"


@MACHINE.action("controller", follower=followers)
class Decide:
    """The controller decides about the request that concerns a follower, perhaps not for the first time."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        request = asked_for(s, follower)
        if request is None:
            return "nobody has asked"
        return "it has said so" if request.answer == verdict(c, s, request) else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        request = asked_for(s, follower)
        assert request is not None
        answer = verdict(c, s, request)
        after = s._replace(requests=s.requests - {request} | {request._replace(answer=answer)})
        if answer != "accepted":
            return after
        epoch = s.controller.partition_epoch + 1
        return _publish(after, s.controller._replace(isr=request.isr, partition_epoch=epoch))


def _without(c: Config, image: Image, replica: int) -> Image:
    """The controller takes a replica out of the ISR, if it is a member."""
    if replica not in image.isr:
        return image
    epoch = image.partition_epoch + 1 if c.rules.removal_bumps_epoch else image.partition_epoch
    return image._replace(isr=image.isr - {replica}, partition_epoch=epoch)


@MACHINE.action("fault", follower=followers)
class Fence:
    """The controller fences a broker that it does not hear from; it may still fetch."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        if s.fenced >= c.fences:
            return "bound: fences"
        return "it is fenced" if follower in s.controller.fenced else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        image = _without(c, s.controller, follower)
        return _publish(s, image._replace(fenced=image.fenced | {follower}))._replace(fenced=s.fenced + 1)


@MACHINE.action("controller", follower=followers)
class Unfence:
    """The controller hears from a fenced broker that has caught up with the metadata."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        return None if follower in s.controller.fenced else "it is not fenced"

    @staticmethod
    def apply(_: Config, s: State, follower: int) -> State:
        return _publish(s, s.controller._replace(fenced=s.controller.fenced - {follower}))


@MACHINE.action("fault", follower=followers)
class Stop:
    """A broker asks the controller for a controlled shutdown, and still fetches meanwhile."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int) -> str | None:
        if s.fenced >= c.fences:
            return "bound: fences"
        return "it is about to stop" if follower in s.controller.stopping else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        image = _without(c, s.controller, follower)
        return _publish(s, image._replace(stopping=image.stopping | {follower}))._replace(fenced=s.fenced + 1)


@MACHINE.action("fault", follower=followers, loses=truth_values)
class Restart:
    """A broker restarts, perhaps without its log, and registers: out of the ISR, fenced, with a new broker epoch."""

    @staticmethod
    def why_not(c: Config, s: State, follower: int, loses: bool) -> str | None:
        if s.restarted >= c.restarts:
            return "bound: restarts"
        return "there is nothing to lose" if loses and s.log_ends[follower - 1] == 0 else None

    @staticmethod
    def apply(c: Config, s: State, follower: int, loses: bool) -> State:
        image = _without(c, s.controller, follower)
        image = image._replace(
            broker_epochs=changed(image.broker_epochs, follower, image.broker_epochs[follower - 1] + 1),
            fenced=image.fenced | {follower},
            stopping=image.stopping - {follower},
        )
        log_ends = changed(s.log_ends, follower, 0) if loses else s.log_ends
        return _publish(s, image)._replace(log_ends=log_ends, restarted=s.restarted + 1)


# ------------------------------------------------------------------------------ the leader hears of it


def _settled(leader: Leader, isr: frozenset[int], partition_epoch: int) -> Leader:
    """The leader knows the ISR, and no change is in flight."""
    return leader._replace(isr=isr, partition_epoch=partition_epoch, adding=None, removing=None)


@MACHINE.action("leader", follower=followers)
class LearnAnswer:
    """The leader hears the controller's answer to its request about a follower."""

    @staticmethod
    def why_not(_: Config, s: State, follower: int) -> str | None:
        request = asked_for(s, follower)
        return "there is no answer" if request is None or request.answer is None else None

    @staticmethod
    def apply(c: Config, s: State, follower: int) -> State:
        request = asked_for(s, follower)
        assert request is not None
        leader = s.leader
        # A change that newer metadata has overtaken is no longer in flight: its answer says nothing new.
        if follower in (leader.adding, leader.removing):
            if request.answer == "accepted":
                leader = _settled(leader, request.isr, request.partition_epoch + 1)
                if c.rules.answer_moves_high_watermark:
                    leader = with_high_watermark(c, leader)
            elif request.answer == "ineligible":
                leader = _settled(leader, leader.isr, leader.partition_epoch)
        return s._replace(leader=leader, requests=s.requests - {request})


def _obeys(c: Config, leader: Leader, image: Image) -> bool:
    """Does the leader take over what the metadata says of the partition?"""
    if image.partition_epoch == leader.brokers.partition_epoch:
        return False  # it says only something of brokers
    if c.rules.metadata_applies == "any":
        return True
    if not c.rules.metadata_settles_change and (leader.adding is not None or leader.removing is not None):
        return False
    known = leader.partition_epoch
    return image.partition_epoch > known or (
        c.rules.metadata_applies == "same_or_newer" and image.partition_epoch == known
    )


@MACHINE.action("leader")
class LearnMetadata:
    """The leader hears of the next thing that the controller has published."""

    @staticmethod
    def why_not(_: Config, s: State) -> str | None:
        return None if s.metadata else "it has heard of everything"

    @staticmethod
    def apply(c: Config, s: State) -> State:
        image, *later = s.metadata
        leader = s.leader._replace(brokers=image)
        if _obeys(c, s.leader, image):
            leader = with_high_watermark(c, _settled(leader, image.isr, image.partition_epoch))
        return s._replace(leader=leader, metadata=tuple(later))


# ------------------------------------------------------------------------------------------ properties


@MACHINE.invariant("R1", "V2")
def maximal_isr_covers_controller_isr(view: View) -> bool:
    """Whoever the controller may elect is one that the leader's high watermark waits for."""
    return view.state.controller.isr <= maximal_isr(view.config, view.state.leader)


@MACHINE.invariant("R1", "V2")
def high_watermark_within_controller_isr(view: View) -> bool:
    """Every member of the controller's ISR holds everything below the leader's high watermark."""
    s = view.state
    return all(s.log_ends[member - 1] >= s.leader.high_watermark for member in s.controller.isr)


@MACHINE.invariant("R8")
def one_change_in_flight(view: View) -> bool:
    """The leader waits for the answer to one request at most."""
    return len(view.state.requests) <= 1


@MACHINE.invariant("R8", "R1")
def no_fenced_member(view: View) -> bool:
    """No member of the controller's ISR is fenced or about to stop."""
    controller = view.state.controller
    return not controller.isr & (controller.fenced | controller.stopping)


@MACHINE.step_property("R8")
def partition_epochs_grow(before: View, after: View) -> bool:
    """Partition epochs do not go back, and no ISR of the controller's changes without a new one."""
    old, new = before.state, after.state
    if new.controller.isr != old.controller.isr and new.controller.partition_epoch <= old.controller.partition_epoch:
        return False
    return (
        new.controller.partition_epoch >= old.controller.partition_epoch
        and new.leader.partition_epoch >= old.leader.partition_epoch
    )


@MACHINE.step_property("V7", "V3")
def high_watermark_moves_with_the_isr(before: View, after: View) -> bool:
    """When the leader's ISR has changed, its high watermark is where the new ISR lets it be."""
    if before.state.leader.isr == after.state.leader.isr:
        return True
    return with_high_watermark(after.config, after.state.leader) == after.state.leader


@MACHINE.step_property("R3")
def high_watermark_waits_for_the_minimum(before: View, after: View) -> bool:
    """The high watermark moves only while the leader's committed ISR has min.insync.replicas members."""
    moves = after.state.leader.high_watermark > before.state.leader.high_watermark
    return not moves or len(after.state.leader.isr) >= min(after.config.minimum, after.config.replicas)


@MACHINE.leads_to("V7", fair=["Decide", "LearnAnswer", "LearnMetadata"])
def a_change_is_resolved(view: View) -> tuple[bool, bool]:
    """A change in flight comes to an end, whatever is lost or comes late."""
    in_flight = view.state.leader.adding is not None or view.state.leader.removing is not None
    return in_flight, not in_flight


@MACHINE.witness("R8")
def the_two_isrs_differ_both_ways(view: View) -> bool:
    """The leader has a member that the controller has not, and the controller one that the leader has not."""
    controller, leader = view.state.controller.isr, view.state.leader.isr
    return not controller <= leader and not leader <= controller


@MACHINE.witness("R8")
def an_answer_outruns_the_metadata(view: View) -> bool:
    """The leader knows the ISR from an answer before it hears of it from the metadata."""
    return view.state.leader.partition_epoch > view.state.leader.brokers.partition_epoch


@MACHINE.witness("R1")
def a_rebooted_replica_is_refused(view: View) -> bool:
    """The controller refuses a replica that has restarted since the leader asked for it (KIP-903)."""
    s = view.state
    return any(
        request.answer == "ineligible"
        and request.member_epochs[request.follower - 1] < s.controller.broker_epochs[request.follower - 1]
        for request in s.requests
    )


@MACHINE.witness("V7")
def the_high_watermark_waits_for_a_newcomer(view: View) -> bool:
    """The committed ISR would let the high watermark move, the replica that is being added does not yet."""
    s = view.state
    return (
        s.leader.adding is not None
        and s.leader.known_ends[s.leader.adding - 1] == s.leader.high_watermark
        and all(s.leader.known_ends[member - 1] > s.leader.high_watermark for member in s.leader.isr)
    )
