"""Lightning's own Trainer, run to its end on one process and on two that gloo joins."""

import importlib
import re
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from skbalance import InverseFrequencySampler

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning"),  # by torchdata
]

KINDS = "rows", "batches"
N_STEPS = {1: 21, 2: 11}  # of an epoch, by the number of ranks
# Steps after which a run is stopped, and workers of its loader.
STOPS = {1: ((13, 0), (34, 0), (34, 2)), 2: ((6, 0), (17, 0), (17, 2))}
TRAINERS = {
    "as it is": {},
    "limited": {"limit_train_batches": 5},
    "validated": {"val_check_interval": 4, "limit_val_batches": 1},
    "reloaded": {"reload_dataloaders_every_n_epochs": 1},
}
RELOADED = "reloaded, with workers"


def job(kind, options=(), stop_after=None, predicting=None, **loader):
    return {
        "kind": kind,
        "options": dict(options),
        "stop_after": stop_after,
        "predicting": predicting,
        "loader": loader,
    }


def jobs_of(n_ranks):
    jobs = {}
    for kind in KINDS:
        for name, options in TRAINERS.items():
            jobs[f"{kind} {name}"] = job(kind, options)
        for stop, n_workers in STOPS[n_ranks]:
            jobs[f"{kind} {stop} {n_workers}"] = job(
                kind, stop_after=stop, stateful=True, n_workers=n_workers
            )
    return {**jobs, **{1: jobs_of_one(), 2: jobs_of_two()}[n_ranks]}


def jobs_of_one():
    jobs = {
        f"{kind} overfit": job(kind, {"overfit_batches": 2})
        for kind in ("rows", "batches", "batch_sampler")
    }
    for kind in "loader", "batch_sampler":
        for place in "in hook", "given":
            jobs[f"{kind} predict {place}"] = job(kind, predicting=place)
    jobs["rows not stateful"] = job("rows", stop_after=13)
    for kind in "torchdata's own", "rows":
        jobs[f"{kind} at the end"] = job(kind, stop_after=N_STEPS[1], stateful=True)
    for kind in KINDS:
        jobs[f"{kind} {RELOADED}"] = job(kind, TRAINERS["reloaded"], n_workers=2)
    return jobs


def jobs_of_two():
    jobs = {kind: job(kind) for kind in ("wrapped rows", "torch's batches", "batch_sampler")}
    for kind in "own rows", "own batches":
        jobs[kind] = job(kind, {"use_distributed_sampler": False})
    return jobs


