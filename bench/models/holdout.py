"""Shows that no problem of the recordings could have been trained on: python holdout.py RECORDINGS [DRAWS]

1. Every recorded problem is on the test side of the split by hash, which the training generator rejects, and outside
   of what the first pair's generator could make. The hash is over what a problem is about, not over its text.
2. Other orders of the numbers, other names, other letters do not change the side.
3. As a check on the reasoning: none of DRAWS problems of the training generator is a recorded one.
"""

import itertools
import json
import os
import random
import sys

import tasks


def recorded_keys(folder):
    keys = {}
    for task in tasks.TASKS:
        with open(os.path.join(folder, task, "problems.jsonl")) as file:
            ids = {json.loads(line)["prompt"] for line in file}
        for level in range(1, 6):
            for problem in tasks.held_out_problems(task, level, len(ids) // 5, 2026):
                assert problem["prompt"] in ids, problem["prompt"]
                assert tasks.is_held_out(problem), problem["prompt"]
                assert not tasks.first_pair_could_have_seen(problem), problem["prompt"]
                keys[(task, problem["key"])] = problem
        print(f"{task}: all {len(ids)} recorded problems are held out")
    return keys


def main(folder, draws=100_000):
    keys = recorded_keys(folder)
    orders = 0
    for (task, key), problem in keys.items():
        if task == "countdown":
            numbers, target = problem["meta"]["numbers"], problem["meta"]["target"]
            for order in itertools.islice(itertools.permutations(numbers), 720):
                assert tasks.countdown_key(order, target) == key
                orders += 1
    print(f"countdown: {orders} orders of the numbers have the same key as the recorded ones")
    rng = random.Random(99)
    met = sum((p["task"], p["key"]) in keys for p in (tasks.training_problem(rng) for _ in range(draws)))
    print(f"{met} of {draws} training problems are recorded ones, in any order")
    assert met == 0


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
