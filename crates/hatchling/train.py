#!/usr/bin/env python3
"""Trains hatchling on the scenes that `pelicycle-hatchling corpus` wrote. Can be broken off and started again.

    python train.py DATA OUT --steps 4000

OUT gets `checkpoint.pt` (every few minutes, replaced by rename), `loss.csv`, and at the end `model.safetensors`
(32-bit floats, the tensor names of the Qwen3-MoE reference implementation) for `pelicycle-hatchling export`.
"""

import argparse
import math
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

WIDTH, LAYERS, HEADS, KV_HEADS, HEAD = 256, 6, 4, 2, 64
EXPERTS, USED, EXPERT_WIDTH = 16, 2, 160
THETA, EPSILON = 10000.0, 1e-6
BALANCE, CALM = 0.01, 1e-4


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, EPSILON)


def product(x, weight):
    """A product in bfloat16, where the processor is several times faster."""
    return F.linear(x.to(torch.bfloat16), weight.to(torch.bfloat16))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Parameter(torch.empty(HEADS * HEAD, WIDTH))
        self.k = nn.Parameter(torch.empty(KV_HEADS * HEAD, WIDTH))
        self.v = nn.Parameter(torch.empty(KV_HEADS * HEAD, WIDTH))
        self.o = nn.Parameter(torch.empty(WIDTH, HEADS * HEAD))
        self.q_norm, self.k_norm = Norm(HEAD), Norm(HEAD)

    def forward(self, x, cos, sin):
        b, t, _ = x.shape
        qkv = product(x, torch.cat([self.q, self.k, self.v]))
        q, k, v = qkv.split([HEADS * HEAD, KV_HEADS * HEAD, KV_HEADS * HEAD], -1)

        def turn(z, heads, norm):
            z = norm(z.float().view(b, t, heads, HEAD)).transpose(1, 2)
            low, high = z.chunk(2, -1)
            return torch.cat([low * cos - high * sin, high * cos + low * sin], -1).to(torch.bfloat16)

        q, k = turn(q, HEADS, self.q_norm), turn(k, KV_HEADS, self.k_norm)
        v = v.view(b, t, KV_HEADS, HEAD).transpose(1, 2)
        k, v = (z.repeat_interleave(HEADS // KV_HEADS, 1) for z in (k, v))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return product(y.transpose(1, 2).reshape(b, t, HEADS * HEAD), self.o).float()


class Experts(nn.Module):
    def __init__(self):
        super().__init__()
        self.router = nn.Parameter(torch.empty(EXPERTS, WIDTH))
        self.gate = nn.Parameter(torch.empty(EXPERTS, EXPERT_WIDTH, WIDTH))
        self.up = nn.Parameter(torch.empty(EXPERTS, EXPERT_WIDTH, WIDTH))
        self.down = nn.Parameter(torch.empty(EXPERTS, WIDTH, EXPERT_WIDTH))

    def forward(self, x, real):
        shape = x.shape
        x = x.reshape(-1, WIDTH)
        logits = F.linear(x, self.router)
        share = logits.softmax(-1)
        weight, chosen = share.topk(USED, -1)
        weight = weight / weight.sum(-1, keepdim=True)
        # The tokens are put in the order of their experts, each expert's at the head of a room of one size: products
        # of few different shapes, which the library prepares once.
        flat = chosen.reshape(-1)
        order = flat.argsort(stable=True)
        counts = torch.bincount(flat, minlength=EXPERTS)
        room = -(-int(counts.max()) // 128) * 128
        starts = counts.cumsum(0) - counts
        owner = flat[order]
        slot = owner * room + torch.arange(len(flat)) - starts[owner]
        token = order // USED
        rows = torch.zeros(EXPERTS * room, WIDTH, dtype=torch.bfloat16)
        rows = rows.index_copy(0, slot, x.to(torch.bfloat16)[token]).view(EXPERTS, room, WIDTH)
        gate, up, down = (w.to(torch.bfloat16).mT for w in (self.gate, self.up, self.down))
        inner = F.silu(torch.bmm(rows, gate)) * torch.bmm(rows, up)
        answers = torch.bmm(inner, down).view(-1, WIDTH)[slot]
        answers = answers * weight.reshape(-1)[order].to(torch.bfloat16).unsqueeze(1)
        out = torch.zeros_like(x).index_add(0, token, answers.float())
        # Padding takes no part in the balance.
        used = F.one_hot(chosen, EXPERTS).sum(1).float()[real].mean(0) / USED
        balance = EXPERTS * (used * share[real].mean(0)).sum()
        calm = logits[real].logsumexp(-1).square().mean()
        return out.view(shape), BALANCE * balance + CALM * calm, used.detach()


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm, self.feed_norm = Norm(WIDTH), Norm(WIDTH)
        self.attention, self.experts = Attention(), Experts()

    def forward(self, x, cos, sin, real):
        x = x + self.attention(self.attention_norm(x), cos, sin)
        y, cost, used = self.experts(self.feed_norm(x), real)
        return x + y, cost, used


class Hatchling(nn.Module):
    def __init__(self, vocabulary):
        super().__init__()
        self.embedding = nn.Parameter(torch.empty(vocabulary, WIDTH))
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = Norm(WIDTH)
        for name, p in self.named_parameters():
            if p.dim() > 1:
                scale = 0.02 if name == "embedding" else p.shape[-1] ** -0.5
                if name.endswith((".o", ".down")):
                    scale /= math.sqrt(2 * LAYERS)
                nn.init.normal_(p, std=scale)

    def forward(self, tokens, wanted, real):
        """The loss at the `wanted` places of `tokens` [rows, length + 1], its router costs, and expert shares."""
        inputs, targets = tokens[:, :-1], tokens[:, 1:]
        place = torch.arange(inputs.shape[1], dtype=torch.float32)
        angle = place[:, None] * THETA ** (-torch.arange(0, HEAD, 2, dtype=torch.float32) / HEAD)
        cos, sin = angle.cos(), angle.sin()
        x, costs, shares = self.embedding[inputs], 0.0, []
        for layer in self.layers:
            x, cost, used = layer(x, cos, sin, real.reshape(-1))
            costs = costs + cost
            shares.append(used)
        logits = product(self.norm(x[wanted]), self.embedding).float()
        return F.cross_entropy(logits, targets[wanted]), costs, torch.stack(shares)


class Muon:
    """Momentum whose step is made orthogonal by Newton-Schulz (Jordan et al. 2024), scaled to the size of an Adam
    step (Liu et al. 2025). Takes matrices and stacks of matrices."""

    def __init__(self, parameters, momentum=0.95, decay=0.05):
        self.parameters, self.momentum, self.decay = list(parameters), momentum, decay
        self.state = [torch.zeros_like(p) for p in self.parameters]

    @torch.no_grad()
    def step(self, rate):
        for p, m in zip(self.parameters, self.state):
            m.lerp_(p.grad, 1 - self.momentum)
            g = p.grad.lerp(m, self.momentum)
            wide = g.shape[-1] >= g.shape[-2]
            x = (g if wide else g.mT).to(torch.bfloat16)
            x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
            for _ in range(5):
                a = x @ x.mT
                x = 3.4445 * x + (-4.775 * a + 2.0315 * (a @ a)) @ x
            x = (x if wide else x.mT).float()
            p.mul_(1 - rate * self.decay)
            p.add_(x, alpha=-rate * 0.2 * math.sqrt(max(p.shape[-2:])))


class Data:
    """The scenes, in batches of about `size` tokens with like lengths together; in an order set by a seed."""

    def __init__(self, folder, size):
        self.tokens = np.memmap(f"{folder}/tokens.u16", dtype=np.uint16, mode="r")
        lengths = np.fromfile(f"{folder}/lengths.u32", dtype=np.uint32).reshape(-1, 2).astype(np.int64)
        self.starts = np.concatenate([[0], lengths[:, 0].cumsum()])
        self.lengths, self.asked, self.size = lengths[:, 0], lengths[:, 1], size
        self.held_out = 96
        self.count = len(lengths) - self.held_out

    def batch(self, scenes):
        # Few different lengths, for the same reason as the rooms of the experts.
        longest = -(-int(self.lengths[scenes].max() - 1) // 64) * 64 + 1
        tokens = torch.zeros(len(scenes), longest, dtype=torch.long)
        wanted = torch.zeros(len(scenes), longest - 1, dtype=torch.bool)
        real = torch.zeros(len(scenes), longest - 1, dtype=torch.bool)
        for row, scene in enumerate(scenes):
            n = int(self.lengths[scene])
            start = self.starts[scene]
            tokens[row, :n] = torch.from_numpy(self.tokens[start : start + n].astype(np.int64))
            wanted[row, int(self.asked[scene]) - 1 : n - 1] = True
            real[row, : n - 1] = True
        return tokens, wanted, real

    def batches(self, epoch):
        order = np.random.default_rng(epoch).permutation(self.count)
        per_batch = max(1, int(self.size / self.lengths.mean()))
        for at in range(0, len(order) - per_batch * 32 + 1, per_batch * 32):
            block = order[at : at + per_batch * 32]
            rows = block[np.argsort(self.lengths[block], kind="stable")].reshape(32, per_batch)
            yield from (self.batch(rows[i]) for i in np.random.default_rng([epoch, at]).permutation(32))


def export(model, path):
    """The weights under the names of the reference implementation."""
    out = {"model.embed_tokens.weight": model.embedding, "model.norm.weight": model.norm.weight}
    for i, layer in enumerate(model.layers):
        at = f"model.layers.{i}"
        out[f"{at}.input_layernorm.weight"] = layer.attention_norm.weight
        out[f"{at}.post_attention_layernorm.weight"] = layer.feed_norm.weight
        for letter in "qkvo":
            out[f"{at}.self_attn.{letter}_proj.weight"] = getattr(layer.attention, letter)
        out[f"{at}.self_attn.q_norm.weight"] = layer.attention.q_norm.weight
        out[f"{at}.self_attn.k_norm.weight"] = layer.attention.k_norm.weight
        out[f"{at}.mlp.gate.weight"] = layer.experts.router
        for e in range(EXPERTS):
            for name in ("gate", "up", "down"):
                out[f"{at}.mlp.experts.{e}.{name}_proj.weight"] = getattr(layer.experts, name)[e]
    save_file({k: v.detach().float().contiguous().clone() for k, v in out.items()}, path)


# From which step on, with which end in view, from which share of it the rate falls. The end was moved while the model
# that ships was trained; this repeats it.
SHIPPED = [(0, 3000, 0.6), (800, 1950, 0.5), (1075, 1700, 0.57), (1375, 1600, 0.57)]


def late(plan, step):
    """How far the rate has fallen, from 0 to 1."""
    _, end, begin = next(piece for piece in reversed(plan) if piece[0] <= step)
    return max(0.0, step / end - begin) / (1 - begin)


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("data")
    parse.add_argument("out")
    parse.add_argument("--steps", type=int, help="with a rate that falls once; else as the model that ships was trained")
    parse.add_argument("--batch", type=int, default=4000, help="tokens a step")
    parse.add_argument("--rate", type=float, default=3e-3)
    parse.add_argument("--decay-from", type=float, default=0.6, help="with --steps: share of them after which the rate falls")
    parse.add_argument("--vocabulary", type=int, default=1792)
    parse.add_argument("--threads", type=int, default=os.cpu_count())
    args = parse.parse_args()
    os.makedirs(args.out, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model, data = Hatchling(args.vocabulary), Data(args.data, args.batch)
    matrices = [p for n, p in model.named_parameters() if p.dim() > 1 and n != "embedding" and "router" not in n]
    known = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in known]
    muon = Muon(matrices)
    adam = torch.optim.AdamW(others, lr=args.rate, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    step, tokens, seconds, epoch, skip = 0, 0, 0.0, 0, 0
    checkpoint = f"{args.out}/checkpoint.pt"
    if os.path.exists(checkpoint):
        saved = torch.load(checkpoint)
        model.load_state_dict(saved["model"])
        adam.load_state_dict(saved["adam"])
        for ours, theirs in zip(muon.state, saved["muon"]):
            ours.copy_(theirs)
        step, tokens, seconds, epoch, skip = saved["progress"]
        print(f"goes on after step {step}")
        # Steps after the checkpoint will be done, and written down, again.
        with open(f"{args.out}/loss.csv") as log:
            head, *rows = log.readlines()
        with open(f"{args.out}/loss.csv", "w") as log:
            log.writelines([head, *(row for row in rows if int(row.split(",")[0]) <= step)])
    else:
        with open(f"{args.out}/loss.csv", "w") as log:
            log.write("step,tokens,seconds,loss,held_out,largest_share\n")

    def keep():
        progress = (step, tokens, seconds, epoch, skip)
        state = {"model": model.state_dict(), "adam": adam.state_dict(), "muon": muon.state, "progress": progress}
        torch.save(state, checkpoint + ".new")
        os.replace(checkpoint + ".new", checkpoint)

    held_out = [data.batch(np.arange(data.count + i, data.count + i + 16)) for i in range(0, data.held_out, 16)]
    total = sum(p.numel() for p in model.parameters())
    print(f"{total:,} parameters, {data.count:,} scenes, {int(data.lengths.sum()):,} tokens", flush=True)
    losses, kept, since = [], time.time(), time.time()
    plan = [(0, args.steps, args.decay_from)] if args.steps else SHIPPED
    end = plan[-1][1]
    while step < end:
        for number, (batch, wanted, real) in enumerate(data.batches(epoch)):
            if number < skip:
                continue
            rate = args.rate * min(1.0, (step + 1) / 100) * (1 - 0.97 * late(plan, step))
            loss, costs, shares = model(batch, wanted, real)
            (loss + costs).backward()
            nn.utils.clip_grad_norm_(others, 1.0)
            for group in adam.param_groups:
                group["lr"] = rate
            adam.step()
            muon.step(rate)
            for p in model.parameters():
                p.grad = None
            losses.append(loss.item())
            step, skip, tokens = step + 1, number + 1, tokens + int(real.sum())
            if step % 25 == 0:
                now = time.time()
                seconds, since = seconds + now - since, now
                held = ""
                if step % 250 == 0 or step == end:
                    with torch.no_grad():
                        held = f"{np.mean([model(*b)[0].item() for b in held_out]):.4f}"
                line = f"{step},{tokens},{seconds:.0f},{np.mean(losses):.4f},{held},{shares.max():.3f}"
                losses.clear()
                print(line, flush=True)
                with open(f"{args.out}/loss.csv", "a") as log:
                    log.write(line + "\n")
                if now - kept > 180:
                    keep()
                    kept = now
            if step >= end:
                break
        else:
            epoch, skip = epoch + 1, 0
    keep()
    export(model, f"{args.out}/model.safetensors")


if __name__ == "__main__":
    main()
