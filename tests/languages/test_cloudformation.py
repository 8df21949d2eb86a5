"""CloudFormation's template language: formats, parameters, functions, order, and its refusals."""

import pytest

from cloudchamber.languages.cloudformation import (
    DynamicReference,
    InvalidTemplate,
    Scope,
    condition,
    evaluate,
    failed_assertions,
    find_references,
    order,
    parse_template,
    references,
)

TEMPLATE = """
AWSTemplateFormatVersion: 2010-09-09
Description: everything
Parameters:
  Stage: {Type: String, Default: dev}
Mappings:
  Sizes:
    dev: {Size: 1, Kind: !Ref Stage}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsSmall: !And [!Not [!Condition IsProd], !Equals [a, a]]
Resources:
  Queue:
    Type: AWS::SQS::Queue
    DependsOn: Table
    Properties:
      QueueName: !Sub "${Stage}-${AWS::Region}-${!literal}"
      Date: 2024-01-01
      Policy: !If [IsProd, !GetAtt Table.StreamArn, !Ref AWS::NoValue]
      Nested: !Sub
        - "${Name} of ${Table.Arn}"
        - Name: !Join ["-", [a, !Select [1, !Split [",", "x,y"]], true]]
  Table:
    Type: AWS::DynamoDB::Table
  Topic:
    Type: AWS::SNS::Topic
    Condition: IsProd
    Properties:
      Subscription: [!GetAtt "Queue.Arn", !Ref "AWS::NoValue"]
Outputs:
  Arn:
    Value: !GetAtt Queue.Arn
    Export: {Name: !Sub "${AWS::StackName}-arn"}
"""


# As a deployment to AWS was answered.
SUPPORTED = (
    "Supported functions are: [Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, "
    "Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, "
    "Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr]"
)


def scope(template=None, stage="dev", **changes):
    return Scope(
        values={"Stage": stage, "AWS::Region": "eu-west-1", "AWS::StackName": "stack", "List": ["a", "b"]},
        ref=lambda name: f"id-of-{name}",
        getatt=lambda name, attribute: f"{name}:{attribute}",
        mappings=template.mappings if template else {},
        conditions=template.conditions if template else {},
        **changes,
    )


def test_a_yaml_template_is_read_with_its_short_forms():
    template = parse_template(TEMPLATE)
    assert template.resources["Queue"]["Properties"]["Date"] == "2024-01-01"
    assert template.resources["Topic"]["Properties"]["Subscription"][0] == {"Fn::GetAtt": ["Queue", "Arn"]}
    assert template.conditions["IsSmall"]["Fn::And"][0] == {"Fn::Not": [{"Condition": "IsProd"}]}


def test_properties_are_evaluated():
    template = parse_template(TEMPLATE)
    dev = scope(template)
    assert evaluate(template.resources["Queue"]["Properties"], dev) == {
        "QueueName": "dev-eu-west-1-${literal}",
        "Date": "2024-01-01",
        "Nested": "a-y-true of Table:Arn",
    }
    assert evaluate(template.resources["Topic"]["Properties"], dev) == {"Subscription": ["Queue:Arn"]}
    assert not condition("IsProd", dev)
    assert condition("IsSmall", dev)
    assert evaluate(template.resources["Queue"]["Properties"], scope(template, "prod"))["Policy"] == (
        "Table:StreamArn"
    )
    assert evaluate(template.outputs["Arn"], dev) == {"Value": "Queue:Arn", "Export": {"Name": "stack-arn"}}


