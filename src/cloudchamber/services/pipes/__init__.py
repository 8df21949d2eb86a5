"""Amazon EventBridge Pipes: from a queue or a stream, through filters and an enrichment, to one target."""

from cloudchamber.aws import Service
from cloudchamber.services.pipes.fidelity import LEDGER
from cloudchamber.services.pipes.operations import pipes, tags
from cloudchamber.services.pipes.resources import RESOURCES
from cloudchamber.services.pipes.tasks import running

SERVICE = Service(
    "pipes",
    operations={
        "CreatePipe": pipes.create_pipe,
        "DeletePipe": pipes.delete_pipe,
        "DescribePipe": pipes.describe_pipe,
        "ListPipes": pipes.list_pipes,
        "ListTagsForResource": tags.list_tags_for_resource,
        "StartPipe": pipes.start_pipe,
        "StopPipe": pipes.stop_pipe,
        "TagResource": tags.tag_resource,
        "UntagResource": tags.untag_resource,
        "UpdatePipe": pipes.update_pipe,
    },
    tasks={"run_pipe": running.run_pipe},
    resources=RESOURCES,
    ledger=LEDGER,
    named_by=("Name", "resourceArn"),
)
