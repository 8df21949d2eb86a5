"""What `up` does with a template's local files."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import zipfile
from pathlib import Path

import pytest

from cloudchamber.app.building import ARCHIVES_MAX, BuildFailed, Source, build
from cloudchamber.app.packaging import Packager
from cloudchamber.aws.session import Session

DIGEST_OF_NOTHING = hashlib.sha256(f"{sys.version_info[:2]}".encode() + b"# none").hexdigest()[:16]
ACCOUNT, REGION = "000000000000", "us-east-1"


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


async def built(folder: Path, kind: str = "python", inside: str = "") -> bytes:
    return await build(Source("F", folder, kind, inside), folder.parent / "cache", lambda text: None)


async def test_a_zip_holds_the_source_without_what_tools_leave_behind(tmp_path):
    files = {
        "app.py": "x = 1",
        "lib/deep.py": "",
        "__pycache__/app.pyc": "",
        ".venv/x.py": "",
        ".aws-sam/build/y": "",
    }
    folder = write(tmp_path / "code", files)
    assert names(await built(folder)) == ["app.py", "lib/deep.py"]


async def test_the_same_content_gives_the_same_zip(tmp_path):
    files = {"b.py": "1", "a.py": "2"}
    first, second = [await built(write(tmp_path / name / "code", files)) for name in ("one", "two")]
    assert first == second


async def test_a_layers_content_lies_where_its_runtime_looks(tmp_path):
    folder = write(tmp_path / "layer", {"shared.py": ""})
    assert names(await built(folder, inside="python")) == ["python/shared.py"]


async def test_requirements_that_cannot_be_installed_say_so(tmp_path):
    folder = write(tmp_path / "code", {"app.py": "", "requirements.txt": "./no-such-folder\n"})
    with pytest.raises(BuildFailed, match="The dependencies of F could not be installed"):
        await built(folder)


async def test_requirements_are_installed_beside_the_source_and_only_once(tmp_path):
    write(
        tmp_path / "package",
        {"pyproject.toml": '[project]\nname="tiny"\nversion="1"\n', "tiny.py": "there = True\n"},
    )
    folder = write(tmp_path / "code", {"app.py": "", "requirements.txt": f"{tmp_path / 'package'}\n"})
    said: list[str] = []
    source = Source("F", folder, "python")
    content = await build(source, tmp_path / "cache", said.append)
    assert {"app.py", "tiny.py"} <= set(names(content))
    assert await build(source, tmp_path / "cache", said.append) == content
    assert said == ["installing the dependencies of F"]


async def test_an_archive_with_dependencies_is_kept_until_a_file_changes(tmp_path):
    write(tmp_path / "cache" / DIGEST_OF_NOTHING, {"dependency.py": ""})
    folder = write(tmp_path / "code", {"app.py": "x = 1", "requirements.txt": "# none"})
    first = await built(folder)
    (kept,) = (tmp_path / "packages").iterdir()
    kept.write_bytes(first + b"kept")
    assert await built(folder) == first + b"kept"
    write(folder, {"app.py": "x = 22"})
    second = await built(folder)
    with zipfile.ZipFile(io.BytesIO(second)) as archive:
        assert archive.read("app.py") == b"x = 22"
    for number in range(ARCHIVES_MAX + 3):
        write(folder, {"app.py": f"x = {number}", "more.py": "#" * number})
        await built(folder)
    assert len(list((tmp_path / "packages").iterdir())) == ARCHIVES_MAX


async def packaged(cloud, folder: Path, template: dict) -> dict:
    path = folder / "template.json"
    path.write_text(json.dumps(template), "utf-8")
    packager = Packager(Session(cloud.cloud, ACCOUNT, REGION), lambda text: None)
    return json.loads(await cloud.clock.run(packager.package(path)))["Resources"]


@pytest.mark.parametrize(
    ("kind", "member", "location"),
    [
        ("AWS::Lambda::Function", "Code", lambda v: (v["S3Bucket"], v["S3Key"])),
        ("AWS::Lambda::LayerVersion", "Content", lambda v: (v["S3Bucket"], v["S3Key"])),
        ("AWS::Serverless::Function", "CodeUri", lambda v: tuple(v.removeprefix("s3://").split("/"))),
        ("AWS::Serverless::HttpApi", "DefinitionUri", lambda v: tuple(v.removeprefix("s3://").split("/"))),
        ("AWS::ApiGateway::RestApi", "BodyS3Location", lambda v: (v["Bucket"], v["Key"])),
    ],
)
async def test_a_local_file_is_uploaded_and_named_in_its_place(cloud, tmp_path, kind, member, location):
    write(tmp_path, {"code/app.py": "x"})
    resources = await packaged(
        cloud, tmp_path, {"Resources": {"R": {"Type": kind, "Properties": {member: "code"}}}}
    )
    bucket, key = location(resources["R"]["Properties"][member])
    body = (await cloud("s3", "GetObject", account=ACCOUNT, Bucket=bucket, Key=key))["Body"]
    assert names(body) == ["app.py"]


async def test_what_is_not_local_stays_as_it_is(cloud, tmp_path):
    template = {
        "Resources": {
            "A": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "s3://b/k"}},
            "B": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "x"}}},
            "C": {"Type": "AWS::Serverless::Function", "Properties": {"InlineCode": "x"}},
        }
    }
    assert await packaged(cloud, tmp_path, template) == template["Resources"]


async def test_a_path_that_does_not_exist_is_named(cloud, tmp_path):
    template = {
        "Resources": {"F": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "nowhere"}}}
    }
    with pytest.raises(FileNotFoundError, match="F: CodeUri names nowhere"):
        await packaged(cloud, tmp_path, template)


async def test_nested_templates_are_packaged_too(cloud, tmp_path):
    inner = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": "code"}}}}
    write(tmp_path, {"inner.json": json.dumps(inner), "code/app.py": ""})
    outer = {
        "Resources": {
            "S": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "inner.json"}}
        }
    }
    resources = await packaged(cloud, tmp_path, outer)
    bucket, key = resources["S"]["Properties"]["TemplateURL"].split("/")[-2:]
    text = (await cloud("s3", "GetObject", account=ACCOUNT, Bucket=bucket, Key=key))["Body"]
    assert "S3Key" in json.loads(text)["Resources"]["F"]["Properties"]["Code"]


async def test_the_assets_of_a_cdk_application_are_uploaded_where_its_template_looks(cloud, tmp_path):
    destination = {
        "bucketName": "cdk-assets-${AWS::AccountId}-${AWS::Region}",
        "objectKey": "abc.zip",
        "assumeRoleArn": "arn:${AWS::Partition}:iam::x",
    }
    assets = {
        "files": {
            "abc": {
                "source": {"path": "asset.abc", "packaging": "zip"},
                "destinations": {"here": destination},
            }
        }
    }
    write(
        tmp_path,
        {
            "App.assets.json": json.dumps(assets),
            "App.template.json": '{"Resources": {}}',
            "asset.abc/i.py": "",
        },
    )
    packager = Packager(Session(cloud.cloud, ACCOUNT, REGION), lambda text: None)
    await cloud.clock.run(packager.package(tmp_path / "App.template.json"))
    got = await cloud(
        "s3", "GetObject", account=ACCOUNT, Bucket=f"cdk-assets-{ACCOUNT}-{REGION}", Key="abc.zip"
    )
    assert names(got["Body"]) == ["i.py"]