def test_resources_are_ordered_by_what_they_depend_on():
    template = parse_template(TEMPLATE)
    assert template.dependencies == {"Queue": ["Table"], "Table": [], "Topic": ["Queue"]}
    assert template.order == ["Table", "Queue", "Topic"]


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Base64": "AWS CloudFormation"}, "QVdTIENsb3VkRm9ybWF0aW9u"),
        (
            {"Fn::Cidr": ["192.168.0.0/24", "3", "5"]},
            ["192.168.0.0/27", "192.168.0.32/27", "192.168.0.64/27"],
        ),
        ({"Fn::GetAZs": ""}, ["eu-west-1a", "eu-west-1b", "eu-west-1c"]),
        ({"Fn::Select": ["0", {"Fn::GetAZs": {"Ref": "AWS::Region"}}]}, "eu-west-1a"),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "a,b"),
        ({"Fn::Length": {"Ref": "List"}}, 2),
        ({"Fn::ToJsonString": {"a": [1, {"Ref": "Stage"}]}}, '{"a":[1,"dev"]}'),
        ({"Fn::FindInMap": ["M", {"Ref": "Stage"}, "k"]}, "v-dev"),
        ({"Fn::FindInMap": ["M", "none", "k", {"DefaultValue": {"Ref": "Stage"}}]}, "dev"),
        ({"Fn::ImportValue": {"Fn::Sub": "${Stage}-x"}}, "imported dev-x"),
        ({"Fn::Transform": {"Name": "Upper", "Parameters": {"Text": {"Ref": "Stage"}}}}, {"Upper": "dev"}),
        ({"Fn::GetAtt": "Nested.Outputs.Arn"}, "Nested:Outputs.Arn"),
        ({"Fn::Or": [{"Fn::Equals": ["a", "b"]}, {"Fn::Equals": [True, "true"]}]}, True),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Ref": "Bucket"}, "id-of-Bucket"),
        ({"Condition": {"StringEquals": {"aws:x": "y"}}}, {"Condition": {"StringEquals": {"aws:x": "y"}}}),
    ],
)
def test_a_function_gives_what_is_documented(value, expected):
    found = scope(
        import_value=lambda name: f"imported {name}",
        transform=lambda name, given: {name: given["Text"]},
    )
    found.mappings = {"M": {"dev": {"k": {"Fn::Sub": "v-${Stage}"}}}}
    assert evaluate(value, found) == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"Fn::FindInMap": ["M", "a", "b"]}, "Template error: Unable to get mapping for M::a::b"),
        ({"Fn::Select": [5, ["a"]]}, "Template error: Fn::Select cannot select nonexistent value at index 5"),
        (
            {"Fn::Sub": "${a b}"},
            "Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, "
            "underscores, periods, and colons",
        ),
        (
            {"Fn::GetAtt": ["A"]},
            "Template error: every Fn::GetAtt object requires two non-empty parameters, "
            "the resource name and the resource attribute",
        ),
        (
            {"Fn::Join": ["-", "x"]},
            "Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a "
            "list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) "
            "to be joined.",
        ),
    ],
)
def test_a_bad_function_is_refused(value, message):
    with pytest.raises(InvalidTemplate) as refused:
        evaluate(value, scope())
    assert refused.value.message == message


def resource(body="{Type: AWS::SQS::Queue}", name="A", more=""):
    return f"Resources:\n  {name}: {body}\n{more}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Template format error: unsupported structure."),
        ('{"Resources": {]', "Template format error: JSON not well-formed. (line 1, column 16)"),
        ("a: [b", "Template format error: YAML not well-formed. (line 1, column 6)"),
        ("Resources: {}", "Template format error: At least one Resources member must be defined."),
        (resource(more="Foo: 1"), "Invalid template property or properties [Foo]"),
        (
            resource("{}"),
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
        ),
        (resource("{Type: x, Foo: 1}"), "Invalid template resource property 'Foo'"),
        (resource(name="a-b"), "Template format error: Resource name a-b is non alphanumeric."),
        (
            resource("{Type: x, Properties: {P: !Ref X}}"),
            "Template format error: Unresolved resource dependencies [X] in the Resources block of the template",
        ),
        (
            resource("{Type: x, DependsOn: [Y]}"),
            "Template format error: Unresolved resource dependencies [Y] in the Resources block of the template",
        ),
        (
            resource(more="Outputs: {O: {Value: !Sub '${Z}'}}"),
            "Template format error: Unresolved resource dependencies [Z] in the Outputs block of the template",
        ),
        (
            resource("{Type: x, Condition: C}"),
            "Template format error: Unresolved condition dependency C in the Resources block of the template",
        ),
        (
            resource("{Type: x, Properties: {P: !GetAtt X.Arn}}"),
            "Template error: instance of Fn::GetAtt references undefined resource X",
        ),
        (
            resource(
                "{Type: x, DependsOn: B}",
                more="  B: {Type: x, Properties: {P: !Ref A}}\n  C: {Type: x, DependsOn: A}",
            ),
            "Circular dependency between resources: [A, B]",
        ),
        (
            "Resources:\n" + "".join(f"  R{i}: {{Type: x}}\n" for i in range(501)),
            "Template format error: Number of resources, 501, is greater than maximum allowed, 500",
        ),
        (
            resource(more="Resources: {}"),
            "Template format error: Duplicate key: Resources (line 3, column 1)",
        ),
        ("a: &x 1\nb: *x", "Template error: YAML aliases are not allowed in CloudFormation templates"),
        (
            resource(more="Parameters: {P: {Type: Foo}}"),
            "Template format error: Unrecognized parameter type: Foo",
        ),
        (
            resource("{Type: x, Properties: {P: [!FindInMap [M, !Ref 'AWS::Region', b]]}}"),
            "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
        ),
        (
            resource(more="Conditions: {C: !Equals [!FindInMap [M, a, b], c]}\nMappings: {N: {a: {b: c}}}"),
            "Template error: Mapping named 'M' is not present in the 'Mappings' section of template.",
        ),
        (
            resource("{Type: x, Properties: {P: {Fn::Join: ['', [{Fn::Nope: 1}]]}}}"),
            f"Template Error: Encountered unsupported function: Fn::Nope {SUPPORTED}",
        ),
        (
            resource(more="Outputs: {O: {Value: {fn::GetAtt: [A, Arn]}}}"),
            f"Template Error: Encountered unsupported function: fn::GetAtt {SUPPORTED}",
        ),
    ],
)
def test_a_bad_template_is_refused(text, message):
    with pytest.raises(InvalidTemplate) as refused:
        parse_template(text)
    assert refused.value.message == message


