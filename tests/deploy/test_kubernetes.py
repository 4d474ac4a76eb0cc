"""deploy/kubernetes: manifests by Kubernetes' own schemas, values by what Dagster makes of them.

What only a cluster can tell is left out: the chart's templates, scheduling, the GPU.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._config import process_config
from dagster._core.instance.config import dagster_instance_config
from dagster_aws.s3 import S3ComputeLogManager
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import (
    DagsterK8sJobConfig,
    UserDefinedDagsterK8sConfig,
    construct_dagster_k8s_job,
)
from kubernetes.client import ApiClient
from kubernetes_validate import ValidationError, validate

from tests.deploy.deployed import DEPLOY
from webscale_rl_dagster import __version__

KUBERNETES = "1.34"
MANIFESTS = list(yaml.safe_load_all((DEPLOY / "kubernetes/vllm.yaml").read_text()))
VALUES: dict[str, Any] = yaml.safe_load((DEPLOY / "kubernetes/values.yaml").read_text())
CONTEXTS = ("containerConfig", "podSpecConfig", "podTemplateSpecMetadata", "jobSpecConfig")


def of_kind(kind: str) -> dict[str, Any]:
    [found] = [manifest for manifest in MANIFESTS if manifest["kind"] == kind]
    return found


def launcher() -> dict[str, Any]:
    found: dict[str, Any] = VALUES["runLauncher"]["config"]["k8sRunLauncher"]
    return found


def run_config() -> dict[str, Any]:
    """As the chart writes it into dagster.yaml."""
    given = launcher()["runK8sConfig"]
    assert set(given) <= set(CONTEXTS)
    names = {
        "containerConfig": "container_config",
        "podSpecConfig": "pod_spec_config",
        "podTemplateSpecMetadata": "pod_template_spec_metadata",
        "jobSpecConfig": "job_spec_config",
    }
    return {names[name]: value for name, value in given.items()}


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda manifest: manifest["kind"])
def test_kubernetes_takes_every_manifest(manifest: dict[str, Any]) -> None:
    validate(manifest, KUBERNETES, strict=True)
    with pytest.raises(ValidationError, match="misspelt"):
        validate(manifest | {"misspelt": 1}, KUBERNETES, strict=True)


def test_the_server_is_found_by_its_service_and_has_a_gpu() -> None:
    server, service = of_kind("StatefulSet")["spec"], of_kind("Service")
    pod = server["template"]
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert server["serviceName"] == service["metadata"]["name"]
    [container] = pod["spec"]["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == 1
    [claim] = [v for v in pod["spec"]["volumes"] if "persistentVolumeClaim" in v]
    name = of_kind("PersistentVolumeClaim")["metadata"]["name"]
    assert claim["persistentVolumeClaim"]["claimName"] == name


def test_the_network_policy_lets_in_the_pods_that_runs_are() -> None:
    [rule] = of_kind("NetworkPolicy")["spec"]["ingress"]
    [source] = rule["from"]
    labels = run_config()["pod_template_spec_metadata"]["labels"]
    assert source["podSelector"]["matchLabels"].items() <= labels.items()


def test_a_run_is_a_job_that_kubernetes_takes() -> None:
    given = {
        "load_incluster_config": True,
        "service_account_name": "dagster",
        "dagster_home": "/opt/dagster/dagster_home",
        "instance_config_map": "dagster-instance",
        "postgres_password_secret": "webscale-rl-postgres",
        "image_pull_policy": launcher()["imagePullPolicy"],
        "run_k8s_config": run_config(),
    }
    processed = process_config(dg.Shape(K8sRunLauncher.config_type()), given)
    assert processed.success, processed.errors
    job = construct_dagster_k8s_job(
        DagsterK8sJobConfig(
            job_image="webscale-rl",
            dagster_home=given["dagster_home"],
            instance_config_map=given["instance_config_map"],
            postgres_password_secret=given["postgres_password_secret"],
        ),
        args=["dagster", "api", "execute_run"],
        job_name="run",
        user_defined_k8s_config=UserDefinedDagsterK8sConfig.from_dict(run_config()),
    )
    made = ApiClient().sanitize_for_serialization(job)
    validate(made, KUBERNETES, strict=True)
    pod = made["spec"]["template"]
    assert pod["metadata"]["labels"]["webscale-rl/part"] == "run"
    [container] = pod["spec"]["containers"]
    assert {"name": "scratch", "mountPath": "/scratch"} in container["volumeMounts"]


def test_the_instance_is_that_of_the_other_deployments(tmp_path: Path) -> None:
    settings = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())
    own = ("storage", "compute_logs", "run_launcher", "telemetry")
    rest = {name: value for name, value in settings.items() if name not in own}
    assert VALUES["additionalInstanceConfig"] == rest
    for name in ("runCoordinator", "runMonitoring", "runRetries"):
        assert VALUES["dagsterDaemon"][name] == {"enabled": False}
    assert VALUES["dagsterDaemon"]["sensors"] == {"useThreads": False}
    database = settings["storage"]["postgres"]["postgres_db"]
    assert VALUES["postgresql"]["postgresqlParams"] == database["params"]
    rendered = rest | {"telemetry": VALUES["telemetry"]}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(rendered))
    read, _ = dagster_instance_config(str(tmp_path))
    assert read["run_retries"]["retry_on_asset_or_op_failure"] is False


def test_the_logs_go_where_they_go_elsewhere() -> None:
    logs = VALUES["computeLogManager"]
    given = logs["config"]["s3ComputeLogManager"]
    elsewhere = yaml.safe_load((DEPLOY / "dagster.yaml").read_text())["compute_logs"]
    assert logs["type"] == elsewhere["class"] == S3ComputeLogManager.__name__
    snake = {"uploadInterval": "upload_interval"}
    assert {snake.get(name, name): value for name, value in given.items()} == elsewhere["config"]


def test_commands_can_be_given_in_the_webservers_pod() -> None:
    """As docs/deployment.md does: a daemon that is stopped has none."""
    webserver = VALUES["dagsterWebserver"]
    [code] = VALUES["dagster-user-deployments"]["deployments"]
    for part in ("env", "envSecrets", "volumes", "volumeMounts"):
        assert webserver[part] == code[part]
    [mount], [config] = webserver["volumeMounts"], webserver["env"]
    assert config == {"name": "WEBSCALE_RL_CONFIG", "value": f"{mount['mountPath']}/pipeline.yaml"}


def test_the_webserver_listens_where_one_who_is_not_root_may() -> None:
    webserver = VALUES["dagsterWebserver"]
    port = webserver["service"]["port"]
    assert (webserver["podSecurityContext"]["runAsNonRoot"], port >= 1024) == (True, True)
    assert webserver["readinessProbe"]["httpGet"]["port"] == port


def test_every_part_runs_the_image_of_this_version() -> None:
    [code] = VALUES["dagster-user-deployments"]["deployments"]
    images = [VALUES["dagsterWebserver"]["image"], VALUES["dagsterDaemon"]["image"], code["image"]]
    assert {image["tag"] for image in images} == {__version__}
    assert code["includeConfigInLaunchedRuns"] == {"enabled": True}
