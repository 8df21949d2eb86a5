"""What holds for every example: it says what it shows, it has a test, and it runs in any account and region."""

import re

import pytest
from tests.examples.conftest import EXAMPLES

NAMES = sorted(path.name for path in EXAMPLES.iterdir() if re.match(r"(eda|sls)-", path.name))
TESTS = EXAMPLES.parent / "tests" / "examples"


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_shows_and_how_to_run_it(name):
    text = (EXAMPLES / name / "README.md").read_text("utf-8")
    assert f"({name.upper()})" in text.splitlines()[0], "name the pattern by its id"
    assert 10 <= len(text.splitlines()) <= 20
    for phrase in (
        "What is to be seen:",
        "cloudchamber up",
        f"tests/examples/test_{name.replace('-', '_')}.py",
    ):
        assert phrase in text


@pytest.mark.parametrize("name", NAMES)
def test_it_has_a_test(name):
    assert (TESTS / f"test_{name.replace('-', '_')}.py").is_file()


@pytest.mark.parametrize("name", NAMES)
def test_it_names_no_account_and_no_region(name):
    files = [*(EXAMPLES / name).rglob("template.yaml"), *(EXAMPLES / name).glob("functions/*/*.*")]
    for path in files:
        found = re.search(r"\b\d{12}\b|\b(us|eu|ap)-[a-z]+-\d\b", path.read_text("utf-8"))
        assert found is None, f"{path.name}: {found}"
