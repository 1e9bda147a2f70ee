from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.utils.data import DistributedSampler

from skbalance import InverseFrequencySampler
from skbalance._draws.ranks import check_ranks

Y = np.array([0] * 900 + [1] * 80 + [2] * 20)
worlds = st.integers(1, 9)


def fitted(**parameters):
    return InverseFrequencySampler(random_state=0, **parameters).fit(None, Y)


def ranks_of(make, n, **options):
    return [make(num_replicas=n, rank=rank, **options) for rank in range(n)]


@given(worlds, st.integers(3, 500), st.booleans(), st.booleans(), st.integers(0, 5))
def test_ranks_in_turn_are_the_single_sampler(n, n_samples, drop_last, replacement, epoch):
    n = min(n, n_samples) if drop_last else n
    sampler = fitted(n_samples=n_samples, replacement=replacement)
    ranks = ranks_of(sampler.to_torch_sampler, n, drop_last=drop_last)
    drawn = []
    for rank in ranks:
        rank.set_epoch(epoch)
        expected = len(rank)
        drawn.append(list(rank))
        assert len(drawn[-1]) == expected == (n_samples // n if drop_last else -(-n_samples // n))
    in_turn = list(chain.from_iterable(zip(*drawn, strict=True)))
    single = sampler.draw(epoch).tolist()
    # The surplus is taken from the start, as often as it takes.
    assert in_turn == (single * n)[: len(in_turn)]


@pytest.mark.parametrize("n", [1, 2, 3, 7])
def test_ranks_in_turn_are_the_single_sampler_beyond_their_first_chunk(n):
    sampler = fitted(n_samples=200_000)
    ranks = ranks_of(sampler.to_torch_sampler, n)
    in_turn = list(chain.from_iterable(zip(*ranks, strict=True)))
    assert in_turn[:200_000] == sampler.draw(0).tolist()


@given(worlds, st.integers(1, 20), st.integers(12, 600), st.booleans(), st.integers(0, 5))
def test_batches_of_a_step_are_one_batch_of_the_single_sampler(
    n, batch_size, n_samples, drop_last, epoch
):
    sampler = fitted(n_samples=n_samples)
    if drop_last and n * batch_size > n_samples:
        return
    single = sampler.to_torch_batch_sampler(batch_size=n * batch_size, drop_last=drop_last)
    ranks = ranks_of(sampler.to_torch_batch_sampler, n, batch_size=batch_size, drop_last=drop_last)
    for batches in (single, *ranks):
        batches.set_epoch(epoch)
    assert {len(rank) for rank in ranks} == {len(single)}
    quotas = np.array(list(sampler.sampling_strategy_.values()))
    n_steps = len(single)
    size = batch_size if drop_last else n_samples / (n_steps * n)
    for together, *step in zip(single, *ranks, strict=True):
        assert max(map(len, step)) <= batch_size
        if n_samples >= n_steps * n:  # else some ranks have none of their own
            assert sorted(chain.from_iterable(step)) == sorted(together)
            for batch in step:
                counts = np.bincount(Y[batch], minlength=3)
                share = quotas * (size / n_samples)
                assert (np.floor(share - 1e-9) <= counts).all()
                assert (counts <= np.ceil(share + 1e-9)).all()
        else:
            assert set(together) <= set(chain.from_iterable(step))
            assert min(map(len, step)) == 1


@given(st.integers(2, 8), st.integers(1, 60))
def test_a_batch_of_a_rank_repeats_no_row_before_all_others_of_its_class_came(n, batch_size):
    for batches in ranks_of(fitted().to_torch_batch_sampler, n, batch_size=batch_size):
        for batch in batches:
            for label in range(3):
                drawn = np.bincount([row for row in batch if Y[row] == label], minlength=1000)[
                    label == Y
                ]
                assert np.ptp(drawn) <= 1


def test_no_rank_always_gets_the_larger_batches():
    sizes = np.zeros(4)
    ranks = ranks_of(fitted(n_samples=999).to_torch_batch_sampler, 4, batch_size=7)
    for step in zip(*ranks, strict=True):
        sizes += [len(batch) for batch in step]
    assert np.ptp(sizes) <= 8


def test_a_rank_computes_no_more_than_its_share():
    sampler = fitted(n_samples=2**40)  # the whole would take hours
    assert len(list(sampler.to_torch_sampler(num_replicas=2**30, rank=7))) == 2**10
    assert (
        len(list(sampler.to_torch_batch_sampler(batch_size=4, num_replicas=2**30, rank=7))) == 2**8
    )


def test_only_sharded_samplers_are_distributed_ones():
    sampler = fitted()
    for make in (
        sampler.to_torch_sampler,
        lambda **ranks: sampler.to_torch_batch_sampler(batch_size=10, **ranks),
    ):
        assert not isinstance(make(), DistributedSampler)
        sharded = make(num_replicas=2, rank=1)
        assert isinstance(sharded, DistributedSampler)
        assert (sharded.num_replicas, sharded.rank) == (2, 1)
    rows = sampler.to_torch_sampler(num_replicas=3, rank=1)
    assert (rows.num_samples, rows.total_size) == (334, 1002)


@pytest.mark.parametrize(
    ("ranks", "error", "message"),
    [
        ({"rank": 1}, ValueError, "num_replicas and rank belong together, got num_replicas=None"),
        ({"num_replicas": 2}, ValueError, "num_replicas and rank belong together, got rank=None"),
        (
            {"num_replicas": 2, "rank": 2},
            ValueError,
            "rank must be an int from 0 to num_replicas - 1 = 1, got 2",
        ),
        (
            {"num_replicas": 2, "rank": -1},
            ValueError,
            "rank must be an int from 0 to num_replicas - 1 = 1, got -1",
        ),
        ({"num_replicas": 0, "rank": 0}, ValueError, r"num_replicas must be an int .* got 0\."),
        ({"num_replicas": 10**30, "rank": 0}, ValueError, r"an int from 1 to 2\*\*31, got 10000"),
        ({"num_replicas": 2.0, "rank": 0}, TypeError, r"num_replicas must be an int .* got 2\.0"),
        ({"num_replicas": 2, "rank": True}, TypeError, "rank must be an int from 0 .* got True"),
    ],
)
def test_bad_ranks_are_refused(ranks, error, message):
    with pytest.raises(error, match=message):
        fitted().to_torch_sampler(**ranks)
    with pytest.raises(error, match=message):
        fitted().to_torch_batch_sampler(batch_size=2, **ranks)


def test_the_epoch_of_batches_is_an_attribute_like_that_of_rows():
    batches = fitted().to_torch_batch_sampler(batch_size=10, num_replicas=2, rank=0)
    batches.epoch = 3
    assert batches.sampler.epoch == 3


def test_drop_last_is_for_ranks():
    with pytest.raises(
        ValueError,
        match=r"num_replicas must be at most the 1000 draws of an epoch .*, got 1001",
    ):
        fitted().to_torch_sampler(num_replicas=1001, rank=0, drop_last=True)
    with pytest.raises(ValueError, match="drop_last=True needs num_replicas and rank"):
        fitted().to_torch_sampler(drop_last=True)
    with pytest.raises(TypeError, match="drop_last must be True or False, got 1"):
        fitted().to_torch_sampler(num_replicas=2, rank=0, drop_last=1)


def test_there_may_be_two_billion_ranks():
    last = check_ranks(2**31, 2**31 - 1, False)
    assert last.positions(0, 1, 2**40).tolist() == [2**31 - 1]
    with pytest.raises(ValueError, match=r"num_replicas must be an int from 1 to 2\*\*31, got"):
        check_ranks(2**31 + 1, 0, False)


@pytest.mark.parametrize(
    "random_state", [None, np.random.RandomState(0)], ids=["None", "RandomState"]
)
def test_ranks_without_a_common_seed_are_refused(random_state):
    sampler = InverseFrequencySampler(random_state=random_state).fit(None, Y)
    with pytest.raises(
        ValueError, match="the 2 ranks need a common seed: give random_state an int before fit"
    ):
        sampler.set_params(random_state=0).to_torch_sampler(num_replicas=2, rank=0)
    assert len(list(sampler.to_torch_sampler(num_replicas=1, rank=0))) == len(Y)


def test_a_batch_for_all_ranks_must_fit_into_an_epoch():
    with pytest.raises(
        ValueError,
        match="at most the 1000 draws of an epoch on 4 ranks with drop_last=True, got 251",
    ):
        fitted().to_torch_batch_sampler(batch_size=251, drop_last=True, num_replicas=4, rank=0)
