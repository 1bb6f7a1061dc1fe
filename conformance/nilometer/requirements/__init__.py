"""The catalogue: one requirement a file, one folder an area. This page is the guide for authors.

A requirement is a sentence of the form *for every instance of a premise: a conclusion*, and a check that makes
instances, counts them, and shows a contradiction with the exchanges that prove it. `log/fidelity.py`:

    @requirement(
        id="L3", name="log.fidelity", level="MUST",
        sentence="A fetched record equals the produced one",
        profiles=("smoke", "core"),
        sources=("KIP-82 (headers)", …),               where it is written down: KIPs, protocol guide, JIRA
        apis={"Produce": 3, "Fetch": 4},                without them the verdict is n/a: (API, lowest version)
        signatures={"value-changed": "…", …},           every way to fail; a closed list
    )
    def check(run: Run) -> None:
        topic = run.topic()                             new, deleted for you; NotObservable if it cannot be made
        produced = run.session.produce(topic, batch)    one request, one answer, nothing hidden or repeated
        fetched = run.session.fetch(topic, 0)
        run.judge(fetched.records[0].value == b"v", "value-changed", expected=b"v", seen=…,
                  evidence=[produced.exchange, fetched.exchange])

Rules

- **Count premises, not conclusions.** `run.judge` (or `run.holds(n)`) once for each real instance. A produce that was
  refused is no instance of "an acknowledged record is readable": leave out what did not happen. A check that judged
  nothing ends as *not exercised*, which is never a pass.
- **Not seen is not wrong.** A preparation that fails raises `NotObservable` by itself (`NoAnswer` when nothing came);
  call `run.not_observable(Reason.…, "…")` for what you find missing, `run.skip` to go on with the other instances.
- **A violation names both values**: `expected=` and `seen=` in words that a reader can check against the evidence, and
  `evidence=` the exchanges themselves, as few as possible. Without `evidence` the last four exchanges are taken.
- **Signatures are closed**, kebab-case, and name the wrong behaviour (`value-changed`), not the check.
- **Waits are bounded** and wait for an event: `session.until(look, "what")`, long polls; `run.liveness_s` is T of
  "within T".
- **Chance** comes from `run.random` or `run.explore(strategy, test, examples=run.cases(5))`: `--seed` repeats it, and
  what `explore` finds is made small. `test` starts from a new topic and a new actor each time.
- **Several actors**: `run.actor()` has connections of its own; all are closed for you.
- **Names**: `run.topic()`, `run.group()`, `run.name("transactional-id")`. Nothing else may be created or written.
- **Processes**: `needs=Control.KILL | Control.RESTART` in the entry, then `run.subject.target`. Without `needs`, a
  broker whose process ends is charged to the requirement, as `broker-died`.
- **Time**: directed cases always run; generated ones end with `run.out_of_time` (`explore` looks by itself). Whatever
  lasts longer than `time_limit_s` is cut. Entries that say `smoke` run first and in any budget: keep them cheap.
- **Wrong bytes on purpose** go out inside `run.journal.not_judged()`, so that W1 does not judge their answers.
- **Registries** (`schemas/`): `run.registry` instead of `run.session`, `fresh(run)` for a subject of one's own, routes
  in `apis`. Nothing above a subject is written: the registry may be somebody's.
- **Apache Kafka is right.** If it contradicts, the sentence is wrong: correct it and name the source.

A file that several requirements share begins with an underscore (`_batches.py`) and is no requirement.
Try it: `nilometer check kafka: -k L3`, `nilometer check noida: -k L3`. Each check has a test that sees it hold, and
one that sees it fail on a broker that is wrong in exactly this way.
"""
