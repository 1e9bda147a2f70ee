"""Loaders that accelerate has prepared, on one process and on two that gloo joins."""

import importlib
import re
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from skbalance import InverseFrequencySampler

CONFIGURATIONS = {
    "as it is": {},
    "uneven": {"even_batches": False},
    "stateful": {"use_stateful_dataloader": True},
    "dispatched": {"dispatch_batches": True},
    "split": {"split_batches": True},
    "dispatched and split": {"dispatch_batches": True, "split_batches": True},
}
# Stopped in epoch 1, with or without set_epoch before each pass of the run that goes on.
STOPPED = [
    *((kind, True) for kind in ("rows", "batches", "full batches", "batches as sampler")),
    *((kind, False) for kind in ("rows", "batches")),
]
N_DONE = 5  # batches of an epoch that a rank had when it was stopped


@pytest.fixture(scope="module")
def work():
    """The module that the processes import, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        yield importlib.import_module("accelerate_at_work")


def jobs_of(n_ranks):
    jobs = {
        f"{kind} {name}": {"kind": kind, "options": options}
        for kind in ("rows", "batches", "full batches", "batches as sampler")
        for name, options in CONFIGURATIONS.items()
    }
    for kind, setting in STOPPED:
        stopped = {"kind": kind, "setting": setting}
        jobs[f"{kind} skipped {setting}"] = {**stopped, "skipped": N_DONE, "options": {}}
        stateful = CONFIGURATIONS["stateful"]
        jobs[f"{kind} kept {setting}"] = {**stopped, "kept": N_DONE, "options": stateful}
    if n_ranks == 2:
        for name in "as it is", "uneven", "stateful":
            jobs[f"odd batches {name}"] = {"kind": "odd batches", "options": CONFIGURATIONS[name]}
        jobs["sharded rows as it is"] = {"kind": "sharded rows", "options": {}}
        dispatched = {"kind": "full batches", "options": CONFIGURATIONS["dispatched"]}
        jobs["full batches skipped, dispatched"] = {**dispatched, "skipped": 4}
        # It would end in an error on one rank only, and the other would wait for it.
        del jobs["batches as sampler dispatched"]
    return jobs


@pytest.fixture(scope="module")
def ranks(work, tmp_path_factory):
    """What one rank has done, and what two have: all jobs in one go, since processes are slow."""
    run = importlib.import_module("ranks_at_work").results
    return {n: run(work.work, tmp_path_factory.mktemp("ranks"), n, jobs_of(n)) for n in (1, 2)}


def done(ranks, n_ranks, name):
    return [rank[name] for rank in ranks[n_ranks]]


def surplus(work, seen, epoch):
    """How much more often each row was seen on all ranks than it is drawn, in one epoch."""
    rows = list(chain.from_iterable(chain.from_iterable(rank[epoch] for rank in seen)))
    drawn = InverseFrequencySampler(random_state=0).fit(None, work.Y).draw(epoch)
    return np.bincount(rows, minlength=len(work.Y)) - np.bincount(drawn, minlength=len(work.Y))


def n_rare(work, rows):
    return int(np.array(work.Y)[rows].sum())


def is_balanced(work, rows):
    return abs(n_rare(work, rows) - len(rows) / 2) <= 1


@pytest.mark.parametrize("configuration", ["as it is", "uneven", "stateful"])
@pytest.mark.parametrize(
    ("n_ranks", "kind"),
    [(1, "batches"), (2, "batches"), (2, "odd batches"), (2, "batches as sampler")],
)
def test_batches_of_unequal_sizes_are_handed_out_once_and_whole(
    work, ranks, n_ranks, kind, configuration
):
    seen = done(ranks, n_ranks, f"{kind} {configuration}")
    for epoch in range(3):
        batches = [batch for rank in seen for batch in rank[epoch]]
        assert all(is_balanced(work, batch) for batch in batches)
        assert {len(batch) for batch in batches} <= {40, 41, 42}
        more = surplus(work, seen, epoch)
        # Where they are 25, the first is given twice to make the ranks equal.
        topped_up = kind == "odd batches" and configuration != "uneven"
        assert (more >= 0).all()
        assert more.sum() in ((40, 41) if topped_up else (0,))


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_rows_are_handed_out_once_but_for_those_that_make_the_ranks_equal(
    work, ranks, n_ranks, configuration
):
    seen = done(ranks, n_ranks, f"rows {configuration}")
    for epoch in range(3):
        more = surplus(work, seen, epoch)
        assert (more >= 0).all()
        assert more.sum() <= (n_ranks - 1) * work.BATCH_SIZE


@pytest.mark.parametrize("configuration", ["as it is", "dispatched"])
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_full_batches_are_handed_out_once(work, ranks, n_ranks, configuration):
    # 23, of which two ranks have 11 each; dispatched, they halve the last one.
    seen = done(ranks, n_ranks, f"full batches {configuration}")
    n_batches = 22 if n_ranks == 2 and configuration == "as it is" else 23
    for epoch in range(3):
        more = surplus(work, seen, epoch)
        assert (more <= 0).all()
        assert more.sum() == n_batches * work.BATCH_SIZE - len(work.Y)
        full = [batch for rank in seen for batch in rank[epoch] if len(batch) == work.BATCH_SIZE]
        assert len(full) >= 22
        assert all(is_balanced(work, batch) for batch in full)


@pytest.mark.parametrize("configuration", ["split", "dispatched and split"])
def test_full_batches_that_are_split_are_balanced_over_all_ranks_together(
    work, ranks, configuration
):
    one, other = done(ranks, 2, f"full batches {configuration}")
    for epoch in range(3):
        together = [a + b for a, b in zip(one[epoch], other[epoch], strict=True)]
        assert len(together) == 23
        assert all(is_balanced(work, batch) for batch in together)
    assert not all(is_balanced(work, batch) for batch in one[0])  # each half has its luck


@pytest.mark.parametrize("configuration", ["split", "dispatched and split"])
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_batches_of_unequal_sizes_are_not_split(ranks, n_ranks, configuration):
    for message in done(ranks, n_ranks, f"batches {configuration}"):
        assert message.startswith("TypeError: '>' not supported between instances of 'NoneType'")


def test_dispatching_loses_rows_of_batches_of_unequal_sizes(work, ranks):
    # What the README warns of. Should this fail one day, the warning can go.
    more = surplus(work, done(ranks, 2, "batches dispatched"), 0)
    assert -24 <= more.sum() < 0


@pytest.mark.parametrize(
    ("n_ranks", "configuration", "message"),
    [
        # Else it would be replaced by a sequential sampler.
        (1, "as it is", "TypeError: .* got multiple values for keyword argument 'batch_size'"),
        (1, "dispatched", "RuntimeError: You can't use batches of different size"),
        (1, "split", "ValueError: .* you must have a `batch_size` attribute"),
        (2, "split", "ValueError: .* you must have a `batch_size` attribute"),
    ],
)
def test_batches_as_sampler_are_kept_or_end_in_an_error(ranks, n_ranks, configuration, message):
    for said in done(ranks, n_ranks, f"batches as sampler {configuration}"):
        assert re.match(message, said)


def test_a_sharded_sampler_is_sharded_again(work, ranks):
    # What the README warns of. Should this fail one day, the warning can go.
    assert surplus(work, done(ranks, 2, "sharded rows as it is"), 0).sum() < -0.4 * len(work.Y)


@pytest.mark.parametrize("kind", ["rows", "batches", "full batches"])
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_skipping_the_first_batches_goes_on_exactly_where_epochs_are_set(ranks, n_ranks, kind):
    whole = done(ranks, n_ranks, f"{kind} as it is")
    assert done(ranks, n_ranks, f"{kind} skipped True") == [
        [rank[1][N_DONE:], rank[2]] for rank in whole
    ]


def test_skipping_counts_the_batches_of_all_ranks_where_they_are_dispatched(ranks):
    whole = done(ranks, 2, "full batches dispatched")
    assert done(ranks, 2, "full batches skipped, dispatched") == [
        [rank[1][2:], rank[2]] for rank in whole
    ]


@pytest.mark.parametrize("kind", ["rows", "batches", "full batches"])
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_stateful_loaders_go_on_exactly_where_epochs_are_set(ranks, n_ranks, kind):
    for rank, whole in zip(
        done(ranks, n_ranks, f"{kind} kept True"),
        done(ranks, n_ranks, f"{kind} stateful"),
        strict=True,
    ):
        first, before, rest, last = rank
        assert [first, before + rest, last] == whole


@pytest.mark.parametrize("way", ["skipped", "kept"])
@pytest.mark.parametrize("kind", ["rows", "batches"])
@pytest.mark.parametrize("n_ranks", [1, 2])
def test_where_epochs_are_not_set_the_pass_after_the_rest_repeats_one(ranks, n_ranks, kind, way):
    # What the README warns of. Should this fail one day, the warning can go.
    whole = done(ranks, n_ranks, f"{kind} as it is")
    after = [rank[-1] for rank in done(ranks, n_ranks, f"{kind} {way} False")]
    repeated = {"skipped": 0, "kept": 1}[way]
    assert after == [rank[repeated] for rank in whole]


def test_the_epoch_does_not_reach_batches_as_sampler(ranks):
    # What the README warns of. Should this fail one day, the warning can go.
    whole = done(ranks, 2, "batches as sampler as it is")
    assert done(ranks, 2, "batches as sampler skipped True") == [
        [rank[0][N_DONE:], rank[1]] for rank in whole
    ]
