"""Runs the notebooks and stores them with their outputs; test_notebooks compares with these.

`python tests/run_notebooks.py` runs all, `python tests/run_notebooks.py quickstart` one of them.
"""

import argparse
import os
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

# What would come from whoever runs this: pytest's settings (see conftest), and numbers of threads,
# on which the last digits of sums depend.
NOT_HANDED_ON = "MPLBACKEND", "SCIPY_ARRAY_API"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run(path):
    """The notebook with new outputs, and nothing else that differs from one run to the next."""
    notebook = nbformat.read(path, as_version=4)
    environment = {k: v for k, v in os.environ.items() if k not in NOT_HANDED_ON} | ONE_THREAD
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=300,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        ).execute(env=environment)
    notebook.metadata.language_info = {"name": "python"}
    return notebook


def main(arguments=None):
    """Run and store the notebooks that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a notebook, without .ipynb")
    names = parser.parse_args(arguments).names
    known = {path.stem: path for path in NOTEBOOKS}
    for name in names or known:
        if name not in known:
            parser.error(f"there is no notebook {name}, only {', '.join(known)}")
        nbformat.write(run(known[name]), known[name])


if __name__ == "__main__":
    main()
