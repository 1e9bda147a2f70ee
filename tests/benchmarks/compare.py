"""What balancing costs, beside every peer and beside what no sampler can go below.

    python tests/benchmarks/compare.py

prints the tables and draws the picture of the README, in about fifteen minutes on two cores. Each measurement is a process
of its own; peers take turns, and the best of the repeats counts. Ratios of one run hold where absolute times do not. Peers that are
not installed are left out with a line that says so:

    pip install --no-deps torchsampler pytorch-metric-learning
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from peers import MOST_ROWS, PEERS

HERE = Path(__file__).parent
OURS, LIMIT = next(iter(PEERS)), "physical limit"
ONCE_IS_ENOUGH = 15  # seconds
PACKAGES = {"torchsampler": "torchsampler", "MPerClassSampler": "pytorch_metric_learning"}


class Bench:
    """Labels on disk, and measurements of them, each in its own process."""

    def __init__(self, folder, repeats):
        self.folder, self.repeats = Path(folder), repeats

    def best(self, task, names, n_rows, n_classes, dtype=np.int64):
        """Best figures of each name, which take turns; names that cannot do so many rows are left out."""
        names = [name for name in names if n_rows <= MOST_ROWS.get(name, n_rows)]
        labels = self._labels(n_rows, n_classes, dtype)
        runs = {name: [] for name in names}
        slow = set()
        for _ in range(self.repeats):
            for name in names:
                if name in slow:
                    continue
                start = time.perf_counter()
                command = [sys.executable, str(HERE / "peers.py"), task, name, str(labels)]
                runs[name].append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))
                if time.perf_counter() - start > ONCE_IS_ENOUGH:
                    slow.add(name)
        print(f"  measured: {task}, {n_rows:,} rows, {n_classes:,} classes", file=sys.stderr)
        return {name: {key: min(run[key] for run in some) for key in some[0]} for name, some in runs.items()}

    def _labels(self, n_rows, n_classes, dtype):
        """Classes from 100 rows to one for the rarest, in random order."""
        path = self.folder / f"{n_rows}-{n_classes}-{np.dtype(dtype)}.npy"
        if not path.exists():
            share = np.geomspace(1, 100, n_classes)
            labels = np.random.default_rng(0).choice(n_classes, n_rows, p=share / share.sum())
            np.save(path, np.unique(labels, return_inverse=True)[1].astype(dtype))  # no number without a row
        return path


def table(title, head, rows):
    """A table in Markdown."""
    print(f"\n{title}\n\n| {' | '.join(head)} |\n| --- |{' ---: |' * (len(head) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def ratios(title, names, measured):
    """A table of the time an index by name and column, as multiples of ours."""
    table(
        title,
        ["", *measured],
        [
            [
                name,
                *(
                    f"{some[name]['index'] / some[OURS]['index']:.2f}" if name in some else ""
                    for some in measured.values()
                ),
            ]
            for name in names
        ]
        + [["ns an index, ours", *(f"{some[OURS]['index'] * 1e9:.0f}" for some in measured.values())]],
    )


def draw_picture(path, names, sizes, measured):
    """Times of a whole epoch and of its first batch against the number of rows, all axes logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.2), layout="constrained")
    costs = {
        "ns an index, labels to last batch": lambda r: r["index"] * 1e9,
        "ms from labels to first batch": lambda r: (r["build"] + r["first"]) * 1e3,
    }
    for axes, (label, cost) in zip(figure.subplots(1, 2), costs.items(), strict=True):
        for name in names:
            points = [(n, cost(some[name])) for n, some in zip(sizes, measured, strict=True) if name in some]
            is_ours = name.startswith("to_torch")
            axes.plot(
                *zip(*points, strict=True),
                marker="o",
                markersize=4,
                label=name,
                linewidth=2.5 if is_ours else 1.2,
                linestyle=":" if name == LIMIT else "-",
            )
        axes.set(xscale="log", yscale="log", xlabel="rows", ylabel=label)
        axes.grid(which="major", alpha=0.3)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", frameon=False)
    figure.savefig(path, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=8, help="exponent of 10 of the most rows (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=3, help="the best of so many counts (default: %(default)s)")
    parser.add_argument("--picture", type=Path, default=HERE / "cost.png", help="where to draw (default: %(default)s)")
    options = parser.parse_args()

    missing = [name for name, package in PACKAGES.items() if find_spec(package) is None]
    names = [name for name in PEERS if name not in missing]
    for name in missing:
        print(f"{name} is left out: pip install --no-deps {PACKAGES[name].replace('_', '-')}")
    with tempfile.TemporaryDirectory() as folder:
        report(Bench(folder, options.repeats), names, options.largest, options.picture)


def report(bench, names, largest, picture):
    sizes = [10**exponent for exponent in range(4, largest + 1)]
    by_size = [bench.best("batches", names, n, 10, np.int64 if n < 10**8 else np.int8) for n in sizes]
    ratios(
        "Time an index from labels to last batch, as a multiple of ours, by rows (10 classes)",
        names,
        {f"{n:,}": some for n, some in zip(sizes, by_size, strict=True)},
    )
    draw_picture(picture, names, sizes, by_size)

    middle = min(largest, 7)
    table(
        f"{10**middle:,} rows, 10 classes, batches of 256",
        ["", "build s", "first batch ms", "ns an index", "times ours", "peak bytes a row"],
        [
            [
                name,
                f"{r['build']:.2f}",
                f"{r['first'] * 1e3:.1f}",
                f"{r['index'] * 1e9:.0f}",
                f"{r['index'] / by_size[middle - 4][OURS]['index']:.2f}",
                f"{r['bytes']:.1f}",
            ]
            for name, r in by_size[middle - 4].items()
        ],
    )

    n = 10 ** (middle - 1)
    classes = [10**exponent for exponent in range(1, middle - 1)]
    few = [name for name in names if name not in ("torchsampler", "RandomOverSampler", "RandomUnderSampler")]
    by_classes = {f"{c:,}": bench.best("batches", few, n, c) for c in [2, *classes]}
    ratios(f"Time an index, as a multiple of ours, by classes ({n:,} rows)", few, by_classes)

    drawn = [bench.best("draw", ["draw"], n, c)["draw"]["seconds"] for c in classes]
    table(
        f"fit and draw, {n:,} rows, as a multiple of the time for 10 classes",
        ["classes", *(f"{c:,}" for c in classes)],
        [["", *(f"{seconds / drawn[0]:.2f}" for seconds in drawn)]],
    )
    fitted = bench.best("fit", ["int8", "int64", "str"], 10**middle, 10)
    table(
        f"fit, {10**middle:,} labels", ["", "ns a label"], [[k, f"{r['label'] * 1e9:.1f}"] for k, r in fitted.items()]
    )
    resampled = bench.best("resample", ["fit_resample", "RandomOverSampler", "np.take"], n, 2)
    ours = resampled["fit_resample"]
    table(
        f"{n:,} rows of 20 floats, 2 classes, resampled to equal size, in a process's first pass and in later ones",
        ["", "first s", "times ours", "again s", "times ours"],
        [
            [name, *(cell for key in ("first", "again") for cell in (f"{r[key]:.3f}", f"{r[key] / ours[key]:.2f}"))]
            for name, r in resampled.items()
        ],
    )


if __name__ == "__main__":
    main()
