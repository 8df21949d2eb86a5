"""The shapes of our events against those of `sam local generate-event`: the same members, but where a reason stands here.

The SAM CLI's own generator is run once, in its own Python, for all of its events.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from cloudchamber.sample_events import SOURCES, build

pytestmark = [pytest.mark.tools, pytest.mark.timeout(120)]
SAM_PYTHON = Path(__file__).parents[2] / ".tools" / "sam" / "bin" / "python"
GENERATE = """
import json
from samcli.lib.generated_sample_events.events import Events
events = Events()
made = {}
for source, kinds in events.event_mapping.items():
    for kind, about in kinds.items():
        if isinstance(about, dict):
            tags = about.get("tags", {})
            values = {name: tag.get("default") for name, tag in tags.items()}
            made[source + " " + kind] = [json.loads(events.generate_event(source, kind, values)), sorted(tags)]
print(json.dumps(made))
"""

EDGE = {".cf.config": "AWS documents more of it", ".cf.request": "a request has a query string and a client"}
MORE = {  # members that only ours have, by what their paths contain
    "alexa-skills-kit end-session": {
        ".AudioPlayer": "as in every other request of a device that plays audio"
    },
    "alexa-skills-kit intent-answer": {".slots.": "a slot stands under its own name"},
    "apigateway aws-proxy": dict.fromkeys(
        (".deploymentId", ".domainName", ".domainPrefix", ".extendedRequestId", ".principalOrgId"),
        "AWS documents it",
    ),
    "apigateway request-authorizer": {
        ".multiValue": "what requests have, their authorizers are given",
        ".requestContext.": "what requests have, their authorizers are given",
    },
    "appsync resolver": {".request.domainName": "AWS documents it"},
    "batch get-job": {".jobId": "SAM has the inputs of the two functions the wrong way round"},
    "batch submit-job": {".job": "SAM has the inputs of the two functions the wrong way round"},
    "cloudformation create-request": {"ServiceToken": "AWS documents it"},
    "codepipeline job": {".continuationToken": "AWS documents it"},
    "cloudwatch scheduled-event": {".version": "every event of EventBridge has it"},
    "kinesis analytics-dynamodb": {".lambdaDeliveryRecordMetadata": "outputs have it"},
    "kinesis apachelog": {".deliveryStreamArn": "AWS documents it"},
    "kinesis streams-as-source": {
        ".deliveryStreamArn": "SAM misspells it",
        ".sourceKinesis": "AWS documents it",
    },
    "kinesis syslog": {".deliveryStreamArn": "AWS documents it"},
    "lex-v2 banking-bot": {".resolvedSlots": "all slots that are filled"},
    "lex-v2 book-car": {".sessionState.": "a session has attributes and contexts"},
    "lex-v2 book-hotel": {".sessionState.": "a session has attributes and contexts"},
    "ses email-receiving": {".dmarcVerdict": "AWS documents it"},
}
LESS = {  # members that only SAM's have
    "alexa-skills-kit intent-answer": {
        ".attributes.": "one quiz's state",
        ".slots.Item": "it stands under its name",
    },
    "appsync resolver": {".headers.": "headers of one browser"},
    "batch get-job": {".job": "SAM has the inputs of the two functions the wrong way round"},
    "batch submit-job": {".jobId": "SAM has the inputs of the two functions the wrong way round"},
    "kinesis analytics-dynamodb": {".streamArn": "outputs come from no stream"},
    "kinesis streams-as-source": {".deliverySteamArn": "SAM misspells it"},
    "lex-v2 book-car": {".intent.slots.": "other intents of one bot"},
    "lex-v2 book-hotel": {".intent.slots.": "other intents of one bot"},
}
NAMED_OTHERWISE = {  # options of SAM that are called otherwise here, or come from what they are part of
    "partition", "region", "account-id",  # all kinds have them
    "dns-suffix",  # of the region and the partition
}  # fmt: skip


@pytest.fixture(scope="module")
def theirs() -> dict[str, tuple[dict[str, Any], list[str]]]:
    if not SAM_PYTHON.exists():
        pytest.skip("sam is not installed: run `make tools`")
    done = subprocess.run(
        [SAM_PYTHON, "-c", GENERATE], capture_output=True, text=True, timeout=60, check=True
    )
    return json.loads(done.stdout)


def paths(value: Any, at: str = "") -> set[str]:
    """Every member, with those above it; all entries of a list count as one."""
    if isinstance(value, dict):
        inner = [{f"{at}.{name}"} | paths(held, f"{at}.{name}") for name, held in value.items()]
    elif isinstance(value, list):
        inner = [paths(held, at) for held in value]
    else:
        inner = []
    return set().union(*inner)


def unexplained(members: set[str], reasons: dict[str, str]) -> list[str]:
    return sorted(member for member in members if not any(part in member for part in reasons))


def test_every_event_of_sam_is_here_with_the_same_members(theirs) -> None:
    assert len(theirs) >= 68
    wrong = {}
    for name, (event, _) in theirs.items():
        source, kind = name.split(" ")
        ours, sams = paths(build(source, kind)), paths(event)
        edge = EDGE if source == "cloudfront" else {}
        more, less = (
            unexplained(ours - sams, MORE.get(name, edge)),
            unexplained(sams - ours, LESS.get(name, {})),
        )
        if more or less:
            wrong[name] = {"only ours": more, "only SAM's": less}
    assert wrong == {}


def test_every_reason_is_still_needed(theirs) -> None:
    for name, reasons in [*MORE.items(), *LESS.items()]:
        event, _ = theirs[name]
        difference = paths(build(*name.split(" "))) ^ paths(event)
        for part in reasons:
            assert any(part in member for member in difference), f"{name}: {part} is no difference any more"


def test_every_option_of_sam_is_here(theirs) -> None:
    missing = {}
    for name, (_, options) in theirs.items():
        source, kind = name.split(" ")
        known = {option.replace("_", "") for option in SOURCES[source].kinds[kind].options}
        lacking = [o for o in options if o not in NAMED_OTHERWISE and o.replace("-", "").lower() not in known]
        if lacking and (name, lacking) != (
            "kinesis analytics-dynamodb",
            ["stream"],
        ):  # outputs come from no stream
            missing[name] = lacking
    assert missing == {}
