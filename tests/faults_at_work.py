"""A training on several processes that is killed, interrupted or short of disk, and goes on.

What the processes of `test_faults` do, and a command: ``python tests/faults_at_work.py --kills 20``
kills a training of two processes so often, and each time goes on with two, with one and with three.
"""

import argparse
import errno
import faulthandler
import json
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from hashlib import blake2b
from itertools import chain
from multiprocessing import synchronize
from pathlib import Path

import numpy as np
import torch
from ranks_at_work import PRELOADED, join
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from skbalance import InverseFrequencySampler

Y = [0] * 200 + [1] * 30 + [2] * 7
BATCH_SIZE = 8
EVERY = 3  # steps from one checkpoint to the next
SECONDS = 90  # after which whatever a test has started is killed, and the test fails
TELL = getattr(signal, "SIGUSR1", None)  # which Windows has not


def data_of(y):
    """Rows that know their numbers."""
    features = torch.from_numpy(np.random.default_rng(0).normal(size=(len(y), 4)))
    return TensorDataset(torch.arange(len(y)), features.float(), torch.tensor(y))


def batches_of(y, rank=None, n_ranks=None, batch_size=BATCH_SIZE):
    sampler = InverseFrequencySampler(random_state=0)
    return sampler.to_torch_batch_sampler(y, batch_size=batch_size, num_replicas=n_ranks, rank=rank)


def train(folder, rank, n_ranks, attempt, n_epochs, y):
    """Go on from the checkpoint to the end of so many epochs; each step is logged, and every third
    kept."""
    alone_with_own_errors(folder / f"errors-{rank}")
    torch.manual_seed(0)
    join(folder, rank, n_ranks)
    loader = forked_loader(batches_of(y, rank, n_ranks))
    network = DistributedDataParallel(nn.Linear(4, 3))
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)
    step, epoch, log = 0, 0, folder / f"log-{attempt}-{rank}"
    if (folder / "checkpoint.pt").exists():
        kept = torch.load(folder / "checkpoint.pt")
        step, epoch = kept["step"], kept["epoch"]
        loader.load_state_dict(kept["loader"])
        network.load_state_dict(kept["network"])
        optimizer.load_state_dict(kept["optimizer"])
    while epoch < n_epochs:
        for rows, features, labels in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(features), labels).backward()
            optimizer.step()
            step += 1
            note(log, step, epoch, rows, network)
            if rank == 0 and step % EVERY == 0:
                kept = {"step": step, "epoch": epoch, "loader": loader.state_dict()}
                kept |= {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
                keep(folder, kept)
        epoch += 1
    distributed.barrier()
    distributed.destroy_process_group()


def alone_with_own_errors(errors):
    """A process group of its own, so that it is killed with its workers; errors go to a file, and
    so does, when it or a forked worker is sent TELL, what all its threads are doing."""
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), sys.stderr.fileno())
    faulthandler.register(TELL)
    os.setsid()
    torch.set_num_threads(1)


def note(log, step, epoch, rows, network):
    """Append what a step has drawn, and what it made of the network, in one write."""
    weights = b"".join(weight.detach().numpy().tobytes() for weight in network.parameters())
    seen = [step, epoch, rows.tolist(), blake2b(weights, digest_size=8).hexdigest()]
    with log.open("ab", buffering=0) as file:
        file.write(json.dumps(seen).encode() + b"\n")


def keep(folder, kept):
    """Write a checkpoint as the guide says: it is there as a whole, or the one before it is."""
    new = folder / "checkpoint.new"
    with new.open("wb") as file:
        torch.save(kept, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / "checkpoint.pt")


def keep_with_little_room(folder):
    """Keep a checkpoint, and then fail to keep the next one, wherever the room for it ends."""
    import resource  # which Windows has not

    alone_with_own_errors(folder / "errors-0")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # writing too much is an OSError then
    keep(folder, {"step": 1, "weights": torch.zeros(1000)})
    size = (folder / "checkpoint.pt").stat().st_size
    for room in range(0, size, 97):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
        try:
            keep(folder, {"step": 2, "weights": torch.ones(1000)})
        except OSError as error:
            assert error.errno == errno.EFBIG  # noqa: PT017
        else:
            raise AssertionError(f"written with room for {room} of {size} bytes")
        assert kept_step(folder) == 1


# Where Python takes locks. An exception after that, but before the body of the `with`, leaves the
# lock taken for ever: a loader and its workers, which all look at one event, then wait for each
# other. It is Python's fault, so an interrupt waits here until the lock is taken or given back.
LOCKING = {threading.__file__, synchronize.__file__}


