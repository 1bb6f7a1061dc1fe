----------------------------- MODULE ClassicGroup -----------------------------
(***************************************************************************)
(* The classic consumer group: JoinGroup, SyncGroup, generations, static   *)
(* members (KIP-345), ids that are given out before they count (KIP-394),  *)
(* committed offsets that the generation fences, and a coordinator that    *)
(* may be replaced by another one, which knows only the log.               *)
(*                                                                         *)
(* A request is handled in one step; its answer arrives in another, or is  *)
(* lost.  JoinGroup and SyncGroup are parked at the coordinator until it   *)
(* can answer.  A process that is paused does nothing for a while.         *)
(* Assignment is eager: who joins has given up everything it owned.        *)
(*                                                                         *)
(* What the coordinator does is in GroupCoordinator.tla, with the rules as *)
(* constants.                                                              *)
(***************************************************************************)
EXTENDS Integers, FiniteSets, GroupCoordinator

VARIABLES
    group,      \* [state, initial, generation, leader, members, pending, unsynced].  One protocol, no metadata.
    log,        \* the last record written: [generation, leader, members]
    processes,  \* process -> [phase, memberId, generation, owned, position, answer]
    committed,  \* partition -> [offset, generation]
    issued,     \* member ids given out
    expired, lost, reloaded

vars == <<group, log, processes, committed, issued, expired, lost, reloaded>>

\* A member in the generation of the group, not superseded by another process.
IsCurrent(p) == RefusalIn(group, p, processes[p].memberId, processes[p].generation) = "NONE"

Owners(x) == {p \in Procs : x \in processes[p].owned /\ IsCurrent(p)}

-----------------------------------------------------------------------------
(* Steps. *)

Now == [group |-> group, log |-> log, processes |-> processes, issued |-> issued]

\* A rebalance may end by itself, so none begins that would need one generation more.
Become(w) ==
    /\ w.group.generation + (IF w.group.state = "PreparingRebalance" THEN 1 ELSE 0) <= Generations
    /\ group' = w.group
    /\ log' = w.log
    /\ processes' = w.processes
    /\ issued' = w.issued

\* A process sends JoinGroup, with its member id if it has one.
Join(process) ==
    /\ processes[process].phase \in {"unjoined", "revoking"}
    /\ (processes[process].memberId = 0 => issued < MemberIds) = TRUE
    /\ Become(HandleJoin(Now, process))
    /\ UNCHANGED <<committed, expired, lost, reloaded>>

HasAnswer(p, phase) == processes[p].phase = phase /\ processes[p].answer # None

\* A process is told MEMBER_ID_REQUIRED, and its member id (KIP-394).
LearnMemberId(process) ==
    /\ HasAnswer(process, "joining")
    /\ processes[process].answer.generation = 0
    /\ processes' = [processes EXCEPT ![process] =
            [@ EXCEPT !.phase = "unjoined", !.memberId = processes[process].answer.memberId, !.answer = None]]
    /\ UNCHANGED <<group, log, committed, issued, expired, lost, reloaded>>

\* A process hears that its JoinGroup is complete, and sends SyncGroup; the leader's holds everybody's share.
Sync(process) ==
    /\ HasAnswer(process, "joining")
    /\ processes[process].answer.generation > 0
    /\ Become(HandleSync(Now, process))
    /\ UNCHANGED <<committed, expired, lost, reloaded>>

\* A process hears of its assignment, and starts at the committed offsets.
Assign(process) ==
    /\ HasAnswer(process, "syncing")
    /\ LET mine == processes[process].answer.assignment
       IN  processes' = [processes EXCEPT ![process] =
                [@ EXCEPT !.phase = "owning", !.owned = mine, !.answer = None,
                          !.position = [x \in Parts |-> IF x \in mine THEN committed[x].offset ELSE 0]]]
    /\ UNCHANGED <<group, log, committed, issued, expired, lost, reloaded>>

\* The application gets the next record of a partition that its process owns.
Deliver(process, partition) ==
    /\ partition \in processes[process].owned
    /\ (processes[process].phase = "revoking" => ~DeliveryStopsAtRevocation) = TRUE
    /\ processes[process].position[partition] < Records
    /\ processes' = [processes EXCEPT ![process].position[partition] = @ + 1]
    /\ UNCHANGED <<group, log, committed, issued, expired, lost, reloaded>>

CommitOf(p, x) == [offset |-> processes[p].position[x], generation |-> processes[p].generation]

