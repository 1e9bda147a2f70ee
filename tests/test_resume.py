"""Runs that are stopped and go on."""

import copy
import gc
import pickle
import weakref
from dataclasses import replace
from itertools import chain, islice

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from resuming import BATCH_SIZE, Y, batches_of, fitted, kinds, rows_of, stream
from torch.utils.data import DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from skbalance.torch import BalancedSampler

DATA = TensorDataset(torch.arange(len(Y)))


@kinds
@given(st.integers(0, 2500))
def test_a_sampler_resumes_where_its_pass_stood(make, n_drawn):
    uninterrupted = stream(make(fitted()), 3)
    n_drawn = n_drawn % len(uninterrupted)
    broken_off = make(fitted())
    passes = chain.from_iterable(broken_off for _ in range(3))
    before = list(islice(passes, n_drawn))
    state = broken_off.state_dict()
    resumed = make(fitted())
    resumed.load_state_dict(state)
    assert before + stream(resumed, 3)[: len(uninterrupted) - n_drawn] == uninterrupted


@kinds
@given(st.integers(0, 999), st.integers(0, 10**12))
def test_an_iterator_resumes_where_another_stood(make, n_drawn, epoch):
    sampler = make(fitted())
    sampler.set_epoch(epoch)
    uninterrupted = stream(sampler, 2)
    sampler.set_epoch(epoch)
    iterator = iter(sampler)
    n_drawn %= len(uninterrupted) // 2
    before = list(islice(iterator, n_drawn))
    state = iterator.state_dict()
    assert state["epoch"] == epoch
    resumed_sampler = make(fitted())
    resumed = iter(resumed_sampler)
    resumed.load_state_dict(state)
    assert resumed.state_dict() == state
    after = list(resumed)
    assert before + after == uninterrupted[: len(before) + len(after)]
    assert len(before + after) == len(sampler)
    assert before + after + list(resumed_sampler) == uninterrupted


@kinds
def test_the_end_of_an_epoch_goes_on_with_the_next(make):
    sampler = make(fitted())
    iterator = iter(sampler)
    first = list(islice(iterator, len(sampler)))  # all of it, but the iterator has not said so
    second = list(sampler)
    resumed = make(fitted())
    resumed.load_state_dict(iterator.state_dict())
    assert resumed.epoch == 1
    assert list(resumed) == second != first


@kinds
def test_an_iterator_at_the_end_of_an_epoch_has_nothing_left(make):
    sampler = make(fitted())
    first, second = list(sampler), list(sampler)
    sampler.set_epoch(0)
    iterator = iter(sampler)
    list(iterator)
    resumed = make(fitted())
    at_end = iter(resumed)
    at_end.load_state_dict(iterator.state_dict())
    assert at_end.state_dict() == iterator.state_dict()
    assert list(at_end) == []
    assert at_end.state_dict() == iterator.state_dict()
    assert list(resumed) == second != first


@kinds
def test_iterators_alive_at_once_tell_their_own_places(make):
    sampler = make(fitted())
    one, other = iter(sampler), iter(sampler)
    list(islice(one, 7))
    list(islice(other, 3))
    assert (one.state_dict()["epoch"], other.state_dict()["epoch"]) == (0, 1)
    assert sampler.state_dict() == other.state_dict()
    del other  # left early, it is still what was drawn last
    assert (sampler.state_dict()["epoch"], sampler.epoch) == (1, 2)


@kinds
def test_a_loop_left_early_resumes_after_its_last_item(make):
    sampler = make(fitted())
    whole = list(sampler)
    sampler.set_epoch(0)
    batched = (
        {"batch_sampler": sampler} if len(whole) < 100 else {"sampler": sampler, "batch_size": None}
    )
    for n_seen, _ in enumerate(DataLoader(DATA, **batched), 1):
        if n_seen == 4:
            break
    state = sampler.state_dict()
    resumed = make(fitted())
    resumed.load_state_dict(state)
    assert list(resumed) == whole[4:]
    sampler.load_state_dict(state)
    assert sampler.state_dict() == state
    assert list(sampler) == whole[4:]


