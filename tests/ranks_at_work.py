"""What the processes of `test_distributed` do; a module of its own, so that they can import it."""

import json
import os
import signal
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed
from torch.utils.data import BatchSampler, DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from skbalance import InverseFrequencySampler

Y = [0] * 300 + [1] * 40 + [2] * 7
BATCH_SIZE = 6


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


def train_with_lightning(folder, rank, n_ranks, kind):
    """Write the rows that each of three epochs of Lightning's trainer hands to the model."""
    import lightning

    as_torchrun_does(folder, rank, n_ranks)
    seen = [[], [], []]

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)

        def training_step(self, batch):
            seen[self.current_epoch].append(batch[0].tolist())
            return self.layer(batch[0][:, None].float()).mean()

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=1e-6)

        def train_dataloader(self):
            ranks = {"num_replicas": self.trainer.world_size, "rank": self.trainer.global_rank}
            return loader_for_lightning(kind, ranks)

    trainer = lightning.Trainer(
        accelerator="cpu",
        devices=n_ranks,
        strategy="ddp",
        max_epochs=3,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        use_distributed_sampler=not kind.startswith("own "),
        enable_model_summary=False,
    )
    trainer.fit(Model())
    Path(folder, f"{rank}.json").write_text(json.dumps(seen))


def loader_for_lightning(kind, ranks):
    sampler = InverseFrequencySampler(random_state=0)
    data = TensorDataset(torch.arange(len(Y)))
    if kind in ("rows", "own rows", "wrapped rows"):
        ranks = ranks if kind != "wrapped rows" else {}
        return DataLoader(data, sampler=sampler.to_torch_sampler(Y, **ranks), batch_size=BATCH_SIZE)
    batches = sampler.to_torch_batch_sampler(
        Y, batch_size=BATCH_SIZE, **({} if kind == "lost" else ranks)
    )
    if kind == "lost":
        return DataLoader(
            data, batch_sampler=BatchSampler(batches.sampler, BATCH_SIZE, drop_last=False)
        )
    if kind == "own batches":
        return DataLoader(data, batch_sampler=batches)
    return DataLoader(data, sampler=batches, batch_size=None)


def train_with_accelerate(folder, rank, n_ranks, kind):
    """Write the rows that each of three epochs of a loader prepared by accelerate yields."""
    from accelerate import Accelerator

    as_torchrun_does(folder, rank, n_ranks)
    accelerator = Accelerator(cpu=True)
    sampler = InverseFrequencySampler(random_state=0)
    data = TensorDataset(torch.arange(len(Y)))
    if kind in ("rows", "sharded rows"):
        ranks = {"num_replicas": n_ranks, "rank": rank} if kind == "sharded rows" else {}
        loader = DataLoader(
            data, sampler=sampler.to_torch_sampler(Y, **ranks), batch_size=BATCH_SIZE
        )
    else:
        full = sampler.to_torch_batch_sampler(
            Y, batch_size=BATCH_SIZE, drop_last=kind == "full batches"
        )
        loader = DataLoader(data, batch_sampler=full)
    loader = accelerator.prepare(loader)
    seen = []
    for epoch in range(3):
        loader.set_epoch(epoch)
        seen.append([batch.tolist() for (batch,) in loader])
    Path(folder, f"{rank}.json").write_text(json.dumps(seen))
    accelerator.end_training()
