"""Writes parity.json: what PyTorch answers greedily on 20 prompts, for each model, and the value model's values.

python fixture.py SMALL.pt LARGE.pt VALUE.pt RECORDINGS
"""

import json
import os
import random
import sys

import torch

from model import generate, load
from record import HERE, problems_of
from revision import clean_context, feedback_turn, subject, verdicts
from tokenizer import Tokenizer
from value import values

MOST_TOKENS = 320


def greedy(model, tokenizer, turns):
    (ids, _, _), = generate(model, [tokenizer.chat(turns)], 0, MOST_TOKENS)
    return tokenizer.decode(ids)


def main(small, large, value, folder):
    torch.set_num_threads(1)
    tokenizer = Tokenizer.load(os.path.join(HERE, "tokenizer.json"))
    by_task = {}
    for problem in problems_of(folder):
        by_task.setdefault(problem["task"], []).append(problem)
    rng = random.Random(20)
    chosen = [problem for problems in by_task.values() for problem in rng.sample(problems, 6)]
    fixture = {"models": {}, "values": []}
    for name, path in (("small", small), ("large", large)):
        model = load(path, rounded=True)
        contexts = [[problem["prompt"]] for problem in chosen]
        # Two revisions, one in each form, so that a conversation is compared as well.
        for problem in rng.sample(chosen, 12):
            attempt = greedy(model, tokenizer, [problem["prompt"]])
            (verdict,) = verdicts([subject(problem, attempt)])
            if not verdict["correct"] and len(contexts) == len(chosen):
                contexts.append([clean_context(problem["prompt"], attempt, verdict["feedback"])])
            elif not verdict["correct"] and len(contexts) == len(chosen) + 1:
                contexts.append([problem["prompt"], attempt, feedback_turn(verdict["feedback"])])
        fixture["models"][name] = [
            {"turns": turns, "tokens": len(tokenizer.chat(turns)), "text": greedy(model, tokenizer, turns)}
            for turns in contexts
        ]
    model, answers = load(value, rounded=True), fixture["models"]["small"][: len(chosen)]
    rows = [(answer["turns"][0], tokenizer.encode(answer["text"])) for answer in answers]
    for (prompt, ids), found in zip(rows, values(model, rows)):
        text = tokenizer.decode(ids)
        fixture["values"].append({"prompt": prompt, "text": text, "values": [round(each, 4) for each in found]})
    with open(os.path.join(HERE, "parity.json"), "w") as file:
        json.dump(fixture, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
