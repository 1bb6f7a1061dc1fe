"""What `nilometer show WORD` says about words that are no requirements: verdicts, reasons, exit codes, errors."""

from __future__ import annotations

from nilometer.exit_codes import ExitCode
from nilometer.survival import UNIVERSAL_SIGNATURES
from nilometer.verdict import SIGNS, Reason, Word

WORDS = {
    Word.PASS: "Exercised at least once, never contradicted; the number says how often its premise was true.",
    Word.FAIL: "A MUST was contradicted; the evidence stands below the table.",
    Word.XFAIL: "A MUST was contradicted by a known bug of this very software; it does not fail the run.",
    Word.WEAK: "A SHOULD was contradicted: the target conforms, but users will notice.",
    Word.INFO: "Left open by the specification; what the target does is recorded.",
    Word.NOT_APPLICABLE: "Does not apply: the API, its version or a feature is not there.",
    Word.NOT_RUN: "Applies and was not tried: no time, no control over processes, no target any more.",
    Word.UNKNOWN: "Tried without a verdict: no answer came, or the premise was never true.",
    Word.ERROR: "Our own code failed; the rest of the run is not affected.",
}
REASONS = {
    Reason.API_NOT_SERVED: "An API is not advertised, or a route of a registry not served, that it is about.",
    Reason.VERSION_TOO_LOW: "The API is advertised, in no version that the check can use.",
    Reason.FEATURE_OFF: "A finalized feature that it needs is not switched on.",
    Reason.SINGLE_BROKER: "It is about several brokers, and there is one.",
    Reason.NO_RAW_ACCESS: "It needs a connection that speaks the protocol itself.",
    Reason.NO_FAULT_CONTROL: "It stops, kills or restarts the target's processes, which are not ours.",
    Reason.NO_ADMIN_RIGHTS: "The target refuses us an operation of administration.",
    Reason.DESELECTED: "It was left out by --select or --skip.",
    Reason.TIME: "The budget of the run, or the limit of the requirement, was used up.",
    Reason.TARGET_GONE: "The target did not start, or stopped answering before its turn.",
    Reason.INTERRUPTED: "The run was interrupted before its turn.",
    Reason.MAX_FAIL: "--max-fail ended the run before its turn.",
    Reason.NO_ANSWER: "While preparing, a connection was closed or a response did not come in time.",
    Reason.REFUSED: "While preparing, a step was answered with an error code.",
    Reason.INCOMPLETE_READ: "The final read of a partition did not reach its end.",
    Reason.CLOCK_UNUSABLE: "Times of several machines overlap too much to be ordered.",
    Reason.SEARCH_BUDGET: "The search for an order that explains the history was given up.",
    Reason.FOREIGN_WRITERS: "Somebody else wrote to what is ours.",
}
EXITS = {
    ExitCode.CONFORMS: "Conforms: nothing but pass, weak, info, n/a and not-run.",
    ExitCode.FAILED: "A requirement failed (--level should: weak ones too; --strict: not-run and unknown too).",
    ExitCode.INTERRUPTED: "Interrupted; the report is complete as far as it goes.",
    ExitCode.SUITE_BUG: "A bug in the suite: a verdict is `error`.",
    ExitCode.USAGE: "Usage, configuration or this machine: an unknown word, an extra that is missing, a full disk.",
    ExitCode.NOTHING_RAN: "Nothing ran.",
    ExitCode.TARGET_GONE: "A target is unreachable, not Kafka, refused us, or died.",
    ExitCode.UNKNOWN: "No failure, but a verdict is unknown (unless --allow unknown).",
}
ERRORS = {
    "target-unknown": "The spelling names no target. Targets are HOST:PORT, kafka:, librdkafka-mock:, noida:, tansu:, "
    "kfake:, reference, registry: and http://HOST:PORT of a schema registry.",
    "target-start-failed": "A broker ended, or did not answer before the deadline; the message ends with its log.",
    "target-not-running": "Something needs a running target, and this one was not started or was stopped.",
    "target-control-unsupported": "This target's processes cannot be stopped, killed or restarted by us.",
    "target-not-kafka": "Something listens and does not answer ApiVersions. Is it the right port? TLS? A registry?",
    "target-not-registry": "Something listens and does not answer GET /subjects with a list. The right port and path?",
    "target-advertised-address": "The bootstrap address answers, the addresses in its Metadata do not. "
    "Set the broker's advertised listeners to addresses that this machine reaches.",
}


def explanation(word: str) -> list[str]:
    """Lines about a word; empty if there is nothing to say about it."""
    lower = word.lower()
    match lower:
        case "verdicts":
            return [f"{SIGNS[one]} {one:8} {text}" for one, text in WORDS.items()]
        case "reasons":
            return [f"{one:22} {text}" for one, text in REASONS.items()]
        case "exit-codes":
            return [f"{int(code)}  {text}" for code, text in EXITS.items()]
    for table in (WORDS, REASONS, ERRORS, UNIVERSAL_SIGNATURES):
        if lower in table:
            return [f"{lower}: {table[lower]}"]  # type: ignore[index] # StrEnum keys compare as strings
    return []


def topics() -> list[str]:
    """Every word that can be explained."""
    words = (*WORDS, *REASONS, *ERRORS, *UNIVERSAL_SIGNATURES)
    return ["verdicts", "reasons", "exit-codes", *(str(word) for word in words)]
