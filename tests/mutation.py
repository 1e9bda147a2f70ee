"""Mutation testing: break the code in small ways, and see that a test fails each time.

    python tests/mutation.py                      # 14 mutants of each module, drawn by the seed
    python tests/mutation.py quotas --n 100       # more of one module, or of a wing
    python tests/mutation.py --all                # every mutant: a night's work
    python tests/mutation.py --again              # only survivors that have no reason yet

The results stand in `tests/mutation.md`, which the command writes: after each module anew, so that
a run may be stopped. Why a survivor may live is written there by hand, into the last column, and
stays when the command is run again; survivors without a reason make it fail.

A driver of our own, since mutmut and cosmic-ray start Python for each mutant: importing
scikit-learn, torch and pandas takes five seconds, a test that kills a mutant a tenth of one. Here
these packages are imported once. Each mutant is compiled in memory and put in place of its module
in a fork, which runs one test file after the other, those that killed a neighbour first.

Not mutated are messages, annotations and docstrings; ``strict=`` of zip and assertions, which guard
against our own mistakes; and ``copy=`` of astype, which only saves time.
"""

import argparse
import ast
import copy
import json
import os
import re
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from importlib.abc import Loader, MetaPathFinder
from importlib.util import spec_from_loader
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zlib import crc32

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "tests" / "mutation.md"

# Imported once, before all forks.
PACKAGES = [
    "numpy",
    "scipy.sparse",
    "scipy.stats",
    "pandas",
    "polars",
    "pyarrow.compute",
    "torch",
    "torch.utils.data",
    "torchdata.stateful_dataloader",
    "sklearn.linear_model",
    "sklearn.model_selection",
    "sklearn.pipeline",
    "sklearn.datasets",
    "sklearn.utils.estimator_checks",
    "sklearn.calibration",
    "sklearn.ensemble",
    "sklearn.svm",
    "imblearn.over_sampling",
    "imblearn.under_sampling",
    "imblearn.pipeline",
    "imblearn.utils.estimator_checks",
    "matplotlib.pyplot",
    "dask.array",
    "dask.dataframe",
    "cloudpickle",
    "hypothesis",
    "hypothesis.extra.numpy",
    "pytest",
]

# The tests of each module, by the names of their files; none of those that start processes.
TESTS = {
    "_arrays": "golden permutation plan batches pools labels rows sizes",
    "_balancer": "sampler class_weight prior kinds_refusals targets states contracts dask_refusals"
    " bad_input",
    "_checks": "sampler class_weight kinds kinds_refusals ranks states plan torch quotas bad_input",
    "_classifier": "classifier prior class_weight kinds_refusals",
    "_draws/any_epoch": "plan golden sizes batches sampler kinds",
    "_draws/batches": "batches golden resume_ranks sizes kinds torch",
    "_draws/epoch": "plan golden sizes batches sampler kinds",
    "_draws/keys": "golden permutation states sampler",
    "_draws/layout": "plan golden batches sizes",
    "_draws/line": "golden kinds sizes",
    "_draws/line_plan": "golden kinds states sizes",
    "_draws/passes": "states golden threads resume resume_ranks torch",
    "_draws/permutation": "permutation golden sizes plan",
    "_draws/plan": "plan golden states sizes sampler",
    "_draws/quotas": "quotas golden class_weight sampler sizes kinds",
    "_draws/ranks": "ranks golden resume_ranks torch",
    "_draws/shuffles": "permutation golden plan sizes",
    "_draws/streams": "resume_ranks states resume ranks batches torch golden",
    "_labels/codes": "labels containers golden kinds_refusals sampler classifier",
    "_labels/containers": "containers labels kinds_refusals dask_refusals",
    "_labels/label_sets": "kinds kinds_refusals golden targets",
    "_labels/numbers": "kinds kinds_refusals golden",
    "_labels/pools": "pools sizes golden dask",
    "_labels/rows": "rows containers sampler",
    "_partitions": "dask dask_groups dask_refusals dask_collections",
    "_planning/by_weight": "kinds kinds_refusals golden class_weight targets first_mistakes",
    "_planning/exact": "sampler class_weight plan golden kinds kinds_refusals states dask_groups",
    "_planning/parameters": "sampler class_weight kinds kinds_refusals targets drop_in",
    "_planning/planned": "sampler kinds first_mistakes",
    "_planning/plans": "kinds kinds_refusals sampler golden",
    "_planning/strategies": "sampler class_weight",
    "_prior": "prior classifier class_weight dask_refusals",
    "_sampler": "sampler pipeline kinds kinds_refusals rows torch ranks targets states contracts"
    " first_mistakes",
}

