"""Code under test makes its own clients: for the duration of a test its SDKs are pointed to the chamber, and nowhere else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from cloudchamber.pytest_plugin.chamber import Chamber


def point_sdks_to(chamber: Chamber, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the variables that all AWS SDKs read, and leave out the profiles and files of whoever runs the tests.

    https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html
    """
    import boto3

    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in {
        "AWS_ACCESS_KEY_ID": chamber.account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": chamber.region,
        "AWS_DEFAULT_REGION": chamber.region,
        "AWS_ENDPOINT_URL": chamber.endpoint_url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the credentials it found first
