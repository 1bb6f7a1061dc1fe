----------------------------- MODULE AccessRules -----------------------------
(* Access rules (KIP-11) with literal and prefixed patterns (KIP-290). A broker keeps them sorted and looks at    *)
(* few; what it decides must be what the rules mean.                                                            *)
(*                                                                                                              *)
(* A name is a sequence of letters; letters are numbers in their order. The wildcard `*` is the letter 2: letter *)
(* 1 sorts before it, 3 and more after it. The sorted set has the greatest name first, so that prefixes of a     *)
(* name follow it, the longest first.                                                                           *)
(* Kafka's classes: StandardAuthorizerData (findAclRule, checkSection), AclAuthorizer (until 3.9).               *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Letters, LettersBeforeStar, Length,     \* letters after and before the wildcard; letters of the longest name
    KindsOfOperation,   \* 1: read; 2: and describe; 3: and, in rules, all
    Principals, Size,   \* how many
    AllowedByDefault,   \* allow.everyone.if.no.acl.found
    None,
    LookUp,             \* "jumping", "inclusive_range", "exclusive_range" (before KAFKA-7702), "stopping"
    WildcardWalk,       \* after the wildcard the walk "ends", or "goes_on" to names before it
    LiteralIsWhole,     \* a literal pattern is no prefix
    Precedence,         \* "deny" or "allow" wins
    AllowImplies,       \* to be allowed to read is to be allowed to describe
    DenyImplies,        \* to be denied to read is to be denied to describe
    Default             \* decides "without_rules" for the name, or "without_match"

VARIABLE rules          \* set of [pattern |-> [name, kind], principal, operation, permission]

vars == <<rules>>

Star == <<2>>
Anyone == 0
Alphabet == 3..(2 + Letters) \cup (IF LettersBeforeStar > 0 THEN {1} ELSE {})
Names == UNION {[1..n -> Alphabet] : n \in 1..Length}
Patterns == [name : Names, kind : {"literal", "prefixed"}] \cup {[name |-> Star, kind |-> "literal"]}
Asked == IF KindsOfOperation = 1 THEN {"read"} ELSE {"read", "describe"}
Operations == IF KindsOfOperation = 3 THEN Asked \cup {"all"} ELSE Asked
RulePrincipals == IF Principals > 1 THEN 0..Principals ELSE 1..Principals
Permissions == {"allow", "deny"}

Min(a, b) == IF a < b THEN a ELSE b
IsPrefix(short, long) == Len(short) <= Len(long) /\ SubSeq(long, 1, Len(short)) = short
\* How many letters both begin with.
Agreement(a, b) == CHOOSE n \in 0..Min(Len(a), Len(b)) :
    /\ SubSeq(a, 1, n) = SubSeq(b, 1, n)
    /\ n = Min(Len(a), Len(b)) \/ a[n + 1] # b[n + 1]
\* The order of names.
AtMost(a, b) ==
    LET n == Agreement(a, b) IN n = Len(a) \/ (n < Len(b) /\ a[n + 1] < b[n + 1])

-----------------------------------------------------------------------------
\* What the rules mean.
Fits(pattern, name) ==
    IF pattern.kind = "prefixed" THEN IsPrefix(pattern.name, name) ELSE pattern.name \in {name, Star}

Speaks(rule, principal, operation) ==
    /\ rule.principal \in {Anyone, principal}
    /\ \/ rule.operation \in {operation, "all"}
       \/ rule.permission = "allow" /\ rule.operation = "read" /\ operation = "describe"

Meaning(principal, operation, name) ==
    LET about == {rule \in rules : Fits(rule.pattern, name)}
        told == {rule.permission : rule \in {r \in about : Speaks(r, principal, operation)}}
    IN  /\ "deny" \notin told
        /\ "allow" \in told \/ (about = {} /\ AllowedByDefault)

-----------------------------------------------------------------------------
\* What a broker does. It has passed all names above those of `left`, and jumps to `bound` or below.
Known(set) == {rule.pattern : rule \in set}
Upto(known, bound) == {pattern \in known : AtMost(pattern.name, bound)}

RECURSIVE Walk(_, _, _, _, _)
Walk(known, name, bound, left, found) ==
    IF left = {} THEN [patterns |-> found, ends |-> TRUE]
    ELSE LET top == (CHOOSE p \in left : \A q \in left : AtMost(q.name, p.name)).name
             here == {p \in left : p.name = top}
             common == Agreement(name, top)
             taken == {p \in here : p.kind = "prefixed" \/ common = Len(name) \/ ~LiteralIsWhole}
         IN  CASE common = Len(top) -> Walk(known, name, bound, left \ here, found \cup taken)
               [] common # Len(top) /\ top = Star -> Walk(known, name, bound, left \ here, found \cup here)
               [] common # Len(top) /\ top # Star /\ LookUp = "stopping" -> [patterns |-> found, ends |-> TRUE]
               [] common # Len(top) /\ top # Star /\ LookUp # "stopping" /\ common >= Len(bound) ->
                    [patterns |-> found, ends |-> FALSE]
               [] OTHER -> Walk(known, name, SubSeq(bound, 1, common), Upto(known, SubSeq(bound, 1, common)), found)

WalkFrom(known, name, start) == Walk(known, name, start, Upto(known, start), {})

InRange(known, name) ==
    LET first == SubSeq(name, 1, 1)
        IsIn(prefix) == /\ AtMost(first, prefix)
                        /\ AtMost(prefix, name)
                        /\ LookUp = "exclusive_range" => prefix # first
    IN  {p \in known : \/ p.kind = "literal" /\ p.name \in {name, Star}
                       \/ p.kind = "prefixed" /\ IsIn(p.name) /\ IsPrefix(p.name, name)}

Found(known, name) ==
    IF LookUp \in {"inclusive_range", "exclusive_range"} THEN [patterns |-> InRange(known, name), ends |-> TRUE]
    ELSE LET named == WalkFrom(known, name, name)
             starred == IF WildcardWalk = "goes_on" THEN WalkFrom(known, name, Star)
                        ELSE [patterns |-> {p \in known : p.name = Star}, ends |-> TRUE]
         IN  [patterns |-> named.patterns \cup starred.patterns, ends |-> named.ends /\ starred.ends]

Says(rule, principal, operation) ==
    /\ rule.principal \in {Anyone, principal}
    /\ \/ rule.operation \in {operation, "all"}
       \/ /\ IF rule.permission = "allow" THEN AllowImplies ELSE DenyImplies
          /\ operation = "describe"
          /\ rule.operation = "read"

Decision(set, principal, operation, name) ==
    LET found == Found(Known(set), name).patterns
        about == {rule \in set : rule.pattern \in found}
        told == {rule.permission : rule \in {r \in about : Says(r, principal, operation)}}
    IN  IF told = {} THEN AllowedByDefault /\ (about = {} \/ Default = "without_match")
        ELSE IF Precedence = "deny" THEN "deny" \notin told ELSE "allow" \in told

-----------------------------------------------------------------------------
\* A rule is added to the set.
Create(pattern, principal, operation, permission) ==
    LET rule == [pattern |-> pattern, principal |-> principal, operation |-> operation, permission |-> permission]
    IN  /\ rule \notin rules
        /\ Cardinality(rules) < Size
        /\ rules' = rules \cup {rule}

\* A rule is taken out of the set.
Delete(pattern, principal, operation, permission) ==
    LET rule == [pattern |-> pattern, principal |-> principal, operation |-> operation, permission |-> permission]
    IN  /\ rule \in rules
        /\ rules' = rules \ {rule}

Init == rules = {}

Next ==
    \/ \E pattern \in Patterns : \E principal \in RulePrincipals : \E operation \in Operations :
        \E permission \in Permissions : Create(pattern, principal, operation, permission)
    \/ \E pattern \in Patterns : \E principal \in RulePrincipals : \E operation \in Operations :
        \E permission \in Permissions : Delete(pattern, principal, operation, permission)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* Every request is decided as the rules mean it, whatever their order.
DecisionsAreTheMeaning ==
    \A principal \in 1..Principals : \A operation \in Asked : \A name \in Names :
        Decision(rules, principal, operation, name) = Meaning(principal, operation, name)

\* For every name the look-up finds just the patterns that match it.
MatchingPatternsAreFound == \A name \in Names : Found(Known(rules), name).patterns = {p \in Known(rules) : Fits(p, name)}

\* Every look-up ends.
LookUpsEnd == \A name \in Names : Found(Known(rules), name).ends

\* Where the default denies, a rule that allows takes access from nobody, and one that denies gives it to nobody.
Changed == {rule.permission : rule \in (rules \ rules') \cup (rules' \ rules)}
Grows == Cardinality(rules) < Cardinality(rules')
AllowGivesAndDenyTakes ==
    [][ ~AllowedByDefault /\ Cardinality(Changed) = 1 =>
        \A principal \in 1..Principals : \A operation \in Asked : \A name \in Names :
            LET before == Decision(rules, principal, operation, name)
                after == Decision(rules', principal, operation, name)
            IN  IF Grows = ("allow" \in Changed) THEN before => after ELSE after => before ]_vars
=============================================================================
