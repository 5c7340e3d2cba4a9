"""The value model: the small model, taught to say after each line whether the answer will end right.

python value.py data CHECKPOINT OUT PROBLEMS SAMPLES SEED        samples with labels, on training problems
python value.py train CHECKPOINT OUT.pt MINUTES DATA…            fine-tunes a copy of the small model
python value.py score VALUE.pt FOLDER RAW                        adds "process" to the rows of a raw recording
python value.py auc FOLDER RAW…                                  how well the scores tell right from wrong

The value of a partial answer is P(good) / (P(good) + P(bad)) of the next token: after the prompt, after each line
break and after the end of the answer's text.
"""

import json
import os
import random
import sys
import time
from collections import defaultdict
from dataclasses import asdict

import torch
import torch.nn.functional as functional

import tasks
from batches import cut_by_length
from model import load
from optimiser import Optimiser
from record import HERE, problems_of
from revision import sampled, subject, verdicts
from tokenizer import Tokenizer

BATCH_TOKENS = 6144
MATRIX_RATE, OTHER_RATE = 0.005, 1e-3
tokenizer = Tokenizer.load(os.path.join(HERE, "tokenizer.json"))


def positions(context, ids):
    """Where a value is read: the end of the prompt, the line break of each line that is not blank, the end."""
    ends, last = [context - 1], context + len(ids) - 1
    for at, token in enumerate(ids):
        if token == tokenizer.newline and at > 0 and ids[at - 1] != tokenizer.newline:
            ends.append(context + at)
    return ends if ends[-1] == last else [*ends, last]


