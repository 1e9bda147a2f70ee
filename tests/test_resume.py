import copy
import gc
import io
import json
import pickle
import weakref
from collections import Counter
from dataclasses import replace
from itertools import chain, islice

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.utils.data import DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from skbalance import InverseFrequencySampler
from skbalance.torch import BalancedSampler

Y = np.array([0] * 900 + [1] * 80 + [2] * 20)
DATA = TensorDataset(torch.arange(len(Y)))
BATCH_SIZE = 48


def fitted(y=Y, **parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters}).fit(None, y)


def rows_of(sampler, **ranks):
    return sampler.to_torch_sampler(**ranks)


def batches_of(sampler, batch_size=BATCH_SIZE, **ranks):
    return sampler.to_torch_batch_sampler(batch_size=batch_size, **ranks)


KINDS = {"rows": rows_of, "batches": batches_of}
kinds = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


def stream(sampler, n_epochs):
    return list(chain.from_iterable(sampler for _ in range(n_epochs)))


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
    for state in (iterator.state_dict(),):
        resumed = make(fitted())
        resumed.load_state_dict(state)
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
def test_states_are_plain_values_and_copies(make):
    sampler = make(fitted())
    iterator = iter(sampler)
    next(iterator)
    state = iterator.state_dict()
    saved = io.BytesIO()
    torch.save(state, saved)
    saved.seek(0)
    assert torch.load(saved, weights_only=True) == json.loads(json.dumps(state)) == state
    before = repr(state)
    next(iterator)
    assert repr(state) == before
    assert iterator.state_dict() != state


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
    assert batches.state_dict() == {
        **batches_of(fitted()).state_dict(),
        **batches.state_dict(),
        "epoch": 1,
        "position": 0,
    }
    next(iter(batches))
    assert (batches.sampler.state_dict()["epoch"], batches.sampler.state_dict()["cut"]) == (2, None)


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
        assert len(resumed) == n_left == len(list(resumed))
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


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 40)), min_size=2, max_size=5),
    st.integers(10, 700),
    st.integers(0, 10**6),
)
def test_any_number_of_ranks_goes_on_from_the_rows_of_any_other(worlds, n_samples, seed):
    """Each world draws some steps, and the next one goes on from its state: together they draw the
    epoch."""
    random = np.random.default_rng(seed)
    sampler = fitted(n_samples=n_samples)
    state, drawn = None, []
    for n, n_steps in worlds:
        ranks = [rows_of(sampler, num_replicas=n, rank=rank) for rank in range(n)]
        if state:
            for rank in ranks:
                rank.load_state_dict(state)
            if ranks[0].epoch > 0:
                break
        iterators = [iter(rank) for rank in ranks]
        for step in islice(zip(*iterators, strict=True), n_steps):
            drawn += step
        states = [iterator.state_dict() for iterator in iterators]
        state = states[random.integers(n)]
        assert all(other == state for other in states)
    else:
        ranks = [rows_of(sampler, num_replicas=1, rank=0)]
        ranks[0].load_state_dict(state)
        if ranks[0].epoch == 0:
            drawn += list(ranks[0])
    whole = sampler.draw(0).tolist()
    assert drawn[:n_samples] == whole
    assert len(drawn) < n_samples + 6  # the surplus that made the last ranks equal