def be_interrupted(folder, kind, n_interrupts):
    """Train with workers; as often as told a SIGINT comes at any time, and the training goes on.

    As by Ctrl-C the workers get it, too. ``kind`` says whence the state is by which it goes on: it
    was "kept" with the latest step, or is "asked" of the loader afterwards.
    """
    alone_with_own_errors(folder / "errors-0")
    random, is_armed = np.random.default_rng(0), []

    def interrupt(_, frame):
        if frame.f_code.co_filename in LOCKING:
            signal.setitimer(signal.ITIMER_REAL, 0.001)
        elif is_armed:
            is_armed.clear()
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGALRM, interrupt)
    rounds, state = [], None
    for _ in range(n_interrupts):
        loader, steps = forked_loader(batches_of(Y, batch_size=2)), []
        if state:
            loader.load_state_dict(state)
        sender = threading.Timer(random.uniform(0, 0.2), os.killpg, (os.getpid(), signal.SIGINT))
        try:
            is_armed.append(True)
            while is_armed:  # else it came where Python ignores errors, as in a `__del__`
                for rows, _, _ in loader:
                    time.sleep(0.001)
                    steps.append((rows.tolist(), loader.state_dict()))
                    if len(steps) == 1:
                        sender.start()
        except (KeyboardInterrupt, RuntimeError):  # the latter of a worker that went first
            is_armed.clear()
        sender.join()
        state = steps[-1][1] if kind == "kept" else loader.state_dict()
        rounds.append([rows for rows, _ in steps])
    (folder / "rounds.json").write_text(json.dumps(rounds))


def forked_loader(batches):
    # Of a process that the server has forked the default would be the server, which takes seconds.
    return StatefulDataLoader(
        data_of(Y), batch_sampler=batches, num_workers=2, multiprocessing_context="fork"
    )


def draw_with_workers(folder, method):
    """Write an epoch drawn with workers of a start method, and one by a process of that method."""
    alone_with_own_errors(folder / "errors-0")
    context = multiprocessing.get_context(method)
    context.set_forkserver_preload(["skbalance.torch"])
    batches = batches_of(Y)
    loader = DataLoader(
        data_of(Y),
        batch_sampler=batches,
        num_workers=1,
        multiprocessing_context=context,
        timeout=SECONDS,
    )
    drawn = [[rows.tolist() for rows, _, _ in loader]]
    with ProcessPoolExecutor(1, context) as pool:
        drawn.append(pool.submit(list, batches).result(SECONDS))
    (folder / "epochs.json").write_text(json.dumps(drawn))


class Processes:
    """Processes forked from a server that has imported torch, none of which is left behind."""

    def __init__(self, target, folder, arguments):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        (folder / "meet").unlink(missing_ok=True)
        self.folder = folder
        self.deadline = time.monotonic() + SECONDS
        self.all = [context.Process(target=target, args=(folder, *own)) for own in arguments]

    def __enter__(self):
        for process in self.all:
            process.start()
        return self

    def __exit__(self, *_):
        for process in self.all:
            self.kill(process)
            process.join()

    def kill(self, process):
        """SIGKILL a process and its workers."""
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:  # it has no group of its own yet, or all of it is over
            process.kill()

    def wait(self):
        """Exit codes of the processes, those that do not end in time being killed."""
        for process in self.all:
            process.join(max(0, self.deadline - time.monotonic()))
        assert all(process.exitcode is not None for process in self.all), self.stuck()
        return [process.exitcode for process in self.all]

    def until(self, is_reached):
        """Wait until something is so while all processes live."""
        while not is_reached():
            assert time.monotonic() < self.deadline, self.stuck()
            assert all(process.is_alive() for process in self.all), self.told()
            time.sleep(0.002)

    def stuck(self):
        """What the processes that have not ended, and their workers, are doing."""
        for process in self.all:
            with suppress(ProcessLookupError):  # it has no group of its own yet, or is over
                os.killpg(process.pid, TELL)
        time.sleep(1)  # until they have told it
        return self.told()

    def told(self):
        """What the processes have written of errors."""
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("errors-*")))


def training(folder, n_ranks, attempt, n_epochs, y=Y):
    ranks = [(rank, n_ranks, attempt, n_epochs, y) for rank in range(n_ranks)]
    return Processes(train, folder, ranks)


def trained(folder, n_ranks, attempt, n_epochs):
    """What each rank logs of a training that comes to its end."""
    with training(folder, n_ranks, attempt, n_epochs) as processes:
        assert processes.wait() == [0] * n_ranks, processes.told()
    return logs(folder, n_ranks, attempt)


def logs(folder, n_ranks, attempt):
    """The whole lines that each rank has logged in an attempt."""
    paths = [folder / f"log-{attempt}-{rank}" for rank in range(n_ranks)]
    texts = [path.read_bytes() if path.exists() else b"" for path in paths]
    return [[json.loads(line) for line in text.split(b"\n")[:-1]] for text in texts]