\* A member commits how far it has come in a partition.
Commit(process, partition) ==
    /\ processes[process].phase = "owning"
    /\ partition \in processes[process].owned
    /\ committed[partition] # CommitOf(process, partition)
    /\ (CommitChecksGeneration => IsCurrent(process) /\ group.state # "CompletingRebalance") = TRUE
    /\ committed' = [committed EXCEPT ![partition] = CommitOf(process, partition)]
    /\ UNCHANGED <<group, log, processes, issued, expired, lost, reloaded>>

\* A process hears that it is no longer a member of this generation.  It has lost its partitions.
Heartbeat(process) ==
    /\ processes[process].phase = "owning"
    /\ ~IsCurrent(process)
    /\ LET q == processes[process]
       IN  processes' = [processes EXCEPT ![process] =
                Rejected(q, RefusalIn(group, process, q.memberId, q.generation))]
    /\ UNCHANGED <<group, log, committed, issued, expired, lost, reloaded>>

\* A member hears that a rebalance is under way, or leads and wants one: it commits, to give its partitions up.
StopAndCommit(process) ==
    /\ processes[process].phase = "owning"
    /\ IsCurrent(process)
    /\ (\/ group.state = "PreparingRebalance"
        \/ group.state = "Stable" /\ group.leader = processes[process].memberId) = TRUE
    /\ committed' = [x \in Parts |-> IF x \in processes[process].owned THEN CommitOf(process, x) ELSE committed[x]]
    /\ processes' = [processes EXCEPT ![process].phase = "revoking"]
    /\ UNCHANGED <<group, log, issued, expired, lost, reloaded>>

\* A dynamic member is closed: it leaves at once, and may come again as a new one.
Leave(process) ==
    /\ InstanceOf(process) = 0
    /\ processes[process].phase = "owning"
    /\ IsMember(group, processes[process].memberId)
    /\ LET w == RebalanceOrComplete([Now EXCEPT !.group = Without(group, processes[process].memberId)])
       IN  Become([w EXCEPT !.processes[process] = Rejected(@, "UNKNOWN_MEMBER_ID")])
    /\ UNCHANGED <<committed, expired, lost, reloaded>>

\* The time to join is over: dynamic members that have not are removed.
EndRebalance ==
    /\ group.state = "PreparingRebalance"
    /\ Complete(Now).group # group
    /\ Become(Complete(Now))
    /\ UNCHANGED <<committed, expired, lost, reloaded>>

\* Nothing was heard of a member for its session time-out, or nobody has come with an id that was given out.
ExpireSession(member) ==
    /\ (member \in group.pending \/ member \in Present(group.members)) = TRUE
    /\ LET found == group.members[member]
       IN  (IF found = None THEN TRUE ELSE found.isNew \/ (found.joining = 0 /\ found.syncing = 0)) = TRUE
    /\ expired < Expiries
    /\ Become(Expire(Now, member))
    /\ expired' = expired + 1
    /\ UNCHANGED <<committed, lost, reloaded>>

\* The time to send SyncGroup is over: members that have not are removed, and a new rebalance begins.
ExpireSync ==
    /\ group.state \in {"CompletingRebalance", "Stable"}
    /\ group.unsynced # {}
    /\ expired < Expiries
    /\ Become(DropUnsynced(Now))
    /\ expired' = expired + 1
    /\ UNCHANGED <<committed, lost, reloaded>>

\* A connection breaks, and with it the answer that a process waits for: it tries again.
LoseAnswer(process) ==
    /\ processes[process].phase \in {"joining", "syncing"}
    /\ lost < Lost
    /\ lost' = lost + 1
    /\ LET OrGone(p) == IF p = process THEN Gone ELSE p
       IN  group' = [group EXCEPT !.members = [m \in Ids |-> IF group.members[m] = None THEN None
                ELSE [group.members[m] EXCEPT !.joining = OrGone(@), !.syncing = OrGone(@)]]]
    /\ processes' = [processes EXCEPT ![process] = [@ EXCEPT !.phase = "unjoined", !.answer = None]]
    /\ UNCHANGED <<log, committed, issued, expired, reloaded>>

\* Another broker becomes coordinator: it knows what the log says, and no more.
Reload ==
    /\ reloaded < Reloads
    /\ reloaded' = reloaded + 1
    /\ LET Parked(p) == \E m \in Present(group.members) : p \in {group.members[m].joining, group.members[m].syncing}
           ms == [m \in Ids |-> IF log.members[m] = None THEN None
                  ELSE [MemberOf(log.members[m].instance, log.members[m].assignment, 0, FALSE) EXCEPT !.joining = 0]]
       IN  /\ group' = [state |-> IF Present(ms) = {} THEN "Empty" ELSE "Stable", initial |-> FALSE,
                        generation |-> log.generation, leader |-> log.leader, members |-> ms,
                        pending |-> {}, unsynced |-> {}]
           /\ processes' = [p \in Procs |-> IF Parked(p) THEN [processes[p] EXCEPT !.phase = "unjoined"]
                                            ELSE processes[p]]
    /\ UNCHANGED <<log, committed, issued, expired, lost>>

