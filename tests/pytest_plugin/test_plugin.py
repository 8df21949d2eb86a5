"""The plugin in sessions of its own: failures, workers, processes."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from cloudchamber.pytest_plugin.hosts import Host


def test_a_failing_test_shows_what_happened_in_its_chamber(suite):
    result = suite(
        """
        import json

        def test_fails(chamber):
            sqs, sns = chamber.client("sqs"), chamber.client("sns")
            url = sqs.create_queue(QueueName="orders")["QueueUrl"]
            topic = sns.create_topic(Name="news")["TopicArn"]
            arn = "arn:aws:sqs:us-east-1:000000000000:orders"
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
            chamber.faults.add("error", service="sqs", operation="SendMessage", code="Boom", times=1)
            sns.publish(TopicArn=topic, Message="hello")
            assert chamber.events.on_queue("orders").received == []

        def test_passes(chamber):
            chamber.client("sqs").create_queue(QueueName="unseen")
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- cloud chamber -*",
            "2026-01-01 00:00:* UTC, on the chamber's virtual clock",
            "*sns Publish news",
            "*⚡ sqs SendMessage orders*Boom*error*",
        ]
    )
    assert "unseen" not in result.stdout.str()


def test_a_test_without_the_fixture_starts_nothing_and_imports_nothing_heavy(suite):
    result = suite(
        """
        import sys

        def test_is_light():
            heavy = {"boto3", "botocore", "msgspec", "cloudchamber.aws"} & set(sys.modules)
            assert not heavy
        """,
        "-p",
        "no:hypothesispytest",
    )
    result.assert_outcomes(passed=1)


def test_each_worker_has_a_chamber_of_its_own(suite):
    result = suite(
        """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_alone(chamber, number):
            s3 = chamber.client("s3")
            assert s3.list_buckets()["Buckets"] == []
            s3.create_bucket(Bucket="the-same-name-everywhere")
            chamber.advance("1h")
            assert chamber.now().hour == 1
        """,
        "-n",
        "2",
    )
    result.assert_outcomes(passed=4)


def test_a_marker_that_makes_no_sense_is_refused(suite):
    result = suite(
        """
        import pytest

        @pytest.mark.chamber(colour="red")
        def test_argument(chamber): ...

        @pytest.mark.chamber(clock="sundial")
        def test_value(chamber): ...

        @pytest.mark.chamber("virtual")
        def test_position(chamber): ...
        """
    )
    result.assert_outcomes(errors=3)
    result.stdout.fnmatch_lines(
        [
            "*unknown field `colour`*",
            "*Invalid enum value 'sundial'*",
            "*the arguments of @pytest.mark.chamber have names*",
        ]
    )


def test_a_chamber_that_died_is_said_and_the_next_test_has_a_new_one(suite):
    result = suite(
        """
        import os, signal

        def test_kills(chamber, chamber_hosts):
            os.kill(chamber_hosts._shared._process.pid, signal.SIGKILL)
            chamber.clock.now()

        def test_goes_on(chamber):
            assert len(chamber.tracks) == 0
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*ChamberError: The chamber does not answer*"])


@pytest.fixture
def host():
    made = Host()
    yield made
    made.stop()


def test_a_chamber_begins_anew_in_milliseconds(host):
    fresh = {"clock": "virtual", "seed": 0}
    took = []
    for _ in range(10):
        began = time.perf_counter()
        host.ask("POST", "renew", fresh)
        took.append(time.perf_counter() - began)
    assert sorted(took)[5] < 0.05  # some 2 ms on an idle machine


def test_a_chamber_ends_when_the_process_that_started_it_is_killed():
    program = """
        import sys
        from cloudchamber.pytest_plugin.hosts import Host
        host = Host()
        print(host.port, flush=True)
        sys.stdin.read()
        """
    started = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert started.stdout is not None
    assert started.stdin is not None
    with socket.create_connection(("127.0.0.1", int(started.stdout.readline())), timeout=20) as connection:
        started.send_signal(signal.SIGKILL)
        started.wait()
        assert connection.recv(1) == b""
    started.stdout.close()
    started.stdin.close()


def test_the_guide_works_as_it_is_written(suite, pytester):
    """Each block of docs/how-to/test-with-pytest.md that names a file becomes that file; then its tests are run."""
    guide = (Path(__file__).parents[2] / "docs" / "how-to" / "test-with-pytest.md").read_text("utf-8")
    for block in guide.split("```")[1::2]:
        first, _, rest = block.partition("\n")
        language, _, name = first.partition(" ")
        if language in ("python", "yaml") and name:
            path = pytester.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(rest, "utf-8")
    result = suite()
    outcomes = result.parseoutcomes()
    assert outcomes.get("passed", 0) >= 8
    assert set(outcomes) <= {"passed"}
