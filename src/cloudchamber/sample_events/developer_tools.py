"""AWS CodeBuild, CodeCommit, CodeDeploy and CodePipeline, and Amazon ECR."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.envelope import event
from cloudchamber.sample_events.kinds import source
from cloudchamber.sample_events.origin import Origin


def repository_trigger(
    origin: Origin,
    *,
    repository: str = "my-repo",
    trigger: str = "my-trigger",
    custom_data: str = "this is custom data",
    reference: str = "refs/heads/main",
) -> dict[str, Any]:
    """A trigger of a CodeCommit repository.

    https://docs.aws.amazon.com/lambda/latest/dg/services-codecommit.html
    """
    record = {
        "awsRegion": origin.region,
        "codecommit": {"references": [{"commit": origin.hex(40), "ref": reference}]},
        "customData": custom_data,
        "eventId": origin.uuid(),
        "eventName": "ReferenceChanges",
        "eventPartNumber": 1,
        "eventSource": "aws:codecommit",
        "eventSourceARN": origin.arn("codecommit", repository),
        "eventTime": origin.shown(f"%Y-%m-%dT%H:%M:%S.{origin.at_ms % 1000:03}+0000"),
        "eventTotalParts": 1,
        "eventTriggerConfigId": origin.uuid(),
        "eventTriggerName": trigger,
        "eventVersion": "1.0",
        "userIdentityARN": origin.global_arn("iam", "user/developer"),
    }
    return {"Records": [record]}


def repository_state_change(
    origin: Origin,
    *,
    repository: str = "my-repo",
    name: str = "referenceUpdated",
    reference: str = "main",
    commit: str = "",
) -> dict[str, Any]:
    """`CodeCommit Repository State Change`: referenceCreated, referenceUpdated, referenceDeleted.

    https://docs.aws.amazon.com/codecommit/latest/userguide/monitoring-events.html
    """
    detail = {
        "event": name,
        "repositoryName": repository,
        "repositoryId": origin.uuid(),
        "referenceType": "branch",
        "referenceName": reference,
        "referenceFullName": f"refs/heads/{reference}",
        "commitId": commit or origin.hex(40),
        "oldCommitId": origin.hex(40),
        "callerUserArn": origin.global_arn("iam", "user/developer"),
    }
    arn = origin.arn("codecommit", repository)
    return event(origin, "aws.codecommit", "CodeCommit Repository State Change", detail, [arn])


def pipeline_job(
    origin: Origin,
    *,
    input_bucket: str = "example-bucket",
    input_key: str = "test/key",
    output_bucket: str = "example-bucket2",
    output_key: str = "test/key2",
    function: str = "my-function",
    user_parameters: str = "some-input-such-as-a-URL",
) -> dict[str, Any]:
    """A job that CodePipeline gives a function.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html#actions-invoke-lambda-function-json-event-example
    """
    data = {
        "actionConfiguration": {
            "configuration": {"FunctionName": function, "UserParameters": user_parameters}
        },
        "inputArtifacts": [_artifact("ArtifactName", input_bucket, input_key, origin.hex(40))],
        "outputArtifacts": [_artifact("ArtifactName", output_bucket, output_key, None)],
        "artifactCredentials": {
            "accessKeyId": f"ASIA{origin.upper(16)}",
            "secretAccessKey": origin.token(40),
            "sessionToken": f"{origin.token(300)}=",
        },
        "continuationToken": origin.uuid(),
    }
    return {"CodePipeline.job": {"id": origin.uuid(), "accountId": origin.account_id, "data": data}}


def _artifact(name: str, bucket: str, key: str, revision: str | None) -> dict[str, Any]:
    location = {"type": "S3", "s3Location": {"bucketName": bucket, "objectKey": key}}
    return {"location": location, "revision": revision, "name": name}


def pipeline_state_change(
    origin: Origin, *, pipeline: str = "myPipeline", state: str = "STARTED", execution_id: str = ""
) -> dict[str, Any]:
    """`CodePipeline Pipeline Execution State Change`.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    detail = _pipeline_detail(origin, pipeline, state, execution_id)
    return _pipeline_event(origin, "Pipeline", pipeline, detail)


def stage_state_change(
    origin: Origin, *, pipeline: str = "myPipeline", stage: str = "Prod", state: str = "STARTED"
) -> dict[str, Any]:
    """`CodePipeline Stage Execution State Change`.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    detail = _pipeline_detail(origin, pipeline, state) | {"stage": stage}
    return _pipeline_event(origin, "Stage", pipeline, detail)


def action_state_change(
    origin: Origin,
    *,
    pipeline: str = "myPipeline",
    stage: str = "Prod",
    action: str = "myAction",
    state: str = "STARTED",
) -> dict[str, Any]:
    """`CodePipeline Action Execution State Change`.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    detail = _pipeline_detail(origin, pipeline, state) | {
        "stage": stage,
        "action": action,
        "region": origin.region,
        "type": {"owner": "AWS", "category": "Deploy", "provider": "CodeDeploy", "version": "1"},
    }
    return _pipeline_event(origin, "Action", pipeline, detail)


