"""The README is short, its code runs, its commands are those that are tested, and its links lead
somewhere."""

import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
LINKS = [link for link in re.findall(r"\]\(([^)]+)\)", README) if not link.startswith("https:")]
SITE = ROOT / "notebooks"


def first_block_under(word):
    """The first code block under the first heading that contains the word."""
    return re.search(
        rf"^#+ [^\n]*\b{word}\b.*?^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL
    )[1]


def test_it_is_short():
    assert len(README.splitlines()) <= 200
    assert all(len(block.splitlines()) <= 10 for block in BLOCKS)


def test_all_python_blocks_run_in_order():
    assert len(BLOCKS) == 5
    names = {"__name__": "readme"}
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    X, y, sampler = names["X"], names["y"], names["sampler"]
    assert sampler.class_counts_.tolist() == [1890, 110]
    assert sampler.sampling_strategy_ == {0: 1000, 1: 1000}
    assert names["X_res"].tolist() == X[sampler.draw(0)].tolist()
    assert names["search"].best_params_["balance__strength"] > 0
    of_batches = {(len(batch), int(batch.sum())) for _, batch in names["loader"]}
    assert of_batches <= {(62, 31), (63, 31), (63, 32)}
    bears = np.array([["kite" in row, "sky" in row] for row in names["tags"]])
    assert dict(zip(("kite", "sky"), bears[names["rows"]].sum(axis=0), strict=True)) == {
        label: names["by_tags"].sampling_strategy_[label] for label in ("kite", "sky")
    }
    skewed = names["skewed"]
    assert np.isin(skewed, X[:, 1] ** 2).all()
    assert skewed.mean() > (X[:, 1] ** 2).mean()
    rows = np.sort(sampler.draw(0))
    assert np.array_equal(names["X_lazy"].compute(), X[rows])
    assert np.array_equal(names["y_lazy"].compute(), y[rows])


def test_the_two_commands_are_one_line_each():
    assert first_block_under("Run") == 'pip install ".[demo]" && python -m skbalance\n'
    assert first_block_under("Test") == 'pip install ".[test]" && python -m pytest\n'


@pytest.mark.parametrize("link", sorted(set(LINKS)))
def test_links_lead_to_files_that_exist(link):
    assert (ROOT / link).exists()


@pytest.mark.parametrize("page", ["evidence", "cost"])
def test_rows_of_tables_are_those_of_the_site(page):
    of_page = {
        row_of(line) for line in (SITE / f"{page}.md").read_text(encoding="utf-8").split("\n")
    }
    table = re.search(
        rf"\({re.escape(f'notebooks/{page}.md')}\).*?\n\n((?:\|[^\n]*\n)+)",
        README[README.index("## What it gains") :],
        re.DOTALL,
    )[1]
    rows = [row_of(line) for line in table.splitlines() if re.search(r"\d\.\d", line)]
    assert len(rows) > 3
    for name, *values in rows:
        of_name = [iter(other) for other in of_page if other[0] == name]
        assert any(all(value in cells for value in values) for cells in of_name), name  # in order


def row_of(line):
    """The cells of a row of a table."""
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
