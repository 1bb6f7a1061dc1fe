---- MODULE Jugs ----
EXTENDS Integers, Sequences
CONSTANTS Small, Big, Leaks, None
VARIABLES small, big
vars == <<small, big>>
Min(a, b) == IF a < b THEN a ELSE b
Max(jug) == IF jug = "small" THEN Small ELSE Big
Jugs == {"small", "big"}
Content(jug) == IF jug = "small" THEN small ELSE big
Init == small = 0 /\ big = 0
Fill(jug) == /\ Content(jug) # Max(jug)
             /\ IF jug = "small" THEN small' = Small /\ big' = big ELSE big' = Big /\ small' = small
Empty(jug) == /\ Content(jug) # 0
             /\ ~(Leaks /\ jug = "big")
             /\ IF jug = "small" THEN small' = 0 /\ big' = big ELSE big' = 0 /\ small' = small
Pour(source) ==
   LET target == IF source = "small" THEN "big" ELSE "small"
       moved == Min(Content(source), Max(target) - Content(target)) IN
   /\ Content(source) # 0 /\ Content(target) # Max(target)
   /\ small' = IF source = "small" THEN small - moved ELSE small + moved
   /\ big' = IF source = "big" THEN big - moved ELSE big + moved
Next == \/ \E jug \in Jugs : Fill(jug)
        \/ \E jug \in Jugs : Empty(jug)
        \/ \E source \in Jugs : Pour(source)
Spec == Init /\ [][Next]_vars
WithinTheBrim == small \in 0..3 /\ big \in 0..5
NeverFour == big # 4
NeverMoreThanOneLitreLess == [][(small + big) - (small' + big') <= 4]_vars
====