def _pipeline_detail(origin: Origin, pipeline: str, state: str, execution_id: str = "") -> dict[str, Any]:
    return {
        "pipeline": pipeline,
        "execution-id": execution_id or origin.uuid(),
        "start-time": origin.millisecond(),
        "state": state,
        "version": 1,
    }


def _pipeline_event(origin: Origin, of: str, pipeline: str, detail: dict[str, Any]) -> dict[str, Any]:
    arn = origin.arn("codepipeline", pipeline)
    return event(origin, "aws.codepipeline", f"CodePipeline {of} Execution State Change", detail, [arn])


def build_state_change(
    origin: Origin,
    *,
    project: str = "my-sample-project",
    status: str = "SUCCEEDED",
    bucket: str = "example-bucket",
) -> dict[str, Any]:
    """`CodeBuild Build State Change`: IN_PROGRESS, SUCCEEDED, FAILED, STOPPED.

    https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html#sample-build-notifications-ref
    """
    build_id = f"{project}:{origin.uuid()}"
    arn = origin.arn("codebuild", f"build/{build_id}")
    form, group = "%b %-d, %Y %-I:%M:%S %p", f"/aws/codebuild/{project}"
    phase = {
        "phase-context": [],
        "start-time": origin.shown(form, -60_000),
        "end-time": origin.shown(form),
        "duration-in-seconds": 60,
        "phase-type": "BUILD",
        "phase-status": status,
    }
    information = {
        "artifact": {
            "md5sum": origin.hex(32),
            "sha256sum": origin.hex(64),
            "location": f"{origin.bucket_arn(bucket)}/{origin.uuid()}/{project}",
        },
        "environment": {
            "image": "aws/codebuild/standard:7.0",
            "privileged-mode": False,
            "compute-type": "BUILD_GENERAL1_SMALL",
            "type": "LINUX_CONTAINER",
            "environment-variables": [],
        },
        "timeout-in-minutes": 60,
        "build-complete": status != "IN_PROGRESS",
        "initiator": "MyCodeBuildDemoUser",
        "build-start-time": origin.shown(form, -90_000),
        "source": {"location": f"{bucket}/input.zip", "type": "S3"},
        "logs": {
            "group-name": group,
            "stream-name": origin.uuid(),
            "deep-link": f"https://console.aws.amazon.com/cloudwatch/home?region={origin.region}#logEvent:group={group}",
        },
        "phases": [phase],
    }
    detail = {
        "build-status": status,
        "project-name": project,
        "build-id": arn,
        "additional-information": information,
        "current-phase": "COMPLETED",
        "current-phase-context": "[]",
        "version": "1",
    }
    return event(origin, "aws.codebuild", "CodeBuild Build State Change", detail, [arn])


def lifecycle_hook(origin: Origin, *, deployment_id: str = "") -> dict[str, Any]:
    """A lifecycle hook of a deployment to Lambda or ECS.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
    """
    return {
        "DeploymentId": deployment_id or f"d-{origin.upper(9)}",
        "LifecycleEventHookExecutionId": f"eyJlbmNyeXB0ZWREYXRhIjoi{origin.token(200)}",
    }


def deployment_state_change(
    origin: Origin,
    *,
    application: str = "myApplication",
    group: str = "myDeploymentGroup",
    state: str = "SUCCESS",
) -> dict[str, Any]:
    """`CodeDeploy Deployment State-change Notification`: START, SUCCESS, FAILURE, STOP.

    https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
    """
    detail = {
        "region": origin.region,
        "deploymentId": f"d-{origin.upper(9)}",
        "state": state,
        "application": application,
        "deploymentGroup": group,
    }
    arns = [
        origin.arn("codedeploy", f"application:{application}"),
        origin.arn("codedeploy", f"deploymentgroup:{application}/{group}"),
    ]
    return event(origin, "aws.codedeploy", "CodeDeploy Deployment State-change Notification", detail, arns)


def image_action(
    origin: Origin, *, repository: str = "my-repository-name", tag: str = "latest", action: str = "PUSH"
) -> dict[str, Any]:
    """`ECR Image Action`: PUSH or DELETE.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
    """
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": f"sha256:{origin.hex(64)}",
        "action-type": action,
        "image-tag": tag,
    }
    return event(origin, "aws.ecr", "ECR Image Action", detail)


CODEBUILD = source("codebuild", "AWS CodeBuild", {"build-state-change": build_state_change})
CODECOMMIT = source(
    "codecommit",
    "AWS CodeCommit",
    {"repository": repository_trigger, "repository-state-change": repository_state_change},
)
CODEDEPLOY = source(
    "codedeploy",
    "AWS CodeDeploy",
    {"lifecycle-hook": lifecycle_hook, "deployment-state-change": deployment_state_change},
)
CODEPIPELINE = source(
    "codepipeline",
    "AWS CodePipeline",
    {
        "job": pipeline_job,
        "pipeline-state-change": pipeline_state_change,
        "stage-state-change": stage_state_change,
        "action-state-change": action_state_change,
    },
)
ECR = source("ecr", "Amazon ECR", {"image-action": image_action})
