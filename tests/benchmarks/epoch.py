"""Cost of an epoch of batches of 256, labels to last batch: ours beside torch's own samplers.

    python tests/benchmarks/epoch.py [--rows 10000000] [--repeats 3]

Each measurement is a process of its own, peers take turns, and the best of the repeats counts. Ratios of one run hold where
absolute times do not. Peak memory is the resident set's, less what the process held once the labels were loaded (Linux only).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import BatchSampler, RandomSampler, WeightedRandomSampler

from skbalance import InverseFrequencySampler

BATCH_SIZE = 256


def ours(labels):
    return in_batches(InverseFrequencySampler(random_state=0).to_torch_sampler(labels))


def our_batches(labels):
    return InverseFrequencySampler(random_state=0).to_torch_batch_sampler(labels, batch_size=BATCH_SIZE)


def random(labels):
    return in_batches(RandomSampler(labels))


def weighted(labels):
    return in_batches(WeightedRandomSampler(torch.as_tensor(1 / np.bincount(labels)[labels]), len(labels)))


def in_batches(sampler):
    return BatchSampler(sampler, BATCH_SIZE, drop_last=False)


PEERS = {
    "to_torch_sampler": ours,
    "to_torch_batch_sampler": our_batches,
    "RandomSampler (unbalanced)": random,
    "WeightedRandomSampler": weighted,
}


def peak_bytes():
    """High-water mark of the resident set since this process's start (getrusage would inherit that of its parent)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def measure(peer, labels_file, first_only):
    """Seconds from labels to batch sampler, on to its first batch, and on to its last; peak bytes a row."""
    labels = np.load(labels_file)
    at_rest = peak_bytes()
    start = time.perf_counter()
    batches = PEERS[peer](labels)
    built = time.perf_counter()
    next(iter(batches))
    first = time.perf_counter()
    n_batches = 0 if first_only else sum(1 for _ in batches)
    done = time.perf_counter()
    assert first_only or n_batches == -(-len(labels) // BATCH_SIZE)
    return {
        "build": built - start,
        "first": first - built,
        "total": built - start + done - first,
        "bytes": (peak_bytes() - at_rest) / len(labels),
    }


def in_its_own_process(peer, labels_file, *, first_only=False):
    command = [sys.executable, __file__, "--measure", peer, "--labels", str(labels_file)] + [
        "--first-only"
    ] * first_only
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def save_labels(folder, n_rows, n_classes, dtype):
    """Classes from 100 rows to one for the rarest, in random order."""
    share = np.geomspace(1, 100, n_classes)
    labels = np.random.default_rng(0).choice(n_classes, n_rows, p=share / share.sum()).astype(dtype)
    path = Path(folder) / f"{n_rows}-{n_classes}.npy"
    np.save(path, labels)
    return path


def best(runs):
    return {name: min(run[name] for run in runs) for name in runs[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rows",
        type=int,
        default=10**7,
        help="rows; labels of ten times as many are written, too (default: %(default)s)",
    )
    parser.add_argument("--repeats", type=int, default=3, help="the best of so many counts (default: %(default)s)")
    parser.add_argument("--measure", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--labels", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--first-only", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.labels, options.first_only)))
        return

    mine = next(iter(PEERS))
    with tempfile.TemporaryDirectory() as folder:
        few = save_labels(folder, options.rows, 10, np.int64)
        many = save_labels(folder, options.rows, 10_000, np.int64)
        large = save_labels(folder, 10 * options.rows, 10, np.int8)
        runs = {peer: [] for peer in PEERS}
        runs_many = []
        for _ in range(options.repeats):
            for peer in PEERS:
                runs[peer].append(in_its_own_process(peer, few))
            runs_many.append(in_its_own_process(mine, many))
        first_large = best([in_its_own_process(mine, large, first_only=True) for _ in range(options.repeats)])

    result = {peer: best(peer_runs) for peer, peer_runs in runs.items()}
    print(f"{options.rows:,} rows, 10 classes, batches of 256, best of {options.repeats}; time is labels to last batch")
    print(
        f"{'':28s}{'build s':>9s}{'first ms':>10s}{'total s':>9s}{'ns an index':>13s}{'times ours':>12s}{'peak bytes a row':>18s}"
    )
    for peer, r in result.items():
        ns, ratio = r["total"] / options.rows * 1e9, r["total"] / result[mine]["total"]
        print(
            f"{peer:28s}{r['build']:9.2f}{r['first'] * 1e3:10.2f}{r['total']:9.2f}{ns:13.0f}{ratio:12.2f}{r['bytes']:18.1f}"
        )
    print(f"10,000 classes take {best(runs_many)['total'] / result[mine]['total']:.2f} times what 10 take")
    print(f"first batch at {10 * options.rows:,} rows: {first_large['first'] * 1e3:.1f} ms after fit")


if __name__ == "__main__":
    main()
