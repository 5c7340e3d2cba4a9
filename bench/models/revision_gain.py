"""How often a revised attempt is right, against a fresh sample of the same problem: python revision_gain.py RECORDINGS"""

import collections
import gzip
import json
import os
import sys

import tasks

FIRST_ATTEMPTS = 4  # samples that chains started from; they are not counted as fresh


def main(folder, model="small"):
    for task in tasks.TASKS:
        with gzip.open(os.path.join(folder, task, f"samples.{model}.jsonl.gz"), "rt") as file:
            rows = [json.loads(line) for line in file]
        fresh = collections.defaultdict(list)
        for row in rows:
            if row["kind"] == "sample" and row["index"] >= FIRST_ATTEMPTS:
                fresh[row["id"]].append(row["correct"])
        share = {problem: sum(right) / len(right) for problem, right in fresh.items()}
        for form in ("conversation", "clean"):
            for turn in (1, 2, 3):
                chosen = [r for r in rows if r["kind"] == "revise" and r["form"] == form and r["turn"] == turn]
                if not chosen:
                    continue
                revised = sum(row["correct"] for row in chosen) / len(chosen)
                again = sum(share[row["id"]] for row in chosen) / len(chosen)
                tokens = sum(row["completion_tokens"] for row in chosen) / len(chosen)
                context = sum(row["prompt_tokens"] for row in chosen) / len(chosen)
                print(
                    f"| {task} | {form} | {turn} | {len(chosen)} | {revised:.3f} | {again:.3f} | "
                    f"{revised - again:+.3f} | {context:.0f} + {tokens:.0f} |"
                )


if __name__ == "__main__":
    main(*sys.argv[1:])
