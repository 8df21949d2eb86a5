"""One execution: a batch of events goes through enrichment to the target.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from cloudchamber.aws import Arn, AwsError, Trace
from cloudchamber.languages.event_transform import InvalidTransform
from cloudchamber.services.pipes import limits
from cloudchamber.services.pipes.errors import InvocationFailed
from cloudchamber.services.pipes.rules import events, settings, targets, templates
from cloudchamber.services.pipes.rules.streams import iso
from cloudchamber.services.pipes.rules.targets import Item, Place
from cloudchamber.services.pipes.tasks.apis import ask_api
from cloudchamber.services.pipes.tasks.logs import ExecutionLog, create_log_stream
from cloudchamber.services.pipes.tasks.runs import Run


class Result(NamedTuple):
    """Which events, by their place in the batch, did not get through; whether AWS was the cause, not the pipe's owner."""

    failed: set[int]
    reason: str = ""
    is_internal: bool = False


async def execute(run: Run, batch: list[events.Event], trace: Trace | None = None) -> Result:
    """Take a batch through the pipe, and say in the pipe and its log how it went."""
    log = ExecutionLog(run.ctx, run.pipe)
    log.add("EXECUTION_STARTED", "INFO", batch)
    try:
        result = await _Execution(run, batch, trace, log).run()
    except AwsError as error:
        log.add("EXECUTION_FAILED", "ERROR", batch, error)
        result = Result(set(range(len(batch))), error.message, error.retryable)
    else:
        if not result.failed:
            log.add("EXECUTION_SUCCEEDED", "INFO")
        else:
            step = "EXECUTION_FAILED" if len(result.failed) == len(batch) else "EXECUTION_PARTIALLY_FAILED"
            log.add(step, "ERROR", batch, InvocationFailed(result.reason))
    await log.write()
    await run.note(result.reason if result.failed else "")
    return result


