"""The notebooks run whole, from a kernel of their own, and say again what is stored in them."""

import re

import nbformat
import pytest
from run_notebooks import NOTEBOOKS, run

# A notebook is downloaded with every page that shows it.
MOST_BYTES = 500_000

# Other versions of torch train another network. Cells that print what came of a training have this
# tag: of their text, the words are compared. What the prose says of the numbers, they assert.
VARIES = "varies"

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks():
    assert len(NOTEBOOKS) >= 6


@pytest.mark.long
@each_notebook
def test_it_says_again_what_is_stored(path):
    differences(nbformat.read(path, as_version=4), run(path))


@each_notebook
def test_it_is_stored_small_with_pictures_and_without_complaints(path):
    assert path.stat().st_size < MOST_BYTES
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {
        "stream",
        "display_data",
        "execute_result",
    }
    assert {output.name for output in outputs if output.output_type == "stream"} <= {"stdout"}
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 2


@each_notebook
def test_it_begins_with_a_title_and_a_paragraph(path):
    first = nbformat.read(path, as_version=4).cells[0]
    assert first.cell_type == "markdown"
    assert re.fullmatch(r"# [^\n]+\n\n[^\n#]+", first.source)


@each_notebook
def test_it_asserts_what_it_says(path):
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells]
    assert sum(len(re.findall(r"^ *assert ", source, re.MULTILINE)) for source in code) >= 3


def differences(stored, new):
    """Fail where the outputs of a new run are not those that are stored."""
    for old_cell, new_cell in zip(stored.cells, new.cells, strict=True):
        varies = VARIES in old_cell.metadata.get("tags", [])
        old, now = (list(texts(cell)) for cell in (old_cell, new_cell))
        assert len(old) == len(now), f"of {old_cell.source}"
        for before, after in zip(old, now, strict=True):
            assert agree(before, after, varies), f"stored: {before}\nnow: {after}"


def texts(cell):
    """The texts that a cell has put out; of a picture, that there is one."""
    for output in cell.get("outputs", []):
        yield output.text if output.output_type == "stream" else output.data["text/plain"]


def agree(before, after, varies):
    """Whether words and whole numbers are the same, and other numbers nearly."""
    number = r"-?\d+\.\d+" if not varies else r"-?\d+(?:\.\d+)?"
    words = [re.sub(number, "#", text).split() for text in (before, after)]
    numbers = [[float(n) for n in re.findall(number, text)] for text in (before, after)]
    return words[0] == words[1] and (varies or numbers[0] == pytest.approx(numbers[1], abs=0.01))


@pytest.mark.parametrize(
    ("before", "after", "varies", "do_agree"),
    [
        ("rows 12, loss 0.311", "rows 12, loss 0.313", False, True),
        ("rows 12, loss 0.311", "rows 12,  loss 0.351", False, False),
        ("rows 12, loss 0.311", "rows 13, loss 0.311", False, False),
        ("rows 12, loss 0.311", "rows 12, gain 0.311", False, False),
        ("rows 12, loss 0.311", "rows 14, loss 0.4", True, True),
        ("rows 12, loss 0.311", "rows 14, gain 0.4", True, False),
        ("True", "False", True, False),
    ],
)
def test_a_difference_is_seen(before, after, varies, do_agree):
    assert agree(before, after, varies) == do_agree
