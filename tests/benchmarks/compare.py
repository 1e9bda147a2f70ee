"""What balancing costs, beside every peer and beside what no sampler can go below.

    python tests/benchmarks/compare.py

prints the tables and draws the picture of the README, in about a quarter of an hour on two cores.
Each measurement is a process of its own; peers take turns, and the best of the repeats counts, of
what takes long a single one. Ratios of one run hold where absolute times do not. Peers that are not
installed are left out, with a line that tells how to install them."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from peers import BATCH_SIZE, INSTALL, MOST_ROWS, PACKAGES, PEERS

HERE = Path(__file__).parent
OURS, LIMIT = next(iter(PEERS)), "physical limit"
FEW = 10  # classes
ONCE_IS_ENOUGH = 15  # seconds
# Those that give rows one by one, ours first.
BY_ROWS = (
    "to_torch_sampler",
    "RandomSampler (no balancing)",
    "WeightedRandomSampler",
    "torchsampler",
)
# Peers that make no difference to other numbers of classes, or take minutes at a million rows.
NOT_BY_CLASSES = "torchsampler", "MPerClassSampler", "RandomOverSampler", "RandomUnderSampler"


class Bench:
    """Labels on disk, and measurements of them, each in its own process."""

    def __init__(self, folder, repeats):
        self.folder, self.repeats = Path(folder), repeats

    def best(self, task, names, n_rows, n_classes, dtype=np.int64):
        """Best figures of each name, which take turns; names that cannot do so many rows are left
        out."""
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
                runs[name].append(
                    json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
                )
                if time.perf_counter() - start > ONCE_IS_ENOUGH:
                    slow.add(name)
        print(f"  measured: {task}, {n_rows:,} rows, {n_classes:,} classes", file=sys.stderr)
        return {
            name: {key: min(run[key] for run in some) for key in some[0]}
            for name, some in runs.items()
        }

    def _labels(self, n_rows, n_classes, dtype):
        """Classes of up to 100 times as many rows as the rarest, none without a row, in random
        order."""
        path = self.folder / f"{n_rows}-{n_classes}-{np.dtype(dtype)}.npy"
        if not path.exists():
            random, share = np.random.default_rng(0), np.geomspace(1, 100, n_classes)
            drawn = random.choice(n_classes, n_rows - n_classes, p=share / share.sum())
            np.save(
                path,
                random.permutation(np.concatenate([np.arange(n_classes), drawn])).astype(dtype),
            )
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
        + [
            [
                f"ns an index, {OURS}",
                *(f"{some[OURS]['index'] * 1e9:.0f}" for some in measured.values()),
            ]
        ],
    )


def draw_picture(names, by_size):
    """Times of a whole epoch and of its first batch against the number of rows, all axes
    logarithmic."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    figure.suptitle(f"batches of {BATCH_SIZE}, {FEW} classes", fontsize="medium")
    costs = {
        "ns an index, labels to last batch": lambda r: r["index"] * 1e9,
        "ms from labels to first batch": lambda r: (r["build"] + r["first"]) * 1e3,
    }
    for axes, (label, cost) in zip(figure.subplots(1, 2), costs.items(), strict=True):
        for name in names:
            points = [(n, cost(some[name])) for n, some in by_size.items() if name in some]
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
    return figure


def report_sizes(bench, names, sizes):
    """Tables by number of rows; returns what was measured."""
    # Labels of a byte where there are most rows, so that they leave memory for the peers.
    by_size = {
        n: bench.best("batches", names, n, FEW, np.int64 if n < 10**8 else np.int8) for n in sizes
    }
    ratios(
        f"Time an index from labels to last batch, as a multiple of that of {OURS}, by rows ({FEW} classes)",
        names,
        {f"{n:,}": some for n, some in by_size.items()},
    )
    return by_size


def report_details(n_rows, measured):
    table(
        f"{n_rows:,} rows, {FEW} classes, batches of {BATCH_SIZE}",
        ["", "build ms", "first batch ms", "ns an index", "multiple", "peak bytes a row"],
        [
            [
                name,
                f"{r['build'] * 1e3:.4g}",
                f"{r['first'] * 1e3:.4g}",
                f"{r['index'] * 1e9:.0f}",
                f"{r['index'] / measured[OURS]['index']:.2f}",
                f"{r['bytes']:.1f}",
            ]
            for name, r in measured.items()
        ],
    )
    print(
        "\nRandomOverSampler and RandomUnderSampler give more and fewer rows; their time is that of a row that they give."
    )


