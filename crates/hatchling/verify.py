#!/usr/bin/env python3
"""Compares the engine with an independent implementation of hatchling's weights.

    python verify.py PELICYCLE MODEL.gguf [REFERENCE.json]

The weights are read from the model file by the `gguf` package and run, in 32-bit floats, by Qwen3MoeForCausalLM of
`transformers`. The engine answers through `PELICYCLE model eval`, with float32 activations. For each prompt: the
largest difference between the logits, and whether the greedy continuations are the same. REFERENCE.json is written
with the reference's greedy tokens, for the engine's own test.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from gguf import GGUFReader, dequantize
from safetensors.torch import load_file
from transformers import Qwen3MoeConfig, Qwen3MoeForCausalLM

PROMPTS = [
    "Generate an SVG of a pelican riding a bicycle",
    "Generate an SVG of a cat riding a skateboard",
    "Generate an SVG of a whale riding an airplane",
    "Draw a raccoon on a red unicycle at night",
]
TOKENS = 600


def reference(path):
    reader = GGUFReader(path)

    def value(key):
        return reader.get_field(f"qwen3moe.{key}").contents()

    tensors = {t.name: torch.from_numpy(dequantize(t.data, t.tensor_type).copy()).float() for t in reader.tensors}
    config = Qwen3MoeConfig(
        vocab_size=tensors["token_embd.weight"].shape[0],
        hidden_size=value("embedding_length"),
        intermediate_size=value("feed_forward_length"),
        num_hidden_layers=value("block_count"),
        num_attention_heads=value("attention.head_count"),
        num_key_value_heads=value("attention.head_count_kv"),
        head_dim=value("attention.key_length"),
        rms_norm_eps=value("attention.layer_norm_rms_epsilon"),
        max_position_embeddings=value("context_length"),
        rope_parameters={"rope_type": "default", "rope_theta": value("rope.freq_base")},
        num_experts=value("expert_count"),
        num_experts_per_tok=value("expert_used_count"),
        moe_intermediate_size=value("expert_feed_forward_length"),
        norm_topk_prob=True,
        tie_word_embeddings=True,
        attn_implementation="eager",
        experts_implementation="eager",
    )
    model = Qwen3MoeForCausalLM(config).float().eval()
    weights = model.state_dict()
    names = {
        "input_layernorm": "attn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm",
        "post_attention_layernorm": "ffn_norm",
        "mlp.gate": "ffn_gate_inp",
    }
    ours = {
        "model.embed_tokens.weight": tensors["token_embd.weight"],
        "lm_head.weight": tensors["token_embd.weight"],
        "model.norm.weight": tensors["output_norm.weight"],
    }
    for layer in range(config.num_hidden_layers):
        at = f"model.layers.{layer}."
        for theirs, name in names.items():
            ours[f"{at}{theirs}.weight"] = tensors[f"blk.{layer}.{name}.weight"]
        gate, up, down = (tensors[f"blk.{layer}.ffn_{kind}_exps.weight"] for kind in ("gate", "up", "down"))
        ours[f"{at}mlp.experts.gate_up_proj"] = torch.cat([gate, up], 1)
        ours[f"{at}mlp.experts.down_proj"] = down
    assert set(ours) == set(weights), set(ours) ^ set(weights)
    assert all(ours[name].shape == weights[name].shape for name in ours)
    model.load_state_dict(ours)
    return model, reader.get_field("tokenizer.ggml.eos_token_id").contents()


def main():
    pelicycle, path, *out = sys.argv[1:]
    model, end = reference(path)

    def run(*arguments, text=None):
        done = subprocess.run([pelicycle, "model", *arguments], input=text, capture_output=True, text=True, check=True)
        return done.stdout

    cases = []
    for prompt in PROMPTS:
        chat = f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
        tokens = json.loads(run("tokenize", path, "--json", "--special", text=chat))["tokens"]
        with torch.no_grad():
            whole = model.generate(
                torch.tensor([tokens]), max_new_tokens=TOKENS, do_sample=False, eos_token_id=end, pad_token_id=end
            )[0].tolist()
            logits = model(torch.tensor([whole])).logits[0]
        greedy = whole[len(tokens) :]
        ids = ",".join(map(str, tokens))
        ours = json.loads(run("eval", path, "--tokens", ids, "--greedy", str(len(greedy))))["tokens"]
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "logits.safetensors")
            run("eval", path, "--tokens", ",".join(map(str, whole)), "--logits", file)
            difference = (load_file(file)["logits"] - logits).abs().max().item()
        same = next((i for i, (a, b) in enumerate(zip(ours, greedy)) if a != b), len(greedy))
        print(f"{prompt}: {same} of {len(greedy)} greedy tokens equal, logits differ by at most {difference:.2g}")
        cases.append({"prompt": prompt, "tokens": tokens, "greedy": greedy})
    if out:
        Path(out[0]).write_text(json.dumps(cases) + "\n")


main()
