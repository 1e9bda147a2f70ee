"""What resampling costs with dask: time for each row and core, and the client's memory.

    python tests/benchmarks/partitions.py

Labels of ten classes are on the workers, in 64 partitions. What is measured is the time that
resampling adds to reading the rows:

1. counting the classes (`fit`), and computing how often each row is drawn;
2. counting the classes, and making the resampled table of one column and the labels.

Each measurement runs in a client process of its own: without a cluster ("0 workers", everything is
in the client), or with one whose workers have one thread each. The best of three epochs and of the
repeats counts. Peak memory is that of the client, which holds the scheduler, too.

dask makes its workers' malloc give memory back to the system at once, so every large array needs
fresh pages, and on some systems those are slow to come. With ``--keep-memory`` the workers keep
their memory: it sets ``MALLOC_TRIM_THRESHOLD_`` and ``MALLOC_MMAP_THRESHOLD_`` for them."""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

N_PARTITIONS, N_CLASSES = 64, 10
HEAD = (
    "rows",
    "workers",
    "counts and draws: ns per row and core",
    "counts and table: ns per row and core",
    "client's peak MiB",
)


def labels(number, n_rows):
    """A partition of labels, the most frequent of which is 100 times as frequent as the rarest."""
    import pandas as pd

    share = np.geomspace(1, 100, N_CLASSES)
    limits = np.cumsum(share / share.sum())[:-1]
    drawn = np.searchsorted(limits, np.random.default_rng(number).random(n_rows))
    return pd.Series(drawn.astype(np.int8), name="y")


def measure(n_rows, n_workers, keep_memory):
    """The seconds of `measure_here`, and this process's peak memory in MiB (Linux only)."""
    import dask
    from distributed import Client, LocalCluster

    if not n_workers:
        with dask.config.set(scheduler="synchronous"):
            seconds = measure_here(n_rows)
    else:
        environ = dask.config.get("distributed.nanny.pre-spawn-environ")
        if keep_memory:
            environ = environ | {f"MALLOC_{name}_THRESHOLD_": 2**28 for name in ("TRIM", "MMAP")}
        with (
            dask.config.set({"distributed.nanny.pre-spawn-environ": environ}),
            LocalCluster(
                n_workers=n_workers, threads_per_worker=1, dashboard_address=":0"
            ) as cluster,
            Client(cluster),
        ):
            seconds = measure_here(n_rows)
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    return {"seconds": seconds, "peak": peak}


def measure_here(n_rows):
    """Best of three epochs: seconds for counts and draws, and for counts and the table."""
    import dask
    import dask.dataframe as dd
    from dask.delayed import delayed

    from skbalance.dask import InverseFrequencySampler

    n_partitions = min(N_PARTITIONS, n_rows // 1000)
    partitions = [delayed(labels)(number, n_rows // n_partitions) for number in range(n_partitions)]
    y = dd.from_delayed(partitions, meta=labels(0, 0), verify_meta=False).persist()
    total = sum(
        dask.compute(*map(delayed(len), y.to_delayed()))
    )  # waits until the labels are there
    seconds = []
    for epoch in range(3):
        start = time.perf_counter()
        sampler = InverseFrequencySampler(random_state=0).fit(y.to_frame(), y)
        counted = time.perf_counter()
        multiplicities = sampler._multiplicities(sampler._lazy_epoch(epoch))
        n_drawn = sum(dask.compute(*map(delayed(np.sum), multiplicities)))
        drawn = time.perf_counter()
        _, y_res = sampler.resample(epoch)  # rows and labels are made together
        n_taken = sum(dask.compute(*map(delayed(len), y_res.to_delayed())))
        taken = time.perf_counter()
        assert n_drawn == n_taken == total
        seconds.append((drawn - start, (counted - start) + (taken - drawn)))
    return [min(column) for column in zip(*seconds, strict=True)]


def in_process(n_rows, n_workers, keep_memory):
    command = [sys.executable, __file__, "--measure", str(n_rows), str(n_workers)]
    command += ["--keep-memory"] if keep_memory else []
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10**8, help="most rows (default: %(default)s)")
    parser.add_argument(
        "--repeats",
        type=int,
        default=2,
        help="measurements of each, of which the best counts (default: %(default)s)",
    )
    parser.add_argument(
        "--keep-memory", action="store_true", help="let workers keep the memory that they have used"
    )
    parser.add_argument("--measure", type=int, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(*options.measure, options.keep_memory)))
        return
    print(f"{N_PARTITIONS} partitions, {N_CLASSES} classes\n")
    # Not by print_table: measuring takes long, and each line is printed as soon as it is known.
    print(f"| {' | '.join(HEAD)} |\n|{' ---: |' * len(HEAD)}")
    of_workers = {}
    n = options.rows
    for n_rows, n_workers in [(n // 100, 2), (n // 10, 2), (n, 2), (n, 1), (n, 0)]:
        runs = [in_process(n_rows, n_workers, options.keep_memory) for _ in range(options.repeats)]
        seconds = np.min([run["seconds"] for run in runs], axis=0)
        of_core = seconds * max(n_workers, 1) / n_rows * 1e9
        peak = min(run["peak"] for run in runs)
        print(
            f"| {n_rows:,} | {n_workers} | {of_core[0]:.1f} | {of_core[1]:.1f} | {peak:.0f} |",
            flush=True,
        )
        of_workers[n_workers] = seconds
    draws, table = of_workers[2] / of_workers[1]
    print(f"\nTwo workers take {draws:.2f} and {table:.2f} of the time of one.")


if __name__ == "__main__":
    main()