def refusal_of(sampler, state):
    """The message of the error with which a sampler refuses a state, None if it takes it."""
    try:
        sampler.load_state_dict(state)
    except ValueError as error:
        return str(error)
    return None


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=6
    ),
    st.integers(300, 900),
    st.booleans(),
)
def test_any_number_of_ranks_goes_on_from_the_batches_of_any_other(worlds, n_samples, drop_last):
    """Each world takes some turns, and the next one goes on from its state, also within a step:
    together they draw the epoch."""
    assume(
        worlds[0][1] > 1 or worlds[0][0] == 1
    )  # else the first world itself may have to draw a row twice
    sampler = fitted(n_samples=n_samples)
    state, drawn, first = None, [], worlds[0][0] * worlds[0][1]
    n_kept = n_samples // first * first if drop_last else n_samples
    for n, batch_size, n_turns in [*worlds, (1, 17, 10**6)]:
        ranks = [
            batches_of(
                sampler,
                batch_size,
                num_replicas=n,
                rank=rank,
                drop_last=drop_last and state is None,
            )
            for rank in range(n)
        ]
        if state:
            n_in_step = -(-first // (n * batch_size))
            if refusal := {refusal_of(rank, state) for rank in ranks} - {None}:
                assert (
                    f"{first} rows, too few for {n_in_step} batches on each of {n} ranks"
                    in refusal.pop()
                )
                assert n > 1 or batch_size == 1
                smallest_step = n_kept // -(-n_kept // first)
                assert (
                    smallest_step < n * n_in_step
                    or state["position"] % state["cut"][3]
                    or state["cut"][4]
                )
                continue
            if ranks[0].epoch > 0:
                break
        iterators = [iter(rank) for rank in ranks]
        for turn in islice(zip(*iterators, strict=True), n_turns):
            sizes = [len(batch) for batch in turn]
            assert 1 <= min(sizes) <= max(sizes) <= min(batch_size, min(sizes) + 1)
            drawn += chain.from_iterable(turn)
        state = iterators[-1].state_dict()
        assert json.loads(json.dumps(state)) == state
        assert all(iterator.state_dict() == state for iterator in iterators)
    assert len(drawn) == n_kept
    assert not Counter(drawn) - Counter(sampler.draw(0).tolist())


def test_what_is_left_of_a_step_is_cut_into_batches_with_their_shares():
    # Steps of 96 rows, of which four ranks took none, then two ranks a half, then three ranks the
    # rest, in one turn.
    sampler = fitted()
    state = batches_of(sampler, 24, num_replicas=4, rank=0).state_dict()
    state = {**state, "position": 3}
    drawn = []
    for n, n_turns in ((2, 1), (3, 1), (1, 2)):
        iterators = [iter(batches_of(sampler, 24, num_replicas=n, rank=rank)) for rank in range(n)]
        for iterator in iterators:
            iterator.load_state_dict(state)
        for batch in chain.from_iterable(islice(zip(*iterators, strict=True), n_turns)):
            drawn.append(Y[batch])
            state = iterators[0].state_dict()
    counts = np.array([np.bincount(labels, minlength=3) for labels in drawn])
    assert counts.sum(axis=1).tolist() == [23, 23, 15, 15, 15, 23, 23]
    for turn in counts[:2], counts[2:5], counts[5:]:
        assert np.ptp(turn, axis=0).max() <= 1
    assert np.abs(counts - counts.sum(axis=1, keepdims=True) / 3).max() <= 1.5


@pytest.mark.parametrize(
    "worlds",
    [
        [(96, 1, 1), (24, 1, 1), (10, 1, 1), (10, 1, 2)],
        [(96, 1, 1), (24, 1, 1), (10, 1, 2), (8, 2, 1), (5, 3, 2)],
        [(48, 1, 1), (8, 1, 1), (24, 1, 1)],
        [(96, 1, 2), (24, 2, 1), (16, 1, 2), (48, 1, 1)],
    ],
)
def test_a_step_may_be_left_and_taken_up_many_times(worlds):
    """Batch sizes, ranks and turns until the run stops, within what was left of a step; the last
    one goes on to the end."""
    sampler, state, drawn = fitted(), None, []
    for batch_size, n, n_turns in [*worlds, (24, 1, None)]:
        ranks = [batches_of(sampler, batch_size, num_replicas=n, rank=rank) for rank in range(n)]
        iterators = [iter(rank) for rank in ranks]
        for iterator in iterators:
            if state:
                iterator.load_state_dict(state)
        for turn in islice(zip(*iterators, strict=True), n_turns):
            assert max(map(len, turn)) <= batch_size
            drawn += chain.from_iterable(turn)
        state = iterators[0].state_dict()
    assert Counter(drawn) == Counter(sampler.draw(0).tolist())


def test_what_is_left_of_a_step_is_in_random_order_and_told_in_its_own_turns():
    sampler = fitted()
    state = {**batches_of(sampler, 48).state_dict(), "position": 1, "cut": [48, False, 1, 6, []]}
    iterator = iter(batches_of(sampler, 24))
    iterator.load_state_dict(state)
    state = iterator.state_dict()
    assert (state["position"], state["cut"]) == (0, [48, False, 1, 2, [[1, 6, 1]]])
    resumed = batches_of(sampler, 24)
    resumed.load_state_dict(state)
    first, *rest = resumed
    assert len(first) + sum(map(len, rest)) == 992
    assert len(set(np.diff(Y[first]).tolist())) > 2  # classes come in no order


def test_ranks_share_steps_of_any_size_alike():
    # Beyond 4096 rows a batch is ordered by wider words than the parts of it that ranks take.
    sampler = fitted(np.repeat([0, 1, 2], [30_000, 8000, 2000]))
    ranks = [batches_of(sampler, 4000, num_replicas=2, rank=rank) for rank in (0, 1)]
    iterators = [iter(rank) for rank in ranks]
    drawn = list(chain.from_iterable(chain.from_iterable(islice(zip(*iterators, strict=True), 3))))
    single = batches_of(sampler, 8000)
    single.load_state_dict(iterators[0].state_dict())
    drawn += chain.from_iterable(single)
    assert sorted(drawn) == sorted(sampler.draw(0).tolist())


@kinds
def test_positions_past_the_end_are_refused_on_ranks_too(make):
    sampler = make(fitted(), num_replicas=4, rank=0)
    end = len(list(sampler)) if make is batches_of else 1000
    sampler.set_epoch(0)
    state = sampler.state_dict()
    sampler.load_state_dict({**state, "position": end})
    assert sampler.epoch == 1
    with pytest.raises(
        ValueError, match=f"position {end + 1} of the state is not in epoch 0, which ends at {end}"
    ):
        sampler.load_state_dict({**state, "position": end + 1})


def test_steps_of_a_state_rule_the_epoch_that_it_stands_in_and_no_other():
    small, large = batches_of(fitted(), 10), batches_of(fitted(), 100)
    iterator = iter(small)
    for n_drawn, n_batches in ((0, 10), (1, 99), (99, 10)):  # none, one, the rest
        list(islice(iterator, n_drawn))
        large.load_state_dict(iterator.state_dict())
        assert len(large) == len(list(large)) == n_batches
        assert len(large) == 10  # the next epoch
    ranks = batches_of(fitted(), 1, num_replicas=2, rank=0)
    over = batches_of(fitted(), 1)
    list(over)
    ranks.load_state_dict(over.state_dict())
    assert ranks.epoch == 1


def test_rows_that_are_too_few_for_all_ranks_are_left_to_nobody():
    sampler = fitted()
    state = {**rows_of(sampler).state_dict(), "position": 998}
    ranks = [rows_of(sampler, num_replicas=4, rank=rank, drop_last=True) for rank in range(4)]
    for rank in ranks:
        rank.load_state_dict(state)
        assert rank.epoch == 1
    in_turn = list(chain.from_iterable(zip(*ranks, strict=True)))
    assert in_turn == sampler.draw(1).tolist()


def test_a_place_is_taken_once():
    sampler = rows_of(fitted())
    sampler.load_state_dict({**sampler.state_dict(), "position": 990})
    assert len(list(sampler)) == 10
    sampler.set_epoch(0)
    assert len(list(sampler)) == 1000


OTHERS = {
    "labels": lambda: fitted(np.roll(Y, 1)),
    "order": lambda: fitted(Y[::-1]),
    "strength": lambda: fitted(strength=0.5),
    "n_samples": lambda: fitted(n_samples=999),
    "replacement": lambda: fitted(replacement=True),
    "seed": lambda: fitted(random_state=1),
    "schedule": lambda: fitted(strength=lambda epoch: epoch / 10),
}


@kinds
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_states_of_other_data_and_parameters_are_refused(make, other):
    state = make(other()).state_dict()
    message = "the state belongs to other labels .*, other parameters or another seed; give random_state an int"
    with pytest.raises(ValueError, match=message):
        make(fitted()).load_state_dict(state)
    with pytest.raises(ValueError, match=message):
        iter(make(fitted())).load_state_dict(state)


@kinds
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"version": 2}, ValueError, "the state is of version 2, this skbalance reads version 1"),
        (
            {"position": 10**6},
            ValueError,
            "position 1000000 of the state is not in epoch 0, which ends at",
        ),
        ({"position": -1}, ValueError, "position -1 of the state is not in epoch 0, which ends at"),
        ({"position": 1.5}, TypeError, r"the position of a state must be an int, got 1\.5"),
        ({"position": True}, TypeError, "the position of a state must be an int, got True"),
        ({"epoch": -1}, ValueError, "epoch must be an int from 0 to .*, got -1"),
    ],
)
def test_bad_states_are_refused(make, changes, error, message):
    state = {**make(fitted()).state_dict(), **changes}
    with pytest.raises(error, match=message):
        make(fitted()).load_state_dict(state)


