"""Which schema can read what another has written. Read `difference.py`, then `fixpoint.py`, then `modes.py`.

    avro/  json_schema/  protobuf/      one walk a language; a dialect is a table of what breaks
    fixpoint.py                         the greatest fixpoint over (reader, writer) pairs, common to all
    modes.py                            BACKWARD, FORWARD, FULL, transitive or not, over a history

Three things are called "compatible" and never mixed here: what an implementation answers (its dialect), what a
specification says (the dialect `...-spec`), and what data do (the grades).
"""
