"""Reads the compose files as a compose program does, and holds what they promise against them.

    check_deploy.py [DOCKET]

DOCKET is the program whose configuration the services have to be; without it that part is left out.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import promql_parser
import yaml

DEV = ["docker-compose.yml", "docker-compose.override.yml"]
PRODUCTION = ["docker-compose.yml", "deploy/compose.production.yml"]
# What production asks for; it must not start without any of them.
REQUIRED = {
    "DOCKET_IMAGE": "registry.example.com/docket:1.2.3",
    "DOCKET_SITE": "desk.example.com",
    "DOCKET_SECRETS": "/secrets",
    "KAFKA_CLUSTER_ID": "ZG9ja2V0LWRldi1rYWZrYQ",
}
# Its image holds nothing that could ask; or it ends by itself.
NO_HEALTH_CHECK = {"otel-collector", "bucket"}
# Our own image brings its health check along; `migrate` ends by itself.
DOCKET = re.compile(r"docket:|registry\.example\.com/docket:")
EXAMPLES = {
    "database_url": "postgres://docket:example@postgres/docket",
    "master_key": "00" * 32,
}

problems = []


def check(holds, problem):
    if not holds:
        problems.append(problem)


def compose(files, variables):
    """The merged and interpolated model, or the words of the refusal."""
    with tempfile.TemporaryDirectory() as folder:
        # podman-compose asks podman for its version before it reads anything.
        podman = Path(folder, "podman")
        podman.write_text("#!/bin/sh\necho podman version 5.0.0\n")
        podman.chmod(0o755)
        command = [sys.executable, "-m", "podman_compose", "--podman-path", str(podman)]
        for file in files:
            command += ["-f", file]
        environment = {"PATH": os.environ["PATH"], **variables}
        done = subprocess.run(command + ["config"], env=environment, capture_output=True, text=True)
    return yaml.safe_load(done.stdout) if done.returncode == 0 else done.stderr


def as_dict(environment):
    if isinstance(environment, list):
        return dict(item.split("=", 1) for item in environment)
    return {name: str(value) for name, value in (environment or {}).items()}


def env_file(path):
    lines = Path(path).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def environment_of(service):
    variables = {}
    files = service.get("env_file") or []
    for file in [files] if isinstance(files, str) else files:
        variables |= env_file(file["path"] if isinstance(file, dict) else file)
    return variables | as_dict(service.get("environment"))


def check_service(name, service, published):
    image = service.get("image", "")
    has_version = re.search(r":[\w.-]+$", image) and not image.endswith(":latest")
    check(has_version, f"{name}: the image {image} has no version")
    check(service.get("read_only") is True, f"{name}: its file system can be written")
    check(service.get("cap_drop") == ["ALL"], f"{name}: keeps capabilities")
    options = service.get("security_opt") or []
    check("no-new-privileges:true" in options, f"{name}: may gain privileges")
    check(service.get("restart"), f"{name}: is not started again")
    limits = service.get("deploy", {}).get("resources", {}).get("limits", {})
    check({"cpus", "memory", "pids"} <= limits.keys(), f"{name}: has no limits")
    checked = DOCKET.match(image) or name in NO_HEALTH_CHECK or "test" in service.get("healthcheck", {})
    check(checked, f"{name}: nobody asks whether it is well")
    check(service.get("networks"), f"{name}: is in the default network")
    for port in service.get("ports") or []:
        check(name in published or str(port).startswith("127.0.0.1:"), f"{name}: publishes {port}")
    for volume in service.get("volumes") or []:
        source = volume.split(":")[0] if isinstance(volume, str) else volume.get("source", "")
        check(not source.startswith(".") or Path(source).exists(), f"{name}: there is no {source}")


def check_docket(name, service, program, folder):
    """The service's environment and command line, read by the program itself."""
    variables = environment_of(service)
    for variable, value in variables.items():
        if value.startswith("/run/secrets/"):
            file = Path(folder, Path(value).name)
            file.write_text(EXAMPLES.get(file.name, "example") + "\n")
            variables[variable] = str(file)
    clean = {"PATH": os.environ["PATH"], "DOCKET_DATA_DIR": folder, **variables}

    command = [str(part) for part in service["command"]]
    # A flag that is not known is refused before help is printed.
    done = subprocess.run([program, *command, "--help"], env=clean, capture_output=True, text=True)
    check(done.returncode == 0, f"{name}: docket {' '.join(command)}: {done.stderr.strip()}")
    if "--roles" in command:
        clean["DOCKET_ROLES"] = command[command.index("--roles") + 1]
    done = subprocess.run([program, "config"], env=clean, capture_output=True, text=True)
    check(done.returncode == 0, f"{name}: {done.stderr.strip()}")
    for variable in variables:
        if variable.startswith("DOCKET_") and not variable.startswith("DOCKET_ADMIN_"):
            check(f"# {variable};" in done.stdout, f"{name}: Docket does not know {variable}")


