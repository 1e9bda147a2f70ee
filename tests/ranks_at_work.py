"""What the processes of `test_distributed` do; a module of its own, so that they can import it."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed
from torch.utils.data import TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from skbalance import InverseFrequencySampler

Y = [0] * 300 + [1] * 40 + [2] * 7
BATCH_SIZE = 6


def join(folder, rank, n_ranks):
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=n_ranks, timeout=timedelta(seconds=60)
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
        return StatefulDataLoader(data, sampler=sampler.to_torch_sampler(Y, **ranks), batch_size=BATCH_SIZE)
    return StatefulDataLoader(data, batch_sampler=sampler.to_torch_batch_sampler(Y, batch_size=BATCH_SIZE, **ranks))


def train(folder, rank, n_ranks, kind, last_step, killed_at):
    """Go on from the checkpoint, and keep one after every step, until the last step or until a rank is killed."""
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
            if step == killed_at and rank == n_ranks - 1:
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
