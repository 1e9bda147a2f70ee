"""Ranks that are real processes, and what those of `test_distributed` do.

A module of its own, so that the processes can import it.
"""

import json
import multiprocessing
import os
import signal
import socket
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed
from torch.utils.data import TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from skbalance import InverseFrequencySampler

Y = [0] * 300 + [1] * 40 + [2] * 7
BATCH_SIZE = 6
# Imported once by the server that all processes are forked from; Lightning alone takes seconds.
PRELOADED = [
    "skbalance.torch",
    "torch._dynamo",  # by DistributedDataParallel
    "torchdata.stateful_dataloader",
    "lightning.pytorch",
    "accelerate",
]


def run(target, folder, n_ranks, *arguments, victim=0):
    """Exit codes of as many processes.

    Where the victim is killed, the others are ended, as by torchrun.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    (folder / "meet").unlink(missing_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        (folder / "port").write_text(str(free.getsockname()[1]))
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


def results(target, folder, n_ranks, jobs):
    """What each rank has written of each job."""
    assert run(target, folder, n_ranks, jobs) == [0] * n_ranks
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(n_ranks)]


def join(folder, rank, n_ranks):
    distributed.init_process_group(
        "gloo",
        init_method=f"file://{folder}/meet",
        rank=rank,
        world_size=n_ranks,
        timeout=timedelta(seconds=60),
    )


def draw(folder, rank, n_ranks, random_state):
    """Write the rows of two epochs, and the seed that the ranks have agreed on."""
    join(folder, rank, n_ranks)
    sampler = InverseFrequencySampler(random_state=random_state)
    rows = sampler.to_torch_sampler(Y, num_replicas=n_ranks, rank=rank)
    batches = sampler.to_torch_batch_sampler(batch_size=BATCH_SIZE, num_replicas=n_ranks, rank=rank)
    drawn = {"seed": sampler._plan.seed, "rows": [list(rows), list(rows)], "batches": list(batches)}
    Path(folder, f"{rank}.json").write_text(json.dumps(drawn))
    distributed.barrier()
    distributed.destroy_process_group()


def loader_of(kind, rank, n_ranks):
    sampler = InverseFrequencySampler(random_state=0)
    ranks = {"num_replicas": n_ranks, "rank": rank}
    data = TensorDataset(torch.arange(len(Y)))
    if kind == "rows":
        return StatefulDataLoader(
            data, sampler=sampler.to_torch_sampler(Y, **ranks), batch_size=BATCH_SIZE
        )
    return StatefulDataLoader(
        data, batch_sampler=sampler.to_torch_batch_sampler(Y, batch_size=BATCH_SIZE, **ranks)
    )


def train(folder, rank, n_ranks, kind, last_step, killed_at, victim):
    """Go on from the checkpoint, and keep one after every step, until the last step or until a rank
    is killed."""
    join(folder, rank, n_ranks)
    loader = loader_of(kind, rank, n_ranks)
    checkpoint = Path(folder, "checkpoint.json")
    step = 0
    if checkpoint.exists():
        kept = json.loads(checkpoint.read_text())
        step = kept["step"]
        loader.load_state_dict(kept["state"])
    while step < last_step:
        for (batch,) in loader:
            gathered = [None] * n_ranks
            distributed.all_gather_object(gathered, batch.tolist())
            if step == killed_at and rank == victim:
                os.kill(os.getpid(), signal.SIGKILL)
            distributed.barrier()
            step += 1
            if rank == 0:
                keep(folder, step, gathered, loader.state_dict())
            if step == last_step:
                break
    distributed.barrier()
    distributed.destroy_process_group()


def keep(folder, step, gathered, state):
    """Write what was drawn and the checkpoint, the latter in one go."""
    Path(folder, f"step-{step:04d}.json").write_text(json.dumps(gathered))
    new = Path(folder, "checkpoint.new")
    new.write_text(json.dumps({"step": step, "state": state}))
    new.replace(Path(folder, "checkpoint.json"))


def as_torchrun_does(folder, rank, n_ranks):
    """The environment variables by which frameworks find their ranks."""
    port = int(Path(folder, "port").read_text())
    os.environ.update(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(n_ranks),
        LOCAL_WORLD_SIZE=str(n_ranks),
        GROUP_RANK="0",
        MASTER_ADDR="127.0.0.1",
        MASTER_PORT=str(port),
        TORCHELASTIC_RUN_ID="test",
    )