def expected_steps(n_ranks, n_epochs):
    """Epoch and rows of all ranks in each step of a training without processes."""
    ranks = [batches_of(Y, rank, n_ranks) for rank in range(n_ranks)]
    return [(epoch, list(step)) for epoch in range(n_epochs) for step in zip(*ranks, strict=True)]


def in_steps(of_ranks):
    """Epoch and rows of all ranks in each step, from logs of as many steps."""
    return [(step[0][1], [rows for _, _, rows, _ in step]) for step in zip(*of_ranks, strict=True)]


def kill_and_go_on(folder, n_kills, n_epochs, others, seed=0):
    """Kill a training of two processes at random steps; each time go on from its checkpoint.

    ``others`` says with how many processes besides two each kill is gone on from, in copies of the
    folder. Yields what was done, once it is found to be right.
    """
    whole = folder / "whole"
    whole.mkdir()
    uninterrupted = trained(whole, 2, 0, n_epochs)
    assert in_steps(uninterrupted) == expected_steps(2, n_epochs)
    n_steps = len(uninterrupted[0])
    random = np.random.default_rng(seed)
    kills = np.sort(random.choice(np.arange(1, n_steps - EVERY), n_kills, replace=False)).tolist()
    kept_at = 0
    for attempt, killed_at in enumerate(kills):
        with training(folder, 2, attempt, n_epochs) as processes:
            processes.until(lambda n=attempt, k=killed_at: has_logged(folder, n, k))
            time.sleep(random.uniform(0, 0.02))
            victims = processes.all if attempt % 2 else [processes.all[random.integers(2)]]
            for process in victims:
                processes.kill(process)
            victims[0].join()
            assert victims[0].exitcode == -signal.SIGKILL
            time.sleep(random.uniform(0, 0.2))  # the other rank does what it does then
        check_goes_on(logs(folder, 2, attempt), uninterrupted, kept_at)
        n_logged = kept_at + len(logs(folder, 2, attempt)[0])
        kept_at = kept_step(folder)
        assert kept_at % EVERY == 0
        assert n_logged - EVERY <= kept_at <= n_logged
        for n_ranks in others[attempt % len(others)]:
            copy = folder / f"{attempt} on {n_ranks}"
            check_others_go_on(folder, copy, n_ranks, uninterrupted, kept_at)
        yield f"killed {len(victims)} of 2 ranks after step {n_logged}, kept {kept_at}"
    check_goes_on(trained(folder, 2, n_kills, n_epochs), uninterrupted, kept_at)


def has_logged(folder, attempt, step):
    """Whether rank 0 has logged a step of this attempt, at least the given one."""
    log = logs(folder, 1, attempt)[0]
    return bool(log) and log[-1][0] >= step


def kept_step(folder):
    checkpoint = folder / "checkpoint.pt"
    return torch.load(checkpoint)["step"] if checkpoint.exists() else 0


def check_goes_on(of_ranks, uninterrupted, kept_at):
    """Steps, rows and the network itself are those of the uninterrupted run from the checkpoint."""
    for rank, whole in zip(of_ranks, uninterrupted, strict=True):
        assert rank == whole[kept_at : kept_at + len(rank)]


def check_others_go_on(folder, copy, n_ranks, uninterrupted, kept_at):
    """Other ranks draw what is left of the epoch, and the next one as if they had always been."""
    copy.mkdir()
    epoch = 0
    if kept_at:
        shutil.copy(folder / "checkpoint.pt", copy)
        epoch = uninterrupted[0][kept_at - 1][1]
    steps = in_steps(trained(copy, n_ranks, 0, epoch + 2))
    before = [step for step in in_steps(uninterrupted)[:kept_at] if step[0] == epoch]
    rest = [step for step in steps if step[0] == epoch]
    drawn = Counter(chain.from_iterable(chain.from_iterable(rows for _, rows in before + rest)))
    assert drawn == Counter(
        InverseFrequencySampler(random_state=0).fit(None, Y).draw(epoch).tolist()
    )
    following = [step for step in expected_steps(n_ranks, epoch + 2) if step[0] == epoch + 1]
    assert steps[len(rest) :] == following


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done = kill_and_go_on(
            Path(folder), arguments.kills, arguments.epochs, [(1, 3)], arguments.seed
        )
        for number, what in enumerate(done, 1):
            sys.stdout.write(f"{number} of {arguments.kills}: {what}; went on with 2, 1 and 3\n")
            sys.stdout.flush()
    sys.stdout.write(f"all resumed exactly, in {time.monotonic() - begun:.0f} s\n")


if __name__ == "__main__":
    main()
