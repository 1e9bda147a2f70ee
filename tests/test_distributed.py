"""Ranks that are real processes, joined by gloo."""

import importlib
import json
import multiprocessing
import signal
import socket
from collections import Counter
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from skbalance import InverseFrequencySampler

pytestmark = pytest.mark.filterwarnings(
    "ignore:'set_vital' is deprecated:UserWarning"
)  # torchdata's call of torch


@pytest.fixture
def work(monkeypatch):
    """The module that the processes import, too."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return importlib.import_module("ranks_at_work")


def run(target, folder, n_ranks, *arguments, victim=0):
    """Exit codes of as many processes; where the victim is killed, the others are ended, as by
    torchrun."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["skbalance.torch", "torchdata.stateful_dataloader"])
    (folder / "meet").unlink(missing_ok=True)
    processes = [
        context.Process(target=target, args=(folder, rank, n_ranks, *arguments))
        for rank in range(n_ranks)
    ]
    for process in processes:
        process.start()
    processes[victim].join(120)
    for process in processes:
        if processes[victim].exitcode == -signal.SIGKILL:
            process.kill()
        process.join(120)
    return [process.exitcode for process in processes]


@pytest.mark.parametrize("n_ranks", [2, 3, 4])
@pytest.mark.parametrize("random_state", [5, None])
def test_processes_in_turn_draw_the_single_sampler(work, tmp_path, n_ranks, random_state):
    assert run(work.draw, tmp_path, n_ranks, random_state) == [0] * n_ranks
    drawn = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(n_ranks)]
    seeds = {rank["seed"] for rank in drawn}
    assert len(seeds) == 1  # without random_state, that of rank 0
    single = InverseFrequencySampler(random_state=seeds.pop()).fit(None, work.Y)
    for epoch in 0, 1:
        in_turn = list(
            chain.from_iterable(zip(*(rank["rows"][epoch] for rank in drawn), strict=True))
        )
        whole = single.draw(epoch).tolist()
        assert in_turn == (whole + whole)[: len(in_turn)]
    batches = single.to_torch_batch_sampler(batch_size=work.BATCH_SIZE * n_ranks)
    for together, *step in zip(batches, *(rank["batches"] for rank in drawn), strict=True):
        assert sorted(chain.from_iterable(step)) == sorted(together)


@pytest.mark.parametrize("kind", ["rows", "batches"])
@pytest.mark.parametrize("n_ranks", [1, 3])
def test_a_run_killed_at_random_steps_draws_what_an_uninterrupted_run_draws(
    work, tmp_path, n_ranks, kind
):
    n_steps, n_kills = 150 // n_ranks, 20
    random = np.random.default_rng(n_ranks)
    for killed_at in np.sort(random.choice(n_steps, n_kills, replace=False)).tolist():
        victim = int(random.integers(n_ranks))
        exit_codes = run(
            work.train, tmp_path, n_ranks, kind, n_steps, killed_at, victim, victim=victim
        )
        assert exit_codes[victim] == -signal.SIGKILL
    assert run(work.train, tmp_path, n_ranks, kind, n_steps, None, 0) == [0] * n_ranks
    drawn = [json.loads(path.read_text()) for path in sorted(tmp_path.glob("step-*.json"))]
    assert len(drawn) == n_steps
    loaders = [work.loader_of(kind, rank, n_ranks) for rank in range(n_ranks)]
    uninterrupted = []
    while len(uninterrupted) < n_steps:
        uninterrupted += [
            [batch.tolist() for (batch,) in step] for step in zip(*loaders, strict=True)
        ]
    assert drawn == uninterrupted[:n_steps]


@pytest.mark.parametrize("kind", ["rows", "batches"])
def test_killed_runs_go_on_with_another_number_of_processes(work, tmp_path, kind):
    # Also within a step of 24 rows: four ranks take one in one turn, two and three ranks in two
    # turns.
    for n_ranks, killed_at in ((4, 3), (2, 6), (3, 9), (2, 10)):
        run(work.train, tmp_path, n_ranks, kind, 1000, killed_at, 0)
    drawn = []
    for path in sorted(tmp_path.glob("step-*.json")):
        drawn += chain.from_iterable(json.loads(path.read_text()))
    single = InverseFrequencySampler(random_state=0).fit(None, work.Y).draw(0)
    assert len(drawn) < len(single)
    assert not Counter(drawn) - Counter(single.tolist())  # none twice
    # What is left of the epoch is what was not drawn.
    resumed = work.loader_of(kind, 0, 1)
    resumed.load_state_dict(json.loads((tmp_path / "checkpoint.json").read_text())["state"])
    drawn += chain.from_iterable(batch.tolist() for (batch,) in resumed)
    assert sorted(drawn) == sorted(single.tolist())