def check_queues(services):
    """Some worker takes the jobs of each queue there is."""
    taken = set()
    for service in services.values():
        command = [str(part) for part in service.get("command") or []]
        if "--queues" in command:
            taken |= set(command[command.index("--queues") + 1].split(","))
    text = "".join(file.read_text() for file in Path("crates").glob("*/src/**/*.rs"))
    there = set(re.findall(r'(?:_QUEUE: &str =|queue:)\s+"([a-z_]+)"', text))
    check(there <= taken, f"no worker takes the jobs of {there - taken}")
    check(taken <= there, f"there are no queues {taken - there}")


def check_model(model, published, program):
    check(isinstance(model, dict), f"compose: {model}")
    if not isinstance(model, dict):
        return
    services = model["services"]
    check_queues(services)
    alike = set()
    with tempfile.TemporaryDirectory() as folder:
        for name, service in services.items():
            check_service(name, service, published)
            for other in service.get("depends_on") or {}:
                check(other in services, f"{name}: depends on {other}, which is not there")
            for network in service.get("networks") or []:
                check(network in model["networks"], f"{name}: there is no network {network}")
            seen = json.dumps([service.get("command"), environment_of(service)], sort_keys=True)
            if DOCKET.match(service.get("image", "")) and program and seen not in alike:
                alike.add(seen)
                check_docket(name, service, program, folder)


def check_production(program):
    model = compose(PRODUCTION, REQUIRED)
    check_model(model, {"proxy"}, program)
    for variable in REQUIRED:
        others = {name: value for name, value in REQUIRED.items() if name != variable}
        refusal = compose(PRODUCTION, others)
        named = isinstance(refusal, str) and variable in refusal
        check(named, f"production starts without {variable}")
    if not isinstance(model, dict):
        return
    known = {value for name, value in env_file("deploy/dev.env").items() if "PASS" in name or "KEY" in name}
    for name, service in model["services"].items():
        check("build" not in service, f"{name}: production builds its own image")
        for variable, value in environment_of(service).items():
            check(value not in known, f"{name}: {variable} is a secret that everybody knows")
            secret = re.search(r"PASSWORD|SECRET|MASTER_KEY|DATABASE_URL", variable)
            check(not secret or value.startswith("/run/secrets/"), f"{name}: {variable} is no file")
        for secret in service.get("secrets") or []:
            source = secret["source"] if isinstance(secret, dict) else secret
            check(source in model["secrets"], f"{name}: there is no secret {source}")


def check_expression(where, expression, metrics):
    try:
        promql_parser.parse(expression)
    except ValueError as error:
        problems.append(f"{where}: {expression}: {error}")
    for metric in re.findall(r"\bdocket_([a-z_]+)", expression):
        # As in the text of a scrape: what the kind and the unit add to the name.
        plain = re.sub(r"_(bucket|sum|count|total|info)$", "", metric)
        plain_names = {metric, plain, plain.removesuffix("_seconds")}
        check(plain_names & metrics, f"{where}: Docket has no metric docket_{metric}")


def check_monitoring(services):
    parts = ["crates/api/src/monitoring", "crates/workers/src/external", "crates/workers/src/files", "src/serve"]
    sources = [file for part in parts for file in Path(part).rglob("*.rs")]
    metrics = {name for file in sources for name in re.findall(r'"([a-z_]+)"', file.read_text())}
    for group in yaml.safe_load(Path("deploy/alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            check({"expr", "labels", "annotations"} <= rule.keys(), f"alert {rule.get('alert')}")
            check_expression(rule["alert"], rule["expr"], metrics)
    for file in Path("deploy/grafana/dashboards").glob("*.json"):
        for panel in json.loads(file.read_text())["panels"]:
            for target in panel.get("targets", []):
                check_expression(f"{file.name}: {panel['title']}", target["expr"], metrics)
    for job in yaml.safe_load(Path("deploy/prometheus.yml").read_text())["scrape_configs"]:
        for discovery in job.get("dns_sd_configs", []):
            for name in discovery["names"]:
                check(name in services, f"prometheus.yml: there is no service {name}")
    for file in Path("deploy/grafana/provisioning").rglob("*.yml"):
        yaml.safe_load(file.read_text())
    collector = yaml.safe_load(Path("deploy/otel-collector.yaml").read_text())
    for pipeline in collector["service"]["pipelines"].values():
        for part in ("receivers", "processors", "exporters"):
            for name in pipeline[part]:
                check(name in collector[part], f"otel-collector.yaml: {part} has no {name}")


def main():
    program = sys.argv[1] if len(sys.argv) > 1 and Path(sys.argv[1]).exists() else None
    if not program:
        print("the services' configuration: skipped, docket is not built", file=sys.stderr)
    dev = compose(DEV, {})
    check_model(dev, set(), program)
    check_production(program)
    check_monitoring(dev["services"] if isinstance(dev, dict) else {})
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


main()
