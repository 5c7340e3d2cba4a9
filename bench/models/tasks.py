"""Three families of problems that can be generated and verified, each with a step-by-step solution.

  countdown    "Make 24 from 3 8 1 5."                  one operation a line, with the numbers left: `8-5=3 | 1 3 3`
  story        "Ann has 17 pens. Buys 6 boxes of 14."   one calculation a line, last line `Answer: 101`
  constraints  "Find a b c in 1-9 as JSON: a+b=11, …"   one letter a line, last line `{"a":4,"b":7,"c":2}`

A problem has five levels in each family (LEVELS). Nothing in a prompt tells its level. A problem is held out of
training by a hash of what it is about (`holdout_key`), whatever the order of its numbers, the names of its things or
the letters of its unknowns: see `is_held_out`.
"""

import hashlib
import random

NAMES = "Ann Ben Cal Dot Eli Fay Gus Hal Ida Jon Kit Lee Mia Ned Oli Pam Ray Sue Tom Una".split()
THINGS = "pens eggs cups nuts hats keys maps cans figs pots".split()
LETTERS = "abcdef"
HELD_OUT_SHARE = 16  # one problem in this many is never trained on


def is_held_out(problem):
    """Whether the problem belongs to the test side of the split. The training generator rejects all of these."""
    digest = hashlib.sha256(f"{problem['task']}|{problem['key']}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % HELD_OUT_SHARE == 0


def first_pair_could_have_seen(problem):
    """Whether the first pair's generator, which knew nothing of this split, could have made the problem: countdown
    with numbers to 25 and targets to 100, stories of values to 300 with sums and differences to 60. Ours go on from
    that pair's weights, so these are never tested on either."""
    if problem["task"] == "countdown":
        return max(problem["meta"]["numbers"]) <= 25 and problem["meta"]["target"] <= 100
    if problem["task"] == "story":
        start, *changes = problem["key"].split()
        sums = [int(change[1:]) for change in changes if change[0] in "+-"]
        boxes = [int(change[1:].split("x")[1]) for change in changes if change[0] == "b"]
        return int(start) <= 60 and max(sums, default=0) <= 60 and max(boxes, default=0) <= 20 and problem["largest"] <= 300
    return False


# ---------------------------------------------------------------------------------------------------- countdown


def countdown(rng, count, operations="+-*/", largest_number=50, largest_target=200):
    """A solvable problem with `count` numbers and one solution, made by combining random numbers."""
    while True:
        numbers = [rng.randint(1, largest_number) for _ in range(count)]
        left, lines = list(numbers), []
        while len(left) > 1:
            i, j = rng.sample(range(len(left)), 2)
            high, low = max(left[i], left[j]), min(left[i], left[j])
            possible = [op for op in operations if allowed(op, high, low, 2 * largest_target)]
            if not possible:
                break
            op = rng.choice(possible)
            result = operate(op, high, low)
            left = sorted([x for k, x in enumerate(left) if k not in (i, j)] + [result])
            lines.append(f"{high}{op}{low}={result} | {' '.join(map(str, left))}")
        target = left[0]
        if len(left) == 1 and 1 <= target <= largest_target and target not in numbers:
            return {
                "task": "countdown",
                "prompt": f"Make {target} from {' '.join(map(str, numbers))}.",
                "solution": "\n".join(lines),
                "meta": {"numbers": numbers, "target": target},
                "key": countdown_key(numbers, target),
            }


def countdown_key(numbers, target):
    """The same for every order of the numbers."""
    return f"{' '.join(map(str, sorted(numbers)))}={target}"


def allowed(op, high, low, limit):
    if op == "+":
        return high + low <= limit
    if op == "-":
        return high != low
    if op == "*":
        return low > 1 and high * low <= limit
    return low > 1 and high % low == 0 and high != low


def operate(op, high, low):
    return {"+": high + low, "-": high - low, "*": high * low, "/": high // low if low else 0}[op]


# -------------------------------------------------------------------------------------------------------- story


def story(rng, steps, cap=300, largest_addend=60, long_products=False, distraction=0.15):
    """`steps` things happen to a number of things, which stays between 1 and `cap`; some sentences do not matter."""
    name, thing = rng.choice(NAMES), rng.choice(THINGS)
    value = rng.randint(2, min(cap * 2 // 3, 4 * largest_addend))
    sentences, lines, key = [f"{name} has {value} {thing}."], [], [str(value)]
    done, largest = 0, value
    while done < steps:
        largest = max(largest, value)
        if rng.random() < distraction:
            sentences.append(distractor(rng, name, thing, largest_addend))
        kind = rng.choices("+-b*/", [28, 28, 18, 12, 14])[0]
        if kind == "+":
            amount = rng.randint(2, largest_addend)
            if value + amount > cap:
                continue
            sentences.append(f"{rng.choice(['Gets', 'Buys', 'Finds'])} {amount}.")
            lines.append(f"{value}+{amount}={value + amount}")
            value += amount
        elif kind == "-":
            if value < 4:
                continue
            amount = rng.randint(2, min(largest_addend, value - 1))
            sentences.append(f"{rng.choice(['Loses', 'Sells', 'Gives'])} {amount}.")
            lines.append(f"{value}-{amount}={value - amount}")
            value -= amount
        elif kind == "b":
            boxes = rng.randint(11, 39) if long_products and rng.random() < 0.6 else rng.randint(2, 9)
            amount = rng.randint(11, 49) if long_products else rng.randint(3, 20)
            if value + boxes * amount > cap:
                continue
            sentences.append(rng.choice([f"Buys {boxes} boxes of {amount}.", f"Gets {boxes} bags of {amount}."]))
            lines.extend(product_lines(boxes, amount))
            lines[-1] += f" {value}+{boxes * amount}={value + boxes * amount}"
            value += boxes * amount
            amount = f"{boxes}x{amount}"
        elif kind == "*":
            amount = rng.randint(2, 9)
            if value * amount > cap:
                continue
            sentences.append(f"Now {amount} times as many.")
            lines.append(f"{value}*{amount}={value * amount}")
            value *= amount
        else:
            divisors = [d for d in range(2, 10) if value % d == 0 and value > d]
            if not divisors:
                continue
            amount = rng.choice(divisors)
            sentences.append(f"Keeps 1 of every {amount}.")
            lines.append(f"{value}/{amount}={value // amount}")
            value //= amount
        key.append(f"{kind}{amount}")
        done += 1
    return {
        "task": "story",
        "prompt": " ".join(sentences) + " How many?",
        "solution": "\n".join(lines) + f"\nAnswer: {value}",
        "reference": str(value),
        "key": " ".join(key),
        "largest": max(largest, value),
    }


def product_lines(boxes, amount):
    """A product of two-digit numbers is written as tens and ones."""
    if boxes < 10:
        return [f"{boxes}*{amount}={boxes * amount}"]
    tens, ones = boxes // 10 * 10, boxes % 10
    if ones == 0:
        return [f"{boxes}*{amount}={boxes * amount}"]
    return [
        f"{tens}*{amount}={tens * amount} {ones}*{amount}={ones * amount}",
        f"{tens * amount}+{ones * amount}={boxes * amount}",
    ]


def distractor(rng, name, thing, largest_addend):
    other = rng.choice([n for n in NAMES if n != name])
    another = rng.choice([t for t in THINGS if t != thing])
    amount = rng.randint(2, largest_addend)
    return rng.choice([f"{other} has {amount} {another}.", f"It is day {amount}.", f"A box costs {amount}."])


# -------------------------------------------------------------------------------------------------- constraints


def constraints(rng, letters, guesses, extra=1):
    """Digits 1 to 9 for `letters` unknowns. `guesses` of them cannot be derived line by line and have to be seen at
    once from `guesses + extra` further constraints; with none to guess, one digit is given."""
    names = LETTERS[:letters]
    while True:
        digits = {name: rng.randint(1, 9) for name in names}
        wanted = letters - guesses + (guesses + extra if guesses else 0)
        given = [equation(rng, names, digits) for _ in range(wanted - (guesses == 0))]
        if guesses == 0:
            name = rng.choice(names)
            given.append(("=", (name,), digits[name]))
        if rng.random() < 0.4:
            low, high = rng.sample(names, 2)
            if digits[low] < digits[high]:
                given.append(("<", (low, high), None))
        rng.shuffle(given)
        if len(set(given)) < len(given) or {n for _, used, _ in given for n in used} != set(names):
            continue
        lines, guessed = derivation(names, digits, given)
        if guessed == guesses:
            break
    texts = [constraint_text(*each) for each in given]
    answer = ",".join(f'"{name}":{digits[name]}' for name in names)
    return {
        "task": "constraints",
        "prompt": f"Find {' '.join(names)} in 1-9 as JSON: {', '.join(texts)}.",
        "solution": "\n".join(lines) + "\n{" + answer + "}",
        "meta": {"constraints": [constraint_json(*each) for each in given] + domain_json(names)},
        "key": constraints_key(given),
    }


def constraints_key(given):
    """Kinds and values without the letters: equal for puzzles that differ in letters or order, and for some more."""
    return " ".join(sorted(f"{kind}{len(used)}:{value}" for kind, used, value in given))


def equation(rng, names, digits):
    kind = rng.choices("+-*s", [4, 2, 3, 2 if len(names) > 2 else 0])[0]
    if kind == "s":
        used = tuple(sorted(rng.sample(names, 3)))
        return ("+", used, sum(digits[name] for name in used))
    first, second = sorted(rng.sample(names, 2))
    if kind == "-" and digits[first] < digits[second]:
        first, second = second, first
    return (kind, (first, second), operate(kind, digits[first], digits[second]))


def derivation(names, digits, given):
    """Lines that find one letter each: from the first equation with one unknown, else the next letter is guessed."""
    known, lines, guessed = {}, [], 0
    while len(known) < len(names):
        for kind, used, value in given:
            unknown = [name for name in used if name not in known]
            if kind == "<" or len(unknown) != 1:
                continue
            name = unknown[0]
            lines.append(f"{name}={derived(kind, used, value, name, known)}")
            break
        else:
            name = next(each for each in names if each not in known)
            lines.append(f"{name}={digits[name]}")
            guessed += 1
        known[name] = digits[name]
    return lines, guessed


def derived(kind, used, value, name, known):
    others = [known[each] for each in used if each != name]
    if kind == "=":
        return f"{value}"
    if kind == "+":
        return f"{'-'.join(map(str, [value, *others]))}={value - sum(others)}"
    if kind == "*":
        return f"{value}/{others[0]}={value // others[0]}"
    if name == used[0]:
        return f"{value}+{others[0]}={value + others[0]}"
    return f"{others[0]}-{value}={others[0] - value}"


def constraint_text(kind, used, value):
    if kind == "<":
        return f"{used[0]}<{used[1]}"
    return f"{kind.join(used)}={value}" if kind != "=" else f"{used[0]}={value}"


def constraint_json(kind, used, value):
    """As the verifier `constraints` wants it; the name is what its feedback says."""
    name = constraint_text(kind, used, value)
    paths = [f"/{letter}" for letter in used]
    if kind == "<":
        return {"path": paths[0], "op": "<", "value": {"path": paths[1]}, "name": name}
    if kind == "=":
        return {"path": paths[0], "op": "=", "value": value, "name": name}
    if kind == "+":
        return {"sum": paths, "op": "=", "value": value, "name": name}
    if kind == "-":
        return {"sum": [paths[0], {"path": paths[1], "times": -1}], "op": "=", "value": value, "name": name}
    return {"sum": [{"path": paths[0], "times": paths[1]}], "op": "=", "value": value, "name": name}


def domain_json(names):
    ranges = [{"path": f"/{name}", "between": [1, 9], "name": f"{name} in 1-9"} for name in names]
    return [*ranges, {"integer": [f"/{name}" for name in names], "name": "whole numbers"}]


# ------------------------------------------------------------------------------------------- levels and mixtures

STORY_SCALES = [
    {"cap": 150, "largest_addend": 30},
    {"cap": 300, "largest_addend": 60},
    {"cap": 999, "largest_addend": 300},
    {"cap": 9999, "largest_addend": 3000, "long_products": True},
]

# Chosen after training so that the small model's share of right samples falls from most to almost none.
LEVELS = {
    "countdown": [
        lambda rng: countdown(rng, 3, "+"),
        lambda rng: countdown(rng, 3),
        lambda rng: countdown(rng, 4),
        lambda rng: countdown(rng, 5),
        lambda rng: countdown(rng, 6),
    ],
    "story": [
        lambda rng: story(rng, 2, **STORY_SCALES[1]),
        lambda rng: story(rng, 6, **STORY_SCALES[1]),
        lambda rng: story(rng, 4, **STORY_SCALES[2]),
        lambda rng: story(rng, 6, **STORY_SCALES[2]),
        lambda rng: story(rng, 4, **STORY_SCALES[3]),
    ],
    "constraints": [
        lambda rng: constraints(rng, 3, 0),
        lambda rng: constraints(rng, 4, 0),
        lambda rng: constraints(rng, 3, 1),
        lambda rng: constraints(rng, 4, 1),
        lambda rng: constraints(rng, 5, 2),
    ],
}

TASKS = list(LEVELS)


def training_problem(rng):
    """One problem of the training mixture; it is wider than the levels, and never one that is held out."""
    while True:
        problem = mixture(rng)
        if not is_held_out(problem):
            return problem


def mixture(rng):
    task = rng.choices(TASKS, [40, 32, 28])[0]
    if task == "countdown":
        count = rng.choices([2, 3, 4, 5, 6], [2, 6, 4, 2, 1])[0]
        return countdown(rng, count, "+-" if count <= 3 and rng.random() < 0.4 else "+-*/")
    if task == "story":
        scale = rng.choices(STORY_SCALES, [4, 4, 2, 1.5])[0]
        return story(rng, rng.choices(range(1, 11), [8, 8, 6, 5, 3, 2, 1, 1, 0.5, 0.5])[0], **scale)
    letters, guesses = rng.choices([(2, 1), (3, 0), (3, 1), (4, 0), (4, 1), (4, 2), (5, 1), (5, 2), (6, 2), (6, 3)],
                                   [2, 3, 4, 1, 4, 1, 1, 2, 1, 0.4])[0]  # fmt: skip
    return constraints(rng, letters, guesses, rng.choice([1, 1, 2]) if letters > 2 else rng.choice([0, 1]))


def held_out_problems(task, level, count, seed):
    """Distinct held-out problems of a level (1 to 5), the same for the same seed."""
    rng = random.Random(f"{seed}/{task}/{level}")
    problems, seen = [], set()
    while len(problems) < count:
        problem = LEVELS[task][level - 1](rng)
        if is_held_out(problem) and not first_pair_could_have_seen(problem) and problem["key"] not in seen:
            seen.add(problem["key"])
            problems.append({"id": f"{task}/{level}/{len(problems)}", "level": level, **problem})
    return problems


if __name__ == "__main__":
    source = random.Random(0)
    for task_name, makers in LEVELS.items():
        for number, make in enumerate(makers, 1):
            example = make(source)
            print(f"--- {task_name} {number}\n{example['prompt']}\n{example['solution']}")
