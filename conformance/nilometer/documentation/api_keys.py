"""Which API keys the reference broker serves, in which versions, and which requests of Kafka's it does not know."""

from __future__ import annotations

import sys

from nilometer.documentation import markdown
from nilometer.documentation.markdown import escape, table
from nilometer_reference.apis.api import Api
from nilometer_reference.apis.registry import served_apis
from nilometer_reference.wire import messages

SOURCES = "../../reference/"


def requests() -> dict[int, str]:
    """API key -> name, of every request in the table of messages."""
    kinds = (getattr(messages, name) for name in dir(messages) if name.endswith("Request"))
    found = {kind.API_KEY: kind.__name__.removesuffix("Request") for kind in kinds if kind.API_KEY is not None}
    return dict(sorted(found.items()))


def span(ends: tuple[int, int]) -> str:
    """`0-5`, or `0`."""
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}-{ends[1]}"


def purpose(api: Api) -> str:
    """What its module says after the name and key, in its first sentence."""
    doc = " ".join((sys.modules[api.handle.__module__].__doc__ or "").split("\n\n")[0].split())
    _, _, rest = doc.partition(": ")
    return escape(rest.split(". ")[0].split("  ")[0].rstrip("."))


def row(api: Api) -> list[str]:
    """Key, name, versions, purpose."""
    module = api.handle.__module__
    link = f"{SOURCES}{module.replace('.', '/')}.py"
    name = api.request.__name__.removesuffix("Request")
    served = span(api.versions)
    if api.advertised_from is not None:
        served += f", advertised {span((api.advertised_from, api.versions[1]))}"
    return [str(api.key), f"[{name}]({link})", served, span(api.request.VERSIONS), purpose(api)]


def page() -> str:
    """The whole page."""
    served = served_apis()
    missing = ", ".join(f"{name} ({key})" for key, name in requests().items() if key not in served)
    return markdown.page(
        "API keys",
        f"The reference broker serves {len(served)} of the {len(requests())} requests that are in its table of "
        "messages. It advertises what it serves, and nothing else. Each file below says versions, behaviour, errors, "
        "and what is left out.",
        table(["key", "API", "served", "known", "for"], [row(api) for api in served.values()]),
        "*served*: versions answered. *known*: versions that the codecs read and write.",
        "## Not served",
        f"{missing}.",
        "Why: [what is left out](../explanation/left-out.md).",
    )
