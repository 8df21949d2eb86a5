"""Where and when a sample event comes from: account, region, instant, and a seed for all that looks drawn by chance."""

from __future__ import annotations

from datetime import UTC, datetime

from cloudchamber.clock import Ids

AT_MS_DEFAULT = 1_767_225_600_000  # 2026-01-01T00:00:00Z, where a virtual clock begins
ACCOUNT_DEFAULT = "123456789012"
REGION_DEFAULT = "us-east-1"
_MIXED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CHINA = "aws-cn"


class Origin:
    """What all kinds of events have in common. The same seed draws the same identifiers."""

    def __init__(
        self,
        *,
        at_ms: int = AT_MS_DEFAULT,
        seed: int = 0,
        account_id: str = ACCOUNT_DEFAULT,
        region: str = REGION_DEFAULT,
        partition: str = "aws",
    ) -> None:
        self.at_ms, self.account_id, self.region, self.partition = at_ms, account_id, region, partition
        self._ids = Ids(seed)

    @property
    def domain(self) -> str:
        """The domain of AWS's endpoints in this partition."""
        return "amazonaws.com.cn" if self.partition == _CHINA else "amazonaws.com"

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource of this account and region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account_id}:{resource}"

    def global_arn(self, service: str, resource: str) -> str:
        """The ARN of a resource that has an account but no region, such as a role."""
        return f"arn:{self.partition}:{service}::{self.account_id}:{resource}"

    def bucket_arn(self, name: str) -> str:
        """The ARN of a bucket, which names neither account nor region."""
        return f"arn:{self.partition}:s3:::{name}"

    def second(self, after_ms: int = 0) -> str:
        """The instant as `2026-01-01T00:00:00Z`."""
        return self.shown("%Y-%m-%dT%H:%M:%SZ", after_ms)

    def millisecond(self, after_ms: int = 0) -> str:
        """The instant as `2026-01-01T00:00:00.000Z`."""
        return self.shown(f"%Y-%m-%dT%H:%M:%S.{(self.at_ms + after_ms) % 1000:03}Z", after_ms)

    def shown(self, form: str, after_ms: int = 0) -> str:
        """The instant in a form of strftime, in UTC."""
        return datetime.fromtimestamp((self.at_ms + after_ms) / 1000, UTC).strftime(form)

    def uuid(self) -> str:
        """Another UUID."""
        return self._ids.uuid()

    def hex(self, length: int) -> str:
        """Other hexadecimal digits."""
        return self._ids.hex(length)

    def digits(self, length: int) -> str:
        """Other decimal digits."""
        return self._ids.text(length, "0123456789")

    def letters(self, length: int) -> str:
        """Other small letters and digits, as in the id of an API."""
        return self._ids.text(length)

    def upper(self, length: int) -> str:
        """Other capital letters and digits, as in the id of an access key or a principal."""
        return self._ids.text(length, _UPPER)

    def token(self, length: int) -> str:
        """Other letters and digits, as in a receipt handle or a signature."""
        return self._ids.text(length, _MIXED)
