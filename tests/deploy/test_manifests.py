"""Deployment files say what the code does: schemas hold, names exist, every service is there."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SERVICES = {"intake", "imaging", "ocr", "records", "reporting", "gateway"}
MANIFESTS = sorted((ROOT / "deploy" / "k8s").glob("*.yaml"))
FOREIGN = {"up"}
"""Metrics that Prometheus itself makes."""


@pytest.fixture(scope="module")
def metric_names() -> set[str]:
    """Every metric that the services' processes register, from a fresh process that imports them all."""
    program = (
        "import importlib, prometheus_client as p\n"
        f"[importlib.import_module(m).create_app() for m in {[_module(s) for s in sorted(SERVICES)]!r}]\n"
        "print('\\n'.join(n for n in p.REGISTRY._names_to_collectors))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def _module(service: str) -> str:
    return "gateway.app" if service == "gateway" else f"services.{service}.app"


def documents(path: Path) -> list[dict[str, Any]]:
    """The YAML documents of a file."""
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifest_fits_the_kubernetes_schemas(path: Path) -> None:
    """Strict validation: unknown members are errors. KEDA's and kustomize's own kinds have no schema here."""
    for document in documents(path):
        if document["apiVersion"].split("/")[0] in {"keda.sh", "kustomize.config.k8s.io"}:
            continue
        kubernetes_validate.validate(document, "1.34", strict=True)


def test_kustomization_names_every_manifest() -> None:
    """Nothing is forgotten: all manifests but the example secrets are applied."""
    listed = set(documents(ROOT / "deploy" / "k8s" / "kustomization.yaml")[0]["resources"])
    assert listed == {path.name for path in MANIFESTS} - {"kustomization.yaml", "secrets.example.yaml"}


def test_every_service_is_deployed_and_composed() -> None:
    """Kubernetes and compose run the same six services, built by the one Dockerfile."""
    deployments = {
        document["metadata"]["name"]
        for path in MANIFESTS
        for document in documents(path)
        if document["kind"] == "Deployment"
    }
    compose = documents(ROOT / "docker-compose.yml")[0]["services"]
    built = {name for name, service in compose.items() if "build" in service}
    assert deployments == built == SERVICES
    assert {compose[name]["build"]["args"]["SERVICE"] for name in built} == SERVICES
    assert all(":latest" not in service["image"] for service in compose.values())


def _expressions() -> list[tuple[str, str]]:
    found = []
    for path in sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            found += [(path.name, target["expr"]) for target in panel["targets"]]
    alerts = documents(ROOT / "deploy" / "prometheus" / "alerts.yml")[0]
    found += [("alerts.yml", rule["expr"]) for group in alerts["groups"] for rule in group["rules"]]
    return found


def test_every_metric_on_a_dashboard_exists(metric_names: set[str]) -> None:
    """No panel and no alert asks for a metric that nobody exposes."""
    expressions = _expressions()
    assert len(expressions) > 20
    for source, expression in expressions:
        names = set(re.findall(r"\b(?:tangthu_[a-z_]+|up)\b", expression))
        assert names, f"{source}: {expression}"
        assert names <= metric_names | FOREIGN, f"{source}: {names - metric_names}"


def test_every_alert_has_its_page_in_the_runbook() -> None:
    """The runbook link of each alert leads to a heading."""
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    anchors = {heading.lower().replace(" ", "-") for heading in headings}
    alerts = documents(ROOT / "deploy" / "prometheus" / "alerts.yml")[0]
    for rule in (rule for group in alerts["groups"] for rule in group["rules"]):
        assert rule["annotations"]["runbook"].split("#")[1] in anchors
