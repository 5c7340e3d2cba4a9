"""Draws the samples of a recording, in PyTorch, with the weights rounded to f16 as they are shipped.

python record.py sample MODEL CHECKPOINT RECORDINGS RAW TASK [SAMPLES]   samples of every problem
python record.py revise MODEL CHECKPOINT RECORDINGS RAW TASK [CHAINS]    up to three revisions of the first samples

What comes out is raw: `bench/record-pair.ts` verifies the texts and writes the files of the recording. One task a
process, so that several can run side by side.
"""

import json
import os
import sys
import time

import torch

import tasks
from model import load
from revision import clean_context, feedback_turn, sampled, subject, verdicts
from tokenizer import Tokenizer

TEMPERATURE = 0.8
MOST_TOKENS = 320
SEED = 2026
REVISIONS = 3
HERE = os.path.dirname(os.path.abspath(__file__))


def problems_of(folder, chosen=tasks.TASKS):
    problems = []
    for task in chosen:
        with open(os.path.join(folder, task, "problems.jsonl")) as file:
            problems += [json.loads(line) for line in file]
    return problems


def drawn(model, tokenizer, contexts, generator):
    """Rows of text, token counts and mean log-probability, one for each context."""
    outs = sampled(model, tokenizer, contexts, TEMPERATURE, MOST_TOKENS, 256, generator)
    return [
        {
            "text": tokenizer.decode(ids),
            "completion_tokens": len(scores),
            "prompt_tokens": len(tokenizer.chat(turns)),
            "logprob": round(sum(scores) / len(scores), 4),
            "finish": "stop" if ended else "length",
        }
        for turns, (ids, scores, ended) in zip(contexts, outs)
    ]


def sample(model, tokenizer, problems, count, out, seed):
    """In parts of some problems each, so that what is there can be looked at while it runs."""
    generator = torch.Generator().manual_seed(seed)
    started, tokens = time.time(), 0
    with open(out + ".part", "w") as file:
        for start in range(0, len(problems), 40):
            chosen = [problem for problem in problems[start : start + 40] for _ in range(count)]
            rows = drawn(model, tokenizer, [[problem["prompt"]] for problem in chosen], generator)
            for number, (problem, row) in enumerate(zip(chosen, rows)):
                file.write(json.dumps({"id": problem["id"], "index": number % count, **row}) + "\n")
                tokens += row["completion_tokens"]
            print(f"{start + 40} problems, {tokens} tokens, {time.time() - started:.0f} s", flush=True)
    os.replace(out + ".part", out)


def revise(model, tokenizer, problems, chains, samples, out, seed):
    """Both forms of context for the same first attempts: the whole conversation, and the last attempt only."""
    generator = torch.Generator().manual_seed(seed)
    with open(samples) as file:
        rows = [row for row in map(json.loads, file) if row["index"] < chains]
    by_id = {problem["id"]: problem for problem in problems}
    open_chains = []
    for row in rows:
        for form in ("conversation", "clean"):
            chain = {"id": row["id"], "chain": row["index"], "form": form}
            open_chains.append((chain, by_id[row["id"]], [(row["text"], None)]))
    written = []
    for turn in range(1, REVISIONS + 1):
        judged = verdicts([subject(problem, attempts[-1][0]) for _, problem, attempts in open_chains])
        going, contexts = [], []
        for verdict, (chain, problem, attempts) in zip(judged, open_chains):
            if verdict["correct"]:
                continue
            attempts[-1] = (attempts[-1][0], verdict["feedback"])
            turns = [problem["prompt"]]
            if chain["form"] == "clean":
                turns = [clean_context(problem["prompt"], *attempts[-1])]
            else:
                for attempt, feedback in attempts:
                    turns += [attempt, feedback_turn(feedback)]
            if len(tokenizer.chat(turns)) + MOST_TOKENS > model.config.context:
                continue
            going.append((chain, problem, attempts))
            contexts.append(turns)
        for turns, (chain, _, attempts), row in zip(contexts, going, drawn(model, tokenizer, contexts, generator)):
            written.append({**chain, "turn": turn, "turns": turns, **row})
            attempts.append((row["text"], None))
        open_chains = going
        print(f"revision {turn}: {len(going)} chains", flush=True)
    with open(out, "w") as file:
        for row in written:
            file.write(json.dumps(row) + "\n")


def main(kind, model, checkpoint, folder, raw, task, count=None):
    torch.set_num_threads(1)
    tokenizer = Tokenizer.load(os.path.join(HERE, "tokenizer.json"))
    shipped, problems = load(checkpoint, rounded=True), problems_of(folder, [task])
    samples = os.path.join(raw, f"samples.{model}.{task}.jsonl")
    seed = SEED + tasks.TASKS.index(task)
    if kind == "sample":
        sample(shipped, tokenizer, problems, int(count or 64), samples, seed)
    else:
        out = os.path.join(raw, f"chains.{model}.{task}.jsonl")
        revise(shipped, tokenizer, problems, int(count or 4), samples, out, seed + 100)


if __name__ == "__main__":
    main(*sys.argv[1:])
