"""Turns a GGUF of the first pair into a checkpoint to go on from: python from_first_pair.py IN.gguf SIZE OUT.pt

The first pair (same shapes, same chat template) was trained on countdown with numbers to 25 and targets to 100 and on
stories of values to 300. Its tokenizer is ours but for the merges: rows of the embedding are carried over by token, and
a token that is new starts as the mean of its characters.
"""

import os
import struct
import sys
from dataclasses import asdict

import numpy as np
import torch

from gguf import TENSOR_NAMES
from model import SIZES, Config, Llama
from tokenizer import Tokenizer

SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}


def read(path):
    """(metadata, tensors) of a GGUF with f32 and f16 tensors."""
    with open(path, "rb") as file:
        raw = file.read()
    at = 0

    def take(pattern):
        nonlocal at
        (value,) = struct.unpack_from(pattern, raw, at)
        at += struct.calcsize(pattern)
        return value

    def text():
        nonlocal at
        length = take("<Q")
        at += length
        return raw[at - length : at].decode()

    def value(kind):
        if kind == 8:
            return text()
        if kind == 9:
            inner, count = take("<I"), take("<Q")
            return [value(inner) for _ in range(count)]
        return take(SCALARS[kind])

    at = 8
    tensor_count, key_count = take("<Q"), take("<Q")
    metadata = {}
    for _ in range(key_count):
        key = text()
        metadata[key] = value(take("<I"))
    described = []
    for _ in range(tensor_count):
        name, dimensions = text(), take("<I")
        shape = [take("<Q") for _ in range(dimensions)][::-1]
        described.append((name, shape, take("<I"), take("<Q")))
    base = at + -at % metadata.get("general.alignment", 32)
    tensors = {}
    for name, shape, kind, offset in described:
        dtype = np.float32 if kind == 0 else np.float16
        flat = np.frombuffer(raw, dtype, int(np.prod(shape)), base + offset)
        tensors[name] = torch.from_numpy(flat.reshape(shape).astype(np.float32))
    return metadata, tensors


def main(source, size, out):
    metadata, tensors = read(source)
    tokenizer = Tokenizer.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizer.json"))
    torch.manual_seed(0)
    model = Llama(Config(vocab=len(tokenizer.tokens), **SIZES[size]))
    assert metadata["llama.attention.head_count"] == model.config.heads, metadata["llama.attention.head_count"]
    assert metadata["llama.rope.freq_base"] == model.config.rope_base
    state = model.state_dict()
    for layer in range(model.config.layers):
        for ours, theirs in TENSOR_NAMES.items():
            name = f"blocks.{layer}.{ours}.weight"
            assert state[name].shape == tensors[f"blk.{layer}.{theirs}.weight"].shape, name
            state[name] = tensors[f"blk.{layer}.{theirs}.weight"]
    state["norm.weight"] = tensors["output_norm.weight"]
    rows = {token: row for row, token in enumerate(metadata["tokenizer.ggml.tokens"])}
    rows["<|endoftext|>"] = rows.get("<|endoftext|>", rows.get("<|eos|>"))
    old, new, kept = tensors["token_embd.weight"], state["embedding.weight"], 0
    for row, token in enumerate(tokenizer.tokens):
        if token in rows and not token.startswith("<|unused"):
            new[row] = old[rows[token]]
            kept += 1
        elif not token.startswith("<|"):
            new[row] = torch.stack([old[rows[character]] for character in token]).mean(0)
    print("tokens carried over:", kept, "of", len(tokenizer.tokens))
    model.load_state_dict(state)
    torch.save({"config": asdict(model.config), "model": model.state_dict()}, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
