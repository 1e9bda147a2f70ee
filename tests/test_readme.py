"""The README's code runs, its commands are the ones that are tested, and its figures are right."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def first_block_under(word):
    """The first code block under the first heading that contains the word."""
    return re.search(rf"^#+ [^\n]*\b{word}\b.*?^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)[1]


def test_all_python_blocks_run_in_order():
    blocks = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 5
    names = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert names["search"].best_params_["inversefrequencysampler__strength"] > 0
    sampler, rows = names["sampler"], names["rows"]
    assert names["X_res"].tolist() == names["X"][sampler.draw(0)].tolist()
    assert rows.epoch == 3
    rows.set_epoch(0)
    assert list(rows) == sampler.draw(0).tolist()
    assert list(rows) == sampler.draw(1).tolist()


def test_the_two_commands_are_one_line_each():
    assert first_block_under("Run") == 'pip install ".[demo]" && python -m skbalance\n'
    assert first_block_under("Test") == 'pip install ".[test]" && python -m pytest\n'


def test_the_share_that_replacement_misses_is_as_stated():
    # Ten epochs of a tenth with replacement: a row is missed with probability (1 - 1 / n) ** n.
    n = 1000
    stated = int(re.search(r"missed (\d+)% of it", README)[1])
    assert round(100 * (1 - 1 / n) ** n) == stated


@pytest.mark.parametrize("name", re.findall(r"`((?:skbalance|tests)/[\w/.]+)`", README))
def test_files_that_are_named_exist(name):
    assert (ROOT / name).exists()