BAD_STOPS = [
    [48, False, 1, 1, [stop]] for stop in (1, [2, 2], [0, 2, 1], [2, 2, 2], [2, 2, -1], [2, 2, "1"])
]


@pytest.mark.parametrize(
    "cut",
    [
        3,
        "abcd",
        [48],
        [0, False, 1, 1],
        [48, False, 0, 1],
        [48, False, 1, 0],
        [48, 7, 1, 1],
        [48, False, 1, 1, 1],
        *BAD_STOPS,
    ],
)
def test_bad_cuts_are_refused(cut):
    batches = batches_of(fitted())
    with pytest.raises(
        ValueError,
        match=r"the cut of a state must be \[size, drop_last, n_ranks, n_turns, \[.*\]\], got ",
    ):
        batches.load_state_dict({**batches.state_dict(), "cut": cut})


def test_states_of_another_kind_are_refused():
    rows, batches = rows_of(fitted()), batches_of(fitted())
    with pytest.raises(
        ValueError, match="the state is that of a sampler of rows, this is one of batches"
    ):
        batches.load_state_dict(rows.state_dict())
    with pytest.raises(
        ValueError, match="the state is that of a sampler of batches, this is one of rows"
    ):
        rows.load_state_dict(batches.state_dict())
    with pytest.raises(TypeError, match=r"a state must be a dict made by state_dict\(\), got int"):
        rows.load_state_dict(3)
    with pytest.raises(
        ValueError,
        match=r"a state must be made by state_dict\(\), got one without version, fingerprint",
    ):
        rows.load_state_dict({"epoch": 3, "position": 0, "cut": None})


