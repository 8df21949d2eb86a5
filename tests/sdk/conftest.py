"""Real clients, real sockets: a chamber in a process of its own, as a user starts it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"
COMMAND = Path(sys.executable).with_name("cloudchamber")


class Running(NamedTuple):
    """A chamber's endpoint, and the process behind it."""

    endpoint: str
    process: subprocess.Popen[str]


def start(*arguments: str) -> Running:
    """`cloudchamber up` on a free port; ready when this returns."""
    command = [str(COMMAND), "up", "--quiet", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"ready at (http://\S+)", line)
        if found:
            return Running(found[1].replace("localhost", "127.0.0.1"), process)
    raise AssertionError("the chamber did not start")


def stop(running: Running) -> None:
    running.process.terminate()
    running.process.communicate(timeout=30)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A chamber for the tests of one module."""
    running = start()
    yield running.endpoint
    stop(running)


@pytest.fixture
def client(endpoint: str) -> Callable[[str], Any]:
    """Make a boto3 client of the chamber."""

    def make(service: str, region: str = "us-east-1", key: str = "test", **config: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key="test",
            config=Config(retries={"total_max_attempts": 1}, **config),
        )

    return make


@pytest.fixture
def environment(endpoint: str, tmp_path: Path) -> dict[str, str]:
    """What a tool gets: the endpoint, a region and any credentials, nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "HOME": str(tmp_path),
        "SAM_CLI_TELEMETRY": "0",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[..., str]:
    """Run a tool to its end and give what it printed; a failure shows it all."""

    def command(*words: str | Path, cwd: Path | None = None) -> str:
        done = subprocess.run(
            [str(word) for word in words],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return command


def tool(name: str) -> Path:
    """A tool installed beside the project by `make tools`; the test is skipped without it."""
    path = TOOLS / {"sam": "sam/bin/sam", "aws": "aws/bin/aws"}[name]
    if not path.exists():
        pytest.skip(f"{name} is not installed: run `make tools`")
    return path
