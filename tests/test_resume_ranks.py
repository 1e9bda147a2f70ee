"""Runs that go on with another number of ranks, or with batches of another size."""

import json
from collections import Counter
from itertools import chain, islice

import numpy as np
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from resuming import batches_of, fitted, kinds, rows_of


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


def turns_of(ranks, state, n_turns):
    """Turns that the ranks take together from a state, and the state in which they then are."""
    iterators = [iter(rank) for rank in ranks]
    if state:
        for iterator in iterators:
            iterator.load_state_dict(state)
    turns = list(islice(zip(*iterators, strict=True), n_turns))
    states = [iterator.state_dict() for iterator in iterators]
    assert all(state == states[0] for state in states)
    assert json.loads(json.dumps(states[0])) == states[0]
    return turns, states[0]


def refusal_of(sampler, state):
    """The message of the error with which a sampler refuses a state, None if it takes it."""
    try:
        sampler.load_state_dict(state)
    except ValueError as error:
        return str(error)
    return None


def expected_refusal(state, n_kept, n, batch_size):
    """What a refusal must say, None where the state is to be taken: the rule, word by word."""
    size, _, n_in_step = state["cut"]
    n_steps = -(-n_kept // size)
    n_done_in_step = state["position"] % n_in_step
    n_own = -(-size // (n * batch_size)) * n
    if n_done_in_step and (n_own != n_in_step or state["position"] % n):
        n_batches = n_steps * n_in_step
        if n_kept // n_batches < n or -(-n_kept // n_batches) > n * batch_size:
            return "stopped inside a step"
    is_short = n_own != n_in_step and n_steps * n_own > n_kept
    return f"{size} rows, too few for {n_own} batches" if is_short else None


@given(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(1, 30), st.integers(1, 30)), min_size=1, max_size=6
    ),
    st.integers(300, 900),
    st.booleans(),
)
def test_any_number_of_ranks_goes_on_from_the_batches_of_any_other(worlds, n_samples, drop_last):
    """Each world takes some turns, and the next one goes on from its state, also inside a step."""
    # Else the first world itself may have to draw a row twice.
    assume(worlds[0][1] > 1 or worlds[0][0] == 1)
    sampler = fitted(n_samples=n_samples)
    state, drawn, first = None, [], worlds[0][0] * worlds[0][1]
    n_kept = n_samples // first * first if drop_last else n_samples
    for n, batch_size, n_turns in [*worlds, (1, first, None)]:
        ranks = [
            batches_of(
                sampler, batch_size, num_replicas=n, rank=rank, drop_last=drop_last and not state
            )
            for rank in range(n)
        ]
        if state and len(drawn) == n_kept:
            break
        if state and state["position"]:
            expected = expected_refusal(state, n_kept, n, batch_size)
            is_inside = state["position"] % state["cut"][2] > 0
            event(f"{'inside a step' if is_inside else 'between steps'}, refused: {expected}"[:48])
            for rank in ranks:
                refusal = refusal_of(rank, state)
                assert (expected in refusal) if expected else refusal is None
            if expected:
                continue
        turns, state = turns_of(ranks, state, n_turns)
        for turn in turns:
            sizes = [len(batch) for batch in turn]
            assert 1 <= min(sizes) <= max(sizes) <= min(batch_size, min(sizes) + 1)
            drawn += chain.from_iterable(turn)
    assert len(drawn) == n_kept
    assert not Counter(drawn) - Counter(sampler.draw(0).tolist())


@pytest.mark.parametrize(("batch_size", "n_ranks"), [(1, 2), (3, 4), (5, 12)])
def test_steps_of_fewer_rows_than_ranks_are_refused(batch_size, n_ranks):
    sampler = fitted(n_samples=300)
    _, state = turns_of([batches_of(sampler, batch_size, num_replicas=1, rank=0)], None, 1)
    wanted = f"in steps of at most {batch_size} rows, too few for {n_ranks} batches on {n_ranks}"
    more = batches_of(sampler, batch_size, num_replicas=n_ranks, rank=0)
    assert wanted in refusal_of(more, state)
    # As many ranks as there are rows in a step are not too many.
    as_many = batches_of(sampler, batch_size, num_replicas=batch_size, rank=0)
    assert refusal_of(as_many, state) is None


# Batch size, ranks, and turns until the run stops; n_samples are 1000 in steps of 96 rows.
INSIDE_A_STEP = {
    "a step of one batch in four turns, left after one, shared by two ranks": [
        (96, 1, 1),
        (24, 1, 1),
        (12, 2, 1),
    ],
    "and then by three, and by one again": [
        (96, 1, 1),
        (24, 1, 1),
        (12, 2, 1),
        (10, 3, 1),
        (24, 1, 1),
    ],
    "two ranks in two turns, left after one, go on by one": [(48, 2, 1), (24, 2, 1), (48, 1, 1)],
    "three ranks in two turns, left after one, go on by two": [(32, 3, 1), (16, 3, 1), (16, 2, 2)],
    "larger batches take the smaller ones that are left": [(96, 1, 1), (8, 1, 5), (96, 1, 1)],
    "a cut like that of the new ranks, left inside their turn, goes on to the end": [
        (96, 1, 1),
        (32, 1, 1),
        (32, 3, None),
    ],
}