def test_a_json_template_is_read():
    assert parse_template('{"Resources": {"A": {"Type": "T"}}}').order == ["A"]


@pytest.mark.parametrize(
    "value",
    [
        "!FindInMap [M, nowhere, b]",
        "!FindInMap [!Ref 'AWS::Region', a, b]",
        "{'Fn::FindInMap': [None, a, b, {DefaultValue: c}]}",
        "{'Fn::ToJsonString': {'Fn::Nope': 1, more: 2}}",
    ],
)
def test_what_only_evaluation_tells_is_no_bad_template(value):
    text = resource(f"{{Type: x, Properties: {{P: {value}}}}}", more="Mappings: {M: {a: {b: c}}}")
    assert parse_template(text).order == ["A"]


def test_a_transform_may_bring_functions_and_mappings():
    text = resource("{Type: x, Properties: {P: {Fn::Nope: !FindInMap [M, a, b]}}}")
    assert parse_template(f"Transform: AWS::Serverless-2016-10-31\n{text}").order == ["A"]


def test_a_template_with_a_transform_may_refer_to_what_the_transform_makes():
    text = "Transform: AWS::Serverless-2016-10-31\nGlobals: {}\n" + resource("{Type: x, DependsOn: Made}")
    assert parse_template(text).transforms == ["AWS::Serverless-2016-10-31"]


def parameters(declaration, ssm=None, **given):
    text = resource(more=f"Parameters:\n  P: {declaration}")
    return parse_template(text).resolve_parameters(given, (ssm or {}).get)


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
@pytest.mark.parametrize(
    ("declaration", "given", "expected"),
    [
        ("{Type: String, Default: x}", {}, "x"),
        ("{Type: String}", {"P": ""}, ""),
        ("{Type: Number, MinValue: 1, MaxValue: 10}", {"P": "2.5"}, "2.5"),
        ("{Type: CommaDelimitedList}", {"P": "a, b"}, ["a", "b"]),
        ("{Type: List<Number>}", {"P": "1,2"}, ["1", "2"]),
        ("{Type: List<AWS::EC2::Subnet::Id>}", {"P": "s-1"}, ["s-1"]),
        ("{Type: AWS::SSM::Parameter::Value<String>}", {"P": "/name"}, "stored"),
        ("{Type: AWS::SSM::Parameter::Value<List<String>>, Default: /list}", {}, ["a", "b"]),
        ("{Type: String, AllowedValues: [true, 1]}", {"P": "true"}, "true"),
    ],
)
def test_a_parameter_has_its_value(declaration, given, expected):
    assert parameters(declaration, {"/name": "stored", "/list": "a,b"}, **given)["P"].value == expected


def test_no_echo_hides_a_parameter():
    found = parameters("{Type: String, NoEcho: true}", P="secret")["P"]
    assert (found.value, found.shown) == ("secret", "****")


@pytest.mark.parametrize(
    ("declaration", "given", "message"),
    [
        ("{Type: String}", {}, "Parameters: [P] must have values"),
        ("{Type: String}", {"P": "x", "Q": "y"}, "Parameters: [Q] do not exist in the template"),
        ("{Type: String, AllowedValues: [a]}", {"P": "b"}, "Parameter 'P' must be one of AllowedValues"),
        ("{Type: String, AllowedPattern: '[a-z]+'}", {"P": "A"}, "Parameter 'P' must match pattern [a-z]+"),
        ("{Type: String, MinLength: 3}", {"P": "A"}, "Parameter 'P' must contain at least 3 characters"),
        ("{Type: String, MaxLength: 1}", {"P": "AB"}, "Parameter 'P' must contain at most 1 characters"),
        ("{Type: Number}", {"P": "A"}, "Parameter 'P' must be a number"),
        ("{Type: Number, MinValue: 5}", {"P": "4"}, "Parameter 'P' must be a number not less than 5"),
        ("{Type: Number, MaxValue: 5}", {"P": "6"}, "Parameter 'P' must be a number not greater than 5"),
        (
            "{Type: String, AllowedValues: [a], ConstraintDescription: must be a}",
            {"P": "b"},
            "Parameter P failed to satisfy constraint: must be a",
        ),
        (
            "{Type: AWS::SSM::Parameter::Value<String>}",
            {"P": "/none"},
            "Unable to fetch parameters [/none] from parameter store for this account.",
        ),
    ],
)
def test_a_bad_parameter_is_refused(declaration, given, message):
    with pytest.raises(InvalidTemplate) as refused:
        parameters(declaration, **given)
    assert refused.value.message == message


