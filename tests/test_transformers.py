"""The Trainer of transformers, run to its end and resumed; no model is fetched."""

import pytest
import torch
from torch.utils.data import Dataset

from skbalance import InverseFrequencySampler

Y = [0] * 90 + [1] * 13
BATCH_SIZE = 8
N_STEPS = 13  # of an epoch


class Rows(Dataset):
    targets = Y

    def __len__(self):
        return len(Y)

    def __getitem__(self, row):
        return {"row": row, "labels": Y[row]}


class Model(torch.nn.Module):
    """It keeps the rows of each batch that it is trained on."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(1, 2)
        self.seen = []

    def forward(self, row, labels):
        if self.training:
            self.seen.append(row.tolist())
        logits = self.layer(row[:, None] / len(Y))
        return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}


def seen_by_trainer(folder, resume_from=None, **arguments):
    """The rows of three epochs, or of what is left of them after a checkpoint."""
    # It takes seconds to import: only the processes that come here do.
    from transformers import Trainer, TrainingArguments

    class BalancedTrainer(Trainer):
        """As in the README."""

        def _get_train_sampler(self, train_dataset=None):
            dataset = self.train_dataset if train_dataset is None else train_dataset
            return InverseFrequencySampler(random_state=self.args.seed).to_torch_sampler(dataset)

    arguments = TrainingArguments(
        output_dir=str(folder),
        use_cpu=True,
        report_to=[],
        disable_tqdm=True,
        num_train_epochs=3,
        per_device_train_batch_size=BATCH_SIZE,
        save_steps=1,
        seed=5,
        **arguments,
    )
    model = Model()
    trainer = BalancedTrainer(model=model, args=arguments, train_dataset=Rows())
    trainer.train(resume_from_checkpoint=resume_from and str(resume_from))
    return model.seen


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """The rows of three epochs, and the folder with a checkpoint of every step."""
    folder = tmp_path_factory.mktemp("checkpoints")
    return seen_by_trainer(folder), folder


def test_the_epochs_of_the_trainer_are_those_of_the_sampler(uninterrupted):
    seen, _ = uninterrupted
    sampler = InverseFrequencySampler(random_state=5).fit(None, Y)
    wanted = []
    for epoch in range(3):
        rows = sampler.draw(epoch).tolist()
        wanted += [rows[at : at + BATCH_SIZE] for at in range(0, len(rows), BATCH_SIZE)]
    assert len(seen) == 3 * N_STEPS
    assert seen == wanted


@pytest.mark.parametrize("step", [7, N_STEPS - 1, N_STEPS, N_STEPS + 1, 2 * N_STEPS, 38])
def test_a_run_that_goes_on_from_a_checkpoint_sees_what_was_left(uninterrupted, tmp_path, step):
    seen, folder = uninterrupted
    checkpoint = folder / f"checkpoint-{step}"
    assert seen_by_trainer(tmp_path, checkpoint, save_strategy="no") == seen[step:]


def test_workers_do_not_change_what_is_left(uninterrupted, tmp_path):
    seen, folder = uninterrupted
    checkpoint = folder / "checkpoint-20"
    workers = {"dataloader_num_workers": 2, "save_strategy": "no"}
    assert seen_by_trainer(tmp_path, checkpoint, **workers) == seen[20:]