@pytest.mark.parametrize("worlds", INSIDE_A_STEP.values(), ids=INSIDE_A_STEP)
def test_a_step_may_be_left_and_taken_up_many_times(worlds):
    sampler, state, drawn, was_inside = fitted(), None, [], 0
    for batch_size, n, n_turns in worlds if worlds[-1][2] is None else [*worlds, (96, 1, None)]:
        ranks = [
            batches_of(sampler, batch_size, num_replicas=n, rank=rank, drop_last=False)
            for rank in range(n)
        ]
        was_inside += bool(state and state["position"] % state["cut"][2])
        turns, state = turns_of(ranks, state, n_turns)
        for turn in turns:
            assert max(map(len, turn)) <= batch_size
            drawn += chain.from_iterable(turn)
    assert was_inside >= len(worlds) - 2  # or this test tries nothing
    assert Counter(drawn) == Counter(sampler.draw(0).tolist())


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("n_drawn", [1, 10, 200])
def test_batches_of_one_row_go_on_on_the_ranks_that_cut_them(n, n_drawn):
    # 1001 rows are no multiple of the ranks, so the last step takes some from the start again.
    sampler = fitted(np.repeat([0, 1], [900, 101]))

    def ranks():
        return [batches_of(sampler, 1, num_replicas=n, rank=rank) for rank in range(n)]

    uninterrupted, _ = turns_of(ranks(), None, None)
    before, state = turns_of(ranks(), None, n_drawn)
    after, _ = turns_of(ranks(), state, None)
    assert before + after == uninterrupted


def test_shares_of_a_batch_hold_their_share_of_every_class_in_random_order():
    # Steps of 960 rows, cut into four batches of 240 by one rank; five ranks share the rest of one.
    sampler = fitted(np.repeat([0, 1, 2], [9000, 800, 200]))
    y = np.repeat([0, 1, 2], [9000, 800, 200])
    _, state = turns_of([batches_of(sampler, 960)], None, 1)
    _, state = turns_of([batches_of(sampler, 240)], state, 1)
    ranks = [batches_of(sampler, 240, num_replicas=5, rank=rank) for rank in range(5)]
    turns, state = turns_of(ranks, state, 3)
    assert state["position"] % state["cut"][2] == 0
    labels = [y[batch] for turn in turns for batch in turn]
    counts = np.array([np.bincount(share, minlength=3) for share in labels])
    assert set(counts.sum(axis=1).tolist()) <= {45, 46, 47, 48}
    assert np.ptp(counts, axis=0).max() <= 2
    assert all(len(set(np.diff(share).tolist())) > 2 for share in labels)  # in no order of classes


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
    end = 4 * len(sampler)  # a position counts what all ranks have done
    state = sampler.state_dict()
    sampler.load_state_dict({**state, "position": end})
    assert sampler.epoch == 1
    with pytest.raises(
        ValueError,
        match=f"position {end + 1} of the state is not in epoch 0, which ends at {end}",
    ):
        sampler.load_state_dict({**state, "position": end + 1})


def test_steps_of_a_state_rule_the_epoch_that_it_stands_in_and_no_other():
    small, large = batches_of(fitted(), 10), batches_of(fitted(), 100)
    iterator = iter(small)
    for n_drawn, n_batches in ((0, 10), (1, 99), (99, 10)):  # none, one, the rest
        list(islice(iterator, n_drawn))
        large.load_state_dict(iterator.state_dict())
        assert len(list(large)) == n_batches
        assert len(large) == 10  # a whole epoch of its own
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


def test_a_batch_of_fewer_rows_than_ranks_is_left_to_those_who_can_take_it():
    # Half of a step of two ranks, a row each, is taken by one process: the row that is left cannot
    # be shared.
    sampler = fitted()
    whole = iter(batches_of(sampler, 1, num_replicas=2, rank=0))
    next(whole)
    alone = batches_of(sampler, 1)
    alone.load_state_dict(whole.state_dict())
    iterator = iter(alone)
    next(iterator)
    inside = iterator.state_dict()
    with pytest.raises(ValueError, match="batches of 1 to 1 rows that 2 ranks with batch_size=1 c"):
        batches_of(sampler, 1, num_replicas=2, rank=1).load_state_dict(inside)
    alone.load_state_dict(inside)
    assert len(list(alone)) == 997