def test_for_each_is_unrolled():
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html
    text = """
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: "A,B"}}
Resources:
  Fn::ForEach::Topics:
    - Name
    - !Ref Names
    - Topic${Name}:
        Type: AWS::SNS::Topic
        Properties: {TopicName: !Ref Name, Other: !Sub "x-${Name}-${AWS::Region}"}
  Fn::ForEach::Queues:
    - Key
    - [q.fifo]
    - "Queue&{Key}": {Type: AWS::SQS::Queue, Properties: {QueueName: "${Key}"}}
"""
    template = parse_template(text, {"Names": "A,C"})
    assert list(template.resources) == ["TopicA", "TopicC", "Queueqfifo"]
    assert template.transforms == []
    assert evaluate(template.resources["TopicC"]["Properties"], scope()) == {
        "TopicName": "C",
        "Other": "x-C-eu-west-1",
    }
    assert template.resources["Queueqfifo"]["Properties"] == {"QueueName": "q.fifo"}


# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{resolve:ssm:S3AccessControl:2}}", DynamicReference("ssm", "S3AccessControl", "2")),
        ("{{resolve:ssm:/a/b}}", DynamicReference("ssm", "/a/b")),
        ("{{resolve:ssm-secure:Password:10}}", DynamicReference("ssm-secure", "Password", "10")),
        (
            "{{resolve:secretsmanager:MySecret:SecretString:password}}",
            DynamicReference("secretsmanager", "MySecret", json_key="password"),
        ),
        ("{{resolve:secretsmanager:MySecret}}", DynamicReference("secretsmanager", "MySecret")),
        (
            "{{resolve:secretsmanager:arn:aws:secretsmanager:us-west-2:123456789012:secret:S-x:SecretString:k:AWSPREVIOUS}}",
            DynamicReference(
                "secretsmanager",
                "arn:aws:secretsmanager:us-west-2:123456789012:secret:S-x",
                json_key="k",
                version_stage="AWSPREVIOUS",
            ),
        ),
    ],
)
def test_dynamic_references_are_found(text, expected):
    assert list(find_references({"a": [f"x{text}y"]})) == [expected]


def test_dynamic_references_are_resolved_after_functions():
    resolving = scope(resolve_dynamic=lambda reference: f"<{reference.key}>")
    assert evaluate({"Fn::Sub": "a {{resolve:ssm:/${Stage}/x}}"}, resolving) == "a </dev/x>"
    assert evaluate({"Fn::Sub": "{{resolve:ssm:/x}}"}, scope()) == "{{resolve:ssm:/x}}"
    with pytest.raises(InvalidTemplate, match="Incorrect format is used"):
        evaluate("{{resolve:nothing:x}}", resolving)


def test_references_of_a_value():
    found = references(
        {
            "a": {"Fn::Sub": ["${X} ${Local} ${Y.Arn} ${!Z}", {"Local": {"Ref": "W"}}]},
            "b": {"Fn::If": ["C", {"Ref": "V"}, {"Fn::GetAtt": "Q.Arn"}]},
        }
    )
    assert found.refs == {"X", "W", "V"}
    assert found.getatts == {("Y", "Arn"), ("Q", "Arn")}
    assert found.conditions == {"C"}


def test_a_cycle_names_only_its_members():
    with pytest.raises(InvalidTemplate) as refused:
        order({"A": ["B"], "B": ["C"], "C": ["A"], "D": ["A"], "E": []})
    assert refused.value.message == "Circular dependency between resources: [A, B, C]"


def test_rules_say_which_assertions_fail():
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
    rules = {
        "Prod": {
            "RuleCondition": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
            "Assertions": [
                {"Assert": {"Fn::Contains": [["a"], "b"]}, "AssertDescription": "must be a"},
                {"Assert": {"Fn::EachMemberIn": [{"Ref": "List"}, ["a", "b", "c"]]}},
                {"Assert": {"Fn::EachMemberEquals": [["x"], "x"]}},
            ],
        },
        "Other": {
            "RuleCondition": {"Fn::Equals": ["a", "b"]},
            "Assertions": [{"Assert": {"Fn::Equals": ["a", "b"]}}],
        },
    }
    assert failed_assertions(rules, scope()) == ["must be a"]


def test_a_member_that_parameters_do_not_have_is_refused():
    text = "Parameters: {When: {Type: String, in the time zone.: }}\nResources: {Q: {Type: AWS::SQS::Queue}}"
    with pytest.raises(InvalidTemplate, match="Invalid template parameter property 'in the time zone"):
        parse_template(text)
