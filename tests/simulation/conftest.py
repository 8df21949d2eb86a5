"""`pytest tests/simulation --seed n` repeats one run; without it a few fixed seeds are run."""

from __future__ import annotations

import pytest

SEEDS = range(12)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, default=None, help="the seed of one simulation to repeat")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        seed = metafunc.config.getoption("--seed", default=None)
        metafunc.parametrize("seed", SEEDS if seed is None else [seed], ids=lambda n: f"seed={n}")