def report_rows(bench, names, n_rows):
    measured = bench.best("rows", [name for name in BY_ROWS if name in names], n_rows, FEW)
    ours = measured[BY_ROWS[0]]["index"]
    table(
        f"{n_rows:,} rows, {FEW} classes, one by one: time from labels to the last index",
        ["", "ns an index", "multiple"],
        [[k, f"{r['index'] * 1e9:.0f}", f"{r['index'] / ours:.2f}"] for k, r in measured.items()],
    )


def report_classes(bench, names, n_rows, classes):
    some = [name for name in names if name not in NOT_BY_CLASSES]
    by_classes = {f"{c:,}": bench.best("batches", some, n_rows, c) for c in [2, *classes]}
    ratios(
        f"Time an index, as a multiple of that of {OURS}, by classes ({n_rows:,} rows)",
        some,
        by_classes,
    )
    seconds = [bench.best("draw", ["draw"], n_rows, c)["draw"]["seconds"] for c in classes]
    table(
        f"fit and draw by classes, {n_rows:,} rows",
        ["classes", *(f"{c:,}" for c in classes)],
        [[f"multiple of {classes[0]} classes", *(f"{s / seconds[0]:.2f}" for s in seconds)]],
    )


def report_fit(bench, n_rows):
    fitted = bench.best("fit", ["int8", "int64", "str"], n_rows, FEW)
    table(
        f"fit, {n_rows:,} labels",
        ["", "ns a label"],
        [[k, f"{r['label'] * 1e9:.1f}"] for k, r in fitted.items()],
    )


def report_resampling(bench, n_rows):
    resampled = bench.best("resample", ["fit_resample", "RandomOverSampler", "np.take"], n_rows, 2)
    ours = resampled["fit_resample"]
    table(
        f"{n_rows:,} rows of 20 floats, 2 classes, resampled to equal size, in a process's first pass and in later ones",
        ["", "first ms", "multiple", "later ms", "multiple"],
        [
            [
                name,
                *(
                    cell
                    for key in ("first", "again")
                    for cell in (f"{r[key] * 1e3:.4g}", f"{r[key] / ours[key]:.2f}")
                ),
            ]
            for name, r in resampled.items()
        ],
    )


def report_ranks(bench, n_rows):
    shares = bench.best("rank", ["to_torch_sampler", "to_torch_batch_sampler"], n_rows, FEW)
    table(
        f"One of four ranks, {n_rows:,} rows: time of its share of an epoch",
        ["", "multiple of a quarter of the whole"],
        [[name, f"{4 * r['share'] / r['whole']:.2f}"] for name, r in shares.items()],
    )


def report(bench, names, largest):
    """All tables; returns the picture."""
    by_size = report_sizes(bench, names, [10**exponent for exponent in range(4, largest + 1)])
    for n_rows, measured in by_size.items():
        report_details(n_rows, measured)
    middle = 10 ** min(largest, 7)
    report_rows(bench, names, middle // 10)
    report_classes(
        bench,
        names,
        middle // 10,
        [c for c in (10, 100, 1000, 10_000, 100_000) if 100 * c <= middle],
    )
    report_fit(bench, middle)
    report_resampling(bench, middle // 10)
    report_ranks(bench, middle)
    return draw_picture(names, by_size)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = range(4, 9)
    parser.add_argument(
        "--largest",
        type=int,
        choices=sizes,
        default=8,
        help="exponent of 10 of the most rows (default: %(default)s)",
    )
    parser.add_argument(
        "--repeats", type=int, default=3, help="the best of so many counts (default: %(default)s)"
    )
    parser.add_argument(
        "--picture",
        type=Path,
        default=HERE / "cost.png",
        help="where to draw (default: %(default)s)",
    )
    options = parser.parse_args()

    missing = [name for name, package in PACKAGES.items() if find_spec(package) is None]
    if missing:
        print(f"left out, as not installed: {', '.join(missing)}. {INSTALL}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, options.repeats)
        figure = report(bench, [name for name in PEERS if name not in missing], options.largest)
    figure.savefig(options.picture, dpi=110)


if __name__ == "__main__":
    main()
