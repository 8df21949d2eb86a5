"""Amazon ECS, AWS Batch and Amazon EC2: events on EventBridge, and what Batch's functions are given."""

from __future__ import annotations

from typing import Any

from cloudchamber.sample_events.envelope import event
from cloudchamber.sample_events.kinds import source
from cloudchamber.sample_events.origin import Origin

_IMAGE = "nginx:latest"


def task_state_change(
    origin: Origin,
    *,
    cluster: str = "default",
    task_definition: str = "sample-fargate:1",
    last_status: str = "RUNNING",
    desired_status: str = "",
    exit_code: int = 0,
    stopped_reason: str = "",
) -> dict[str, Any]:
    """`ECS Task State Change`. A STOPPED task has its exit code and the reason.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html
    """
    task_id = origin.hex(32)
    task_arn = origin.arn("ecs", f"task/{cluster}/{task_id}")
    container: dict[str, Any] = {
        "containerArn": origin.arn("ecs", f"container/{cluster}/{task_id}/{origin.uuid()}"),
        "lastStatus": last_status,
        "name": task_definition.partition(":")[0],
        "image": _IMAGE,
        "runtimeId": f"{task_id}-{origin.digits(10)}",
        "taskArn": task_arn,
        "networkInterfaces": [{"attachmentId": origin.uuid(), "privateIpv4Address": "10.0.0.139"}],
        "cpu": "0",
    }
    detail = {
        "attachments": [{"id": origin.uuid(), "type": "eni", "status": "ATTACHED", "details": []}],
        "availabilityZone": f"{origin.region}a",
        "clusterArn": origin.arn("ecs", f"cluster/{cluster}"),
        "connectivity": "CONNECTED",
        "connectivityAt": origin.millisecond(-5_000),
        "containers": [container],
        "cpu": "256",
        "createdAt": origin.millisecond(-9_000),
        "desiredStatus": desired_status or ("STOPPED" if last_status == "STOPPED" else "RUNNING"),
        "enableExecuteCommand": False,
        "ephemeralStorage": {"sizeInGiB": 20},
        "group": "family:sample-fargate",
        "launchType": "FARGATE",
        "lastStatus": last_status,
        "memory": "512",
        "overrides": {"containerOverrides": [{"name": container["name"]}]},
        "platformVersion": "1.4.0",
        "pullStartedAt": origin.millisecond(-4_000),
        "pullStoppedAt": origin.millisecond(-2_000),
        "startedAt": origin.millisecond(-1_000),
        "startedBy": f"ecs-svc/{origin.digits(19)}",
        "taskArn": task_arn,
        "taskDefinitionArn": origin.arn("ecs", f"task-definition/{task_definition}"),
        "updatedAt": origin.millisecond(),
        "version": 3,
    }
    if last_status == "STOPPED":
        container["exitCode"] = exit_code
        detail |= _stopped(origin, stopped_reason)
    return event(origin, "aws.ecs", "ECS Task State Change", detail, [task_arn])


