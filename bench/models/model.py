"""A compact Llama: RMSNorm, rotary positions in interleaved pairs (as llama.cpp wants them), SwiGLU, tied embeddings."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as functional
from torch import nn


@dataclass
class Config:
    vocab: int = 416
    dim: int = 64
    layers: int = 3
    heads: int = 4
    feed_forward: int = 160
    context: int = 1024
    rope_base: float = 10000.0
    norm_epsilon: float = 1e-5


SIZES = {
    "small": {"dim": 64, "layers": 3, "heads": 2, "feed_forward": 160},
    "large": {"dim": 128, "layers": 6, "heads": 4, "feed_forward": 352},
}


class RMSNorm(nn.Module):
    def __init__(self, dim, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))
        self.epsilon = epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    """Turns each pair of features (2i, 2i + 1) by its angle; x is batch, head, time, feature."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Cache:
    """Keys and values of the past of one block, in room that is there from the start."""

    def __init__(self, batch, heads, room, size):
        self.keys = torch.empty(batch, heads, room, size)
        self.values = torch.empty(batch, heads, room, size)
        self.length = 0

    def extend(self, key, value):
        end = self.length + key.shape[2]
        self.keys[:, :, self.length : end] = key
        self.values[:, :, self.length : end] = value
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def keep(self, rows):
        for name in ("keys", "values"):
            old = getattr(self, name)
            new = torch.empty(len(rows), *old.shape[1:])
            new[:, :, : self.length] = old[rows, :, : self.length]
            setattr(self, name, new)


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.heads = config.heads
        self.attention_norm = RMSNorm(config.dim, config.norm_epsilon)
        self.feed_forward_norm = RMSNorm(config.dim, config.norm_epsilon)
        for name in ("query", "key", "value", "output"):
            setattr(self, name, nn.Linear(config.dim, config.dim, bias=False))
        self.gate = nn.Linear(config.dim, config.feed_forward, bias=False)
        self.up = nn.Linear(config.dim, config.feed_forward, bias=False)
        self.down = nn.Linear(config.feed_forward, config.dim, bias=False)

    def forward(self, x, cos, sin, cache=None):
        """Causal attention over x, or of one new position over the cache as well, which is extended."""
        batch, time, dim = x.shape
        shape = (batch, time, self.heads, dim // self.heads)
        h = self.attention_norm(x)
        query = rotate(self.query(h).view(shape).transpose(1, 2), cos, sin)
        key = rotate(self.key(h).view(shape).transpose(1, 2), cos, sin)
        value = self.value(h).view(shape).transpose(1, 2)
        if cache is not None:
            key, value = cache.extend(key, value)
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=time > 1)
        x = x + self.output(mixed.transpose(1, 2).reshape(batch, time, dim))
        h = self.feed_forward_norm(x)
        return x + self.down(functional.silu(self.gate(h)) * self.up(h))


class Llama(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab, config.dim)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.dim, config.norm_epsilon)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                std = 0.02 if "embedding" in name else 0.5 / math.sqrt(parameter.shape[1])
                nn.init.normal_(parameter, std=std)
            if name.endswith(("output.weight", "down.weight")):
                nn.init.zeros_(parameter)
        half = config.dim // config.heads // 2
        frequencies = 1 / config.rope_base ** (torch.arange(half).float() / half)
        angles = torch.outer(torch.arange(config.context).float(), frequencies)
        self.register_buffer("cos", angles.cos(), False)
        self.register_buffer("sin", angles.sin(), False)

    def hidden(self, ids, caches=None, past=0):
        """What the output layer sees, at each position; `past` tokens are in the caches already."""
        time = ids.shape[1]
        x = self.embedding(ids)
        cos, sin = self.cos[past : past + time], self.sin[past : past + time]
        for number, block in enumerate(self.blocks):
            x = block(x, cos, sin, caches[number] if caches is not None else None)
        return self.norm(x)

    def logits(self, hidden):
        return functional.linear(hidden, self.embedding.weight)

    def forward(self, ids, caches=None, past=0):
        return self.logits(self.hidden(ids, caches, past))


def load(path, rounded=False):
    """A checkpoint's model; `rounded` to f16 where the GGUF is, so that both compute the same."""
    saved = torch.load(path, map_location="cpu")
    model = Llama(Config(**saved["config"]))
    state = saved["model"]
    if rounded:
        state = {name: w.half().float() if w.dim() == 2 else w for name, w in state.items()}
    model.load_state_dict(state)
    return model.eval()


@torch.no_grad()
def generate(model, prompts, temperature, most, generator=None, end=2):
    """One sample of each prompt (lists of ids, all of one length), as a batch with a key/value cache.
    Returns (ids without the end token, log-probabilities with it, whether it ended) a prompt; the log-probabilities
    are the untempered model's."""
    config, past = model.config, len(prompts[0])
    most = min(most, config.context - past)
    room, size = past + most, config.dim // config.heads
    caches = [Cache(len(prompts), config.heads, room, size) for _ in model.blocks]
    logits = model.logits(model.hidden(torch.tensor(prompts), caches)[:, -1])
    out = [([], [], False) for _ in prompts]
    rows = list(range(len(prompts)))  # the answer that each row of the batch belongs to
    for step in range(most):
        if temperature == 0:
            chosen = logits.argmax(-1)
        else:
            # By the cumulated probabilities: several times as fast as torch.multinomial.
            cumulated = (logits / temperature).softmax(-1).cumsum(-1)
            drawn = torch.rand(len(rows), 1, generator=generator) * cumulated[:, -1:]
            chosen = torch.searchsorted(cumulated, drawn, right=True)[:, 0].clamp(max=config.vocab - 1)
        logprobs = logits.log_softmax(-1).gather(1, chosen[:, None])[:, 0].tolist()
        open_rows = []
        for row, token in enumerate(chosen.tolist()):
            ids, scores, ended = out[rows[row]]
            if ended:
                continue
            scores.append(logprobs[row])
            if token == end:
                out[rows[row]] = (ids, scores, True)
            else:
                ids.append(token)
                open_rows.append(row)
        if not open_rows or step == most - 1:
            break
        # Ended rows run on until they are many: taking them out copies the caches.
        if len(open_rows) < 0.7 * len(rows):
            kept = torch.tensor(open_rows)
            rows, chosen = [rows[row] for row in open_rows], chosen[kept]
            for cache in caches:
                cache.keep(kept)
        logits = model.logits(model.hidden(chosen[:, None], caches, past)[:, -1])
        past += 1
    return out
