------------------------------ MODULE SchemaIds ------------------------------
(* Registries of schemas whose state is the fold of one compacted topic. An id names one content for ever, also   *)
(* when that content was deleted and no record of it is left.                                                   *)
(*                                                                                                              *)
(* The key of a record is its subject; key 0 is the high mark, the highest id that was given. Compaction leaves  *)
(* holes, so that offsets stay. Simplified: a subject has one version; a registry reads to the end at once.      *)
(* Sources: schemas topic of Confluent's registry and of Karapace (karapace #170, #876; schema-registry #1003).  *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Registries, Subjects, Contents,     \* how many
    Writes, Restarts, Compactions,      \* how often
    None,
    WritesAtEnd,            \* only who has read to the end writes
    Counter,                \* ids follow the "high_mark", what "schemas" were read, or what is "present"
    ContentKeepsId,         \* known content is registered under its id
    SoftDeletedReplayed,    \* a reader keeps what was softly deleted
    HardNeedsSoft           \* what is live is not deleted for good

VARIABLES
    topic,          \* sequence of [subject, kind, content, id]; kinds: "schema", "soft", "gone", "mark", "hole"
    registries,     \* registry -> [read, entries, highest]; entries: subject -> [kind, content, id]
    given,          \* <<id, content>> of every answer
    writesLeft, restartsLeft, compactionsLeft

vars == <<topic, registries, given, writesLeft, restartsLeft, compactionsLeft>>

Ids == 1..Registries
Keys == 1..Subjects
Nothing == [kind |-> "none", content |-> 0, id |-> 0]
Hole == [subject |-> 0, kind |-> "hole", content |-> 0, id |-> 0]
Empty == [read |-> 0, entries |-> [k \in Keys |-> Nothing], highest |-> 0]
Max(set) == CHOOSE x \in set : \A y \in set : y <= x

\* What a subject is after the records behind `read`, if it was `entry` before: what its last record says.
After(entry, subject, read) ==
    LET own == {n \in (read + 1)..Len(topic) : topic[n].subject = subject}
        last == topic[Max(own)]
    IN  IF own = {} THEN entry
        ELSE IF last.kind = "gone" THEN Nothing
        ELSE [kind |-> last.kind, content |-> last.content, id |-> last.id]
Said(subject) == After(Nothing, subject, 0)

MayWrite(r) == (WritesAtEnd => registries[r].read = Len(topic)) /\ writesLeft > 0

IdFor(r, content) ==
    LET known == {k \in Keys : registries[r].entries[k].content = content}
        first == CHOOSE k \in known : \A other \in known : k <= other
    IN  IF known # {} /\ ContentKeepsId THEN registries[r].entries[first].id
        ELSE IF Counter = "present" THEN 1 + Max({registries[r].entries[k].id : k \in Keys})
        ELSE 1 + registries[r].highest

-----------------------------------------------------------------------------
\* A registry writes a schema, under the id of its content or the next one, and the high mark before it.
Register(registry, subject, content) ==
    LET known == registries[registry].entries[subject]
        id == IdFor(registry, content)
    IN  /\ known.kind # "schema"
        /\ (known.kind = "soft" => known.content = content) = TRUE
        /\ MayWrite(registry)
        /\ topic' = topic \o <<
                [subject |-> 0, kind |-> "mark", content |-> 0, id |-> Max({id, registries[registry].highest})],
                [subject |-> subject, kind |-> "schema", content |-> content, id |-> id]>>
        /\ given' = given \cup {<<id, content>>}
        /\ writesLeft' = writesLeft - 1
        /\ UNCHANGED <<registries, restartsLeft, compactionsLeft>>

\* A registry writes that a schema is deleted; its id still resolves.
SoftDelete(registry, subject) ==
    LET known == registries[registry].entries[subject]
    IN  /\ known.kind = "schema"
        /\ MayWrite(registry)
        /\ topic' = Append(topic, [subject |-> subject, kind |-> "soft", content |-> known.content, id |-> known.id])
        /\ writesLeft' = writesLeft - 1
        /\ UNCHANGED <<registries, given, restartsLeft, compactionsLeft>>

\* A registry writes a tombstone for a schema that was softly deleted.
HardDelete(registry, subject) ==
    /\ registries[registry].entries[subject].kind \in (IF HardNeedsSoft THEN {"soft"} ELSE {"soft", "schema"})
    /\ MayWrite(registry)
    /\ topic' = Append(topic, [subject |-> subject, kind |-> "gone", content |-> 0, id |-> 0])
    /\ writesLeft' = writesLeft - 1
    /\ UNCHANGED <<registries, given, restartsLeft, compactionsLeft>>

\* A registry reads to the end of the topic.
CatchUp(registry) ==
    LET old == registries[registry]
        new(subject) == After(old.entries[subject], subject, old.read)
        counted == {"schema", "soft"} \cup (IF Counter = "high_mark" THEN {"mark"} ELSE {})
        seen == {n \in (old.read + 1)..Len(topic) : topic[n].kind \in counted}
    IN  /\ old.read < Len(topic)
        /\ registries' = [registries EXCEPT ![registry] =
                [read |-> Len(topic),
                 entries |-> [k \in Keys |->
                        IF new(k).kind = "soft" /\ ~SoftDeletedReplayed THEN Nothing ELSE new(k)],
                 highest |-> Max({old.highest} \cup {topic[n].id : n \in seen})]]
        /\ UNCHANGED <<topic, given, writesLeft, restartsLeft, compactionsLeft>>

