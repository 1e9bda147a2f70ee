"""Many draws at flat memory, and as many of each row as there should be.

    python tests/benchmarks/soak.py

draws epochs of 100,000,000 rows in ten classes until 1,000,000,000 draws are made, in chunks as a
torch sampler draws them. After each epoch it prints the process's memory; at the end it compares
how often each row came up with how often it should have: within a class, no row may be more than
one draw ahead of another. It needs 3 GB and some minutes.

Then 100,000 classes, and 1,000,000 rows with label sets, are counted in the same way."""

import argparse
import time
from pathlib import Path

import numpy as np
from peers import zipf_label_sets
from tables import print_table

from skbalance import InverseFrequencySampler


def resident_bytes():
    """Memory of this process now (Linux only)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def labels(n_rows, n_classes):
    """Labels whose frequencies are those of Zipf, in no order; each class has a row."""
    share = 1 / np.arange(1, n_classes + 1)
    drawn = np.random.default_rng(0).choice(n_classes, n_rows, p=share / share.sum())
    drawn[:n_classes] = np.arange(n_classes)
    return drawn.astype(np.int32)


def soak(plan, n_draws):
    """Draw whole epochs until so many draws are made: times of each row, and bytes after each."""
    times = np.zeros(len(plan.pool), dtype=np.uint16)
    n_epochs = -(-n_draws // plan.n_samples(0))
    n_bytes, seconds = [], time.perf_counter()
    for number in range(n_epochs):
        for rows in plan.epoch(number).chunks():
            np.add.at(times, rows, 1)
        n_bytes.append(resident_bytes())
    return times, n_bytes, n_epochs, time.perf_counter() - seconds


def check_times(times, y, quotas, n_epochs):
    """Raise unless each class has its draws, spread over its rows to within one."""
    order = np.argsort(y, kind="stable")
    starts = np.cumsum(np.bincount(y)) - np.bincount(y)
    by_class = times[order]
    sums = np.add.reduceat(by_class, starts, dtype=np.int64)
    assert np.array_equal(sums, quotas * n_epochs)
    most, least = np.maximum.reduceat(by_class, starts), np.minimum.reduceat(by_class, starts)
    assert (most - least).max() <= 1


def soak_classes(n_rows, n_classes, n_draws):
    """A line about a soak of rows with one class each."""
    y = labels(n_rows, n_classes)
    sampler = InverseFrequencySampler(random_state=0).fit(None, y)
    times, n_bytes, n_epochs, seconds = soak(sampler._plan, n_draws)
    check_times(times, y, sampler._plan.quotas, n_epochs)
    return line(n_rows, f"{n_classes:,} classes", n_epochs, n_bytes, seconds)


def soak_label_sets(n_rows, n_epochs):
    """A line about a soak of rows that each bear 1 to 8 of 1,200 labels."""
    sampler = InverseFrequencySampler(target_type="multilabel", strength=0.5, random_state=0)
    sampler.fit(None, zipf_label_sets(n_rows))
    times, n_bytes, seconds = np.zeros(n_rows, dtype=np.int64), [], time.perf_counter()
    for number in range(n_epochs):
        times += np.bincount(sampler.draw(number), minlength=n_rows)
        n_bytes.append(resident_bytes())
    assert times.sum() == n_rows * n_epochs
    # In each epoch a row is drawn its expected number of times, rounded down or up; over all these
    # epochs together it was off by less than three.
    expected = times / n_epochs
    for number in range(n_epochs, n_epochs + 3):
        here = np.bincount(sampler.draw(number), minlength=n_rows)
        assert np.abs(here - expected).max() < 1 + 3 / n_epochs
    return line(n_rows, "label sets", n_epochs, n_bytes, time.perf_counter() - seconds)


def line(n_rows, what, n_epochs, n_bytes, seconds):
    """A line of the table; memory may grow by 1% from the second epoch on."""
    growth = n_bytes[-1] - n_bytes[min(1, n_epochs - 1)]
    assert growth <= 0.01 * n_bytes[0] + 2**20, n_bytes
    nanoseconds = 1e9 * seconds / (n_rows * n_epochs)
    memory = [f"{b / 2**20:.0f}" for b in (n_bytes[0], n_bytes[-1])]
    return [
        f"{n_rows:,}",
        what,
        str(n_epochs),
        f"{n_rows * n_epochs:,}",
        *memory,
        f"{nanoseconds:.0f}",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, default=10**8)
    parser.add_argument("--draws", type=int, default=10**9)
    arguments = parser.parse_args()
    n = arguments.rows
    head = "rows", "target", "epochs", "draws", "MiB, first epoch", "MiB, last", "ns a draw"
    found = [
        soak_classes(n, 10, arguments.draws),
        soak_classes(n // 10, min(10**5, n // 100), arguments.draws // 10),
        soak_label_sets(n // 100, 20),
    ]
    print_table("A soak: memory after the first and the last epoch", head, found)


if __name__ == "__main__":
    main()
