"""Words of reports: verdicts, reasons, exit codes, errors, signatures that any requirement can have."""

from __future__ import annotations

from collections.abc import Mapping

from nilometer.documentation import markdown
from nilometer.documentation.markdown import escape, table
from nilometer.exit_codes import PRECEDENCE
from nilometer.explanations import ERRORS, EXITS, REASONS, WORDS
from nilometer.survival import UNIVERSAL_SIGNATURES
from nilometer.verdict import SIGNS, Level, Reason, Result, Verdict


def shown_as(reason: Reason) -> str:
    """The word of a result that has this reason."""
    return str(Result("L1", Level.MUST, Verdict.NOT_OBSERVABLE, reason=reason).word)


def _plain(head: str, words: Mapping[str, str]) -> str:
    return table([head, "meaning"], [[f"`{word}`", escape(text)] for word, text in words.items()])


def page() -> str:
    """The whole page."""
    order = ", ".join(str(int(code)) for code in PRECEDENCE)
    return markdown.page(
        "Words of reports",
        "`nilometer show WORD` explains each of them.",
        "## Verdicts",
        table(["", "word", "meaning"], [[SIGNS[word], f"`{word}`", escape(text)] for word, text in WORDS.items()]),
        "## Reasons for no verdict",
        table(
            ["reason", "shown as", "meaning"],
            [[f"`{reason}`", f"`{shown_as(reason)}`", escape(text)] for reason, text in REASONS.items()],
        ),
        "## Exit codes",
        table(["code", "meaning"], [[str(int(code)), escape(text)] for code, text in EXITS.items()]),
        f"If several apply, the first of these wins: {order}.",
        "## Signatures that every requirement has",
        _plain("signature", UNIVERSAL_SIGNATURES),
        "## Errors",
        _plain("error", ERRORS),
    )
