"""How examples become batches of like length."""


def cut_by_length(rng, examples, most_tokens):
    """Batches of at most so many tokens, padding included, in random order; an example begins with its tokens. The last
    few examples of the longest are left out."""
    cut, current = [], []
    for example in sorted(examples, key=lambda example: len(example[0])):
        if current and len(example[0]) * (len(current) + 1) > most_tokens:
            cut.append(current)
            current = []
        current.append(example)
    rng.shuffle(cut)
    return cut
