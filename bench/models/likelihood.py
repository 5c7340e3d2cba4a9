"""How well the likelihood of an answer under one of the models tells right from wrong: `llama-likelihood` as a guide.

python likelihood.py CHECKPOINT RECORDINGS [SAMPLES]   on the first SAMPLES (default 16) of small's samples a problem

The score of a partial answer is the sum of its tokens' log-probabilities up to the end of a line.
"""

import gzip
import json
import os
import sys
from collections import defaultdict

import torch

import tasks
from model import load
from record import problems_of
from value import area, positions, read_in_batches, tokenizer


@torch.no_grad()
def scores(model, rows):
    """Of each (prompt, ids) the score after each line and after the end."""
    results = [None] * len(rows)
    for part, encoded, inputs in read_in_batches(rows):
        logprobs = model(inputs[:, :-1]).log_softmax(-1).gather(2, inputs[:, 1:, None])[..., 0]
        for row, (number, (context, ids)) in enumerate(zip(part, encoded)):
            sums = logprobs[row, len(context) - 1 : len(context) + len(ids) - 1].cumsum(0)
            results[number] = [sums[at - len(context)].item() for at in positions(len(context), ids)[1:]]
    return results


def main(checkpoint, folder, samples=16):
    model = load(checkpoint, rounded=True)
    prompts = {problem["id"]: problem["prompt"] for problem in problems_of(folder)}
    for task in tasks.TASKS:
        with gzip.open(os.path.join(folder, task, "samples.small.jsonl.gz"), "rt") as file:
            rows = [row for row in map(json.loads, file) if row["kind"] == "sample"]
        rows = [row for row in rows if row["i"] < int(samples) and row["text"]]
        found = scores(model, [(prompts[row["id"]], tokenizer.encode(row["text"])) for row in rows])
        for label, at in [*((f"line {n}", n - 1) for n in range(1, 5)), ("end", -1)]:
            scored, by_problem = [], defaultdict(list)
            for row, each in zip(rows, found):
                if at < 0 or len(each) > at + 1:
                    scored.append((each[at], row["correct"]))
                    by_problem[row["id"]].append(scored[-1])
            within = [each for each in map(area, by_problem.values()) if each is not None]
            inside = sum(within) / len(within)
            print(f"{task} {label}: AUC {area(scored):.3f}, within a problem {inside:.3f}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
