"""Functions, versions, aliases, layers, policies and settings: https://docs.aws.amazon.com/lambda/latest/api/."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")

ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"


async def test_a_function_is_described_as_aws_describes_it(cloud, functions):
    await functions.create(Description="d", Tags={"team": "a"}, Timeout=7)

    answer = await cloud("lambda", "GetFunction", FunctionName="fn")

    configuration = answer["Configuration"]
    assert configuration["FunctionArn"] == ARN
    assert configuration["LastModified"] == "2026-01-01T00:00:00.000+0000"
    assert (configuration["State"], configuration["LastUpdateStatus"]) == ("Active", "Successful")
    assert configuration["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/fn"}
    assert (configuration["Timeout"], configuration["MemorySize"], configuration["Version"]) == (
        7,
        512,
        "$LATEST",
    )
    assert answer["Tags"] == {"team": "a"}
    assert answer["Code"]["RepositoryType"] == "S3"


REFUSED = [
    ({"Timeout": 901}, "Member must have value less than or equal to 900"),
    ({"MemorySize": 127}, "Member must have value greater than or equal to 128"),
    ({"MemorySize": 10241}, "Member must have value less than or equal to 10240"),
    ({"EphemeralStorage": {"Size": 10241}}, "Member must have value less than or equal to 10240"),
    ({"Runtime": None}, "Runtime and Handler are mandatory parameters for functions created with deployment packages."),
    ({"Runtime": "cobol"}, "Member must satisfy enum value set"),
    ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "Reserved keys used in this request: AWS_REGION"),
    ({"Environment": {"Variables": {"BIG": "x" * 4097}}}, "exceeded the 4KB limit"),
    ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip uploaded file. Please check your file, then try to upload again."),
    ({"Code": {}}, "Please provide a source for function code."),
    ({"Code": {"ImageUri": "x"}}, "container images"),
    ({"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"]}, "does not exist."),
    ({"Layers": [f"arn:aws:lambda:us-east-1:123456789012:layer:l{n}:1" for n in range(6)]}, "more than 5 layers"),
    ({"DurableConfig": {"ExecutionTimeout": 60}}, "DurableConfig is not available"),
    ({"Role": "no-role"}, "failed to satisfy constraint"),
]  # fmt: skip


@pytest.mark.parametrize(("members", "text"), REFUSED)
async def test_a_function_that_cannot_be_is_refused(cloud, functions, error_of, members, text):
    error = await error_of(functions.create(**members))

    assert text in error.message
    assert (await cloud("lambda", "ListFunctions"))["Functions"] == []


async def test_a_second_function_of_the_same_name_is_refused(functions, error_of):
    await functions.create()

    error = await error_of(functions.create())

    assert (error.code, error.message) == ("ResourceConflictException", "Function already exist: fn")


EVIL = ["../out.py", "/out.py", "a/../../out.py"]


@pytest.mark.parametrize("name", EVIL)
async def test_an_archive_cannot_write_outside_of_its_folder(functions, error_of, zipped, tmp_path, name):
    error = await error_of(functions.create(Code={"ZipFile": zipped({name: "x", "app.py": ""})}))

    assert error.message.startswith("Could not unzip uploaded file.")
    assert list(tmp_path.rglob("out.py")) == []


async def test_an_archive_cannot_write_through_a_link(functions, error_of, tmp_path):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        link = zipfile.ZipInfo("up")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(tmp_path))
        archive.writestr("up/out.py", "x")

    error = await error_of(functions.create(Code={"ZipFile": sink.getvalue()}))

    assert error.message.startswith("Could not unzip uploaded file.")
    assert list(tmp_path.rglob("out.py")) == []


async def test_an_archive_keeps_modes_and_links(cloud, functions, zipped, tmp_path):
    sink = io.BytesIO(zipped({"run.sh": "#!/bin/sh", "app.py": ""}, modes={"run.sh": 0o755}))
    with zipfile.ZipFile(sink, "a") as archive:
        link = zipfile.ZipInfo("bin/run")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "../run.sh")

    await functions.create(Code={"ZipFile": sink.getvalue()})

    (script,) = tmp_path.rglob("run.sh")
    assert os.access(script, os.X_OK)
    assert (script.parent / "bin" / "run").resolve() == Path(script)


async def test_code_may_come_from_s3(cloud, functions, zipped, error_of):
    await cloud("s3", "CreateBucket", Bucket="code")
    await cloud(
        "s3",
        "PutObject",
        Bucket="code",
        Key="fn.zip",
        Body=zipped({"app.py": "def handler(e, c): return 'from s3'"}),
    )

    await functions.create(Code={"S3Bucket": "code", "S3Key": "fn.zip"})
    error = await error_of(functions.create("other", Code={"S3Bucket": "code", "S3Key": "missing.zip"}))

    assert (await functions.invoke(event={}))["Payload"] == b'"from s3"'
    assert error.message.startswith("Error occurred while GetObject. S3 Error Code: NoSuchKey.")


async def test_new_code_is_run_from_the_next_invocation_on(cloud, functions, zipped):
    await functions.create()
    before = await cloud("lambda", "GetFunctionConfiguration", FunctionName="fn")
    code = zipped({"app.py": "def handler(e, c): return 'new'"})

    await cloud("lambda", "UpdateFunctionCode", FunctionName="fn", ZipFile=code, DryRun=True)
    assert (await cloud("lambda", "GetFunctionConfiguration", FunctionName="fn")) == before
    updated = await cloud("lambda", "UpdateFunctionCode", FunctionName="fn", ZipFile=code)

    assert updated["LastUpdateStatus"] == "InProgress"
    assert updated["RevisionId"] != before["RevisionId"]
    assert (await functions.invoke(event={}))["Payload"] == b'"new"'


@pytest.mark.parametrize("operation", ["UpdateFunctionCode", "UpdateFunctionConfiguration", "PublishVersion"])
async def test_another_revision_is_not_changed(cloud, functions, error_of, zipped, operation):
    await functions.create()
    code = {"ZipFile": zipped({"app.py": ""})} if operation == "UpdateFunctionCode" else {}

    error = await error_of(cloud("lambda", operation, FunctionName="fn", RevisionId="other", **code))

    assert error.code == "PreconditionFailedException"


async def test_a_version_is_what_the_function_was(cloud, functions, error_of):
    await functions.create(Description="one")
    first = await cloud("lambda", "PublishVersion", FunctionName="fn")
    again = await cloud("lambda", "PublishVersion", FunctionName="fn", Description="ignored")
    await cloud("lambda", "UpdateFunctionConfiguration", FunctionName="fn", Timeout=9)
    second = await cloud("lambda", "PublishVersion", FunctionName="fn")

    assert (first["FunctionArn"], first["Version"], again["Version"], second["Version"]) == (
        ARN + ":1",
        "1",
        "1",
        "2",
    )
    old = await cloud("lambda", "GetFunctionConfiguration", FunctionName="fn", Qualifier="1")
    assert (old["Timeout"], second["Timeout"]) == (20, 9)
    listed = await cloud("lambda", "ListVersionsByFunction", FunctionName="fn")
    assert [version["Version"] for version in listed["Versions"]] == ["$LATEST", "1", "2"]
    error = await error_of(cloud("lambda", "PublishVersion", FunctionName="fn", CodeSha256="other"))
    assert error.message.startswith("CodeSHA256 (other) is different from current CodeSHA256 in $LATEST")


async def test_a_version_that_an_alias_names_stays(cloud, functions, error_of):
    await functions.create(Publish=True)
    await cloud("lambda", "CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")

    error = await error_of(cloud("lambda", "DeleteFunction", FunctionName="fn", Qualifier="1"))
    await cloud("lambda", "DeleteAlias", FunctionName="fn", Name="live")
    await cloud("lambda", "DeleteFunction", FunctionName="fn:1")

    assert error.code == "ResourceConflictException"
    missing = await error_of(functions.invoke("fn:1"))
    assert missing.message == f"Function not found: {ARN}:1"


async def test_an_alias_needs_versions_that_exist(cloud, functions, error_of):
    await functions.create(Publish=True)

    error = await error_of(cloud("lambda", "CreateAlias", FunctionName="fn", Name="a", FunctionVersion="9"))
    routed = await error_of(
        cloud(
            "lambda", "CreateAlias", FunctionName="fn", Name="a", FunctionVersion="$LATEST",
            RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
        )
    )  # fmt: skip

    assert error.message == f"Function not found: {ARN}:9"
    assert "$LATEST is not supported" in routed.message


async def test_a_deleted_function_leaves_nothing(cloud, functions, error_of):
    await functions.create(Publish=True)
    await cloud("lambda", "CreateAlias", FunctionName="fn", Name="live", FunctionVersion="1")
    await cloud("lambda", "CreateFunctionUrlConfig", FunctionName="fn", AuthType="NONE")

    await cloud("lambda", "DeleteFunction", FunctionName="fn")
    await functions.create()

    assert (await cloud("lambda", "ListAliases", FunctionName="fn"))["Aliases"] == []
    assert (await cloud("lambda", "ListFunctionUrlConfigs", FunctionName="fn"))["FunctionUrlConfigs"] == []
    error = await error_of(cloud("lambda", "DeleteFunction", FunctionName="gone"))
    assert error.message == "Function not found: " + ARN[:-2] + "gone"


async def test_a_permission_becomes_a_statement(cloud, functions, error_of):
    """https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html"""
    await functions.create()
    request = {
        "FunctionName": "fn", "StatementId": "sns", "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com",
        "SourceArn": "arn:aws:sns:us-east-1:123456789012:topic",
    }  # fmt: skip

    added = await cloud("lambda", "AddPermission", **request)
    error = await error_of(cloud("lambda", "AddPermission", **request))
    await cloud(
        "lambda",
        "AddPermission",
        **(request | {"StatementId": "acct", "Principal": "111122223333", "SourceArn": None}),
    )

    statement = {
        "Sid": "sns",
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ARN,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:topic"}},
    }
    assert json.loads(added["Statement"]) == statement
    policy = json.loads((await cloud("lambda", "GetPolicy", FunctionName="fn"))["Policy"])
    assert (policy["Version"], policy["Id"], policy["Statement"][0]) == ("2012-10-17", "default", statement)
    assert policy["Statement"][1]["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    assert error.message == (
        "The statement id (sns) provided already exists. Please provide a new statement id, or remove the existing statement."
    )
    await cloud("lambda", "RemovePermission", FunctionName="fn", StatementId="sns")
    await cloud("lambda", "RemovePermission", FunctionName="fn", StatementId="acct")
    gone = await error_of(cloud("lambda", "GetPolicy", FunctionName="fn"))
    assert (gone.code, gone.message) == (
        "ResourceNotFoundException",
        "The resource you requested does not exist.",
    )


async def test_functions_are_listed_in_pages(cloud, functions):
    for name in ("c", "a", "b"):
        await functions.create(name)

    first = await cloud("lambda", "ListFunctions", MaxItems=2)
    second = await cloud("lambda", "ListFunctions", MaxItems=2, Marker=first["NextMarker"])

    assert [f["FunctionName"] for f in first["Functions"]] == ["a", "b"]
    assert [f["FunctionName"] for f in second["Functions"]] == ["c"]
    assert "NextMarker" not in second


async def test_layers_have_versions(cloud, zipped, error_of, functions):
    for number in (1, 2):
        made = await cloud(
            "lambda", "PublishLayerVersion", LayerName="l", CompatibleRuntimes=["python3.12"],
            Content={"ZipFile": zipped({"python/x.py": str(number)})},
        )  # fmt: skip
        assert made["LayerVersionArn"] == f"arn:aws:lambda:us-east-1:123456789012:layer:l:{number}"
    await cloud("lambda", "DeleteLayerVersion", LayerName="l", VersionNumber=1)

    listed = await cloud("lambda", "ListLayers", CompatibleRuntime="python3.12")
    error = await error_of(cloud("lambda", "GetLayerVersion", LayerName="l", VersionNumber=1))

    assert listed["Layers"][0]["LatestMatchingVersion"]["Version"] == 2
    assert (await cloud("lambda", "ListLayers", CompatibleRuntime="nodejs22.x"))["Layers"] == []
    assert error.code == "ResourceNotFoundException"


async def test_tags_belong_to_the_function_and_not_to_its_versions(cloud, functions, error_of):
    await functions.create(Publish=True)

    await cloud("lambda", "TagResource", Resource=ARN, Tags={"a": "1", "b": "2"})
    await cloud("lambda", "UntagResource", Resource=ARN, TagKeys=["a"])
    error = await error_of(cloud("lambda", "TagResource", Resource=ARN + ":1", Tags={"a": "1"}))

    assert (await cloud("lambda", "ListTags", Resource=ARN))["Tags"] == {"b": "2"}
    assert error.code == "InvalidParameterValueException"


async def test_what_is_not_here_says_so(cloud, error_of):
    error = await error_of(cloud("lambda", "ListCodeSigningConfigs"))

    assert (error.code, error.status) == ("NotImplemented", 501)
