"""The tests with the oldest and the newest versions that pyproject.toml admits, on each Python.

`nox` runs them all; `nox -s "tests-3.12(oldest)" -- tests/test_plan.py` one of them, or a part. The
last lines say what did not run, and why. For a machine that is to have its torch from a folder of
wheels, where an index would give a large one: TORCH_WHEELS=FOLDER. NEED_TORCH=true makes a missing
torch an error.
"""

import atexit
import os
import platform
import re
import sys
from itertools import chain
from pathlib import Path

import nox
from packaging.requirements import Requirement
from packaging.version import Version

nox.options.default_venv_backend = "uv"
nox.options.stop_on_first_error = False

PROJECT = nox.project.load_toml("pyproject.toml")["project"]
# 3.14 is not promised yet: whoever has it, as the workflow does, tries it.
PYTHONS = [*re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"])), "3.14"]
RESOLUTION = {"oldest": "lowest-direct", "newest": "highest"}
WHEELS_ONLY = "--only-binary", ":all:"

not_run = []


@atexit.register
def say_what_did_not_run():
    """Say it last, below what nox says of the sessions."""
    sys.stderr.writelines(f"NOT RUN: {line}\n" for line in not_run)


@nox.session(python=PYTHONS)
@nox.parametrize("deps", [nox.param(deps, id=deps) for deps in RESOLUTION])
def tests(session, deps):
    """The suite in a fresh environment; without torch, the parts that need none."""
    torch = version_of_torch(session, deps)
    if not torch:
        if os.environ.get("NEED_TORCH") == "true":
            session.error("there is no wheel of torch here, and NEED_TORCH is set")
        not_run.append(f"{session.name}, tests that need torch: there is no wheel of it here")
    versions = resolve(session, deps, torch)
    if deps == "oldest":
        not_run.extend(f"{session.name}, {line}" for line in above_their_bounds(session, versions))
    if torch:
        install_peers(session, torch)
    variables = {"OMP_NUM_THREADS": "1"} | ({} if torch else {"WITHOUT_TORCH": "1"})
    session.run(
        *("python", "-m", "pytest", "-n", "auto", "--dist", "worksteal", *session.posargs),
        env=variables,
    )


def version_of_torch(session, deps):
    """The torch that this session installs, or None where this machine has none."""
    bare = Path(session.create_tmp(), "torch.in")
    bare.write_text("\n".join(PROJECT["optional-dependencies"]["torch"]))
    found = session.run(
        *("uv", "pip", "compile", bare, "--no-deps", *WHEELS_ONLY, *wheels_of_torch()),
        *(["--no-index"] if wheels_of_torch() else []),
        *("--resolution", RESOLUTION[deps], "--python", python_of(session)),
        silent=True,
        success_codes=[0, 1],
    )
    versions = re.findall(r"^torch==(\S+)", found, re.MULTILINE)
    return versions[0] if versions else None


def wheels_of_torch():
    """The folder that TORCH_WHEELS names, as an option of uv."""
    folder = os.environ.get("TORCH_WHEELS")
    return ["--find-links", folder] if folder else []


def python_of(session):
    """The interpreter of the session's environment."""
    return Path(session.bin, "python.exe" if platform.system() == "Windows" else "python")


def resolve(session, deps, torch):
    """Install the project and what it asks for, from wheels; give the versions by name."""
    folder = Path(session.create_tmp())
    constraint, lock = folder / "constraint.txt", folder / f"{session.python}-{deps}.txt"
    # Where there is none, what asks for torch is an error, not a download of gigabytes.
    constraint.write_text(f"torch=={torch or 0}")
    session.run(
        *("uv", "pip", "compile", "pyproject.toml", "--constraint", constraint, *WHEELS_ONLY),
        *("--extra", "test" if torch else "test-without-torch", *wheels_of_torch()),
        *("--resolution", RESOLUTION[deps], "--python", python_of(session)),
        *("--no-header", "--no-annotate", "--upgrade", "--output-file", lock),
        silent=True,
    )
    session.run("uv", "pip", "sync", lock, *wheels_of_torch())
    session.run("uv", "pip", "install", "--no-deps", ".")
    session.log(lock.read_text())
    return dict(re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(), re.MULTILINE))


def above_their_bounds(session, versions):
    """Packages whose lower bound has no wheel for this Python, or does not go with the others'."""
    asked = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for requirement in map(Requirement, chain.from_iterable(asked)):
        bound = max((Version(part.version) for part in requirement.specifier), default=None)
        found = versions.get(requirement.name)
        of_others = requirement.marker and not requirement.marker.evaluate(
            {"python_version": session.python}
        )
        if bound and found and not of_others and Version(found) > bound:
            yield f"{requirement.name} {bound}: {found} is the oldest here"


def install_peers(session, torch):
    """What the tests hold ours against, as .ci/run does, and the torchvision of this torch."""
    session.run("uv", "pip", "install", "--no-deps", "-r", ".ci/peers.txt")
    folder = Path(session.create_tmp(), "torchvision")
    minor = Version(torch).minor + 15
    session.run(
        *("uv", "pip", "install", "--no-deps", "--target", folder, f"torchvision==0.{minor}.*")
    )
    session.env["TORCHVISION"] = str(folder.resolve())