# What is put in place of a name, wherever it stands.
NAMES = {
    "min": "max",
    "minimum": "maximum",
    "argmin": "argmax",
    "any": "all",
    "floor": "ceil",
    "uint32": "uint64",
    "int32": "int64",
    "float32": "float64",
}
NAMES |= {new: old for old, new in NAMES.items()}
BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
# Swapped arguments of these change nothing.
SYMMETRIC = {"min", "max", "minimum", "maximum", "gcd", "add"}
# ... and of these would only be noticed too easily.
OBVIOUS = {"isinstance", "issubclass", "hasattr", "getattr", "setattr", "is_a", "cast"}
SIDES = {"left": "right", "right": "left"}


class Change(NamedTuple):
    """A mutant: what to put where in the tree of its module."""

    line: int
    scope: str
    what: str
    parent: Any
    field: str
    index: int | None
    new: ast.AST

    def put(self, node):
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def changes_of(tree):
    """All mutants of a module, in the order of its source."""
    found, seen = [], Counter()
    for change in _walk(tree, ""):
        key = change.scope, change.what
        seen[key] += 1
        again = f" ({seen[key]})" if seen[key] > 1 else ""
        found.append(change._replace(what=change.what + again))
    return found


def _walk(parent, scope):
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns", "decorator_list", "ctx") or isinstance(value, str):
            continue
        is_list = isinstance(value, list)
        for index, node in enumerate(value if is_list else [value]):
            if not isinstance(node, ast.AST) or _is_left_alone(node):
                continue
            for new in [*_mutants(node), *_negated(parent, field, node)]:
                what = f"{_shown(node)} -> {_shown(new)}"
                yield Change(
                    node.lineno,
                    scope or "module",
                    what,
                    parent,
                    field,
                    index if is_list else None,
                    new,
                )
            if isinstance(node, ast.Raise):
                continue  # its message
            inside = f"{scope}.{node.name}".lstrip(".") if hasattr(node, "name") else scope
            yield from _walk(node, scope if isinstance(node, ast.ExceptHandler) else inside)


def _is_left_alone(node):
    if isinstance(node, ast.If) and _shown(node.test) == "TYPE_CHECKING":
        return True
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_guard = isinstance(node, ast.keyword) and node.arg in ("strict", "copy")
    others = ast.JoinedStr, ast.Assert, ast.Import, ast.ImportFrom
    return is_text or is_guard or isinstance(node, others)


def _shown(node):
    text = "pass" if isinstance(node, ast.Pass) else " ".join(ast.unparse(node).split())
    return text if len(text) <= 70 else text[:67] + "..."


def _copy(node, **changes):
    new = copy.copy(node)
    for name, value in changes.items():
        setattr(new, name, value)
    return new