-----------------------------------------------------------------------------
\* A registry restarts and has read nothing.
Restart(registry) ==
    /\ restartsLeft > 0
    /\ registries[registry].read > 0
    /\ restartsLeft' = restartsLeft - 1
    /\ registries' = [registries EXCEPT ![registry] = Empty]
    /\ UNCHANGED <<topic, given, writesLeft, compactionsLeft>>

\* The topic is compacted: of each key the last record stays, and no tombstone that all registries have read.
Stays(n) ==
    /\ topic[n].kind \notin {"hole", "gone"}
    /\ \A m \in (n + 1)..Len(topic) : topic[m].subject # topic[n].subject \/ topic[m].kind = "hole"
Compact ==
    /\ compactionsLeft > 0
    /\ \A r \in Ids : registries[r].read \in {0, Len(topic)}
    /\ topic' = [n \in 1..Len(topic) |-> IF Stays(n) THEN topic[n] ELSE Hole]
    /\ topic' # topic
    /\ compactionsLeft' = compactionsLeft - 1
    /\ UNCHANGED <<registries, given, writesLeft, restartsLeft>>

-----------------------------------------------------------------------------
Init ==
    /\ topic = <<>>
    /\ registries = [r \in Ids |-> Empty]
    /\ given = {}
    /\ writesLeft = Writes
    /\ restartsLeft = Restarts
    /\ compactionsLeft = Compactions

Next ==
    \/ \E registry \in Ids : \E subject \in Keys : \E content \in 1..Contents : Register(registry, subject, content)
    \/ \E registry \in Ids : \E subject \in Keys : SoftDelete(registry, subject)
    \/ \E registry \in Ids : \E subject \in Keys : HardDelete(registry, subject)
    \/ \E registry \in Ids : CatchUp(registry)
    \/ \E registry \in Ids : Restart(registry)
    \/ Compact

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* No id was ever given to two contents.
IdsNameOneContent == \A one \in given : \A other \in given : one[1] = other[1] => one = other

\* Subjects that have the same content, softly deleted or not, have it under the same id.
EqualContentHasOneId ==
    \A one \in Keys : \A other \in Keys : Said(one).content = Said(other).content => Said(one).id = Said(other).id

\* A registry that has read the whole topic, when and in whatever state it was, knows what the topic says now.
MemoryIsTheReplay ==
    \A r \in Ids : registries[r].read = Len(topic) => \A k \in Keys : registries[r].entries[k] = Said(k)

\* No schema that is live is gone with one record.
LiveIsDeletedSoftlyFirst ==
    [][ \A k \in Keys : Said(k).kind = "schema" => Said(k)'.kind # "none" ]_vars
=============================================================================
