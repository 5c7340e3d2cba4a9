"""Accuracy of a checkpoint on held-out problems, by level: python evaluate.py CHECKPOINT [PROBLEMS] [SAMPLES]"""

import os
import sys

import torch

import tasks
from model import load
from revision import sampled, subject, verdicts
from tokenizer import Tokenizer

TEMPERATURE = 0.8


def pass_at(count, right, tries):
    """Unbiased estimate of P(at least one of `tries` is right) from `right` of `count` samples."""
    if count - right < tries:
        return 1.0
    miss = 1.0
    for number in range(count - right + 1, count + 1):
        miss *= 1 - tries / number
    return 1 - miss


def main(checkpoint, count=20, samples=16):
    torch.set_num_threads(1)
    here = os.path.dirname(os.path.abspath(__file__))
    tokenizer = Tokenizer.load(os.path.join(here, "tokenizer.json"))
    model = load(checkpoint, rounded=True)
    generator = torch.Generator().manual_seed(0)
    tries = [each for each in (1, 4, 16, 64) if each <= samples]
    for task in tasks.TASKS:
        for level in range(1, 6):
            problems = tasks.held_out_problems(task, level, count, "evaluate")
            repeated = [problem for problem in problems for _ in range(samples)]
            outs = sampled(model, tokenizer, [[p["prompt"]] for p in repeated], TEMPERATURE, generator=generator)
            right = [v["correct"] for v in verdicts([subject(p, tokenizer.decode(o[0])) for p, o in zip(repeated, outs)])]
            by_problem = [sum(right[at : at + samples]) for at in range(0, len(right), samples)]
            figures = [sum(pass_at(samples, each, k) for each in by_problem) / count for k in tries]
            print(task, level, *(f"pass@{k} {value:.3f}" for k, value in zip(tries, figures)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