def _mutants(node):
    """What may stand in place of a node."""
    if isinstance(node, (ast.Raise, ast.AugAssign)):
        yield ast.Pass()
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Subscript, ast.Attribute)):
        yield ast.Pass()
    if isinstance(node, ast.Return) and not isinstance(node.value, (ast.Constant, type(None))):
        yield _copy(node, value=ast.Constant(None))
    if isinstance(node, (ast.BinOp, ast.AugAssign)) and type(node.op) in BINARY:
        yield _copy(node, op=BINARY[type(node.op)]())
    if isinstance(node, ast.Compare):
        for n, op in enumerate(node.ops):
            for new in COMPARISONS[type(op)]:
                yield _copy(node, ops=[*node.ops[:n], new(), *node.ops[n + 1 :]])
    if isinstance(node, ast.BoolOp):
        yield _copy(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    if isinstance(node, ast.UnaryOp):
        yield node.operand
    if isinstance(node, ast.Constant):
        yield from _other_constants(node)
    if isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
        yield _copy(node, id=NAMES[node.id])
    if isinstance(node, ast.Attribute) and node.attr in NAMES:
        yield _copy(node, attr=NAMES[node.attr])
    if isinstance(node, ast.Call) and len(node.args) > 1:
        first, second, *rest = node.args
        is_symmetric = _shown(node.func).split(".")[-1] in SYMMETRIC | OBVIOUS
        is_starred = isinstance(first, ast.Starred) or isinstance(second, ast.Starred)
        if not is_symmetric and not is_starred and _shown(first) != _shown(second):
            yield _copy(node, args=[second, first, *rest])
    if isinstance(node, ast.Slice):
        yield from _other_slices(node)


def _other_constants(node):
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
        if isinstance(node.value, int):
            yield ast.Constant(node.value - 1)
    elif node.value in SIDES:
        yield ast.Constant(SIDES[node.value])


def _other_slices(node):
    one = ast.Constant(1)
    for field, absent in {"lower": one, "upper": ast.UnaryOp(ast.USub(), one)}.items():
        bound = getattr(node, field)
        if bound is None:
            yield _copy(node, **{field: absent})
        elif not isinstance(bound, (ast.Constant, ast.UnaryOp)):
            yield _copy(node, **{field: ast.BinOp(bound, ast.Add(), one)})


def _negated(parent, field, node):
    """A condition's opposite, where no mutant of the condition itself is that."""
    is_condition = field == "test" or (field == "ifs" and isinstance(parent, ast.comprehension))
    is_simple = isinstance(node, ast.UnaryOp) or (
        isinstance(node, ast.Compare) and len(node.ops) == 1
    )
    if is_condition and not is_simple:
        yield ast.UnaryOp(ast.Not(), node)


class Mutated(MetaPathFinder, Loader):
    """Finds one module, as the mutant of it."""

    def __init__(self, path, code):
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        self.path, self.code = path, code

    def find_spec(self, fullname, *_):
        if fullname != self.name:
            return None
        spec = spec_from_loader(fullname, self, origin=str(self.path))
        spec.has_location = True
        return spec

    def exec_module(self, module):
        exec(self.code, module.__dict__)


class Watch:
    """A plugin: picks the tests to run and tells the parent process of each how it went."""

    def __init__(self, pipe, order):
        self.pipe, self.order = pipe, order

    def pytest_collection_modifyitems(self, items):
        if self.order is not None:
            places = {name: place for place, name in enumerate(self.order)}
            items[:] = [item for item in items if item.nodeid in places]
            items.sort(key=lambda item: places[item.nodeid])

    def pytest_runtest_logreport(self, report):
        self._tell(report, report.duration)

    def pytest_collectreport(self, report):
        if report.failed:
            self._tell(report, 0)

    def _tell(self, report, seconds):
        os.write(self.pipe, f"{report.failed:d} {seconds:.3f} {report.nodeid}\n".encode())


class Outcome(NamedTuple):
    """Of a test file: its exit status, None after the time limit; what failed; each test's time."""

    status: int | None
    failed: list
    seconds: dict


def run_tests(test, mutated=None, order=None, limit=600):
    """The outcome of a test file in a fork: of all its tests, or of some in that order."""
    receive, send = os.pipe()
    child = os.fork()
    if not child:
        os.close(receive)
        os._exit(_run_in_child(test, mutated, order, send))
    os.close(send)
    told, deadline = b"", time.monotonic() + limit
    try:
        while (left := deadline - time.monotonic()) > 0:
            part = os.read(receive, 2**16) if select.select([receive], [], [], left)[0] else b""
            told += part
            if not part:
                break
    finally:  # also when the run is stopped
        os.close(receive)
        is_late = time.monotonic() >= deadline
        with suppress(ProcessLookupError, PermissionError):
            if is_late or sys.exc_info()[0]:
                os.killpg(child, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    failed, seconds = [], Counter()
    for line in told.decode().splitlines():
        is_failed, took, name = line.split(" ", 2)
        seconds[name] += float(took)
        if is_failed == "1":
            failed.append(name)
    return Outcome(None if is_late else status, failed, dict(seconds))


def _run_in_child(test, mutated, order, pipe):
    import pytest

    os.setsid()
    with open(os.devnull if mutated else LOG, "a") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        if mutated:
            sys.meta_path.insert(0, mutated)
        import skbalance  # noqa: F401  # so that doctests, too, find the mutant

        options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-profile=mutation"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is imported
        with tempfile.TemporaryDirectory() as folder:
            options.append(f"--basetemp={folder}/tests")
            return int(pytest.main([test, *options], plugins=[Watch(pipe, order)]))
    except BaseException:
        traceback.print_exc()
        return 1


# Seconds that a quick test takes: these come first, whatever file they are in.
QUICK = 0.5

# Examples of hypothesis, which suffice to kill most; and bytes that a mutant may take.
MOST_EXAMPLES = 15
MOST_MEMORY = 24 * 2**30
LOG = ROOT / "tests" / "mutation.log"

# Of a file: no test failed, or it has none (doctests of a module).
ALIVE = 0, 5


def prepare():
    """Import what all tests need, but nothing of ours."""
    os.chdir(ROOT)
    os.environ |= {"SCIPY_ARRAY_API": "1", "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
    sys.path.insert(0, str(ROOT))
    for package in PACKAGES:
        __import__(package)
    import hypothesis
    import torch

    torch.set_num_threads(1)
    phases = hypothesis.Phase.explicit, hypothesis.Phase.generate  # the first failure is enough
    hypothesis.settings.register_profile(
        "mutation",
        derandomize=True,
        deadline=None,
        max_examples=MOST_EXAMPLES,
        database=None,
        phases=phases,
    )
    ours = [name for name in sys.modules if name.split(".")[0] == "skbalance"]
    assert not ours, f"the mutants would not be imported: {ours}"


def _name_of(path):
    return path.relative_to(ROOT / "skbalance").with_suffix("").as_posix()


class Files:
    """Test files, and the time that each of their tests takes: they are run once without mutant."""

    def __init__(self):
        self.cache = Path(tempfile.gettempdir()) / f"skbalance-mutation-{crc32(str(ROOT).encode())}"
        self.known = json.loads(self.cache.read_text()) if self.cache.exists() else {}

    def of(self, path):
        """Of a module, with its doctests: the quick tests of each file, then the slow ones."""
        names = [f"tests/test_{name}.py" for name in TESTS[_name_of(path)].split()]
        times = {name: self._times(name) for name in (str(path.relative_to(ROOT)), *names)}
        for is_slow in False, True:
            found = [
                (file, {test: took for test, took in tests.items() if (took > QUICK) == is_slow})
                for file, tests in times.items()
            ]
            yield from sorted(found, key=lambda entry: sum(entry[1].values()))

    def _times(self, name):
        changed = (ROOT / name).stat().st_mtime
        if self.known.get(name, [0])[0] != changed:
            status, failed, seconds = run_tests(name)
            if status not in ALIVE:
                sys.exit(f"{name} fails without a mutant: {status}, {failed}; see {LOG}")
            self.known[name] = changed, seconds
            self.cache.write_text(json.dumps(self.known))
            print(f"{name}: {sum(seconds.values()):.1f} s", flush=True)
        return dict(sorted(self.known[name][1].items(), key=lambda item: item[1]))


class Survivor(NamedTuple):
    path: str
    line: int
    scope: str
    what: str
    reason: str

    @property
    def key(self):
        return self.path, self.scope, self.what


class Count(NamedTuple):
    path: str
    n_all: int
    n_tried: int
    n_killed: int


def try_module(path, n, seed, files, only=None):
    """The count of a module and its survivors: of ``n`` mutants, or of those in ``only``."""
    name = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    everything = changes_of(tree)
    if only is not None:
        chosen = [change for change in everything if (name, change.scope, change.what) in only]
    else:
        chosen = Random(f"{seed} {name}").sample(everything, min(n, len(everything)))
    survivors, killers = [], []
    for change in sorted(chosen, key=lambda change: change.line):
        start = time.monotonic()
        killer = kill(path, tree, change, files, killers)
        took = f"{time.monotonic() - start:.1f} s"
        print(f"{name}:{change.line} {change.what}: {killer or 'SURVIVES'}, {took}", flush=True)
        if not killer:
            survivors.append(Survivor(name, change.line, change.scope, change.what, ""))
    count = Count(name, len(everything), len(chosen), len(chosen) - len(survivors))
    return count, survivors


def kill(path, tree, change, files, killers):
    """The test that kills a mutant, or None. Killers of others are tried first, and remembered."""
    fields = getattr(change.parent, change.field)
    old = fields if change.index is None else fields[change.index]
    change.put(ast.copy_location(change.new, old))
    try:
        code = compile(ast.fix_missing_locations(tree), str(path), "exec")
    except SyntaxError:
        return "does not compile"
    finally:
        change.put(old)
    tests = [(file, seconds) for file, seconds in files.of(path) if seconds]
    tests.sort(key=lambda entry: not killers or killers[0] not in entry[1])
    for file, seconds in tests:
        order = sorted(seconds, key=lambda test: killers.index(test) if test in killers else 999)
        limit = 30 + 10 * sum(seconds.values())
        status, failed, _ = run_tests(file, Mutated(path, code), order, limit)
        if status not in ALIVE:
            if failed and failed[0] in seconds:
                killers[:] = [failed[0], *(other for other in killers if other != failed[0])]
            return failed[0] if failed else f"{file} ({'time' if status is None else 'crash'})"
    return None


# The file of results.

HEAD = """# Mutants and the tests that kill them

Made by `{command}` ({when}): what it changes, and how, stands at the top of `tests/mutation.py`.
Of each module as many mutants as given were drawn by the seed.

**{n_killed} of {n_tried} mutants killed: {percent}%.**

| module | mutants in all | tried | killed | % |
| --- | ---: | ---: | ---: | ---: |
"""
MIDDLE = """
## Survivors

"Equivalent": no result of any call differs. "Speed": results are the same, and take longer.

| place | in | change | why it may live |
| --- | --- | --- | --- |
"""


def read_results():
    """Counts by module, and survivors by key, of the file of results."""
    counts, survivors = {}, {}
    for line in RESULTS.read_text(encoding="utf-8").splitlines() if RESULTS.exists() else ():
        cells = [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 5 and cells[0].startswith("`"):
            path = cells[0].strip("`")
            counts[path] = Count(path, *map(int, cells[1:4]))
        elif len(cells) == 4 and cells[0].startswith("`"):
            path, _, number = cells[0].strip("`").partition(":")
            survivor = Survivor(path, int(number), cells[1], cells[2].strip("`"), cells[3])
            survivors[survivor.key] = survivor
    return counts, survivors


def write_results(counts, survivors, command):
    n_tried = sum(count.n_tried for count in counts.values())
    n_killed = sum(count.n_killed for count in counts.values())
    text = HEAD.format(
        command=command,
        when=time.strftime("%Y-%m-%d"),
        n_tried=n_tried,
        n_killed=n_killed,
        percent=f"{100 * n_killed / n_tried:.1f}",
    )
    for _, (path, n_all, tried, killed) in sorted(counts.items()):
        percent = f"{100 * killed / tried:.0f}" if tried else "-"
        text += f"| `{path}` | {n_all} | {tried} | {killed} | {percent} |\n"
    text += MIDDLE
    for survivor in sorted(survivors.values()):
        what = survivor.what.replace("|", r"\|")
        text += f"| `{survivor.path}:{survivor.line}` | {survivor.scope} | `{what}` |"
        text += f" {survivor.reason} |\n"
    RESULTS.write_text(text, encoding="utf-8")


def modules_named(names):
    """Modules whose name holds one of the names; all of those above without names."""
    wanted = [name for name in TESTS if not names or any(part in name for part in names)]
    return [ROOT / "skbalance" / f"{name}.py" for name in wanted]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="parts of the paths of modules; all without any")
    parser.add_argument("--n", type=int, default=14, help="mutants of each module")
    parser.add_argument("--seed", type=int, default=0, help="which of all mutants are drawn")
    parser.add_argument("--all", action="store_true", help="all mutants of each module")
    parser.add_argument("--again", action="store_true", help="only survivors without a reason")
    parser.add_argument("--list", action="store_true", help="show the mutants, run nothing")
    options = parser.parse_args()
    n = 10**9 if options.all else options.n
    if options.list:
        for path in modules_named(options.names):
            for change in changes_of(ast.parse(path.read_text(encoding="utf-8"))):
                print(f"{path.relative_to(ROOT)}:{change.line} {change.scope}: {change.what}")
        return
    start = time.monotonic()
    prepare()
    counts, survivors = read_results()
    files = Files()
    command = (
        f"python tests/mutation.py {'--all' if options.all else f'--n {n} --seed {options.seed}'}"
    )
    for path in modules_named(options.names):
        name = str(path.relative_to(ROOT))
        here = {key: old for key, old in survivors.items() if key[0] == name}
        if options.again:
            here = {key: old for key, old in here.items() if not old.reason}
        if options.again and not here:
            continue
        count, found = try_module(path, n, options.seed, files, here if options.again else None)
        if options.again:
            found_count, count = count, counts[name]
            count = count._replace(n_killed=count.n_killed + found_count.n_killed)
        for key in here:
            del survivors[key]
        for survivor in found:
            old = here.get(survivor.key)
            survivors[survivor.key] = survivor._replace(reason=old.reason if old else "")
        counts[name] = count
        write_results(counts, survivors, command)
    unexplained = [survivor for survivor in survivors.values() if not survivor.reason]
    print(f"{time.monotonic() - start:.0f} s; {len(unexplained)} survivors without a reason")
    sys.exit(bool(unexplained))


if __name__ == "__main__":
    main()
