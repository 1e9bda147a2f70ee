"""States: what they hold, and which of them are refused."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from resuming import Y, batches_of, fitted, kinds, rows_of

from skbalance._draws.plan import Plan


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
    message = "the state belongs to other labels .*, other parameters or another seed; give random"
    with pytest.raises(ValueError, match=message):
        make(fitted()).load_state_dict(state)
    with pytest.raises(ValueError, match=message):
        iter(make(fitted())).load_state_dict(state)


@kinds
@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"version": 1}, ValueError, "the state is of version 1, this skbalance reads version 7"),
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


@pytest.mark.parametrize(
    "cut",
    [
        3,
        "abcd",
        [48],
        [0, False, 1],
        [48, False, 0],
        [48, 7, 1],
        [48, False, 1, 1],
        [True, False, 1],
    ],
)
def test_bad_cuts_are_refused(cut):
    batches = batches_of(fitted())
    with pytest.raises(
        ValueError, match=r"the cut of a state must be \[size, drop_last, n_in_step\], got "
    ):
        batches.load_state_dict({**batches.state_dict(), "cut": cut})


@pytest.mark.parametrize("cut", [[48, True, 1], [2**60, False, 1], [48, False, 2**40]])
def test_a_cut_that_was_tampered_with_is_refused(cut):
    batches = batches_of(fitted())
    with pytest.raises(ValueError, match="the state belongs to other labels"):
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


def test_a_fingerprint_is_the_same_everywhere_where_rows_are_known_by_their_ordinals_alone():
    plan = Plan(np.array([2, 5]), np.array([3, 4]), 0)
    assert plan.fingerprint(0) == "612c1e65c2da754a4b8f866f3732c725"


def test_a_fingerprint_tells_what_the_rows_depend_on_and_nothing_else():
    plan = fitted()._plan
    assert plan.fingerprint(3) == fitted(np.array(["a", "b", "c"])[Y])._plan.fingerprint(3)
    assert plan.fingerprint(3) != replace(plan, seed=1).fingerprint(3)
    assert len({fitted(strength=strength)._plan.fingerprint(0) for strength in (0, 0.5, 1)}) == 3


def test_a_fingerprint_tells_where_an_epoch_begins_but_not_how_it_came_there():
    def after(*strengths):
        return fitted(strength=lambda epoch: strengths[min(epoch, 2)])._plan

    one, other = after(0.3, 0.7, 0.5), after(0.7, 0.3, 0.5)
    assert one.fingerprint(2) == other.fingerprint(2)  # and so are the rows
    assert one.epoch(2).all_rows().tolist() == other.epoch(2).all_rows().tolist()
    assert one.fingerprint(1) != other.fingerprint(1)
    constant = fitted(n_samples="over")
    function = fitted(n_samples="over", strength=lambda _: 1.0)
    # Its words are wider, so its rows are others.
    assert constant._plan.fingerprint(0) != function._plan.fingerprint(0)


def test_a_state_of_batches_says_nothing_of_their_row_sampler():
    # The two share their epoch; a position in batches is none in rows.
    batches = batches_of(fitted())
    iterator = iter(batches)
    [next(iterator) for _ in range(3)]
    resumed = batches_of(fitted())
    resumed.load_state_dict(iterator.state_dict())
    assert resumed.sampler.state_dict()["position"] == 0
    assert list(resumed.sampler) == fitted().draw(0).tolist()
