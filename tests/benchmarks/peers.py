"""What `compare.py` measures: an epoch of batches from each library, fit and fit_resample.

Each measurement runs in a process of its own, which `compare.py` starts as

    python peers.py TASK NAME LABELS.npy

and which prints seconds and peak bytes as JSON. Peak memory is the highest resident set during the
measurement less the highest before it, when the labels were loaded and the code was imported and
had run once (Linux only)."""

import json
import sys
import time
import types
import warnings
from collections import defaultdict, deque
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np
from scipy import sparse

BATCH_SIZE = 256


# Batches of 256, as each library makes them from labels: ours first, then the peers, and last a
# limit that no sampler can beat.


def our_batches(labels):
    from skbalance import InverseFrequencySampler

    return InverseFrequencySampler(random_state=0).to_torch_batch_sampler(
        labels, batch_size=BATCH_SIZE
    )


def our_sampler(labels):
    from skbalance import InverseFrequencySampler

    return in_batches(InverseFrequencySampler(random_state=0).to_torch_sampler(labels))


def random(labels):
    from torch.utils.data import RandomSampler

    return in_batches(RandomSampler(labels))


def weighted(labels):
    import torch
    from torch.utils.data import WeightedRandomSampler

    return in_batches(
        WeightedRandomSampler(torch.as_tensor(1 / np.bincount(labels)[labels]), len(labels))
    )