@pytest.mark.parametrize("epoch", [1, 7])
@pytest.mark.parametrize("move", ["batches", "rows", "assigned"])
def test_moving_the_row_sampler_moves_the_state_of_its_batches(move, epoch):
    # Epoch 1 is the one that would have come next anyway.
    batches = batches_of(fitted())
    iterator = iter(batches)
    next(iterator)
    if move == "assigned":
        batches.epoch = epoch + 1
        epoch += 1
    else:
        (batches if move == "batches" else batches.sampler).set_epoch(epoch)
    assert (batches.epoch, batches.state_dict()["epoch"], batches.state_dict()["position"]) == (
        epoch,
        epoch,
        0,
    )


def test_rows_and_their_batches_tell_states_of_their_own():
    batches = batches_of(fitted())
    next(iter(batches.sampler))
    state = batches.state_dict()
    assert (state["epoch"], state["position"], state["cut"]) == (1, 0, [BATCH_SIZE, False, 1])
    next(iter(batches))
    assert (batches.sampler.state_dict()["epoch"], batches.sampler.state_dict()["cut"]) == (2, None)


@kinds
@pytest.mark.parametrize("n_drawn", [0, 1, 13, "all"])
def test_the_length_is_that_of_a_whole_epoch_whatever_was_loaded(make, n_drawn):
    # Trainers take the length of a loader for that of every epoch.
    sampler = make(fitted())
    whole = len(list(sampler))
    iterator = iter(sampler)
    list(islice(iterator, whole if n_drawn == "all" else n_drawn))
    resumed = make(fitted())
    resumed.load_state_dict(iterator.state_dict())
    assert len(resumed) == whole
    lengths = [len(list(resumed)) for _ in range(3)]
    n_left = whole if n_drawn == "all" else whole - n_drawn
    assert lengths == [n_left, whole, whole]
    assert len(resumed) == whole


def test_where_lengths_change_it_is_that_of_the_next_epoch():
    y = [0] * 90 + [1] * 10
    sampler = fitted(y, strength=lambda epoch: epoch / 2, n_samples="under")
    rows = rows_of(sampler)
    iterator = iter(rows)
    list(islice(iterator, 7))
    assert len(rows) == len(sampler.draw(1))
    resumed = rows_of(sampler)
    resumed.load_state_dict(iterator.state_dict())
    assert len(resumed) == len(sampler.draw(0))
    assert [len(list(resumed)), len(list(resumed))] == [
        len(sampler.draw(0)) - 7,
        len(sampler.draw(1)),
    ]


@kinds
def test_a_state_that_was_loaded_is_told_again(make):
    other = make(fitted())
    list(other)
    next(iter(other))
    state = other.state_dict()
    assert (state["epoch"], state["position"]) == (1, 1)
    sampler = make(fitted())
    next(iter(sampler))  # a pass of epoch 0, left early: epoch 1 would be next
    sampler.load_state_dict(state)
    assert sampler.state_dict() == state


@kinds
def test_nothing_holds_itself(make):
    sampler = make(fitted())
    iterator = iter(sampler)
    next(iterator)
    gone = weakref.ref(sampler)
    gc.collect()
    gc.disable()
    try:
        del sampler, iterator
        assert gone() is None
    finally:
        gc.enable()


@kinds
def test_a_state_is_loaded_into_a_fresh_iterator_only(make):
    sampler = make(fitted())
    iterator = iter(sampler)
    state = iterator.state_dict()
    next(iterator)
    with pytest.raises(
        ValueError,
        match="a state is loaded into a fresh iterator, got one that has been drawn from",
    ):
        iterator.load_state_dict(state)


@kinds
def test_set_epoch_keeps_the_place_of_a_state_in_that_epoch_only(make):
    sampler = make(fitted())
    whole = list(sampler)
    iterator = iter(sampler)
    list(islice(iterator, 5))
    state = iterator.state_dict()
    for epoch, n_left in ((1, len(whole) - 5), (2, len(whole))):
        resumed = make(fitted())
        resumed.load_state_dict(state)
        resumed.set_epoch(epoch)
        assert len(list(resumed)) == n_left
    sampler.set_epoch(7)
    assert sampler.state_dict()["epoch"] == 7


