----------------------------- MODULE ProducerIds -----------------------------
(* Brokers give producer ids from blocks that the controller hands out (KIP-730): no id is given twice.           *)
(*                                                                                                              *)
(* A broker asks for a block ahead of need. The controller promises the next block and answers when its log has  *)
(* it; the answer may come twice. Simplified: the log is a number; a request is a flag of the broker.            *)
(* Kafka's classes: ProducerIdControlManager, RPCProducerIdManager, ProducerIdsBlock.                            *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Brokers, BlockSize, Blocks,     \* 1000 ids a block in Kafka; how many blocks there are
    Repeats, Restarts, Elections,   \* how often each fault may happen
    None,
    BlockBegins,            \* "after_last" id in use, "at_last" (before KAFKA-20031), or "anywhere"
    PersistedBeforeAnswer,  \* the controller answers when its log has the next id
    BlocksDisjoint,         \* a block begins after the one before
    RestartAsksAnew,        \* a broker that restarts gives up the rest of its block
    LogSurvives             \* a new controller has the log

VARIABLES
    brokers,    \* broker -> [current, ahead, asked]; blocks are [first, last, next] or None
    nextId,     \* what the controller in office takes for the first id of the next block
    loggedId,   \* the same in the log
    answers,    \* broker -> sequence of first ids of blocks under way to it
    given,      \* every id that was given, in order
    allocated,  \* blocks so far
    left        \* <<repeats, restarts, elections>> that may still happen

vars == <<brokers, nextId, loggedId, answers, given, allocated, left>>

Ids == 1..Brokers
Block(first) == [first |-> first, last |-> first + BlockSize - 1, next |-> first]
Exhausted(block) == IF block = None THEN TRUE ELSE block.next > block.last
Spend(fault) == left' = [left EXCEPT ![fault] = @ - 1]

\* A broker does not take a block that begins within the one in use, or before it (sanityCheckResponse).
Refused(broker, first) ==
    IF brokers[broker].current = None \/ BlockBegins = "anywhere" THEN FALSE
    ELSE \/ first < brokers[broker].current.last
         \/ first = brokers[broker].current.last /\ BlockBegins = "after_last"

-----------------------------------------------------------------------------
\* A broker asks for a block, also ahead of need; it may have given up an earlier request.
AskForBlock(broker) ==
    /\ brokers[broker].ahead = None
    /\ ~brokers[broker].asked
    /\ brokers' = [brokers EXCEPT ![broker].asked = TRUE]
    /\ UNCHANGED <<nextId, loggedId, answers, given, allocated, left>>

\* The controller promises the next block to a broker that has asked.
Allocate(broker) ==
    /\ brokers[broker].asked
    /\ answers[broker] = <<>>
    /\ (PersistedBeforeAnswer => nextId = loggedId) = TRUE
    /\ allocated < Blocks
    /\ nextId' = nextId + (IF BlocksDisjoint THEN BlockSize ELSE BlockSize - 1)
    /\ allocated' = allocated + 1
    /\ answers' = [answers EXCEPT ![broker] = <<nextId>>]
    /\ UNCHANGED <<brokers, loggedId, given, left>>

\* A majority of the controllers has the next id in its log.
Persist ==
    /\ nextId # loggedId
    /\ loggedId' = nextId
    /\ UNCHANGED <<brokers, nextId, answers, given, allocated, left>>

\* A broker takes the next answer: the block ahead, unless it is none that can come after the block in use.
TakeBlock(broker) ==
    /\ answers[broker] # <<>>
    /\ (PersistedBeforeAnswer => Head(answers[broker]) < loggedId) = TRUE
    /\ brokers' = [brokers EXCEPT
            ![broker].ahead = IF Refused(broker, Head(answers[broker])) THEN @ ELSE Block(Head(answers[broker])),
            ![broker].asked = FALSE]
    /\ answers' = [answers EXCEPT ![broker] = Tail(@)]
    /\ UNCHANGED <<nextId, loggedId, given, allocated, left>>

\* A broker gives the next id to a producer; where its block has none left, from the block ahead.
GiveId(broker) ==
    LET known == brokers[broker]
        turns == Exhausted(known.current)
        used == IF turns THEN known.ahead ELSE known.current
    IN  /\ used # None
        /\ given' = Append(given, used.next)
        /\ brokers' = [brokers EXCEPT ![broker] =
                [current |-> [used EXCEPT !.next = @ + 1],
                 ahead |-> IF turns THEN None ELSE known.ahead,
                 asked |-> known.asked]]
        /\ UNCHANGED <<nextId, loggedId, answers, allocated, left>>

-----------------------------------------------------------------------------
\* An answer comes twice: the request was sent again, or the connection was.
RepeatAnswer(broker) ==
    /\ left[1] > 0
    /\ Len(answers[broker]) = 1
    /\ Spend(1)
    /\ answers' = [answers EXCEPT ![broker] = @ \o @]
    /\ UNCHANGED <<brokers, nextId, loggedId, given, allocated>>

\* A broker restarts: it has no block, and no answer to an earlier request reaches it.
Restart(broker) ==
    /\ left[2] > 0
    /\ brokers[broker].current # None
    /\ Spend(2)
    /\ brokers' = [brokers EXCEPT ![broker] =
            [current |-> IF RestartAsksAnew THEN None ELSE Block(brokers[broker].current.first),
             ahead |-> None, asked |-> FALSE]]
    /\ answers' = [answers EXCEPT ![broker] = <<>>]
    /\ UNCHANGED <<nextId, loggedId, given, allocated>>

\* Another controller takes office: what is not in the log was never promised.
ElectController ==
    /\ left[3] > 0
    /\ Spend(3)
    /\ LET logged == IF LogSurvives THEN loggedId ELSE 0
           IsLogged(first) == first < logged
       IN  /\ nextId' = logged
           /\ loggedId' = logged
           /\ answers' = IF PersistedBeforeAnswer
                         THEN [b \in Ids |-> SelectSeq(answers[b], IsLogged)] ELSE answers
    /\ UNCHANGED <<brokers, given, allocated>>

-----------------------------------------------------------------------------
Init ==
    /\ brokers = [b \in Ids |-> [current |-> None, ahead |-> None, asked |-> FALSE]]
    /\ nextId = 0
    /\ loggedId = 0
    /\ answers = [b \in Ids |-> <<>>]
    /\ given = <<>>
    /\ allocated = 0
    /\ left = <<Repeats, Restarts, Elections>>

Next ==
    \/ \E broker \in Ids : AskForBlock(broker)
    \/ \E broker \in Ids : Allocate(broker)
    \/ Persist
    \/ \E broker \in Ids : TakeBlock(broker)
    \/ \E broker \in Ids : GiveId(broker)
    \/ \E broker \in Ids : RepeatAnswer(broker)
    \/ \E broker \in Ids : Restart(broker)
    \/ ElectController

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* No two producers were given the same id.
ProducerIdsUnique == \A i \in 1..Len(given) : \A j \in 1..Len(given) : i # j => given[i] # given[j]

\* Every id that was given is below what the log of the controllers says comes next.
IdsComeFromTheLog == \A i \in 1..Len(given) : given[i] < loggedId

\* The log of the controllers never goes back to an earlier id.
NextIdNeverFalls == [][ loggedId <= loggedId' ]_vars
=============================================================================