def class_of_torchsampler():
    """torchsampler's class, importable without torchvision and with any other package loaded.

    It imports torchvision only to ask whether a dataset is one of its own; a stand-in says no. It
    also reads its own metadata, which are incomplete: that fails with the importlib_metadata that
    dask loads, so another stand-in answers with empty values."""
    import torch  # noqa: F401  # torch reads metadata, too, and must see the true ones

    names = "MNIST", "ImageFolder", "DatasetFolder"
    stand_in = types.ModuleType("torchvision")
    stand_in.datasets = types.SimpleNamespace(**{name: type(name, (), {}) for name in names})
    installed = types.SimpleNamespace(metadata=defaultdict(str))
    sys.modules.setdefault("torchvision", stand_in)
    try:
        with (
            mock.patch("importlib.metadata.distribution", return_value=installed),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore", DeprecationWarning)  # of its own
            from torchsampler import ImbalancedDatasetSampler
    finally:
        if sys.modules["torchvision"] is stand_in:
            del sys.modules["torchvision"]
    return ImbalancedDatasetSampler


def torchsampler(labels):
    return in_batches(class_of_torchsampler()(labels, labels=labels))


def m_per_class(labels):
    from pytorch_metric_learning.samplers import MPerClassSampler

    n_classes = len(np.bincount(labels))
    # Classes in a batch: a power of two, as their number must divide the batch size.
    most = 2 ** min(8, n_classes.bit_length() - 1)
    return in_batches(
        MPerClassSampler(labels, BATCH_SIZE // most, BATCH_SIZE, length_before_new_iter=len(labels))
    )


def over(labels):
    from imblearn.over_sampling import RandomOverSampler

    return resampled(RandomOverSampler(random_state=0), labels)


def under(labels):
    from imblearn.under_sampling import RandomUnderSampler

    return resampled(RandomUnderSampler(random_state=0), labels)


def resampled(sampler, labels):
    """Batches of row numbers that were resampled as if they were X."""
    rows = sampler.fit_resample(np.arange(len(labels))[:, None], labels)[0].ravel()
    # imbalanced-learn gives rows in an order of its own, not at random.
    np.random.default_rng(0).shuffle(rows)
    return in_batches(rows.tolist())


def in_batches(sampler):
    from torch.utils.data import BatchSampler

    return BatchSampler(sampler, BATCH_SIZE, drop_last=False)


class Limit:
    """What any sampler must do at least: random integers, one gather, lists of Python's ints."""

    def __init__(self, labels):
        self.pool = np.arange(len(labels), dtype=np.uint32)

    def __iter__(self):
        random, n = np.random.default_rng(0), len(self.pool)
        for start in range(0, n, 2**15):
            rows = self.pool.take(random.integers(0, n, size=min(2**15, n - start)), mode="wrap")
            whole = len(rows) // BATCH_SIZE * BATCH_SIZE
            yield from rows[:whole].reshape(-1, BATCH_SIZE).tolist()
            if whole < len(rows):
                yield rows[whole:].tolist()


PEERS = {
    "to_torch_batch_sampler": our_batches,
    "to_torch_sampler": our_sampler,
    "RandomSampler (no balancing)": random,
    "WeightedRandomSampler": weighted,
    "torchsampler": torchsampler,
    "MPerClassSampler": m_per_class,
    "RandomOverSampler": over,
    "RandomUnderSampler": under,
    "lower bound": Limit,
}

OURS = next(iter(PEERS))

# Peers that may not be installed. They are installed without their dependencies, since the
# torchvision that they ask for may not match the torch that is there.
PACKAGES = {"torchsampler": "torchsampler", "MPerClassSampler": "pytorch_metric_learning"}
INSTALL = "pip install --no-deps torchsampler==0.1.2 pytorch-metric-learning==2.9.0"

# torch.multinomial takes at most 2**24 weights. Beyond their limits, the others take minutes or all
# memory.
MOST_ROWS = {
    "WeightedRandomSampler": 2**24,
    "torchsampler": 10**6,
    "MPerClassSampler": 10**6,
    "RandomOverSampler": 10**7,
    "RandomUnderSampler": 10**7,
}


def measure_batches(name, labels):
    """Seconds from labels to a sampler, from there to the first batch, and a row over all."""
    return _measured(PEERS[name], labels)


def _measured(make, labels):
    start = time.perf_counter()
    batches = make(labels)
    built = time.perf_counter()
    rest = iter(batches)
    n_rows = len(next(rest))
    first = time.perf_counter()
    n_rows += sum(map(len, rest))
    done = time.perf_counter()
    return {
        "build": built - start,
        "first": first - built,
        "index": (done - start) / n_rows,
        "drawn": (done - built) / n_rows,
    }


def measure_weights(name, labels):
    """As `measure_batches`, where rows have weights of their own (lognormal), too."""
    import torch
    from torch.utils.data import WeightedRandomSampler

    from skbalance import InverseFrequencySampler

    weights = np.random.default_rng(1).lognormal(size=len(labels))

    def ours(labels):
        return InverseFrequencySampler(random_state=0).to_torch_batch_sampler(
            labels, sample_weight=weights, batch_size=BATCH_SIZE
        )

    def theirs(labels):
        of_rows = weights / np.bincount(labels, weights)[labels]
        return in_batches(WeightedRandomSampler(torch.as_tensor(of_rows), len(labels)))

    make = ours if name == OURS else theirs
    return _measured(make, labels)


def zipf_label_sets(n_rows, n_labels=1200, most=8):
    """An indicator of rows that each bear 1 to 8 of 1,200 labels, whose frequencies are Zipf's."""
    random, frequency = np.random.default_rng(0), 1 / np.arange(1, n_labels + 1)
    n_borne = random.integers(1, most + 1, size=n_rows)
    labels = random.choice(n_labels, size=n_borne.sum(), p=frequency / frequency.sum())
    indicator = sparse.csr_array(
        (np.ones(len(labels), dtype=np.int8), (np.repeat(np.arange(n_rows), n_borne), labels)),
        shape=(n_rows, n_labels),
    )
    indicator.data[:] = 1  # where a label was drawn twice
    return indicator


def measure_label_sets(_, labels):
    """Seconds to fit as many rows of several labels by repeat factors."""
    from skbalance import InverseFrequencySampler

    y = zipf_label_sets(len(labels))
    sampler = InverseFrequencySampler(
        target_type="multilabel",
        strength=0,
        class_weight=lambda n: np.maximum(1, np.sqrt(1e-3 * len(labels) / n)),
        random_state=0,
    )
    start = time.perf_counter()
    sampler.fit(None, y)
    return {"seconds": time.perf_counter() - start}


def measure_rows(name, labels):
    """Seconds a row from labels to the last row, where a sampler gives rows one by one."""
    start = time.perf_counter()
    deque(PEERS[name](labels).sampler, maxlen=0)
    return {"index": (time.perf_counter() - start) / len(labels)}


def measure_fit(name, labels):
    """Seconds a label to fit labels of the dtype that ``name`` says."""
    from skbalance import InverseFrequencySampler

    labels = np.char.mod("class %d", labels) if name == "str" else labels.astype(name)
    start = time.perf_counter()
    InverseFrequencySampler(random_state=0).fit(None, labels)
    return {"label": (time.perf_counter() - start) / len(labels)}


def measure_draw(_, labels):
    """Seconds to fit and to draw an epoch."""
    from skbalance import InverseFrequencySampler

    start = time.perf_counter()
    InverseFrequencySampler(random_state=0).fit(None, labels).draw()
    return {"seconds": time.perf_counter() - start}


def measure_resampling(name, labels):
    """Seconds to resample 20 columns of floats to equal classes, or to copy as many by np.take.

    In a process's first pass the system has to find memory, which may take longer than everything
    else. So the first pass and the best of the later ones are measured separately."""
    from imblearn.over_sampling import RandomOverSampler

    from skbalance import InverseFrequencySampler

    X = np.random.default_rng(0).normal(size=(len(labels), 20))
    n_rows = np.bincount(labels).max() * len(np.bincount(labels))
    rows = np.random.default_rng(0).integers(len(X), size=n_rows)
    resample = {
        "fit_resample": lambda: InverseFrequencySampler(
            n_samples="over", random_state=0
        ).fit_resample(X, labels)[0],
        "RandomOverSampler": lambda: RandomOverSampler(random_state=0).fit_resample(X, labels)[0],
        "np.take": lambda: np.take(X, rows, axis=0),
    }[name]
    seconds = []
    for _ in range(4):
        start = time.perf_counter()
        n_drawn = len(resample())
        seconds.append(time.perf_counter() - start)
        assert n_drawn == n_rows
    return {"first": seconds[0], "again": min(seconds[1:])}


def measure_rank(name, labels):
    """Seconds for an epoch in a single process, and for the share of one of four ranks."""
    from skbalance import InverseFrequencySampler

    sampler = InverseFrequencySampler(random_state=0).fit(None, labels)
    options = {"batch_size": BATCH_SIZE} if name == "to_torch_batch_sampler" else {}
    seconds = []
    for ranks in {}, {"num_replicas": 4, "rank": 1}:
        items = getattr(sampler, name)(**options, **ranks)
        start = time.perf_counter()
        deque(items, maxlen=0)
        seconds.append(time.perf_counter() - start)
    return {"whole": seconds[0], "share": seconds[1]}


TASKS = {
    "weights": measure_weights,
    "label sets": measure_label_sets,
    "batches": measure_batches,
    "rows": measure_rows,
    "fit": measure_fit,
    "draw": measure_draw,
    "resample": measure_resampling,
    "rank": measure_rank,
}


def peak_bytes():
    """The highest resident set since this process started."""
    # Not by getrusage, whose figure starts from that of the parent process.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def main(task, name, path):
    measure = partial(TASKS[task], name)
    labels = np.load(path)
    measure(np.arange(2000) % 2)  # imports, and whatever else is done only once
    at_rest = peak_bytes()
    runs = [measure(labels)]
    n_bytes = (peak_bytes() - at_rest) / len(labels)
    # Small labels are measured several times, except where a first pass differs from later ones.
    n_repeats = 0 if task == "resample" else min(100, 10**6 // len(labels)) - 1
    runs += [measure(labels) for _ in range(n_repeats)]
    print(json.dumps({key: min(run[key] for run in runs) for key in runs[0]} | {"bytes": n_bytes}))


if __name__ == "__main__":
    main(*sys.argv[1:])
