"""examples/orders deploys unmodified by our own command, by AWS's CLI and by the SAM CLI, and works."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sdk import orders
from tests.sdk.conftest import ROOT, start, stop, tool

EXAMPLE = ROOT / "examples" / "orders"
pytestmark = [pytest.mark.tools, pytest.mark.timeout(400)]


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A copy of the example: tools write beside the template."""
    ignored = shutil.ignore_patterns(".aws-sam", ".cloudchamber")
    return Path(shutil.copytree(EXAMPLE, tmp_path / "orders", ignore=ignored))


def test_up_deploys_it_and_goes_on_with_its_data_after_a_kill(tmp_path: Path) -> None:
    import boto3

    data = str(tmp_path / "data")
    running = start("--data", data, "--exit", str(EXAMPLE))
    output, _ = running.process.communicate(timeout=300)
    assert running.process.returncode == 0, output
    running = start("--data", data)

    def client(service: str):
        return boto3.client(
            service,
            endpoint_url=running.endpoint,
            region_name="us-east-1",
            aws_access_key_id="x",
            aws_secret_access_key="x",
        )

    try:
        orders.check(client, running.endpoint, "orders")
        running.process.kill()
        running.process.communicate()
        running = start("--data", data)
        outputs = orders.outputs_of(client, "orders")
        api = outputs["ApiUrl"].split("//")[1].split(".")[0]
        url = f"{running.endpoint}/_aws/execute-api/{api}/orders"
        assert len(orders.ask(f"{url}?status=fulfilled")[1]) == 3
        _, chair = orders.ask(url, {"item": "chair", "quantity": 1, "price": 55})
        orders.until(lambda: orders.ask(f"{url}/{chair['id']}")[1]["status"], "fulfilled")
    finally:
        stop(running)


def test_the_aws_cli_packages_and_deploys_it(application, client, endpoint, run) -> None:
    aws = tool("aws")
    dependencies = application / "functions"
    subprocess.run(
        ["npm", "install", "--omit=dev", "--no-audit", "--no-fund", "--silent"],
        cwd=dependencies / "fulfil",
        check=True,
        timeout=200,
    )
    install = [str(aws.with_name("pip")), "install", "-q", "-r", "requirements.txt", "-t", "."]
    subprocess.run(install, cwd=dependencies / "orders", check=True, timeout=200)
    run(aws, "s3", "mb", "s3://artifacts")
    run(aws, "cloudformation", "package", "--template-file", "template.yaml", "--s3-bucket", "artifacts",
        "--output-template-file", "packaged.yaml", cwd=application)  # fmt: skip
    run(aws, "cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", "by-aws-cli",
        "--capabilities", "CAPABILITY_IAM", "--parameter-overrides", "FulfilAtOnce=5", cwd=application)  # fmt: skip
    orders.check(client, endpoint, "by-aws-cli")
    again = run(aws, "cloudformation", "deploy", "--template-file", "packaged.yaml", "--stack-name", "by-aws-cli",
                "--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", cwd=application)  # fmt: skip
    assert "No changes to deploy" in again


def test_the_sam_cli_builds_and_deploys_it(application, client, endpoint, run) -> None:
    sam = tool("sam")
    run(sam, "build", cwd=application)
    run(sam, "deploy", "--resolve-s3", "--stack-name", "by-sam-cli", "--capabilities", "CAPABILITY_IAM",
        "--no-confirm-changeset", "--no-progressbar", cwd=application)  # fmt: skip
    orders.check(client, endpoint, "by-sam-cli")
    incoming = orders.outputs_of(client, "by-sam-cli")["IncomingBucket"]
    client("s3").delete_object(
        Bucket=incoming, Key="more orders.csv"
    )  # as on AWS, a bucket with objects stays
    run(sam, "delete", "--stack-name", "by-sam-cli", "--no-prompts", cwd=application)
    stacks = client("cloudformation").list_stacks()["StackSummaries"]
    assert [s["StackStatus"] for s in stacks if s["StackName"] == "by-sam-cli"] == ["DELETE_COMPLETE"]
