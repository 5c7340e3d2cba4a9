"""Writes the held-out problems of a recording: python problems.py FOLDER [PROBLEMS PER LEVEL] [SEED]

One folder a task, each with a problems.jsonl. `level` stands beside `meta`, which goes with the prompt, because it is
for reports only: nothing that decides may see it.
"""

import json
import os
import sys

import tasks

FIELDS = ("id", "prompt", "reference", "task", "level", "meta")


def main(folder, count=40, seed=2026):
    for task in tasks.TASKS:
        os.makedirs(os.path.join(folder, task), exist_ok=True)
        with open(os.path.join(folder, task, "problems.jsonl"), "w") as file:
            for level in range(1, 6):
                for problem in tasks.held_out_problems(task, level, count, seed):
                    row = {key: problem[key] for key in FIELDS if key in problem}
                    file.write(json.dumps(row, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