@pytest.fixture(scope="module")
def work():
    """The module that the processes import, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent)
        yield importlib.import_module("lightning_at_work")


@pytest.fixture(scope="module")
def ranks(work, tmp_path_factory):
    """What one rank has done, and what two have: all jobs in one go, since processes are slow."""
    run = importlib.import_module("ranks_at_work").results
    return {n: run(work.work, tmp_path_factory.mktemp("ranks"), n, jobs_of(n)) for n in (1, 2)}


def done(ranks, n_ranks, name):
    return [rank[name]["done"] for rank in ranks[n_ranks]]


def wanted(work, kind, n_ranks):
    """The batches of three epochs of each rank, by a plain loop over the loader."""
    loaders = [work.loader_of(kind, n_ranks, rank) for rank in range(n_ranks)]
    return [[[rows.tolist() for (rows,) in loader] for _ in range(3)] for loader in loaders]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n_ranks", "at"), [(n, at) for n in STOPS for at in STOPS[n]])
def test_a_run_stopped_within_an_epoch_goes_on_with_the_rows_of_an_uninterrupted_run(
    work, ranks, kind, n_ranks, at
):
    stop, n_workers = at
    whole = wanted(work, kind, n_ranks)
    assert done(ranks, n_ranks, f"{kind} as it is") == whole
    n_steps = N_STEPS[n_ranks]
    epoch, n_done = divmod(stop, n_steps)
    lengths = [0] * epoch + [n_steps - n_done] + [n_steps] * (2 - epoch)
    for rank, seen in enumerate(done(ranks, n_ranks, f"{kind} {stop} {n_workers}")):
        before, after = seen
        assert [len(batches) for batches in after] == lengths
        assert [b + a for b, a in zip(before, after, strict=True)] == whole[rank]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("n_ranks", "trainer"),
    [*((n_ranks, trainer) for n_ranks in (1, 2) for trainer in TRAINERS), (1, RELOADED)],
)
def test_every_epoch_of_the_trainer_is_the_next_of_the_sampler(work, ranks, kind, n_ranks, trainer):
    n_batches = 5 if trainer == "limited" else None
    assert done(ranks, n_ranks, f"{kind} {trainer}") == [
        [epoch[:n_batches] for epoch in rank] for rank in wanted(work, kind, n_ranks)
    ]


@pytest.mark.parametrize("kind", ["own rows", "own batches"])
def test_without_lightnings_sampler_ranks_of_ours_are_left_alone(work, ranks, kind):
    assert done(ranks, 2, kind) == wanted(work, kind, 2)


def test_a_row_sampler_without_ranks_is_wrapped_and_keeps_the_balance(work, ranks):
    single = InverseFrequencySampler(random_state=0).fit(None, work.Y)
    seen = done(ranks, 2, "wrapped rows")
    for epoch in range(3):
        rows = list(chain.from_iterable(batch for rank in seen for batch in rank[epoch]))
        more = np.bincount(rows, minlength=1003) - np.bincount(single.draw(epoch), minlength=1003)
        assert (more >= 0).all()
        assert more.sum() == 1  # 1003 rows on two ranks


def test_a_batch_sampler_of_torch_loses_the_balance(work, ranks):
    # What the README warns of. Should this fail one day, the warning can go.
    seen = done(ranks, 2, "torch's batches")
    rows = np.array(list(chain.from_iterable(batch for rank in seen for batch in rank[0])))
    assert np.bincount(np.array(work.Y)[rows])[2] < 50  # balanced, they would be 334


REFUSED = (
    r"TypeError: sampler must be a BalancedSampler, got {}\. \(Lightning builds batch samplers anew"
    r".* Predict over a plain DataLoader\(data\); to train on several ranks, make the batches with "
    r"num_replicas and rank, and give them to the loader as sampler=\.\.\., batch_size=None\.\)"
)


def test_batches_as_batch_sampler_of_several_ranks_are_refused_with_the_way_out(ranks):
    for message in done(ranks, 2, "batch_sampler"):
        assert re.match(REFUSED.format("DistributedSampler"), message)


@pytest.mark.parametrize("place", ["in hook", "given"])
@pytest.mark.parametrize("kind", ["loader", "batch_sampler"])
def test_predicting_over_balanced_batches_is_refused_with_the_way_out(ranks, kind, place):
    (message,) = done(ranks, 1, f"{kind} predict {place}")
    assert re.match(REFUSED.format("SequentialSampler"), message)


def test_overfit_batches_turns_a_row_sampler_off_and_says_so(ranks):
    (seen,) = done(ranks, 1, "rows overfit")
    assert seen == [[list(range(50)), list(range(50, 100))]] * 3
    assert any("turning off" in said for said in ranks[1][0]["rows overfit"]["warned"])


def test_overfit_batches_ends_in_an_error_over_batches_as_sampler(ranks):
    # Single rows reach the model, where a batch was wanted.
    (message,) = done(ranks, 1, "batches overfit")
    assert message.startswith("IndexError: too many indices for tensor of dimension 0")
    assert any("turning off" in said for said in ranks[1][0]["batches overfit"]["warned"])


def test_overfit_batches_takes_the_first_of_each_epoch_from_a_batch_sampler(work, ranks):
    (seen,) = done(ranks, 1, "batch_sampler overfit")
    (whole,) = wanted(work, "batches", 1)
    assert seen == [epoch[:2] for epoch in whole]


def test_without_a_stateful_loader_the_rest_of_an_epoch_is_its_beginning_again(work, ranks):
    # What the README warns of. Should this fail one day, the warning can go.
    (whole,) = wanted(work, "rows", 1)
    ((before, after),) = done(ranks, 1, "rows not stateful")
    assert before[0] == whole[0][:13]
    assert after == [whole[0][:8], *whole[1:]]


def test_a_checkpoint_at_an_epochs_last_step_skips_the_next_as_with_torchdatas_own(work, ranks):
    # What the README warns of. Should this fail one day, the warning can go.
    (whole,) = wanted(work, "rows", 1)
    for kind in "torchdata's own", "rows":
        ((before, after),) = done(ranks, 1, f"{kind} at the end")
        assert [len(epoch) for epoch in before] == [21, 0, 0]
        assert [len(epoch) for epoch in after] == [0, 0, 21]
    assert after[2] == whole[2]
