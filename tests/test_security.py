"""What the library never does: unpickle, evaluate text, run programs, write files, use the network.

By its source, and by an audit hook in a process that uses it. (States are plain values: see
`test_states.py`.)"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from left_out import needs_torch

PACKAGE = Path(__file__).parents[1] / "skbalance"

MODULES_NOT_USED = {
    *("pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "ctypes", "subprocess"),
    *("socket", "ssl", "urllib", "http", "ftplib", "requests", "importlib", "tempfile", "shutil"),
}
CALLS_NOT_MADE = {
    *("eval", "exec", "compile", "__import__", "open", "breakpoint"),
    *("torch.load", "np.load", "os.system", "os.popen", "os.remove"),
}
# The demonstration is a program, whose picture the user asks for.
FREE = {"__main__.py"}


def uses_of(source):
    """Names of forbidden modules and calls in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from {alias.name.split(".")[0] for alias in node.names} & MODULES_NOT_USED
        elif isinstance(node, ast.ImportFrom):
            yield from {(node.module or "").split(".")[0]} & MODULES_NOT_USED
        elif isinstance(node, ast.Call):
            yield from {ast.unparse(node.func)} & CALLS_NOT_MADE


@pytest.mark.parametrize(
    "source",
    ["import pickle", "from socket import socket", "torch.load(f)", "eval('1')", "open(f)"],
)
def test_a_forbidden_use_is_found(source):
    assert list(uses_of(source))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.stem)
def test_the_source_has_none_of_these(path):
    assert path.name in FREE or list(uses_of(path.read_text(encoding="utf-8"))) == []


AT_WORK = """
import sys

import numpy as np

import skbalance
from skbalance import InverseFrequencySampler, PriorCorrectedClassifier
from sklearn.linear_model import LogisticRegression

y = np.repeat(["a", "b", "c"], [60, 30, 10])
X = np.linspace(-1, 1, 200).reshape(100, 2)


def use():
    sampler = InverseFrequencySampler(random_state=0)
    sampler.fit_resample(X, y)
    sampler.draw(3)
    batches = sampler.to_torch_batch_sampler(y, batch_size=16)
    iterator = iter(batches)
    next(iterator)
    batches.load_state_dict(iterator.state_dict())
    assert len(list(batches)) == 6
    PriorCorrectedClassifier(LogisticRegression()).fit(X, y).predict_proba(X)


use()  # whatever is imported at first use is imported here
seen = []
NEVER = "socket.", "urllib.", "subprocess.", "os.system", "os.exec", "pickle.", "shutil."


def audit(event, args):
    if event.startswith(NEVER) or (event == "open" and "r" not in str(args[1] or "r")):
        seen.append((event, args))
    if event in ("exec", "compile"):
        seen.append((event, args))


sys.addaudithook(audit)
use()
print(seen)
import pickle
pickle.loads(pickle.dumps(np.float64))
eval("1 + 1")
print([event for event, _ in seen])
"""


@needs_torch
def test_nothing_of_the_kind_happens_at_work():
    command = [sys.executable, "-W", "error", "-c", AT_WORK]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    at_work, proof = run.stdout.splitlines()
    assert at_work == "[]"
    # The hook would have seen it.
    assert "pickle.find_class" in proof
    assert "compile" in proof
