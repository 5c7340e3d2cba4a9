"""Contexts for revision: wrong attempts of the model itself, and what our verifiers said about them."""

import itertools
import json
import os
import pathlib
import random
import subprocess
import time

import torch

import tasks
from model import generate

HERE = pathlib.Path(__file__).parent
NODE = os.environ.get("NODE", str(HERE.parent.parent / "node_modules" / ".bin" / "node"))


def verdicts(rows):
    """What the project's own verifiers say about each {"task", "prompt", "text", "reference"?, "meta"?}."""
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    done = subprocess.run([NODE, str(HERE / "verdicts.ts")], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def subject(problem, text):
    fields = {key: problem[key] for key in ("task", "prompt", "reference", "meta") if key in problem}
    return {**fields, "text": text}


def sampled(model, tokenizer, contexts, temperature=0.8, most=320, batch=192, generator=None):
    """One sample of each context (a list of turns), as (ids, logprobs, ended). Contexts of one length run together."""
    encoded = [tokenizer.chat(turns) for turns in contexts]
    order = sorted(range(len(encoded)), key=lambda number: len(encoded[number]))
    results = [None] * len(encoded)
    for _, same in itertools.groupby(order, key=lambda number: len(encoded[number])):
        same = list(same)
        for start in range(0, len(same), batch):
            part = same[start : start + batch]
            outs = generate(model, [encoded[number] for number in part], temperature, most, generator)
            for number, out in zip(part, outs):
                results[number] = out
    return results


def clean_context(prompt, attempt, feedback):
    """The form of a revision that shows the last attempt only, as one user turn."""
    return f"{prompt}\nNot accepted: {attempt}\nFeedback: {feedback}\nAnswer again."


def feedback_turn(feedback):
    """What the user says after a wrong attempt, in the form of a conversation."""
    return f"{feedback}\nAnswer again."


def wrong_attempts(model, tokenizer, seed, problems, samples_each):
    """[(problem, [(attempt, feedback), …])] for the problems that the model got wrong at least once."""
    rng = random.Random(seed)
    generator = torch.Generator().manual_seed(seed)
    started = time.time()
    chosen = [tasks.training_problem(rng) for _ in range(problems)]
    chosen = [problem for problem in chosen if len(problem["solution"]) < 220]
    repeated = [problem for problem in chosen for _ in range(samples_each)]
    outs = sampled(model, tokenizer, [[problem["prompt"]] for problem in repeated], generator=generator)
    texts = [tokenizer.decode(ids) for ids, _, _ in outs]
    judged = verdicts([subject(problem, text) for problem, text in zip(repeated, texts)])
    found = []
    for number, problem in enumerate(chosen):
        span = range(number * samples_each, (number + 1) * samples_each)
        wrong = [(texts[at], judged[at]["feedback"]) for at in span if not judged[at]["correct"] and outs[at][2]]
        if wrong:
            found.append((problem, list(dict.fromkeys(wrong))))
    right = sum(verdict["correct"] for verdict in judged) / len(judged)
    print(f"{len(repeated)} attempts, {right:.3f} right, {time.time() - started:.0f} s", flush=True)
    return found


def revision_example(rng, tokenizer, problem, wrong):
    """(ids, length of the context) in one of the two forms; the loss is on the last turn only."""
    if rng.random() < 0.5:
        attempt, feedback = rng.choice(wrong)
        turns = [clean_context(problem["prompt"], attempt, feedback)]
    else:
        shown = rng.sample(wrong, rng.randint(1, min(3, len(wrong))))
        turns = [problem["prompt"]]
        for attempt, feedback in shown:
            turns += [attempt, feedback_turn(feedback)]
    context = tokenizer.chat(turns)
    return context + tokenizer.encode(problem["solution"]) + [tokenizer.EOS], len(context)
