"""A byte-level BPE tokenizer (GPT-2 style: what llama.cpp calls model=gpt2, pre=gpt-2).

Only words of letters, and the quotes and brackets of JSON, get merges: digits and signs stay one byte a token.
"""

import collections
import json
import re

SPECIAL = ["<|pad|>", "<|bos|>", "<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|good|>", "<|bad|>"]
SPLIT = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+")


def byte_characters():
    """GPT-2's table: each byte as a printable character."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table, extra = {byte: chr(byte) for byte in plain}, 0
    for byte in range(256):
        if byte not in table:
            table[byte] = chr(256 + extra)
            extra += 1
    return table


CHARACTER_OF_BYTE = byte_characters()
BYTE_OF_CHARACTER = {character: byte for byte, character in CHARACTER_OF_BYTE.items()}


def mergeable(word):
    return word.strip().isalpha() or '"' in word


def train_merges(texts, most=152):
    words = collections.Counter()
    for text in texts:
        words.update(word for word in SPLIT.findall(text) if mergeable(word))
    pieces = {word: [CHARACTER_OF_BYTE[byte] for byte in word.encode()] for word in words}
    merges = []
    while len(merges) < most:
        pairs = collections.Counter()
        for word, parts in pieces.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        for word, parts in pieces.items():
            pieces[word] = merged(parts, best)
    return merges


def merged(parts, pair):
    out, at = [], 0
    while at < len(parts):
        if at + 1 < len(parts) and (parts[at], parts[at + 1]) == pair:
            out.append(parts[at] + parts[at + 1])
            at += 2
        else:
            out.append(parts[at])
            at += 1
    return out


class Tokenizer:
    PAD, BOS, EOS, SYSTEM, USER, ASSISTANT, GOOD, BAD = range(8)

    def __init__(self, merges):
        self.merges = [tuple(merge) for merge in merges]
        self.tokens = SPECIAL + list(CHARACTER_OF_BYTE.values())
        for left, right in self.merges:
            if left + right not in self.tokens:
                self.tokens.append(left + right)
        while len(self.tokens) % 32:
            self.tokens.append(f"<|unused{len(self.tokens)}|>")
        self.id = {token: number for number, token in enumerate(self.tokens)}
        self.rank = {merge: number for number, merge in enumerate(self.merges)}
        self.newline = self.id[CHARACTER_OF_BYTE[10]]
        self.known_words = {}

    def save(self, path):
        with open(path, "w") as file:
            json.dump({"merges": self.merges}, file, ensure_ascii=False)

    @staticmethod
    def load(path):
        with open(path) as file:
            return Tokenizer(json.load(file)["merges"])

    def word(self, word):
        if word in self.known_words:
            return self.known_words[word]
        parts = [CHARACTER_OF_BYTE[byte] for byte in word.encode()]
        while len(parts) > 1:
            best = min(zip(parts, parts[1:]), key=lambda pair: self.rank.get(pair, 1 << 30))
            if best not in self.rank:
                break
            parts = merged(parts, best)
        ids = [self.id[part] for part in parts]
        if len(self.known_words) < 200_000:
            self.known_words[word] = ids
        return ids

    def encode(self, text):
        return [number for word in SPLIT.findall(text) for number in self.word(word)]

    def decode(self, ids):
        out = bytearray()
        for number in ids:
            token = self.tokens[number]
            if not token.startswith("<|"):
                out += bytes(BYTE_OF_CHARACTER[character] for character in token)
        return out.decode("utf8", "replace")

    def chat(self, turns):
        """The chat template of the GGUF: turns of user and assistant in alternation, the assistant's to come."""
        ids = [self.BOS]
        for number, turn in enumerate(turns):
            ids += [self.ASSISTANT if number % 2 else self.USER, *self.encode(turn)]
        return [*ids, self.ASSISTANT]
