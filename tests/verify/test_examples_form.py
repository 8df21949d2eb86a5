"""What holds for every pair of `examples/verify`, read from its files; and for what `mutations.yaml` takes out of them."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.examples.conftest import EXAMPLES

from cloudchamber.languages.cloudformation.loading import load

ROOT = EXAMPLES / "verify"
PAIRS = sorted(path.name for path in ROOT.iterdir() if path.is_dir())
HALVES = [(pair, half) for pair in PAIRS for half in ("unsafe", "safe")]
MUTATIONS: list[dict[str, Any]] = yaml.safe_load((ROOT / "mutations.yaml").read_text("utf-8"))
CONVICTIONS = {"duplicates its effect", "loses data", "depends on order", "poisons its queue"}


@pytest.mark.parametrize("pair", PAIRS)
def test_a_pair_says_what_it_teaches_and_where_aws_says_so(pair):
    text = (ROOT / pair / "README.md").read_text("utf-8")
    for phrase in ("Why that is wrong:", "What AWS documents:", "https://docs.aws.amazon.com/", "The fix:"):
        assert phrase in text
    for half in ("unsafe", "safe"):
        assert f"cloudchamber verify examples/verify/{pair}/{half}\n" in text
    assert f"`{pair}`" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("pair", PAIRS)
def test_both_halves_share_one_scenario(pair):
    found = ast.parse((ROOT / pair / "scenario.py").read_text("utf-8"))
    functions = [node.name for node in found.body if isinstance(node, ast.FunctionDef)]
    assert any(name.startswith("scenario") for name in functions)
    assert all(re.match("scenario|invariant", name) for name in functions)


@pytest.mark.parametrize(("pair", "half"), HALVES)
def test_a_handler_is_small(pair, half):
    for path in (ROOT / pair / half / "src").glob("*.*"):
        assert len(path.read_text("utf-8").splitlines()) <= 60, path.name


@pytest.mark.parametrize(("pair", "half"), HALVES)
def test_a_half_names_no_account_and_no_region(pair, half):
    for path in (ROOT / pair / half).rglob("*.*"):
        found = re.search(r"\b\d{12}\b|\b(us|eu|ap)-[a-z]+-\d\b", path.read_text("utf-8"))
        assert found is None, f"{path.name}: {found}"


@pytest.mark.parametrize(("pair", "half"), HALVES)
def test_what_fails_is_tried_again_and_kept_in_the_end(pair, half):
    """A visibility timeout of six times the function's, a dead-letter queue after five receives or more.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    template = load((ROOT / pair / half / "template.yaml").read_text("utf-8"))
    resources, defaults = template["Resources"], template["Globals"]["Function"]
    assert defaults["Timeout"] == 10
    read = [
        event["Properties"]["Queue"]["Fn::GetAtt"][0]
        for resource in resources.values()
        for event in resource["Properties"].get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    for name in read:
        properties = resources[name]["Properties"]
        assert properties["VisibilityTimeout"] == 6 * defaults["Timeout"]
        assert properties["RedrivePolicy"]["maxReceiveCount"] >= 5
    assert read or "OnFailure" in defaults["EventInvokeConfig"]["DestinationConfig"]


@pytest.mark.parametrize("pair", PAIRS)
def test_each_safe_half_has_safeguards_to_take_away(pair):
    names = [each["name"] for each in MUTATIONS if each["pair"] == pair]
    assert len(names) == len(set(names)) >= 2


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda each: f"{each['pair']}: {each['name']}")
def test_a_mutation_changes_one_place_and_leaves_a_program(mutation):
    assert set(mutation) == {"pair", "name", "file", "replace", "with", "expect"}
    assert mutation["expect"] in CONVICTIONS
    path = ROOT / mutation["pair"] / "safe" / Path(mutation["file"])
    text = path.read_text("utf-8")
    assert text.count(mutation["replace"]) == 1
    changed = text.replace(mutation["replace"], mutation["with"])
    assert changed != text
    if path.suffix == ".py":
        ast.parse(changed)
    elif path.suffix == ".yaml":
        load(changed)
    elif shutil.which("node"):
        check = ["node", "--check", "--input-type=module"]
        subprocess.run(check, input=changed, text=True, check=True)
