"""The rows of a seed, kept in files: what every release draws, on every platform.

    python tests/golden.py

writes `tests/golden/rows.json` anew. That is right only after STREAM_VERSION was raised, or where
cases were added: `test_golden.py` tells which.

A case is an int seed, a target and parameters. Of each of its epochs the file holds how many draws
there are, a digest of the rows (of the first million at most), and the first rows; of its batches
the same, for a single process and for one of several ranks.
"""

import json
from hashlib import blake2b
from itertools import chain, islice
from pathlib import Path

import numpy as np

from skbalance import InverseFrequencySampler
from skbalance._draws.keys import STREAM_VERSION
from skbalance._draws.ranks import ALONE, Ranks
from skbalance._draws.streams import BatchStream, RowStream

FILE = Path(__file__).parent / "golden" / "rows.json"
LAST_EPOCH = 2**63 - 2
MOST_ROWS = 10**6
N_SHOWN = 1000


def long_tailed(n_rows, n_classes):
    """Labels in no order, of which the first is the most frequent: whole numbers everywhere."""
    prime = 1_000_003
    numbers = np.arange(n_rows, dtype=np.int64) * 618_033_989 % prime
    return n_classes * numbers**2 // prime**2


def label_sets(n_rows):
    """An indicator of five labels, each in every second, third, fifth, ... row; some rows bare."""
    return (np.arange(n_rows)[:, None] % [2, 3, 5, 7, 11] == 1).astype(np.int64)


SMALL, LARGE, MANY = long_tailed(2000, 4), long_tailed(300_000, 10), long_tailed(150_000, 10_000)
EIGHTHS = 1 + np.arange(2000) % 13 / 8
NUMBERS = (np.arange(2000) % 50) ** 2 / 16
WEIGHTED = {"sample_weight": EIGHTHS}

# name: parameters, target, and what else `fit` takes.
CASES = {
    "equal classes": ({}, SMALL, {}),
    "strength 0.5": ({"strength": 0.5}, SMALL, {}),
    "strength 0": ({"strength": 0}, SMALL, {}),
    "strength 2": ({"strength": 2}, SMALL, {}),
    "over": ({"n_samples": "over"}, SMALL, {}),
    "under": ({"n_samples": "under"}, SMALL, {}),
    "draws by class": ({"n_samples": {0: 5, 1: 700, 2: 31}}, SMALL, {}),
    "replacement": ({"replacement": True}, SMALL, {}),
    "class_weight": ({"class_weight": {0: 0.25, 3: 3}}, SMALL, {}),
    "a schedule": ({"strength": lambda epoch: 1 / (1 + epoch % 8)}, SMALL, {}),
    "groups": ({"group_strength": 0.5}, SMALL, {"groups": np.arange(2000) % 9 // 4}),
    "ten large classes": ({}, LARGE, {}),
    "large classes, fewer draws": ({"n_samples": 150_000, "strength": 0.5}, LARGE, {}),
    "large classes, replacement": ({"replacement": True}, LARGE, {}),
    "ten thousand classes": ({}, MANY, {}),
    "words of 64 bits": ({"n_samples": 2**33 + 5}, SMALL, {}),
    "weights": ({}, SMALL, WEIGHTED),
    "weights, replacement": ({"replacement": True}, SMALL, WEIGHTED),
    "weights of large classes": ({}, LARGE, {"sample_weight": 1 + np.arange(300_000) % 13 / 8}),
    "label sets": ({"target_type": "multilabel"}, label_sets(2000), {}),
    "weighted label sets": ({"target_type": "multilabel"}, label_sets(2000), WEIGHTED),
    "numbers": ({"target_type": "continuous", "bins": 8}, NUMBERS, {}),
    "weighted numbers": ({"target_type": "continuous", "bins": 8}, NUMBERS, WEIGHTED),
}
SEEDS = {"equal classes": 2**32 - 1, "ten large classes": 20_260_101}
CUTS = {"alone": (ALONE, 32, False), "rank 2 of 3": (Ranks(3, 2), 7, True)}


def plan_of(name):
    """The plan of a case."""
    parameters, target, others = CASES[name]
    sampler = InverseFrequencySampler(**parameters, random_state=SEEDS.get(name, 0))
    return sampler.fit(None, target, **others)._plan


def epochs_of(name):
    """The epochs whose rows are kept; the way to a late one is long under a schedule."""
    return (0, 1, 20) if name == "a schedule" else (0, 1, LAST_EPOCH)


def record(name):
    """All that is kept of a case."""
    plan = plan_of(name)
    return {str(epoch): record_of_epoch(plan, epoch) for epoch in epochs_of(name)}


def record_of_epoch(plan, epoch):
    """Draws, rows in order, rows of a rank, and batches of an epoch."""
    found = {"n": plan.n_samples(epoch)}
    n_shown = N_SHOWN if epoch == 0 else 10
    for which, (ranks, batch_size, drop_last) in CUTS.items():
        rows, batches = RowStream(plan, ranks), BatchStream(plan, ranks, batch_size, drop_last)
        found[which] = {
            "rows": summary(items_of(rows, epoch, MOST_ROWS), n_shown),
            "batches": summary(items_of(batches, epoch, MOST_ROWS // batch_size), 3),
        }
    return found


def items_of(stream, epoch, most):
    """The first items of a stream's epoch."""
    return list(islice(chain.from_iterable(stream.lists(stream.start_of(epoch))), most))


def summary(items, n_shown):
    """A digest of rows, or of batches, and the first of them: numbers with spaces between them."""
    first = items[:n_shown]
    shown = [*map(_spaced, first)] if first and isinstance(first[0], list) else _spaced(first)
    return {"digest": digest(items), "first": shown}


def _spaced(numbers):
    return " ".join(map(str, numbers))


def digest(items):
    """A hash of rows, or of the sizes of batches and their rows."""
    if items and isinstance(items[0], list):
        items = [*map(len, items), *chain.from_iterable(items)]
    return blake2b(np.array(items, dtype="<i8").tobytes(), digest_size=16).hexdigest()


def main():
    kept = {"stream_version": STREAM_VERSION, "cases": {name: record(name) for name in CASES}}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