def _stopped(origin: Origin, reason: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html#ECS-Type-Task-stopCode"""
    return {
        "executionStoppedAt": origin.millisecond(),
        "stoppingAt": origin.millisecond(-500),
        "stoppedAt": origin.millisecond(),
        "stopCode": "UserInitiated" if reason else "EssentialContainerExited",
        "stoppedReason": reason or "Essential container in task exited",
    }


def container_instance_state_change(
    origin: Origin,
    *,
    cluster: str = "default",
    instance_id: str = "i-0123456789abcdef0",
    status: str = "ACTIVE",
    agent_connected: bool = True,
) -> dict[str, Any]:
    """`ECS Container Instance State Change`.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html
    """
    arn = origin.arn("ecs", f"container-instance/{cluster}/{origin.hex(32)}")
    amounts = [("CPU", 2048), ("MEMORY", 3767)]
    free = [{"name": name, "type": "INTEGER", "integerValue": value} for name, value in amounts]
    ports = {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22", "2376", "2375", "51678", "51679"]}
    detail = {
        "agentConnected": agent_connected,
        "attributes": [{"name": "com.amazonaws.ecs.capability.logging-driver.syslog"}],
        "clusterArn": origin.arn("ecs", f"cluster/{cluster}"),
        "containerInstanceArn": arn,
        "ec2InstanceId": instance_id,
        "registeredResources": [*free, ports],
        "remainingResources": [*free, ports],
        "status": status,
        "version": 14801,
        "versionInfo": {
            "agentHash": "aebcbca",
            "agentVersion": "1.13.0",
            "dockerVersion": "DockerVersion: 1.11.2",
        },
        "updatedAt": origin.millisecond(),
    }
    return event(origin, "aws.ecs", "ECS Container Instance State Change", detail, [arn])


def deployment_state_change(
    origin: Origin,
    *,
    cluster: str = "default",
    service: str = "servicetest",
    event_name: str = "SERVICE_DEPLOYMENT_COMPLETED",
    reason: str = "",
) -> dict[str, Any]:
    """`ECS Deployment State Change`: SERVICE_DEPLOYMENT_IN_PROGRESS, _COMPLETED or _FAILED.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html
    """
    deployment_id = f"ecs-svc/{origin.digits(19)}"
    reasons = {
        "SERVICE_DEPLOYMENT_IN_PROGRESS": f"ECS deployment {deployment_id} in progress.",
        "SERVICE_DEPLOYMENT_FAILED": "ECS deployment circuit breaker: task failed to start.",
    }
    detail = {
        "eventType": "ERROR" if event_name == "SERVICE_DEPLOYMENT_FAILED" else "INFO",
        "eventName": event_name,
        "deploymentId": deployment_id,
        "updatedAt": origin.second(),
        "reason": reason or reasons.get(event_name, f"ECS deployment {deployment_id} completed."),
    }
    arn = origin.arn("ecs", f"service/{cluster}/{service}")
    return event(origin, "aws.ecs", "ECS Deployment State Change", detail, [arn])


def service_action(
    origin: Origin,
    *,
    cluster: str = "default",
    service: str = "servicetest",
    event_name: str = "SERVICE_STEADY_STATE",
    event_type: str = "INFO",
) -> dict[str, Any]:
    """`ECS Service Action`.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html
    """
    detail = {
        "eventType": event_type,
        "eventName": event_name,
        "clusterArn": origin.arn("ecs", f"cluster/{cluster}"),
        "createdAt": origin.millisecond(),
    }
    arn = origin.arn("ecs", f"service/{cluster}/{service}")
    return event(origin, "aws.ecs", "ECS Service Action", detail, [arn])


def batch_job_state_change(
    origin: Origin,
    *,
    job_name: str = "event-test",
    job_queue: str = "PexjEHappyPathCanary2JobQueue",
    job_definition: str = "first-run-job-definition:1",
    status: str = "RUNNABLE",
    reason: str = "",
) -> dict[str, Any]:
    """`Batch Job State Change`: SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED.

    https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
    """
    job_id = origin.uuid()
    arn = origin.arn("batch", f"job/{job_id}")
    detail: dict[str, Any] = {
        "jobArn": arn,
        "jobName": job_name,
        "jobId": job_id,
        "jobQueue": origin.arn("batch", f"job-queue/{job_queue}"),
        "status": status,
        "attempts": [],
        "createdAt": origin.at_ms - 60_000,
        "retryStrategy": {"attempts": 1, "evaluateOnExit": []},
        "dependsOn": [],
        "jobDefinition": origin.arn("batch", f"job-definition/{job_definition}"),
        "parameters": {},
        "container": {
            "image": "public.ecr.aws/amazonlinux/amazonlinux:latest",
            "command": ["sleep", "600"],
            "volumes": [],
            "environment": [],
            "mountPoints": [],
            "ulimits": [],
            "networkInterfaces": [],
            "resourceRequirements": [{"value": "2", "type": "VCPU"}, {"value": "256", "type": "MEMORY"}],
            "secrets": [],
        },
        "tags": {"resourceArn": arn},
        "propagateTags": False,
        "platformCapabilities": [],
    }
    if reason:
        detail["statusReason"] = reason
    return event(origin, "aws.batch", "Batch Job State Change", detail, [arn])


def submit_job(
    origin: Origin,
    *,
    job_name: str = "my-job",
    job_queue: str = "my-job-queue",
    job_definition: str = "my-job-definition:1",
) -> dict[str, Any]:
    """The input of a function that submits a job.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
    """
    return {"jobName": job_name, "jobQueue": job_queue, "jobDefinition": job_definition}


def get_job(origin: Origin, *, job_id: str = "") -> dict[str, Any]:
    """The input of a function that asks for a job.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html
    """
    return {"jobId": job_id or origin.uuid()}


def instance_state_change(
    origin: Origin, *, instance_id: str = "i-0123456789abcdef0", state: str = "running"
) -> dict[str, Any]:
    """`EC2 Instance State-change Notification`.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-state-changes.html
    """
    detail = {"instance-id": instance_id, "state": state}
    arn = origin.arn("ec2", f"instance/{instance_id}")
    return event(origin, "aws.ec2", "EC2 Instance State-change Notification", detail, [arn])


def spot_interruption(
    origin: Origin, *, instance_id: str = "i-0123456789abcdef0", action: str = "terminate"
) -> dict[str, Any]:
    """`EC2 Spot Instance Interruption Warning`.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
    """
    detail = {"instance-id": instance_id, "instance-action": action}
    arn = f"arn:{origin.partition}:ec2:{origin.region}a:instance/{instance_id}"
    return event(origin, "aws.ec2", "EC2 Spot Instance Interruption Warning", detail, [arn])


ECS = source(
    "ecs",
    "Amazon ECS",
    {
        "task-state-change": task_state_change,
        "container-instance-state-change": container_instance_state_change,
        "deployment-state-change": deployment_state_change,
        "service-action": service_action,
    },
)
BATCH = source(
    "batch",
    "AWS Batch",
    {"job-state-change": batch_job_state_change, "submit-job": submit_job, "get-job": get_job},
)
EC2 = source(
    "ec2",
    "Amazon EC2",
    {"instance-state-change": instance_state_change, "spot-interruption": spot_interruption},
)
