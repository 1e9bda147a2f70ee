"""What is released: the same bytes for the same source, and the library alone in the wheel."""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ".ci", ".github", "skbalance", "tests", "notebooks"
FILES = "pyproject.toml", "README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "noxfile.py"


@pytest.fixture(scope="module")
def builds(tmp_path_factory):
    """Wheel and sdist, built twice from two copies of the source, at two times."""
    found = []
    for name in "first", "second":
        copy = tmp_path_factory.mktemp(name) / "source"
        for folder in SOURCES:
            shutil.copytree(ROOT / folder, copy / folder, copy_function=shutil.copyfile)
        for file in FILES:
            shutil.copyfile(ROOT / file, copy / file)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-d", copy / "dist"],
            cwd=copy,
            check=True,
            capture_output=True,
            timeout=120,
        )
        found.append({path.suffix: path for path in (copy / "dist").iterdir()})
    return found


@pytest.mark.parametrize("suffix", [".whl", ".gz"])
def test_two_builds_are_the_same_byte_by_byte(builds, suffix):
    first, second = (hashlib.sha256(build[suffix].read_bytes()).hexdigest() for build in builds)
    assert first == second


def test_the_wheel_holds_the_library_and_nothing_else(builds):
    names = set(zipfile.ZipFile(builds[0][".whl"]).namelist())
    modules = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "skbalance").rglob("*")
        if path.suffix in (".py", ".typed")
    }
    about = {name for name in names if ".dist-info/" in name}
    assert names - about == modules
    assert {Path(name).name for name in about} == {"METADATA", "WHEEL", "RECORD", "LICENSE"} | {
        Path(name).name for name in about if name.endswith("entry_points.txt")
    }


def test_the_readme_that_is_released_has_no_link_into_a_clone(builds):
    wheel = zipfile.ZipFile(builds[0][".whl"])
    about = next(name for name in wheel.namelist() if name.endswith("METADATA"))
    readme = wheel.read(about).decode().partition("\n\n")[2]
    links = re.findall(r"\]\(([^)]+)\)", readme)
    assert len(links) > 10
    assert all(link.startswith(("https://", "#")) for link in links)


def test_the_sdist_holds_all_that_its_tests_and_its_site_read(builds):
    with tarfile.open(builds[0][".gz"]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    sources = {
        path.relative_to(ROOT).as_posix()
        for folder in SOURCES
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix in (".py", ".md", ".yml", ".ipynb", ".json", ".png", ".js")
    }
    assert {*sources, *FILES, ".ci/run"} <= names