def test_a_fingerprint_tells_what_the_rows_depend_on_and_nothing_else():
    plan = fitted()._plan
    assert plan.fingerprint(3) == fitted(np.array(["a", "b", "c"])[Y])._plan.fingerprint(3)
    assert plan.fingerprint(3) != replace(plan, seed=1).fingerprint(3)
    assert len({fitted(strength=strength)._plan.fingerprint(0) for strength in (0, 0.5, 1)}) == 3


def test_a_fingerprint_tells_what_went_before_where_strength_changes():
    def after(*strengths):
        return fitted(strength=lambda epoch: strengths[min(epoch, 2)])._plan

    one, other = after(0.0, 0.7, 0.5), after(0.7, 0.0, 0.5)
    assert one.border_of(2).place.tolist() == other.border_of(2).place.tolist()
    assert one.fingerprint(2) != other.fingerprint(2)
    constant, function = fitted(n_samples="over"), fitted(n_samples="over", strength=lambda _: 1.0)
    assert constant._plan.fingerprint(0) != function._plan.fingerprint(
        0
    )  # its words are wider, so its rows are others


def test_a_row_sampler_of_its_own_pool_resumes():
    sampler = BalancedSampler(replace(fitted()._plan, pool=np.arange(1000)[::-1].copy()))
    iterator = iter(sampler)
    before = list(islice(iterator, 10))
    resumed = BalancedSampler(sampler._plan)
    resumed.load_state_dict(iterator.state_dict())
    sampler.set_epoch(0)
    assert before + list(resumed) == list(sampler)
