"""What resampling a table in partitions costs with dask: time a row and core, by workers, and
memory of the client.

    python tests/benchmarks/partitions.py

Labels of ten classes lie on the workers, in 64 partitions. Measured is what resampling adds to
reading the rows:

1. to count the classes (`fit`), and to tell how often each row is drawn;
2. to count the classes, and to make the resampled table: one column and the labels.

Each measurement is a client process of its own, without a cluster ("0 workers": all in the client)
or with one, one thread a worker; the best of three epochs and of the repeats counts. Peak memory is
that of the client, which holds the scheduler, too.

dask tells its workers' malloc to give memory back to the system at once, so that each large array
is made of fresh pages: where the system is slow to find these, that takes a while.
``--keep-memory`` sets two variables for the workers' nanny, with which they keep it:
``MALLOC_TRIM_THRESHOLD_`` and ``MALLOC_MMAP_THRESHOLD_``."""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

N_PARTITIONS, N_CLASSES = 64, 10


def labels(number, n_rows):
    """A partition of labels, of which the most frequent is 100 times as frequent as the rarest."""
    import pandas as pd

    share = np.geomspace(1, 100, N_CLASSES)
    limits = np.cumsum(share / share.sum())[:-1]
    drawn = np.searchsorted(limits, np.random.default_rng(number).random(n_rows))
    return pd.Series(drawn.astype(np.int8), name="y")


def measure(n_rows, n_workers, keep_memory):
    """Seconds as in `measure_here`, and the client's peak of memory in MiB."""
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
    """Seconds for counts and multiplicities, and for counts and the resampled table, best of three
    epochs, by the scheduler that is set."""
    import dask
    import dask.dataframe as dd
    from dask.delayed import delayed

    from skbalance._draws.plan import Epoch
    from skbalance.dask import InverseFrequencySampler
    from skbalance.dask._collections import constant

    parts = [delayed(labels)(number, n_rows // N_PARTITIONS) for number in range(N_PARTITIONS)]
    y = dd.from_delayed(parts, meta=labels(0, 0), verify_meta=False).persist()
    total = sum(dask.compute(*map(delayed(len), y.to_delayed())))  # wait until the labels are there
    seconds = []
    for epoch in range(3):
        start = time.perf_counter()
        sampler = InverseFrequencySampler(random_state=0).fit(y.to_frame(), y)
        counted = time.perf_counter()
        times = sampler._multiplicities(sampler._lazy_epoch(epoch))
        n_told = sum(dask.compute(*map(delayed(np.sum), times)))
        told = time.perf_counter()
        _, y_res = sampler.resample(epoch)  # rows and labels are made together
        n_taken = sum(dask.compute(*map(delayed(len), y_res.to_delayed())))
        taken = time.perf_counter()
        assert n_told == n_taken == total
        seconds.append((told - start, (counted - start) + (taken - told)))
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
        "--repeats", type=int, default=2, help="the best of so many counts (default: %(default)s)"
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
    print(
        "| rows | workers | counts and draws: ns a row and core | counts and table: ns a row and core | client's peak MiB |\n| ---: | ---: | ---: | ---: | ---: |"
    )
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
    print(
        "\nTwo workers take {:.2f} and {:.2f} of the time of one.".format(
            *(of_workers[2] / of_workers[1])
        )
    )


if __name__ == "__main__":
    main()
