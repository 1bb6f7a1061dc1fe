"""A schema registry whose state is the fold of a compacted topic.

    HTTP  ──▶ routes ──▶ requests: check against the state ──▶ append to `_schemas` ──▶ wait for the fold ──▶ answer
                                        ▲                                                    │
                                        └────────────── state = fold of the records ◀────────┘

records.py        what stands in the topic, as keys and values
state.py          the fold: one record at a time, pure
subjects.py       contexts and subject names
index.py          where contents and references are
content.py        canonical text, identity, GUIDs; metadata.py: its form
errors.py         codes of the REST interface
registration.py   register, look up        deletion.py   soft and permanent
settings.py       config and mode          answers.py    what is read
checking.py       compatibility of a candidate with a history; avro_rules.py for Avro, json_rules.py for JSON Schema
fixpoint.py       which pairs of a recursive schema are shown not to fit; matching.py: branches that find a counterpart
topic.py          the topic on any Kafka-compatible broker; kafka.py: the few requests that this needs
service.py        state, topic and lock together
routes.py         paths and methods; server.py: sockets

Sources: the REST interface and the topic of Confluent's Schema Registry as its clients use them.
"""