@kinds
def test_a_resumed_pass_costs_nothing_for_what_it_skips(make):
    sampler = make(fitted(n_samples=2**40))
    resumed = iter(sampler)
    resumed.load_state_dict({**sampler.state_dict(), "position": 2**30})
    assert resumed.state_dict()["position"] == 2**30
    next(resumed)


@kinds
def test_a_sampler_with_a_pass_under_way_can_be_pickled(make):
    balancer = fitted()
    sampler = make(balancer)
    list(islice(iter(sampler), 5))
    iterator = iter(sampler)
    next(iterator)
    assert sampler.state_dict()["position"] == 1
    again = [pickle.loads(pickle.dumps(sampler)), copy.deepcopy(sampler)]
    assert all(
        (other.state_dict()["epoch"], other.state_dict()["position"]) == (2, 0) for other in again
    )
    expected = list(sampler)
    assert all(list(other) == expected for other in again)
    assert np.array_equal(pickle.loads(pickle.dumps(balancer)).draw(3), balancer.draw(3))


@kinds
@pytest.mark.parametrize("n_drawn", [0, 3])
@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_iterators_are_neither_pickled_nor_copied(make, copied, n_drawn):
    iterator = iter(make(fitted()))
    list(islice(iterator, n_drawn))
    with pytest.raises(TypeError, match=r"cannot be pickled or copied; keep its state_dict\(\)"):
        copied(iterator)


@pytest.mark.filterwarnings(
    "ignore:'set_vital' is deprecated:UserWarning"
)  # torchdata's call of torch
@pytest.mark.parametrize("n_workers", [0, 2])
@pytest.mark.parametrize("kind", ["sampler", "batch_sampler", "batches as sampler"])
def test_a_stateful_loader_resumes_at_any_batch(n_workers, kind):
    def loader():
        options = {
            "sampler": lambda: {"sampler": rows_of(fitted()), "batch_size": BATCH_SIZE},
            "batch_sampler": lambda: {"batch_sampler": batches_of(fitted())},
            "batches as sampler": lambda: {"sampler": batches_of(fitted()), "batch_size": None},
        }[kind]()
        return StatefulDataLoader(DATA, num_workers=n_workers, **options)

    def drawn(loader, n_epochs):
        return [batch[0].tolist() for _ in range(n_epochs) for batch in loader]

    uninterrupted = drawn(loader(), 3)
    n_batches = len(uninterrupted) // 3
    for stop in (
        (0, 1, n_batches - 1, n_batches, n_batches + 4) if n_workers else range(2 * n_batches + 1)
    ):
        broken_off, before, state = loader(), [], None
        while len(before) < stop:
            for batch in broken_off:
                before.append(batch[0].tolist())
                if len(before) == stop:
                    state = broken_off.state_dict()
                    break
        resumed = loader()
        resumed.load_state_dict(state or broken_off.state_dict())
        after = drawn(resumed, 3)
        assert (before + after)[: len(uninterrupted)] == uninterrupted
        if stop % n_batches == 0 and stop:  # the same, but the loop had seen its end
            broken_off = loader()
            drawn(broken_off, stop // n_batches)
            resumed = loader()
            resumed.load_state_dict(broken_off.state_dict())
            assert drawn(resumed, 1) == uninterrupted[stop : stop + n_batches]


def test_a_place_is_taken_once():
    sampler = rows_of(fitted())
    sampler.load_state_dict({**sampler.state_dict(), "position": 990})
    assert len(list(sampler)) == 10
    sampler.set_epoch(0)
    assert len(list(sampler)) == 1000


def test_a_row_sampler_of_its_own_pool_resumes():
    plan = replace(fitted()._plan, pool=np.arange(1000)[::-1].copy())
    sampler = BalancedSampler(plan)
    iterator = iter(sampler)
    before = list(islice(iterator, 10))
    resumed = BalancedSampler(plan)
    resumed.load_state_dict(iterator.state_dict())
    sampler.set_epoch(0)
    assert before + list(resumed) == list(sampler)
