"""A minimal GGUF v3 writer, and the export of our Llama to it in f16.

python gguf.py CHECKPOINT TOKENIZER.json OUT.gguf [NAME]
"""

import struct
import sys

import numpy as np

U32, I32, F32_VALUE, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32, F16 = 0, 1
ALIGNMENT = 32
NORMAL, CONTROL, UNUSED = 1, 3, 5

CHAT_TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def string(text):
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def typed(value, integer=U32):
    """(type, bytes) of a bool, int, float, text, or a list of one of these."""
    if isinstance(value, bool):
        return BOOL, struct.pack("<B", value)
    if isinstance(value, int):
        return integer, struct.pack("<i" if integer == I32 else "<I", value)
    if isinstance(value, float):
        return F32_VALUE, struct.pack("<f", value)
    if isinstance(value, str):
        return STRING, string(value)
    items = [typed(item, I32) for item in value]
    kind = items[0][0] if items else STRING
    return ARRAY, struct.pack("<IQ", kind, len(items)) + b"".join(raw for _, raw in items)


def padding(length):
    return b"\0" * (-length % ALIGNMENT)


def write(path, metadata, tensors):
    """Vectors stay f32, matrices become f16."""
    metadata = {**metadata, "general.alignment": ALIGNMENT, "general.quantization_version": 2}
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        kind, raw = typed(value)
        head += string(key) + struct.pack("<I", kind) + raw
    blobs, offset = [], 0
    for name, array in tensors.items():
        kind, raw = (F32, array.astype(np.float32).tobytes()) if array.ndim < 2 else (F16, array.astype(np.float16).tobytes())
        head += string(name) + struct.pack("<I", array.ndim)
        head += b"".join(struct.pack("<Q", size) for size in reversed(array.shape)) + struct.pack("<IQ", kind, offset)
        raw += padding(len(raw))
        offset += len(raw)
        blobs.append(raw)
    with open(path, "wb") as file:
        file.write(head + padding(len(head)))
        for raw in blobs:
            file.write(raw)


TENSOR_NAMES = {
    "attention_norm": "attn_norm",
    "query": "attn_q",
    "key": "attn_k",
    "value": "attn_v",
    "output": "attn_output",
    "feed_forward_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def export(config, state, tokenizer, path, name):
    types = [UNUSED if t.startswith("<|unused") else CONTROL if t.startswith("<|") else NORMAL for t in tokenizer.tokens]
    metadata = {
        "general.architecture": "llama",
        "general.name": name,
        "general.type": "model",
        "general.file_type": 1,
        "general.license": "mit",
        "llama.context_length": config["context"],
        "llama.embedding_length": config["dim"],
        "llama.block_count": config["layers"],
        "llama.feed_forward_length": config["feed_forward"],
        "llama.attention.head_count": config["heads"],
        "llama.attention.head_count_kv": config["heads"],
        "llama.attention.layer_norm_rms_epsilon": float(config["norm_epsilon"]),
        "llama.rope.dimension_count": config["dim"] // config["heads"],
        "llama.rope.freq_base": float(config["rope_base"]),
        "llama.vocab_size": config["vocab"],
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokenizer.tokens,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.merges": [f"{left} {right}" for left, right in tokenizer.merges],
        "tokenizer.ggml.bos_token_id": tokenizer.BOS,
        "tokenizer.ggml.eos_token_id": tokenizer.EOS,
        "tokenizer.ggml.padding_token_id": tokenizer.PAD,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_eos_token": False,
        "tokenizer.ggml.add_space_prefix": False,
        "tokenizer.chat_template": CHAT_TEMPLATE,
    }
    weights = {key: value.float().numpy() for key, value in state.items()}
    tensors = {"token_embd.weight": weights["embedding.weight"], "output_norm.weight": weights["norm.weight"]}
    for layer in range(config["layers"]):
        for ours, theirs in TENSOR_NAMES.items():
            tensors[f"blk.{layer}.{theirs}.weight"] = weights[f"blocks.{layer}.{ours}.weight"]
    write(path, metadata, tensors)


if __name__ == "__main__":
    import torch

    from tokenizer import Tokenizer

    checkpoint, vocabulary, out = sys.argv[1:4]
    saved = torch.load(checkpoint, map_location="cpu")
    export(saved["config"], saved["model"], Tokenizer.load(vocabulary), out, sys.argv[4] if len(sys.argv) > 4 else "outthink")
