"""`nilometer probe TARGET`: APIs, versions, features, nodes, or routes, and what that leaves out. It writes nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from nilometer.catalogue import load
from nilometer.cli.options import Duration, target_of
from nilometer.connecting import connect, start
from nilometer.exit_codes import ExitCode
from nilometer.plan import make_plan
from nilometer.registries.subject import RegistrySubject
from nilometer.report.records import fingerprint
from nilometer.run import Subject
from nilometer.settings import Profile, Settings
from nilometer.targets import TargetError
from nilometer_reference.wire import messages


@click.command("probe")
@click.argument("spec", metavar="TARGET")
@click.option("--wait", type=Duration(), default=0.0, metavar="D", help="Wait so long for it to come up.")
@click.option("--json", "as_json", is_flag=True, help="One object.")
def probe(spec: str, wait: float, as_json: bool) -> None:
    """Say what TARGET offers, and which requirements that leaves out."""
    target = target_of(spec)
    try:
        start(target, wait)
        subject = connect(target, Settings())
        found = findings(subject, target.describe())
    except TargetError as error:
        click.echo(str(error), err=True)
        sys.exit(ExitCode.TARGET_GONE)
    finally:
        target.close()
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
    else:
        click.echo("\n".join(lines(found)))


def api_names() -> dict[int, str]:
    """API key to name, of every request that we know."""
    names = {}
    for name in dir(messages):
        kind = getattr(messages, name)
        if name.endswith("Request") and getattr(kind, "API_KEY", None) is not None:
            names[kind.API_KEY] = name.removesuffix("Request")
    return names


def findings(subject: Subject, what: str) -> dict[str, Any]:
    """Everything that a probe says."""
    if isinstance(subject, RegistrySubject):
        return findings_of_registry(subject, what)
    names = api_names()
    apis = []
    for key, (low, high) in sorted(subject.versions.ranges.items()):
        name = names.get(key)
        ours = getattr(messages, f"{name}Request").VERSIONS if name else None
        apis.append({"key": key, "name": name or "?", "theirs": [low, high], "ours": list(ours) if ours else None})
    return {
        "target": subject.name,
        "what": what,
        "bootstrap": [f"{host}:{port}" for host, port in subject.bootstrap],
        "nodes": {str(node): f"{host}:{port}" for node, (host, port) in sorted(subject.nodes.items())},
        "cluster": subject.cluster_id,
        "features": subject.versions.features,
        "fingerprint": fingerprint(subject.versions),
        "apis": apis,
        "not_advertised": [name for key, name in sorted(names.items()) if key not in subject.versions.ranges],
        **what_will_run(subject),
    }


def findings_of_registry(subject: RegistrySubject, what: str) -> dict[str, Any]:
    """The same of a schema registry."""
    return {
        "target": subject.name,
        "what": what,
        "url": subject.url,
        "routes": sorted(subject.routes.served),
        "not_served": subject.routes.missing,
        **what_will_run(subject),
    }


def what_will_run(subject: Subject) -> dict[str, Any]:
    """The plan, and what it leaves out."""
    plan = make_plan(load(), subject, Profile.CORE)
    return {
        "plan": plan.line,
        "left_out": [
            {"id": one.id, "verdict": one.word.value, "reason": str(one.reason), "detail": one.detail}
            for one in plan.not_run
        ],
    }


def lines(found: dict[str, Any]) -> Iterator[str]:
    """The same for a reader."""
    yield f"{found['target']}  {found['what']}"
    yield from _lines_of_registry(found) if "routes" in found else _lines_of_broker(found)
    yield f"  plan  {found['plan']}"
    for one in found["left_out"]:
        yield f"    {one['verdict']:8} {one['id']:4} {one['detail']}"


def _lines_of_registry(found: dict[str, Any]) -> Iterator[str]:
    yield f"  {found['url']}"
    for route in found["routes"]:
        yield f"  serves      {route}"
    for route in found["not_served"]:
        yield f"  not served  {route}"


def _lines_of_broker(found: dict[str, Any]) -> Iterator[str]:
    yield f"  {','.join(found['bootstrap'])}  cluster {found['cluster'] or '?'}  ranges {found['fingerprint']}"
    for node, address in found["nodes"].items():
        yield f"  node {node}  {address}"
    features = ", ".join(f"{name} {level}" for name, level in sorted(found["features"].items()))
    yield f"  features  {features or 'none finalized'}"
    yield f"  {'key':>3}  {'API':30} {'theirs':>8} {'ours':>8}"
    for api in found["apis"]:
        ours = "-" if api["ours"] is None else f"{api['ours'][0]}-{api['ours'][1]}"
        yield f"  {api['key']:>3}  {api['name']:30} {api['theirs'][0]:>4}-{api['theirs'][1]:<3} {ours:>8}"
    yield f"  not advertised: {', '.join(found['not_advertised']) or 'nothing'}"
