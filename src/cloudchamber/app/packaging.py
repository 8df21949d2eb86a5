"""A template's local files, found and uploaded: what `aws cloudformation package` does, with the building before it.

https://docs.aws.amazon.com/cli/latest/reference/cloudformation/package.html
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import msgspec

from cloudchamber.app.building import Say, Source, build, zip_folder
from cloudchamber.aws import AwsError
from cloudchamber.aws.session import Session
from cloudchamber.languages.cloudformation import InvalidTemplate
from cloudchamber.languages.cloudformation.loading import load

# resource type -> (property, the form its location takes)
_LOCATIONS = {
    "AWS::ApiGateway::RestApi": ("BodyS3Location", "bucket"),
    "AWS::CloudFormation::Stack": ("TemplateURL", "template"),
    "AWS::Lambda::Function": ("Code", "code"),
    "AWS::Lambda::LayerVersion": ("Content", "code"),
    "AWS::Serverless::Api": ("DefinitionUri", "uri"),
    "AWS::Serverless::Application": ("Location", "template"),
    "AWS::Serverless::Function": ("CodeUri", "uri"),
    "AWS::Serverless::HttpApi": ("DefinitionUri", "uri"),
    "AWS::Serverless::LayerVersion": ("ContentUri", "uri"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "uri"),
    "AWS::StepFunctions::StateMachine": ("DefinitionS3Location", "bucket"),
}
_BUILT = {
    "AWS::Lambda::Function",
    "AWS::Lambda::LayerVersion",
    "AWS::Serverless::Function",
    "AWS::Serverless::LayerVersion",
}
_INLINE_INSTEAD = ("InlineCode", "ImageUri", "PackageType", "DefinitionBody", "Definition")


class Packager:
    """Uploads what templates name to one bucket, by content: what is there already is not sent again."""

    def __init__(self, aws: Session, say: Say) -> None:
        self._aws, self._say = aws, say
        self._bucket = f"cloudchamber-artifacts-{aws.account}-{aws.region}"

    async def package(self, path: Path) -> str:
        """The template of that file, as JSON, with its local files uploaded. Raises BuildFailed."""
        text = path.read_text("utf-8")
        try:
            template = load(text)
        except InvalidTemplate:
            return text  # CloudFormation says what is wrong with it
        if not isinstance(template, dict):
            return text
        await self._make_bucket(self._bucket)
        await self._upload_assets(path)
        defaults = (template.get("Globals") or {}).get("Function") or {}
        for name, resource in (template.get("Resources") or {}).items():
            if isinstance(resource, dict) and resource.get("Type") in _LOCATIONS:
                await self._package_resource(name, resource, defaults, path)
        return msgspec.json.encode(template).decode()

    async def _package_resource(
        self, name: str, resource: dict[str, Any], defaults: dict[str, Any], path: Path
    ) -> None:
        kind = resource["Type"]
        member, form = _LOCATIONS[kind]
        properties = resource.setdefault("Properties", {})
        value = properties.get(member)
        if (
            value is None
            and kind == "AWS::Serverless::Function"
            and not any(m in properties for m in _INLINE_INSTEAD)
        ):
            value = defaults.get("CodeUri", ".")
        if not isinstance(value, str) or value.startswith(("s3://", "http://", "https://")):
            return
        local = (path.parent / value).resolve()
        if not local.exists():
            raise FileNotFoundError(
                f"{name}: {member} names {value}, which does not exist beside {path.name}."
            )
        if form == "template":
            text = await self.package(local)
            properties[member] = await self._upload(text.encode(), ".template")
            return
        content = await self._content(name, resource, local, path, defaults)
        properties[member] = self._location(form, await self._key(content, local))

    async def _content(
        self, name: str, resource: dict[str, Any], local: Path, path: Path, defaults: dict[str, Any]
    ) -> bytes:
        if local.is_file():
            return local.read_bytes()
        if resource["Type"] not in _BUILT:
            return zip_folder(local)
        source = _source(name, resource, local, defaults)
        clock = self._aws.cloud.clock
        clock.hold()  # no time passes while an installer works
        try:
            return await build(source, path.resolve().parent / ".cloudchamber" / "dependencies", self._say)
        finally:
            clock.release()

    async def _key(self, content: bytes, local: Path) -> str:
        suffix = local.suffix if local.is_file() else ".zip"
        key = hashlib.sha256(content).hexdigest() + suffix
        await self._put(self._bucket, key, content)
        return key

    async def _upload(self, content: bytes, suffix: str) -> str:
        key = hashlib.sha256(content).hexdigest() + suffix
        await self._put(self._bucket, key, content)
        return f"{self._aws.base_url}/{self._bucket}/{key}"

    def _location(self, form: str, key: str) -> Any:
        if form == "code":
            return {"S3Bucket": self._bucket, "S3Key": key}
        if form == "bucket":
            return {"Bucket": self._bucket, "Key": key}
        return f"s3://{self._bucket}/{key}"

    async def template_url(self, text: str) -> str:
        """Upload a template that is too large to be sent in a request; its URL."""
        return await self._upload(text.encode(), ".template")

    async def _make_bucket(self, bucket: str) -> None:
        request: dict[str, Any] = {"Bucket": bucket}
        if self._aws.region != "us-east-1":
            request["CreateBucketConfiguration"] = {"LocationConstraint": self._aws.region}
        try:
            await self._aws.call("s3", "CreateBucket", request)
        except AwsError as error:
            if error.code != "BucketAlreadyOwnedByYou":
                raise

    async def _put(self, bucket: str, key: str, content: bytes) -> None:
        try:
            await self._aws.call("s3", "HeadObject", {"Bucket": bucket, "Key": key})
        except AwsError:
            await self._aws.call("s3", "PutObject", {"Bucket": bucket, "Key": key, "Body": content})

    async def _upload_assets(self, path: Path) -> None:
        """The assets that CDK lists beside a template of its own.

        https://docs.aws.amazon.com/cdk/v2/guide/assets.html
        """
        listed = path.with_name(path.name.removesuffix(".template.json") + ".assets.json")
        if not path.name.endswith(".template.json") or not listed.is_file():
            return
        assets = msgspec.json.decode(listed.read_bytes()).get("files") or {}
        for asset in assets.values():
            source = listed.parent / asset["source"]["path"]
            if source.name == path.name:
                continue
            content = zip_folder(source) if asset["source"]["packaging"] == "zip" else source.read_bytes()
            for destination in asset["destinations"].values():
                bucket, key = (self._filled(destination[member]) for member in ("bucketName", "objectKey"))
                await self._make_bucket(bucket)
                await self._put(bucket, key, content)

    def _filled(self, text: str) -> str:
        for name, value in (
            ("AccountId", self._aws.account),
            ("Region", self._aws.region),
            ("Partition", "aws"),
        ):
            text = text.replace(f"${{AWS::{name}}}", value)
        return text


def _source(name: str, resource: dict[str, Any], folder: Path, defaults: dict[str, Any]) -> Source:
    """What kind of code a folder holds: by the function's runtime, or by the layer's build method."""
    properties = resource["Properties"]
    runtime = properties.get("Runtime") or defaults.get("Runtime") or ""
    is_layer = resource["Type"].endswith("LayerVersion")
    if is_layer:
        runtime = (resource.get("Metadata") or {}).get("BuildMethod") or ""
    kind = (
        "python"
        if str(runtime).startswith("python")
        else "node"
        if str(runtime).startswith("nodejs")
        else "other"
    )
    inside = {"python": "python", "node": "nodejs"}.get(kind, "") if is_layer else ""
    return Source(name, folder, kind, inside)
