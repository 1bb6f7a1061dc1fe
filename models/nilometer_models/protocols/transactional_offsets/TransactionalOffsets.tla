------------------------ MODULE TransactionalOffsets ------------------------
(***************************************************************************)
(* A group that reads one partition: members process its records, produce  *)
(* the results in transactions, and commit the offset of what they have    *)
(* read in the same transaction (KIP-98, KIP-447).                         *)
(*                                                                         *)
(* A member that the group has replaced goes on until it notices.          *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Members,            \* processes with a producer each; ids 1..Members
    Inputs,             \* records of the partition, from offset 0
    Generations,        \* of the group
    Aborts,             \* transactions that are given up
    PlainCommits,       \* commits without transaction
    Reloads,            \* new coordinators of the group
    None,
    FencedByGroup,      \* TxnOffsetCommit of a stale generation is refused (KIP-447)
    StableFetch,        \* a new owner waits while an offset is pending (KIP-447)
    PendingHidden,      \* an offset counts when its commit marker comes
    AbortDropsPending,  \* an abort marker ends what was pending
    LiveByRecord,       \* of racing commits the later offset record wins
    ReplayByRecord,     \* ... also when the log is read (KAFKA-14505)
    ReplayByProducer    \* a marker concerns its own producer only

VARIABLES
    generation, owner,  \* of the group
    members,            \* member -> [phase, generation, start, position]
    decisions,          \* member -> how its last transaction ends, until its marker is in the log
    log,                \* of the group coordinator: [kind, producer, offset].  No compaction, no other group.
    held,               \* what it holds: [committed, pending], each [offset, record]
    done,               \* ghost: inputs whose outputs are committed, in the order of commits
    aborts, plainCommits, reloads

vars == <<generation, owner, members, decisions, log, held, done, aborts, plainCommits, reloads>>
group == <<generation, owner>>
budgets == <<aborts, plainCommits, reloads>>

Ids == 1..Members
Markers == {"commit", "abort"}
Greatest(set) == CHOOSE x \in set : \A y \in set : x >= y
Least(set) == CHOOSE x \in set : \A y \in set : x <= y

-----------------------------------------------------------------------------
(* What the group coordinator makes of its log (OffsetMetadataManager). *)

Nothing == [committed |-> [offset |-> 0, record |-> 0], pending |-> [m \in Ids |-> None]]

\* After one more entry, which is number `record`, and concerns `producer`.
Folded(h, entry, producer, record, byRecord) ==
    LET stored == [offset |-> entry.offset, record |-> record]
        pending == IF producer = 0 THEN None ELSE h.pending[producer]
        counts == pending # None /\ (~byRecord \/ pending.record > h.committed.record)
    IN  CASE entry.kind = "plain" -> [h EXCEPT !.committed = stored]
          [] entry.kind = "offset" -> [committed |-> IF PendingHidden THEN h.committed ELSE stored,
                                       pending |-> [h.pending EXCEPT ![producer] = stored]]
          [] entry.kind = "abort" -> IF AbortDropsPending THEN [h EXCEPT !.pending[producer] = None] ELSE h
          [] entry.kind = "commit" -> [committed |-> IF counts THEN pending ELSE h.committed,
                                       pending |-> [h.pending EXCEPT ![producer] = None]]

\* Whom an entry concerns when the log is read.
Concerned(h, entry) ==
    LET waiting == {m \in Ids : h.pending[m] # None}
    IN  IF entry.kind \notin Markers \/ ReplayByProducer \/ waiting = {} THEN entry.producer ELSE Least(waiting)

RECURSIVE Replayed(_)
Replayed(end) ==
    IF end = 0 THEN Nothing
    ELSE LET before == Replayed(end - 1)
         IN  Folded(before, log[end], Concerned(before, log[end]), end, ReplayByRecord)

\* An offset record counts: it is a plain one, or the next marker of its transaction is a commit.
Visible(record) ==
    LET later == {r \in (record + 1)..Len(log) : log[r].producer = log[record].producer /\ log[r].kind \in Markers}
    IN  \/ log[record].kind = "plain"
        \/ log[record].kind = "offset" /\ later # {} /\ log[Least(later)].kind = "commit"

LastVisible ==
    LET counting == {r \in 1..Len(log) : Visible(r)}
    IN  IF counting = {} THEN [offset |-> 0, record |-> 0]
        ELSE [offset |-> log[Greatest(counting)].offset, record |-> Greatest(counting)]

Write(kind, producer, offset) ==
    LET entry == [kind |-> kind, producer |-> producer, offset |-> offset]
    IN  /\ log' = Append(log, entry)
        /\ held' = Folded(held, entry, producer, Len(log) + 1, LiveByRecord)

-----------------------------------------------------------------------------
(* The group, and its members. *)

\* The group gives the partition to a member, in a new generation.
Rebalance(member) ==
    /\ owner # member
    /\ generation < Generations
    /\ generation' = generation + 1
    /\ owner' = member
    /\ UNCHANGED <<members, decisions, log, held, done, budgets>>

\* The new owner hears of its partition, and asks where to begin (OffsetFetch with require_stable).
Assign(member) ==
    LET start == held.committed.offset
    IN  /\ owner = member
        /\ members[member].phase = "idle"
        /\ (StableFetch => \A m \in Ids : held.pending[m] = None) = TRUE
        /\ members' = [members EXCEPT ![member] =
                [phase |-> "consuming", generation |-> generation, start |-> start, position |-> start]]
        /\ UNCHANGED <<group, decisions, log, held, done, budgets>>

\* A member processes the next input, and produces the result inside its transaction.
Process(member) ==
    /\ members[member].phase = "consuming"
    /\ decisions[member] = None
    /\ members[member].position < Inputs
    /\ members' = [members EXCEPT ![member].position = @ + 1]
    /\ UNCHANGED <<group, decisions, log, held, done, budgets>>

\* A member sends its offset into the transaction (TxnOffsetCommit); a stale generation is refused.
Stage(member) ==
    LET m == members[member]
    IN  /\ m.phase = "consuming"
        /\ m.position # m.start
        /\ (FencedByGroup => owner = member /\ generation = m.generation) = TRUE
        /\ members' = [members EXCEPT ![member].phase = "staged"]
        /\ Write("offset", member, m.position)
        /\ UNCHANGED <<group, decisions, done, budgets>>

\* A member commits its transaction: its outputs, and the offset that is pending, will be visible (EndTxn).
Commit(member) ==
    LET m == members[member]
    IN  /\ m.phase = "staged"
        /\ members' = [members EXCEPT ![member].phase = "consuming", ![member].start = m.position]
        /\ decisions' = [decisions EXCEPT ![member] = "commit"]
        /\ done' = done \o [i \in 1..(m.position - m.start) |-> m.start + i - 1]
        /\ UNCHANGED <<group, log, held, budgets>>

\* A member gives its transaction up, or is fenced by a time-out, and has to ask again where to begin.
Abort(member) ==
    LET m == members[member]
    IN  /\ (m.phase = "staged" \/ (m.phase = "consuming" /\ m.position > m.start)) = TRUE
        /\ aborts < Aborts
        /\ aborts' = aborts + 1
        /\ members' = [members EXCEPT ![member].phase = "idle"]
        /\ decisions' = [decisions EXCEPT ![member] = "abort"]
        /\ UNCHANGED <<group, log, held, done, plainCommits, reloads>>

\* A member without an open transaction notices that its generation is over.
Revoke(member) ==
    LET m == members[member]
    IN  /\ m.phase = "consuming"
        /\ m.position = m.start
        /\ m.generation # generation
        /\ members' = [members EXCEPT ![member].phase = "idle"]
        /\ UNCHANGED <<group, decisions, log, held, done, budgets>>

-----------------------------------------------------------------------------
(* The coordinator of the group. *)

\* The marker of a member's transaction reaches the offsets: what was pending is visible, or gone.
WriteMarker(member) ==
    /\ decisions[member] # None
    /\ decisions' = [decisions EXCEPT ![member] = None]
    /\ Write(decisions[member], member, 0)
    /\ UNCHANGED <<group, members, done, budgets>>

\* Somebody commits an offset without a transaction: an operator who resets the group, or a wrong application.
CommitPlain(offset) ==
    /\ plainCommits < PlainCommits
    /\ plainCommits' = plainCommits + 1
    /\ Write("plain", 0, offset)
    /\ UNCHANGED <<group, members, decisions, done, aborts, reloads>>

\* Another broker becomes group coordinator, and reads the log.
Reload ==
    /\ reloads < Reloads
    /\ reloads' = reloads + 1
    /\ held' = Replayed(Len(log))
    /\ UNCHANGED <<group, members, decisions, log, done, aborts, plainCommits>>

-----------------------------------------------------------------------------
Init ==
    /\ generation = 0
    /\ owner = None
    /\ members = [m \in Ids |-> [phase |-> "idle", generation |-> 0, start |-> 0, position |-> 0]]
    /\ decisions = [m \in Ids |-> None]
    /\ log = <<>>
    /\ held = Nothing
    /\ done = <<>>
    /\ aborts = 0 /\ plainCommits = 0 /\ reloads = 0

Next ==
    \/ \E member \in Ids : Rebalance(member)
    \/ \E member \in Ids : Assign(member)
    \/ \E member \in Ids : Process(member)
    \/ \E member \in Ids : Stage(member)
    \/ \E member \in Ids : Commit(member)
    \/ \E member \in Ids : Abort(member)
    \/ \E member \in Ids : Revoke(member)
    \/ \E member \in Ids : WriteMarker(member)
    \/ \E offset \in 0..Inputs : CommitPlain(offset)
    \/ Reload

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

\* The committed offset is from a record that counts: a plain one, or one whose transaction is committed.
PendingInvisible == held.committed.record = 0 \/ Visible(held.committed.record)

\* The committed offset is that of the last offset record that counts, whenever its marker came.
LaterRecordWins == held.committed = LastVisible

\* The committed outputs are those of the inputs in order, each once, unless there was a plain commit.
EachInputProcessedOnce == plainCommits > 0 \/ \A i \in 1..Len(done) : done[i] = i - 1

\* When nothing is under way, the committed offset says how many inputs have committed outputs.
OffsetAgreesWithOutputs ==
    (plainCommits = 0 /\ \A m \in Ids : decisions[m] = None) => held.committed.offset = Len(done)

\* The committed offset changes only when something is written: never because another coordinator reads the log.
OnlyTheLogChangesOffsets == [][log = log' => held.committed.offset = held'.committed.offset]_vars
=============================================================================
