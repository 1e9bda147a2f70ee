"""What balancing costs, compared with every peer and with a limit that no sampler can beat.

    python tests/benchmarks/compare.py

prints the tables and draws the picture of the site, in twenty to thirty minutes. Each measurement
runs in a process of its own. Peers take turns, and the best of their repeats counts; what takes
long is measured once. Trust the ratios within a run more than its absolute times. Peers that are
not installed are left out, with a line that says how to install them.

With `--against TREE` it measures our samplers alone, with the code of another checkout ("before")
and of this one ("now")."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from peers import BATCH_SIZE, INSTALL, MOST_ROWS, OURS, PACKAGES, PEERS
from tables import print_table

HERE = Path(__file__).resolve().parent
TREE = HERE.parents[1]
PYTHONPATH = list(filter(None, [os.environ.get("PYTHONPATH")]))
BOUND = "lower bound"
FEW = 10  # classes
ONCE_IS_ENOUGH = 15  # seconds
# Peers that give rows one by one; ours comes first.
BY_ROWS = (
    "to_torch_sampler",
    "RandomSampler (no balancing)",
    "WeightedRandomSampler",
    "torchsampler",
)
# Peers whose time does not depend on the number of classes, or that take minutes at a million rows.
NOT_BY_CLASSES = "torchsampler", "MPerClassSampler", "RandomOverSampler", "RandomUnderSampler"


class Bench:
    """Runs the measurements on labels kept in a folder, each one in a process of its own."""

    def __init__(self, folder, repeats):
        self.folder, self.repeats = Path(folder), repeats

    def best(self, task, names, n_rows, n_classes):
        """The best figures of each name. Names that cannot take so many rows are left out."""
        peers = {name: (name, TREE) for name in names if n_rows <= MOST_ROWS.get(name, n_rows)}
        return self._in_turn(task, peers, n_rows, n_classes)

    def of_trees(self, name, trees, n_rows, n_classes):
        """The best figures of a sampler in each of several trees of this repository."""
        peers = {label: (name, tree) for label, tree in trees.items()}
        return self._in_turn("batches", peers, n_rows, n_classes)

    def _in_turn(self, task, peers, n_rows, n_classes):
        """The best figures of each peer, by its label: a name and the tree whose code it runs."""
        labels = self._labels(n_rows, n_classes)
        runs = {label: [] for label in peers}
        slow = set()
        for _ in range(self.repeats):
            for label, (name, tree) in peers.items():
                if label in slow:
                    continue
                start = time.perf_counter()
                command = [sys.executable, str(HERE / "peers.py"), task, name, str(labels)]
                run = subprocess.run(
                    command,
                    check=True,
                    stdout=subprocess.PIPE,
                    env=os.environ | {"PYTHONPATH": os.pathsep.join([str(tree), *PYTHONPATH])},
                )
                runs[label].append(json.loads(run.stdout))
                if time.perf_counter() - start > ONCE_IS_ENOUGH:
                    slow.add(label)
        print(f"  measured: {task}, {n_rows:,} rows, {n_classes:,} classes", file=sys.stderr)
        return {
            label: {key: min(run[key] for run in of_label) for key in of_label[0]}
            for label, of_label in runs.items()
        }

    def _labels(self, n_rows, n_classes):
        """A file of labels in random order; the largest class is 100 times the smallest."""
        path = self.folder / f"{n_rows}-{n_classes}.npy"
        if not path.exists():
            random, share = np.random.default_rng(0), np.geomspace(1, 100, n_classes)
            drawn = random.choice(n_classes, n_rows - n_classes, p=share / share.sum())
            labels = np.concatenate([np.arange(n_classes), drawn])  # no class is left without a row
            # Where there are most rows, labels take a byte each, to leave memory for the peers.
            dtype = np.int64 if n_rows < 10**8 else np.int8
            np.save(path, random.permutation(labels).astype(dtype))
        return path


def print_multiples(title, names, measured):
    """Print the time per index by name and column, as multiples of ours."""

    def multiple(name, of_column):
        if name not in of_column:
            return ""
        return f"{of_column[name]['index'] / of_column[OURS]['index']:.2f}"

    columns = measured.values()
    rows = [[name, *(multiple(name, of_column) for of_column in columns)] for name in names]
    ours = [f"{of_column[OURS]['index'] * 1e9:.0f}" for of_column in columns]
    rows.append([f"ns per index, {OURS}", *ours])
    print_table(title, ["", *measured], rows)


def draw_picture(names, by_size):
    """Times of an epoch and of its first batch by the number of rows, on logarithmic axes."""
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    figure.suptitle(f"batches of {BATCH_SIZE}, {FEW} classes", fontsize="medium")
    costs = {
        "ns per index, labels to last batch": lambda r: r["index"] * 1e9,
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
                linestyle=":" if name == BOUND else "-",
            )
        axes.set(xscale="log", yscale="log", xlabel="rows", ylabel=label)
        axes.grid(which="major", alpha=0.3)
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right center", frameon=False)
    return figure


def report_sizes(bench, names, sizes):
    """Print the tables by number of rows; returns what was measured."""
    by_size = {n: bench.best("batches", names, n, FEW) for n in sizes}
    print_multiples(
        f"Time per index from labels to last batch, as a multiple of that of {OURS}, by rows "
        f"({FEW} classes)",
        names,
        {f"{n:,}": measured for n, measured in by_size.items()},
    )
    return by_size


def report_details(n_rows, measured):
    rows = []
    for name, figures in measured.items():
        milliseconds = [f"{figures[key] * 1e3:.4g}" for key in ("build", "first")]
        multiple = figures["index"] / measured[OURS]["index"]
        index = [f"{figures['index'] * 1e9:.0f}", f"{multiple:.2f}"]
        rows.append([name, *milliseconds, *index, f"{figures['bytes']:.1f}"])
    print_table(
        f"{n_rows:,} rows, {FEW} classes, batches of {BATCH_SIZE}",
        ["", "build ms", "first batch ms", "ns per index", "multiple", "peak bytes per row"],
        rows,
    )
    print(
        "\nRandomOverSampler and RandomUnderSampler give more and fewer rows; their time is that "
        "of a row that they give."
    )


def report_weights(bench, n_rows):
    """Print what an epoch costs where rows have weights of their own, from labels and from fit."""
    measured = bench.best("weights", [OURS, "WeightedRandomSampler"], n_rows, FEW)
    rows = []
    for name, figures in measured.items():
        row = [name]
        for key, scale, form in (
            ("index", 1e9, ".0f"),
            ("drawn", 1e9, ".0f"),
            ("build", 1e3, ".0f"),
            ("first", 1e3, ".3g"),
            ("bytes", 1, ".1f"),
        ):
            multiple = figures[key] / measured[OURS][key]
            row.append(f"{figures[key] * scale:{form}} ({multiple:.2g})")
        rows.append(row)
    print_table(
        f"{n_rows:,} rows with lognormal sample_weight, {FEW} classes, batches of {BATCH_SIZE} "
        "(multiples in brackets)",
        [
            "",
            "ns per index from labels",
            "ns per index from the sampler",
            "build ms",
            "first batch ms",
            "peak bytes per row",
        ],
        rows,
    )


def report_label_sets(bench, n_rows):
    measured = bench.best("label sets", ["fit"], n_rows, 2)["fit"]
    print_table(
        f"{n_rows:,} rows that each bear 1 to 8 of 1,200 labels: fit by repeat factors, from a "
        "sparse indicator",
        ["", "seconds", "peak bytes per row"],
        [["fit", f"{measured['seconds']:.2f}", f"{measured['bytes']:.0f}"]],
    )


def report_rows(bench, names, n_rows):
    measured = bench.best("rows", [name for name in BY_ROWS if name in names], n_rows, FEW)
    index = {name: figures["index"] for name, figures in measured.items()}
    print_table(
        f"{n_rows:,} rows, {FEW} classes, one by one: time from labels to the last index",
        ["", "ns per index", "multiple"],
        [[name, f"{t * 1e9:.0f}", f"{t / index[BY_ROWS[0]]:.2f}"] for name, t in index.items()],
    )


def report_classes(bench, names, n_rows, classes):
    names = [name for name in names if name not in NOT_BY_CLASSES]
    by_classes = {f"{c:,}": bench.best("batches", names, n_rows, c) for c in [2, *classes]}
    print_multiples(
        f"Time per index, as a multiple of that of {OURS}, by classes ({n_rows:,} rows)",
        names,
        by_classes,
    )
    seconds = [bench.best("draw", ["draw"], n_rows, c)["draw"]["seconds"] for c in classes]
    print_table(
        f"fit and draw by classes, {n_rows:,} rows",
        ["classes", *(f"{c:,}" for c in classes)],
        [[f"multiple of {classes[0]} classes", *(f"{s / seconds[0]:.2f}" for s in seconds)]],
    )


def report_fit(bench, n_rows):
    fitted = bench.best("fit", ["int8", "int64", "str"], n_rows, FEW)
    rows = [[dtype, f"{figures['label'] * 1e9:.1f}"] for dtype, figures in fitted.items()]
    print_table(f"fit, {n_rows:,} labels", ["", "ns per label"], rows)


def report_resampling(bench, n_rows):
    resampled = bench.best("resample", ["fit_resample", "RandomOverSampler", "np.take"], n_rows, 2)
    ours = resampled["fit_resample"]
    rows = []
    for name, figures in resampled.items():
        row = [name]
        for key in "first", "again":
            row += [f"{figures[key] * 1e3:.4g}", f"{figures[key] / ours[key]:.2f}"]
        rows.append(row)
    print_table(
        f"{n_rows:,} rows of 20 floats, 2 classes, resampled to equal size, in a process's first "
        "pass and in later ones",
        ["", "first ms", "multiple", "later ms", "multiple"],
        rows,
    )


def report_ranks(bench, n_rows):
    shares = bench.best("rank", ["to_torch_sampler", "to_torch_batch_sampler"], n_rows, FEW)
    rows = [[name, f"{4 * t['share'] / t['whole']:.2f}"] for name, t in shares.items()]
    print_table(
        f"One of four ranks, {n_rows:,} rows: time of its share of an epoch",
        ["", "multiple of a quarter of the whole"],
        rows,
    )


def report_against(bench, tree, largest):
    """Print what epochs cost with the code of another tree ("before") and of this one ("now")."""
    for name in BY_ROWS[0], OURS:
        rows = []
        for exponent in range(3, largest + 1):
            for n_classes in (2, FEW, 100, 1000, 10_000, 100_000):
                # From ten rows a class on, and at the largest size few classes alone.
                if 10 * n_classes > 10**exponent or (exponent == 8 and n_classes != FEW):
                    continue
                trees = {"before": tree, "now": TREE}
                of_tree = bench.of_trees(name, trees, 10**exponent, n_classes)
                row = [f"{10**exponent:,}", f"{n_classes:,}"]
                for key, scale in (("index", 1e9), ("build", 1e3), ("first", 1e3), ("bytes", 1)):
                    before, now = (of_tree[which][key] * scale for which in ("before", "now"))
                    row.append(f"{before:.3g} to {now:.3g}")
                rows.append(row)
        print_table(
            f"{name}, before and now",
            ["rows", "classes", "ns per index", "build ms", "first batch ms", "peak bytes per row"],
            rows,
        )


def report(bench, names, largest):
    """Print all tables; returns the picture."""
    by_size = report_sizes(bench, names, [10**exponent for exponent in range(3, largest + 1)])
    for n_rows, measured in by_size.items():
        report_details(n_rows, measured)
    middle = 10 ** min(largest, 7)
    for n_rows in dict.fromkeys([10**4, middle]):
        report_weights(bench, n_rows)
    report_label_sets(bench, middle // 10)
    report_rows(bench, names, middle // 10)
    classes = [c for c in (10, 100, 1000, 10_000, 100_000) if 100 * c <= middle]
    report_classes(bench, names, middle // 10, classes)
    report_fit(bench, middle)
    report_resampling(bench, middle // 10)
    report_ranks(bench, middle)
    return draw_picture(names, by_size)


def main(arguments=None):
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
        "--repeats",
        type=int,
        default=3,
        help="measurements of each, of which the best counts (default: %(default)s)",
    )
    parser.add_argument(
        "--picture",
        type=Path,
        default=HERE / "cost.png",
        help="where to draw (default: %(default)s)",
    )
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--only",
        choices=["weights"],
        help="print the tables about weights of rows and several labels alone",
    )
    part.add_argument(
        "--against",
        type=Path,
        metavar="TREE",
        help="another checkout: print what ours costs with its code and with this, and no more",
    )
    options = parser.parse_args(arguments)
    if options.against and not Path(options.against, "skbalance", "__init__.py").exists():
        parser.error(f"there is no skbalance in {options.against}")

    missing = [name for name, package in PACKAGES.items() if find_spec(package) is None]
    if missing:
        print(f"left out, as not installed: {', '.join(missing)}. {INSTALL}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder, options.repeats)
        if options.against:
            report_against(bench, options.against.resolve(), options.largest)
            return
        if options.only:
            for n_rows in dict.fromkeys([10**4, 10 ** min(options.largest, 7)]):
                report_weights(bench, n_rows)
            report_label_sets(bench, 10 ** min(options.largest, 6))
            return
        figure = report(bench, [name for name in PEERS if name not in missing], options.largest)
    figure.savefig(options.picture, dpi=110)


if __name__ == "__main__":
    main()