-----------------------------------------------------------------------------
Init ==
    /\ group = [state |-> "Empty", initial |-> FALSE, generation |-> 0, leader |-> 0,
                members |-> [m \in Ids |-> None], pending |-> {}, unsynced |-> {}]
    /\ log = [generation |-> 0, leader |-> 0, members |-> [m \in Ids |-> None]]
    /\ processes = [p \in Procs |-> [phase |-> "unjoined", memberId |-> 0, generation |-> 0, owned |-> {},
                                     position |-> Start, answer |-> None]]
    /\ committed = [x \in Parts |-> [offset |-> 0, generation |-> 0]]
    /\ issued = 0
    /\ expired = 0
    /\ lost = 0
    /\ reloaded = 0

Next ==
    \/ \E process \in Procs : Join(process)
    \/ \E process \in Procs : LearnMemberId(process)
    \/ \E process \in Procs : Sync(process)
    \/ \E process \in Procs : Assign(process)
    \/ \E process \in Procs : \E partition \in Parts : Deliver(process, partition)
    \/ \E process \in Procs : \E partition \in Parts : Commit(process, partition)
    \/ \E process \in Procs : Heartbeat(process)
    \/ \E process \in Procs : StopAndCommit(process)
    \/ \E process \in Procs : Leave(process)
    \/ EndRebalance
    \/ \E member \in Ids : ExpireSession(member)
    \/ ExpireSync
    \/ \E process \in Procs : LoseAnswer(process)
    \/ Reload

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

\* No partition is owned by two members of the current generation.
SingleOwner == \A x \in Parts : Cardinality(Owners(x)) <= 1

\* While the group is stable, its members together are assigned every partition, each once.
AllAssignedWhenStable ==
    group.state = "Stable" => \A x \in Parts :
        Cardinality({m \in Present(group.members) : x \in group.members[m].assignment}) = 1

\* An instance id has at most one member.
InstanceMapsOneMember ==
    \A m \in Present(group.members) : \A o \in Present(group.members) :
        (m # o /\ group.members[m].instance # 0) => group.members[m].instance # group.members[o].instance

\* A member id is known to one process only.
MemberHasOneProcess ==
    \A p \in Procs : \A q \in Procs :
        (p # q /\ processes[p].memberId # 0) => processes[p].memberId # processes[q].memberId

\* There are no more members than processes, unless a new coordinator has brought back members that had left.
NoPhantomMembers == reloaded > 0 \/ Cardinality(Present(group.members)) <= Dynamic + Static

\* A group that is stable or empty is what a new coordinator would read from the log.
StateIsFoldOfLog == group.state \in {"Stable", "Empty"} => RecordOf(group) = log

\* A committed offset changes only by a commit in the generation of the group.
StaleCommitHasNoEffect == [][
    \A x \in Parts : committed'[x] = committed[x] \/ committed'[x].generation = group.generation ]_vars

\* A member that gives a partition up to join again has committed everything that it has delivered.
RevokedMeansCommitted == [][
    \A p \in Procs : (processes'[p].phase = "joining" /\ IsCurrent(p)) =>
        \A x \in processes[p].owned : processes[p].position[x] = committed[x].offset ]_vars

\* The generation never falls, but that a new coordinator starts from the last one that was written.
GenerationsGrow == [][
    /\ log.generation <= log'.generation
    /\ group.generation <= group'.generation \/ reloaded < reloaded' ]_vars

\* Only a completed rebalance becomes Stable, and each completed rebalance is a generation of its own.
TransitionsAreLegal == [][
    (group.state # group'.state /\ reloaded = reloaded') =>
        LET same == group.generation = group'.generation
        IN  CASE group'.state = "Stable" -> group.state = "CompletingRebalance" /\ same
              [] group'.state \in {"CompletingRebalance", "Empty"} -> ~same
              [] OTHER -> same ]_vars

\* A member that joins again, as it must, remains a member.
JoiningKeepsMembership == [][
    \A p \in Procs :
        (/\ processes[p].phase \in {"unjoined", "revoking"}
         /\ processes'[p].phase # "revoking"
         /\ processes'[p] # processes[p]
         /\ Refusal(group, p, processes[p].memberId) = "NONE")
            => IsMember(group', processes[p].memberId) ]_vars
=============================================================================