def data(checkpoint, out, count, samples, seed):
    model, rng = load(checkpoint, rounded=True), random.Random(seed)
    problems = [tasks.training_problem(rng) for _ in range(count)]
    # Half of them as the levels are, so that the hard ones are not rare.
    for number in range(0, count, 2):
        task, level = tasks.TASKS[number // 2 % 3], rng.choices(range(5), [3, 3, 3, 3, 1])[0]
        while tasks.is_held_out(problem := tasks.LEVELS[task][level](rng)):
            pass
        problems[number] = problem
    repeated = [problem for problem in problems for _ in range(samples)]
    contexts = [[problem["prompt"]] for problem in repeated]
    outs = sampled(model, tokenizer, contexts, generator=torch.Generator().manual_seed(seed), batch=256)
    judged = verdicts([subject(problem, tokenizer.decode(out[0])) for problem, out in zip(repeated, outs)])
    with open(out, "w") as file:
        for problem, (ids, _, _), verdict in zip(repeated, outs, judged):
            row = {"prompt": problem["prompt"], "ids": ids, "correct": verdict["correct"]}
            file.write(json.dumps(row) + "\n")


def train(checkpoint, out, minutes, files):
    model, rng = load(checkpoint), random.Random(3)
    hidden = torch.compile(model.hidden, dynamic=True)
    examples = []
    for name in files:
        with open(name) as file:
            for row in map(json.loads, file):
                if row["ids"]:
                    context = tokenizer.chat([row["prompt"]])
                    # Who asks for a value may end the last line too, so that is learned as well.
                    examples.append((context + row["ids"] + [tokenizer.newline], len(context), row["correct"]))
    print(len(examples), "samples,", sum(len(e[0]) for e in examples), "tokens", flush=True)
    optimiser = Optimiser(model, MATRIX_RATE, OTHER_RATE)
    started = last = time.time()
    tokens, average, share = 0, None, 0.0
    while share < 1:
        rng.shuffle(examples)
        for start in range(0, len(examples), 4000):
            for batch in cut_by_length(rng, examples[start : start + 4000], BATCH_TOKENS):
                share = (time.time() - started) / (minutes * 60)
                if share >= 1:
                    break
                rate = min(1, share / 0.03) * max(0.02, 1 - share)
                longest = max(len(ids) for ids, _, _ in batch)
                inputs = torch.full((len(batch), longest), tokenizer.PAD)
                targets = torch.full((len(batch), longest), -100)
                for row, (ids, context, correct) in enumerate(batch):
                    inputs[row, : len(ids)] = torch.tensor(ids)
                    where = sorted({*positions(context, ids[context:-1]), len(ids) - 1})
                    targets[row, where] = tokenizer.GOOD if correct else tokenizer.BAD
                picked = targets != -100
                loss = functional.cross_entropy(model.logits(hidden(inputs)[picked]), targets[picked])
                model.zero_grad()
                loss.backward()
                optimiser.step(rate)
                tokens += inputs.numel()
                average = loss.item() if average is None else 0.98 * average + 0.02 * loss.item()
                if time.time() - last > 20:
                    last = time.time()
                    print(f"{last - started:5.0f} s  {tokens / 1e6:.2f} M tokens  loss {average:.4f}", flush=True)
    torch.save({"config": asdict(model.config), "model": model.state_dict()}, out)
    print(f"done: {tokens} tokens, loss {average:.4f}")


def read_in_batches(rows, size=128):
    """Of (prompt, ids) those of like length together: (their numbers, each as (context, ids), all as one tensor)."""
    order = sorted(range(len(rows)), key=lambda number: len(rows[number][1]) + len(rows[number][0]) // 3)
    for start in range(0, len(order), size):
        part = order[start : start + size]
        encoded = [(tokenizer.chat([rows[number][0]]), rows[number][1]) for number in part]
        longest = max(len(context) + len(ids) for context, ids in encoded)
        inputs = torch.full((len(part), longest), tokenizer.PAD)
        for row, (context, ids) in enumerate(encoded):
            inputs[row, : len(context) + len(ids)] = torch.tensor(context + ids)
        yield part, encoded, inputs


@torch.no_grad()
def values(model, rows):
    """The values of each (prompt, ids): after the prompt, after each line, after the end."""
    results = [None] * len(rows)
    for part, encoded, inputs in read_in_batches(rows):
        hidden = model.hidden(inputs)
        both = hidden @ model.embedding.weight[[tokenizer.GOOD, tokenizer.BAD]].T
        good = torch.sigmoid(both[..., 0] - both[..., 1])
        for row, (number, (context, ids)) in enumerate(zip(part, encoded)):
            results[number] = good[row, positions(len(context), ids)].tolist()
    return results


def score(checkpoint, folder, raw):
    model = load(checkpoint, rounded=True)
    prompts = {problem["id"]: problem["prompt"] for problem in problems_of(folder)}
    with open(raw) as file:
        rows = [json.loads(line) for line in file]
    found = values(model, [(prompts[row["id"]], tokenizer.encode(row["text"])) for row in rows])
    with open(raw, "w") as file:
        for row, process in zip(rows, found):
            row["process"] = [round(each, 3) for each in process]
            file.write(json.dumps(row) + "\n")


def area(scored):
    """Area under the ROC curve of (score, label) pairs, ties counting half; None without both labels."""
    ordered = sorted(scored)
    positives = sum(label for _, label in ordered)
    negatives = len(ordered) - positives
    if positives == 0 or negatives == 0:
        return None
    ranks, at = 0.0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        ranks += (at + end + 1) / 2 * sum(label for _, label in ordered[at:end])
        at = end
    return (ranks - positives * (positives + 1) / 2) / (positives * negatives)


def auc(folder, files):
    problems = {problem["id"]: problem for problem in problems_of(folder)}
    for name in files:
        with open(name) as file:
            rows = [json.loads(line) for line in file]
        judged = verdicts([subject(problems[row["id"]], row["text"]) for row in rows])
        for task in tasks.TASKS:
            chosen = [(r, v["correct"]) for r, v in zip(rows, judged) if problems[r["id"]]["task"] == task]
            for label, at in [("prompt", 0), *((f"line {n}", n) for n in range(1, 7)), ("end", -1)]:
                scored, by_problem = [], defaultdict(list)
                for row, correct in chosen:
                    # A line's score counts only where the answer went on after it.
                    if at <= 0 or len(row["process"]) > at + 1:
                        scored.append((row["process"][at], correct))
                        by_problem[row["id"]].append((row["process"][at], correct))
                pooled = area(scored)
                within = [each for each in map(area, by_problem.values()) if each is not None]
                if pooled is not None and len(scored) > 500:
                    inside = sum(within) / len(within) if within else float("nan")
                    print(f"{os.path.basename(name)} {task} {label}: AUC {pooled:.3f}, within a problem {inside:.3f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    command, *rest = sys.argv[1:]
    if command == "data":
        data(rest[0], rest[1], *map(int, rest[2:]))
    elif command == "train":
        train(rest[0], rest[1], float(rest[2]), rest[3:])
    elif command == "score":
        score(*rest)
    else:
        auc(rest[0], rest[1:])
