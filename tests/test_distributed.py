"""Ranks that are real processes, joined by gloo."""

import importlib
import json
import signal
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


@pytest.mark.parametrize("n_ranks", [2, 3, 4])
@pytest.mark.parametrize("random_state", [5, None])
def test_processes_in_turn_draw_the_single_sampler(work, tmp_path, n_ranks, random_state):
    assert work.run(work.draw, tmp_path, n_ranks, random_state) == [0] * n_ranks
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
        exit_codes = work.run(
            work.train, tmp_path, n_ranks, kind, n_steps, killed_at, victim, victim=victim
        )
        assert exit_codes[victim] == -signal.SIGKILL
    assert work.run(work.train, tmp_path, n_ranks, kind, n_steps, None, 0) == [0] * n_ranks
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
        work.run(work.train, tmp_path, n_ranks, kind, 1000, killed_at, 0)
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
