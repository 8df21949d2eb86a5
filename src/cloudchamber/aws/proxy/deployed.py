"""What is kept of deployed APIs between requests: what was compiled of them, and the answers of authorizers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudchamber.aws.cloud import Cloud
    from cloudchamber.aws.context import Context

Api = TypeVar("Api")
Answer = TypeVar("Answer")

APIS_KEPT_MAX = 4_096

# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
IDENTITIES_KEPT_MAX = 10_000


class DeployedApis(Generic[Api, Answer]):
    """APIs that have been asked for, None for identifiers that are nobody's. Always rebuildable from the records.

    Answers of authorizers are kept under keys that begin with the API's identifier.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._apis: dict[str, Api | None] = {}
        self._answers: dict[tuple[str, ...], tuple[int, Answer]] = {}
        self._changes = 0

    async def stop(self) -> None:
        """Nothing runs here."""

    async def find(
        self, ctx: Context, api_id: str, compiled: Callable[[Context, str], Api | None]
    ) -> Api | None:
        """An API; `compiled`, a transaction, is asked when it is not known yet."""
        try:
            return self._apis[api_id]
        except KeyError:
            pass
        changes = self._changes
        api = await ctx.transact(lambda inner: compiled(inner, api_id))
        if changes == self._changes:
            if len(self._apis) >= APIS_KEPT_MAX:
                self._apis.clear()
            self._apis[api_id] = api
        return api

    def forget(self, api_id: str) -> None:
        """An API has changed."""
        self._changes += 1
        self._apis.pop(api_id, None)
        self.forget_answers(api_id)

    def forget_answers(self, api_id: str) -> None:
        """Ask the API's authorizers again."""
        for key in [key for key in self._answers if key[0] == api_id]:
            del self._answers[key]

    def answer(self, key: tuple[str, ...], now_ms: int) -> Answer | None:
        """An authorizer's answer that still holds, or None."""
        kept = self._answers.get(key)
        return kept[1] if kept and kept[0] > now_ms else None

    def keep_answer(self, key: tuple[str, ...], answer: Answer, until_ms: int) -> None:
        """Let an authorizer's answer hold until an instant."""
        if len(self._answers) >= IDENTITIES_KEPT_MAX:
            self._answers.clear()
        self._answers[key] = (until_ms, answer)