@pytest.fixture
def port(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        (tmp_path / "port").write_text(str(free.getsockname()[1]))


@pytest.mark.usefixtures("port")
@pytest.mark.parametrize("kind", ["rows", "batches", "own rows", "own batches"])
def test_lightning_keeps_the_balance_and_moves_through_epochs(work, tmp_path, kind):
    assert run(work.train_with_lightning, tmp_path, 2, kind) == [0, 0]
    seen = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    loaders = [
        work.loader_for_lightning(kind, {"num_replicas": 2, "rank": rank}) for rank in range(2)
    ]
    for epoch in range(3):
        assert [rank[epoch] for rank in seen] == [
            [batch.tolist() for (batch,) in loader] for loader in loaders
        ]


@pytest.mark.usefixtures("port")
def test_lightning_wraps_a_row_sampler_without_ranks_and_keeps_the_balance(work, tmp_path):
    assert run(work.train_with_lightning, tmp_path, 2, "wrapped rows") == [0, 0]
    seen = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    single = InverseFrequencySampler(random_state=0).fit(None, work.Y)
    for epoch in range(3):
        drawn = np.bincount(
            list(chain.from_iterable(chain(seen[0][epoch], seen[1][epoch]))), minlength=347
        )
        more = drawn - np.bincount(single.draw(epoch), minlength=347)
        assert (more >= 0).all()
        assert more.sum() == 1  # 347 rows on two ranks


@pytest.mark.usefixtures("port")
def test_lightning_loses_the_balance_of_a_batch_sampler_of_torch(work, tmp_path):
    # What the README warns of. Should this fail one day, the warning can go.
    assert run(work.train_with_lightning, tmp_path, 2, "lost") == [0, 0]
    seen = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    rows = np.array(list(chain.from_iterable(batch for rank in seen for batch in rank[0])))
    assert np.bincount(np.array(work.Y)[rows])[2] < 20  # balanced, they would be 116


def with_accelerate(work, tmp_path, kind):
    """Rows of each epoch that accelerate hands out on two ranks, and those of the single
    sampler."""
    assert run(work.train_with_accelerate, tmp_path, 2, kind) == [0, 0]
    seen = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    drawn = [
        list(chain.from_iterable(batch for rank in seen for batch in rank[epoch]))
        for epoch in range(3)
    ]
    sampler = InverseFrequencySampler(random_state=0)
    batches = sampler.to_torch_batch_sampler(
        work.Y, batch_size=work.BATCH_SIZE, drop_last=kind == "full batches"
    )
    return drawn, [list(chain.from_iterable(batches)) for _ in range(3)]


@pytest.mark.usefixtures("port")
@pytest.mark.parametrize("kind", ["rows", "full batches"])
def test_accelerate_shards_an_unsharded_sampler_once(work, tmp_path, kind):
    for drawn, single in zip(*with_accelerate(work, tmp_path, kind), strict=True):
        # Every draw once, but for the last few: topped up to make the ranks equal, or with full
        # batches only, dropped.
        more = np.bincount(drawn, minlength=400) - np.bincount(single, minlength=400)
        assert (more <= 0).all() if kind == "full batches" else (more >= 0).all()
        assert abs(more).sum() <= 2 * work.BATCH_SIZE


@pytest.mark.usefixtures("port")
def test_accelerate_loses_batches_that_are_not_full(work, tmp_path):
    # What the README warns of. Should this fail one day, the warning can go.
    drawn, single = with_accelerate(work, tmp_path, "batches")
    assert len(drawn[0]) < len(single[0])


@pytest.mark.usefixtures("port")
def test_accelerate_shards_a_sharded_sampler_again(work, tmp_path):
    drawn, single = with_accelerate(work, tmp_path, "sharded rows")
    assert len(drawn[0]) < 0.6 * len(single[0])