class _Execution:
    def __init__(self, run: Run, batch: list[events.Event], trace: Trace | None, log: ExecutionLog) -> None:
        self._run, self._batch, self._trace, self._log = run, batch, trace, log
        pipe = run.pipe
        self._reserved = {
            "aws.pipes.pipe-arn": run.arn,
            "aws.pipes.pipe-name": pipe.name,
            "aws.pipes.source-arn": pipe.source,
            "aws.pipes.enrichment-arn": pipe.enrichment,
            "aws.pipes.target-arn": pipe.target,
            "aws.pipes.event.ingestion-time": iso(run.ctx.now_ms),
        }

    async def run(self) -> Result:
        log, pipe = self._log, self._run.pipe
        found: list[Any] = list(self._batch)
        if pipe.enrichment:
            log.add("ENRICHMENT_STAGE_ENTERED", "INFO", self._batch)
            found = await self._enriched()
            log.add("ENRICHMENT_STAGE_EXITED", "INFO", found)
        if not found:
            log.add("TARGET_INVOCATION_SKIPPED", "TRACE")
            return Result(set())
        log.add("TARGET_STAGE_ENTERED", "INFO", found)
        result = await self._sent(found)
        log.add("TARGET_STAGE_EXITED", "INFO")
        return result

    def _texts(self, stage: str, template: str | None, found: list[Any]) -> list[str]:
        if template:
            self._log.add(f"{stage}_TRANSFORMATION_STARTED", "TRACE", found)
        try:
            texts = [templates.shaped(template, each, self._reserved) for each in found]
        except InvalidTransform as error:
            failure = InvocationFailed(error.message)
            self._log.add(f"{stage}_TRANSFORMATION_FAILED", "ERROR", found, failure)
            raise failure from None
        if template:
            self._log.add(f"{stage}_TRANSFORMATION_SUCCEEDED", "TRACE", texts)
        return texts

    async def _enriched(self) -> list[Any]:
        """What the enrichment makes of the batch; nothing when its answer is empty.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html
        """
        pipe, log = self._run.pipe, self._log
        texts = self._texts("ENRICHMENT", pipe.enrichment_parameters.get("InputTemplate"), self._batch)
        items = [Item(event, text) for event, text in zip(self._batch, texts, strict=True)]
        log.add("ENRICHMENT_INVOCATION_STARTED", "TRACE", texts)
        try:
            sending = targets.sending_to_enrichment(pipe, items)
            answer = await self._deliver(settings.enrichment_of(pipe.enrichment), sending)
            payload = targets.answer_of(sending, answer)
            if len(payload) > limits.PAYLOAD_BYTES_MAX:
                raise InvocationFailed("The enrichment answered with more than 6 MB.")
        except AwsError as error:
            log.add("ENRICHMENT_INVOCATION_FAILED", "ERROR", texts, error)
            raise
        log.add("ENRICHMENT_INVOCATION_SUCCEEDED", "TRACE")
        value = _value(payload)
        if value in (None, "", {}, []):
            return []
        return value if isinstance(value, list) else [value]

    async def _sent(self, found: list[Any]) -> Result:
        """Bring the batch to the target. Events that an answer does not tell apart fail together."""
        pipe, ctx, log = self._run.pipe, self._run.ctx, self._log
        target = settings.target_of(pipe.target)
        size_max = limits.BATCHES_MAX[settings.kind_of(target)]
        if len(found) > size_max:
            raise InvocationFailed(f"The enrichment returned more events than the target takes ({size_max}).")
        texts = self._texts("TARGET", pipe.target_parameters.get("InputTemplate"), found)
        items = [Item(event, text) for event, text in zip(found, texts, strict=True)]
        ids = [events.id_of(event) for event in self._batch]
        failed: set[int] = set()
        reason = ""
        log.add("TARGET_INVOCATION_STARTED", "TRACE", texts)
        try:
            for sending in targets.sendings_of(pipe, items, Place(ctx.base_url, ctx.now_ms)):
                answer = await self._deliver(target, sending)
                failures = targets.failures_in(sending, answer, ids)
                reason = failures.reason if failures.indexes else reason
                if sending.service in targets.REPORTING:
                    failed |= failures.indexes
                else:
                    failed |= self._sources_of(failures.indexes, sending, found, ids)
        except AwsError as error:
            log.add("TARGET_INVOCATION_FAILED", "ERROR", texts, error)
            raise
        if failed:
            log.add("TARGET_INVOCATION_PARTIALLY_FAILED", "ERROR", texts, InvocationFailed(reason))
        else:
            log.add("TARGET_INVOCATION_SUCCEEDED", "TRACE")
        return Result(failed, reason)

    async def _deliver(self, target: Arn, sending: targets.Sending) -> Any:
        where = (target.account, target.region)
        if sending.service == "execute-api":
            ctx = self._run.ctx
            return await ask_api(ctx, sending.operation, sending.request, self._trace or ctx.trace)
        if sending.service == "logs":
            names = {name: sending.request[name] for name in ("logGroupName", "logStreamName")}
            who = {"account": target.account, "region": target.region, "principal": targets.PRINCIPAL}
            await create_log_stream(self._run.ctx, names, who)
        try:
            return await self._run.call(
                sending.service, sending.operation, sending.request, where, self._trace
            )
        except AwsError as error:
            if sending.operation == "invoke_api_destination" and targets.is_of_endpoint(error):
                raise InvocationFailed(error.message) from None
            raise

    def _sources_of(
        self, indexes: set[int], sending: targets.Sending, found: list[Any], ids: list[str]
    ) -> set[int]:
        """The events of the batch behind items of a sending: the same ones, or, after an enrichment, those of their ids."""
        items = {sending.indexes[index] for index in indexes}
        if not self._run.pipe.enrichment:
            return items
        named = [events.id_of(found[index]) for index in items]
        if any(not name or name not in ids for name in named):
            return set(range(len(ids)))
        return {ids.index(name) for name in named}


def _value(payload: bytes) -> Any:
    """What an enrichment answered. Raises InvocationFailed when it is no JSON."""
    try:
        return msgspec.json.decode(payload) if payload else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise InvocationFailed("The enrichment answered with what is not JSON.") from None
