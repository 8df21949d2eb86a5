"""`record`, `replay`, `verify` of a recording and `deploy`, as users run them: real processes, real clients."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
from tests.sdk.conftest import COMMAND, start, stop

from cloudchamber.verify.recording import Recording, read

APPLICATION = Path(__file__).parent / "recorded"
pytestmark = pytest.mark.timeout(240)
JSON = {"content-type": "application/json"}
PART = (
    b"p" * 5 * 1024 * 1024
)  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html: 5 MiB at least


OTHER = "Resources: { Audit: { Type: AWS::SQS::Queue }, Mail: { Type: AWS::SQS::Queue } }"


class Recorded(NamedTuple):
    file: Path
    deployment: str
    order_id: str


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(COMMAND), *map(str, words)], capture_output=True, text=True, check=False, timeout=120
    )


def use(client: Callable[[str], Any], endpoint: str, outputs: dict[str, str]) -> str:
    """What a client does; the id of the order that it was given."""

    def send(method: str, url: str, price: int) -> dict[str, Any]:
        body = json.dumps({"price": price}).encode()
        with urllib.request.urlopen(urllib.request.Request(url, body, JSON, method=method)) as answer:
            return json.load(answer)

    api = f"{endpoint}/_aws/execute-api/{outputs['Api']}"
    order = send("POST", f"{api}/orders", 30)
    send("PUT", f"{api}/orders/{order['id']}", 31)
    url_id = outputs["Url"].partition("//")[2].partition(".")[0]
    send("PUT", f"{endpoint}/_aws/lambda-url/{url_id}/o-1", 5)
    dynamodb, sqs, s3 = client("dynamodb"), client("sqs"), client("s3")
    assert dynamodb.get_item(TableName="orders", Key={"id": {"S": "o-1"}})["Item"]["price"] == {"N": "5"}
    dynamodb.put_item(TableName="orders", Item={"id": {"S": "orders"}, "blob": {"B": b"\xff\x00"}})
    sqs.send_message(QueueUrl=outputs["Views"], MessageBody='{"page": "/${home}"}')
    sqs.send_message(QueueUrl=outputs["Mail"], MessageBody=f"kept for {outputs['Views']}")
    sqs.send_message(QueueUrl=outputs["Mail"], MessageBody="read")
    for message in sqs.receive_message(QueueUrl=outputs["Mail"], MaxNumberOfMessages=10)["Messages"]:
        if message["Body"] == "read":
            sqs.delete_message(QueueUrl=outputs["Mail"], ReceiptHandle=message["ReceiptHandle"])
    of = {"Bucket": outputs["Files"], "Key": "large"}
    upload = s3.create_multipart_upload(**of)["UploadId"]
    part = s3.upload_part(**of, UploadId=upload, PartNumber=1, Body=PART)
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(**of, UploadId=upload, MultipartUpload=parts)
    audit = client("cloudformation").describe_stack_resource(StackName="other", LogicalResourceId="Audit")
    sqs.send_message(
        QueueUrl=audit["StackResourceDetail"]["PhysicalResourceId"], MessageBody="of another stack"
    )
    with pytest.raises(sqs.exceptions.ClientError):
        sqs.send_message(QueueUrl=outputs["Mail"], MessageBody="", DelaySeconds=5)
    return order["id"]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    running = start()
    endpoint = running.endpoint

    def client(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    file = tmp_path_factory.mktemp("recorded") / "shop.jsonl"
    try:
        deployed = run("deploy", APPLICATION, "--stack-name", "shop", "--endpoint", endpoint)
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        other = file.with_name("template.yaml")
        other.write_text(OTHER)
        assert run("deploy", other, "--stack-name", "other", "--endpoint", endpoint).returncode == 0
        (stack,) = client("cloudformation").describe_stacks(StackName="shop")["Stacks"]
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        command = [str(COMMAND), "record", str(file), "--endpoint", endpoint]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as recorder:
            assert recorder.stderr is not None
            assert "Recording what enters" in recorder.stderr.readline()
            try:
                order_id = use(client, endpoint, outputs)
            finally:
                recorder.send_signal(signal.SIGINT)
            told = recorder.stderr.read()
        assert recorder.returncode == 0, told
        yield Recorded(file, deployed.stdout, order_id)
    finally:
        stop(running)


@pytest.fixture(scope="module")
def recording(recorded: Recorded) -> Recording:
    return read(recorded.file)


def test_deploy_shows_what_it_made(recorded: Recorded) -> None:
    assert re.search(r"create complete +Orders \(AWS::DynamoDB::Table\)", recorded.deployment)
    assert re.search(r"^  Mail: http", recorded.deployment, re.MULTILINE)


def test_what_enters_is_written_down_without_what_only_reads(recording: Recording) -> None:
    assert [request.title for request in recording.requests] == [
        "POST /orders of ServerlessHttpApi",
        "PUT /orders/#1.id of ServerlessHttpApi",
        "PUT /o-1 of ShopUrl.Value",
        "dynamodb PutItem",
        "sqs SendMessage",
        "sqs SendMessage",
        "sqs SendMessage",
        "sqs ReceiveMessage",
        "sqs DeleteMessage",
        "s3 CreateMultipartUpload",
        "s3 UploadPart",
        "s3 CompleteMultipartUpload",
        "sqs SendMessage",
        "sqs SendMessage",
    ]
    assert [request.error for request in recording.requests if request.error] == ["MissingParameter"]
    assert recording.end.waiting == []
    assert [stack.name for stack in recording.begin.stacks] == ["shop", "other"]


def test_requests_name_resources_as_the_template_does(recorded: Recorded, recording: Recording) -> None:
    put, view, mail = (recording.requests[index].request for index in (3, 4, 5))
    assert put == {
        "TableName": "${Orders}",
        "Item": {"id": {"S": "orders"}, "blob": {"B": {"$base64": "/wA="}}},
    }
    assert view == {"QueueUrl": "${Views}", "MessageBody": '{"page": "/${!home}"}'}
    assert mail["MessageBody"] == "kept for ${Views}"
    handle = recording.requests[8].request["ReceiptHandle"]
    assert re.fullmatch(r"\$\{#\d+\.Messages\[\d\]\.ReceiptHandle\}", handle)
    assert (
        recorded.order_id not in b"".join(recorded.file.read_bytes().splitlines(keepends=True)[1:-1]).decode()
    )


def test_an_unchanged_application_comes_to_the_same_end(recorded: Recorded) -> None:
    done = run("replay", recorded.file, "--template", APPLICATION)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "13 requests" in done.stdout
    assert "Left out: 1 request for other stacks." in done.stdout
    assert "Everything came to the same end." in done.stdout


def test_what_a_change_does_is_shown(recorded: Recorded, tmp_path: Path) -> None:
    changed = shutil.copytree(APPLICATION, tmp_path / "changed")
    shop = changed / "src" / "shop.py"
    text = shop.read_text().replace(
        '"paid"\n', '"settled"\n    if body["price"] < 10:\n        raise ValueError("too cheap")\n'
    )
    shop.write_text(text)
    done = run("replay", recorded.file, "--template", changed, "--ignore", "table/Orders/state", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert [(each["title"], each["was"], each["now"]) for each in found["answers"]] == [
        ("PUT /o-1 of ShopUrl.Value", "201", "HTTP 502")
    ]
    assert [each["text"] for each in found["differences"]] == [
        "table Orders: item {id: o-1, price: 5} is missing"
    ]


def test_a_recording_that_cannot_be_replayed_says_why(recorded: Recorded, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(b"".join(recorded.file.read_bytes().splitlines(keepends=True)[:-1]))
    for file, reason in ((cut, "is not whole"), (tmp_path / "none.jsonl", "There is no recording")):
        done = run("replay", file, "--template", APPLICATION)
        assert done.returncode == 2
        assert reason in done.stderr


def test_verify_of_a_recording_convicts_who_counts_twice(recorded: Recorded) -> None:
    words = ("--template", APPLICATION, "--runs", "12", "--jobs", "1", "--quiet", "--json")
    done = run("verify", recorded.file, *words)
    assert done.returncode == 1, done.stdout + done.stderr
    (report,) = json.loads(done.stdout)
    verdicts = {each["handler"]: each["verdict"] for each in report["verdicts"]}
    assert verdicts["Count"] == "duplicates its effect"
