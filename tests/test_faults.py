"""Trainings that are killed, interrupted or short of disk, and the checkpoints that they leave."""

import io
import json
import sys
from pathlib import Path

import faults_at_work as work
import pytest
import torch
from resuming import stream
from torchdata.stateful_dataloader import StatefulDataLoader

pytestmark = [
    pytest.mark.filterwarnings("ignore:'set_vital' is deprecated:UserWarning"),  # by torchdata
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed by groups"),
]


def test_a_training_killed_at_random_steps_goes_on_as_if_it_never_had_been(tmp_path):
    # With two processes in all cases, with one and with three in some.
    done = list(work.kill_and_go_on(tmp_path, n_kills=4, n_epochs=3, others=[(), (1,), (3,), ()]))
    assert len(done) == 4


@pytest.fixture
def kept(tmp_path):
    """A folder with the checkpoint of a training of an epoch on two ranks, and its last step."""
    work.trained(tmp_path, 2, 0, 1)
    return tmp_path, work.kept_step(tmp_path)


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="a disk that is full is Linux's /dev/full"
)
def test_a_training_that_finds_the_disk_full_leaves_the_checkpoint_before(kept):
    folder, kept_at = kept
    before = (folder / "checkpoint.pt").read_bytes()
    (folder / "checkpoint.new").symlink_to("/dev/full")
    with work.training(folder, 2, 1, 3) as processes:
        processes.all[0].join(work.SECONDS)
        assert processes.all[0].exitcode == 1
        assert "No space left on device" in processes.told()
    assert (folder / "checkpoint.pt").read_bytes() == before
    (folder / "checkpoint.new").unlink()
    steps = work.in_steps(work.trained(folder, 2, 2, 3))
    assert steps == work.expected_steps(2, 3)[kept_at:]


def test_a_checkpoint_of_another_data_set_is_refused_by_all_ranks(kept):
    folder, _ = kept
    before = (folder / "checkpoint.pt").read_bytes()
    with work.training(folder, 2, 1, 3, work.Y[::-1]) as processes:
        assert processes.wait() == [1, 1]
    for rank in range(2):
        errors = (folder / f"errors-{rank}").read_text()
        assert "ValueError: the state belongs to other labels (or another order of them)" in errors
    assert (folder / "checkpoint.pt").read_bytes() == before
    assert work.logs(folder, 2, 1) == [[], []]  # nothing was drawn


def test_a_checkpoint_is_whole_wherever_there_is_no_room_for_the_next(tmp_path):
    with work.Processes(work.keep_with_little_room, tmp_path, [()]) as processes:
        assert processes.wait() == [0], processes.told()


def states_of_a_run():
    """States of a sampler, its iterator and a loader in the middle of an epoch."""
    batches = work.batches_of(work.Y)
    loader = StatefulDataLoader(work.data_of(work.Y), batch_sampler=batches)
    iterator = iter(loader)
    for _ in range(7):
        next(iterator)
    return {"sampler": batches.state_dict(), "loader": loader.state_dict()}


TORN = {
    "cut": lambda whole, n: whole[:n],
    "zeros from there on": lambda whole, n: whole[:n] + bytes(len(whole) - n),
}


@pytest.mark.parametrize("tear", TORN.values(), ids=TORN)
def test_no_file_of_a_state_that_was_torn_at_any_byte_is_read_as_another_state(tear):
    state = states_of_a_run()["sampler"]
    whole = json.dumps(state).encode()
    assert json.loads(whole) == state
    for n in range(len(whole)):
        with pytest.raises((json.JSONDecodeError, UnicodeDecodeError)):
            json.loads(tear(whole, n))


@pytest.mark.parametrize("tear", TORN.values(), ids=TORN)
def test_no_file_of_torch_that_was_torn_at_any_byte_is_read_as_another_state(tear):
    states, file = states_of_a_run(), io.BytesIO()
    torch.save(states, file)
    whole, n_read = file.getvalue(), 0
    for n in range(len(whole)):
        try:
            loaded = torch.load(io.BytesIO(tear(whole, n)))
        except Exception:
            continue
        assert loaded == states
        n_read += 1
    assert n_read <= 64  # zeros at the end of a file may be its own


@pytest.mark.parametrize("kind", ["kept", "asked"])
def test_an_interrupted_training_goes_on_where_it_stood(tmp_path, kind):
    with work.Processes(work.be_interrupted, tmp_path, [(kind, 6)]) as processes:
        assert processes.wait() == [0], processes.told()
    rounds = json.loads((tmp_path / "rounds.json").read_text())
    assert len(rounds) == 6
    batches = work.batches_of(work.Y, batch_size=2)
    uninterrupted = stream(batches, 2 + sum(map(len, rounds)) // len(batches))
    n_done = 0
    for steps in rounds:
        # A state that is asked for may count a batch that the loop was about to take.
        if kind == "asked" and steps[0] == uninterrupted[n_done + 1]:
            n_done += 1
        assert steps == uninterrupted[n_done : n_done + len(steps)]
        n_done += len(steps)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_workers_of_any_start_method_draw_the_same(tmp_path, method):
    with work.Processes(work.draw_with_workers, tmp_path, [(method,)]) as processes:
        assert processes.wait() == [0], processes.told()
    batches = work.batches_of(work.Y)
    epochs = json.loads((tmp_path / "epochs.json").read_text())
    assert epochs == [list(batches), list(batches)]
