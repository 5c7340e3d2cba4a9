"""Trains one of the two models. Muon for the matrices, AdamW for the rest, a trapezoid schedule by wall clock.

python train.py --size small --minutes 52 --out RUN

The last part (`--revise-from`) also shows revisions: wrong attempts of the model of that moment with our verifiers'
feedback, then a right answer. Run the two models as two processes with OMP_NUM_THREADS=1.
"""

import argparse
import os
import pickle
import random
import time
from dataclasses import asdict

import torch
import torch.nn.functional as functional

import revision
import tasks
from batches import cut_by_length
from model import SIZES, Config, Llama
from optimiser import Optimiser
from tokenizer import Tokenizer, train_merges

options = argparse.ArgumentParser()
options.add_argument("--size", choices=SIZES, required=True)
options.add_argument("--out", required=True)
options.add_argument("--minutes", type=float, default=52)
options.add_argument("--seed", type=int, default=1)
options.add_argument("--batch-tokens", type=int, default=4096)
options.add_argument("--matrix-rate", type=float, default=0.015)
options.add_argument("--other-rate", type=float, default=3e-3)
options.add_argument("--revise-from", type=float, default=0.7, help="share of the time after which revisions are shown")
options.add_argument("--revise-share", type=float, default=0.3, help="share of revisions among the examples from there")
options.add_argument("--revise-problems", type=int, default=14000)
options.add_argument("--attempts", help="a file of wrong attempts: written by the small model, read by the large one")
options.add_argument("--start", help="a checkpoint to go on from")
options.add_argument("--no-compile", action="store_true")

POOL = 2500  # examples that are sorted by length and cut into batches at a time
TAIL_PHRASES = [
    "Not a solution: step 1: 3 is not among the numbers left.",
    "Not a solution: step 2: 35-29 is 6, not 7.",
    "Not a solution: step 1: the numbers left are 3 4, not 3 5.",
    "Not a solution: ends at 7, not the target 6. numbers are left over",
    "The final answer 8 is not right. line 2 is wrong",
    "a+b=13: it is 12",
    "\nNot accepted: \nFeedback: \nAnswer again.",
]


def vocabulary(path):
    """The tokenizer, the same for all models: made once from 4,000 problems and the sentences of feedback."""
    if os.path.exists(path):
        return Tokenizer.load(path)
    rng = random.Random(7)
    texts = TAIL_PHRASES * 150
    for _ in range(4000):
        problem = tasks.training_problem(rng)
        texts.append(problem["prompt"] + "\n" + problem["solution"])
    tokenizer = Tokenizer(train_merges(texts))
    tokenizer.save(path)
    return tokenizer


def batches(rng, tokenizer, wrong, revise_share, batch_tokens):
    """Endless (inputs, targets); `wrong` is filled when revisions begin. Targets are -100 where there is no loss."""
    while True:
        examples = []
        for _ in range(POOL):
            if wrong and rng.random() < revise_share:
                examples.append(revision.revision_example(rng, tokenizer, *rng.choice(wrong)))
            else:
                problem = tasks.training_problem(rng)
                context = tokenizer.chat([problem["prompt"]])
                examples.append((context + tokenizer.encode(problem["solution"]) + [tokenizer.EOS], len(context)))
        for batch in cut_by_length(rng, examples, batch_tokens):
            revising = bool(wrong)
            yield padded(batch, tokenizer.PAD)
            if bool(wrong) != revising:
                break


def padded(batch, pad):
    longest = max(len(ids) for ids, _ in batch)
    inputs = torch.full((len(batch), longest), pad)
    targets = torch.full((len(batch), longest), -100)
    for row, (ids, context) in enumerate(batch):
        inputs[row, : len(ids)] = torch.tensor(ids)
        targets[row, context - 1 : len(ids) - 1] = torch.tensor(ids[context:])
    return inputs, targets


def schedule(share):
    return min(1, share / 0.02) * (1 if share < 0.45 else max(0.02, (1 - share) / 0.55))


def main():
    a = options.parse_args()
    torch.manual_seed(a.seed)
    torch.set_num_threads(1)
    os.makedirs(a.out, exist_ok=True)
    tokenizer = vocabulary(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer.json"))
    model = Llama(Config(vocab=len(tokenizer.tokens), **SIZES[a.size]))
    if a.start:
        model.load_state_dict(torch.load(a.start, map_location="cpu")["model"])
    print("parameters", sum(p.numel() for p in model.parameters()), "vocabulary", len(tokenizer.tokens), flush=True)
    hidden = model.hidden if a.no_compile else torch.compile(model.hidden, dynamic=True)
    optimiser = Optimiser(model, a.matrix_rate, a.other_rate, decay=0.05)
    wrong = []
    source = batches(random.Random(a.seed * 1000), tokenizer, wrong, a.revise_share, a.batch_tokens)

    def save():
        path = os.path.join(a.out, "model.pt")
        torch.save({"config": asdict(model.config), "model": model.state_dict()}, path + ".part")
        os.replace(path + ".part", path)

    started = last = last_save = time.time()
    steps = tokens = 0
    average = None
    while (share := (time.time() - started) / (a.minutes * 60)) < 1:
        if share >= a.revise_from and not wrong:
            save()
            if a.attempts and a.size == "large" and os.path.exists(a.attempts):
                with open(a.attempts, "rb") as file:
                    wrong.extend(pickle.load(file))
            elif a.size == "small":
                wrong.extend(revision.wrong_attempts(model, tokenizer, a.seed, a.revise_problems, 2))
                if a.attempts:
                    with open(a.attempts + ".part", "wb") as file:
                        pickle.dump(wrong, file)
                    os.replace(a.attempts + ".part", a.attempts)
            if wrong:
                print("revisions of", len(wrong), "problems from step", steps, flush=True)
        inputs, targets = next(source)
        rate = schedule(share)
        picked = targets != -100
        loss = functional.cross_entropy(model.logits(hidden(inputs)[picked]), targets[picked])
        model.zero_grad()
        loss.backward()
        optimiser.step(rate)
        steps += 1
        tokens += inputs.numel()
        average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
        now = time.time()
        if now - last > 20:
            last = now
            speed = tokens / (now - started)
            print(
                f"{now - started:6.0f} s  step {steps}  {tokens / 1e6:.2f} M tokens  {speed:.0f} tok/s  "
                f"loss {average:.4f}  rate {rate:.3f}",
                flush=True,
            )
        if now - last_save > 150:
            last_save = now
            save()
    save()
    print(f"done: {steps} steps, {tokens} tokens, {time.time() - started:.0f} s, loss {average:.4f}")


if __name__ == "__main__":
    main()
