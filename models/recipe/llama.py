"""The Llama forward pass in JAX over a flat dictionary of Hugging Face tensor names.

Semantics are those of Hugging Face's LlamaForCausalLM: pre-norm RMSNorm, rotary embedding in the rotate-half layout,
grouped-query attention, SwiGLU, output matrix tied to the embedding when `tie_word_embeddings` is set.
`check_golden.py` compares this file with logits that transformers computed.
"""

import jax
import jax.numpy as jnp
import numpy as np


def tensor_shapes(config):
    """Name -> shape of every tensor of a model, matrices as [out, in]."""
    hidden, inner, head = config["hidden_size"], config["intermediate_size"], head_dim(config)
    query, key = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    shapes = {"model.embed_tokens.weight": (config["vocab_size"], hidden), "model.norm.weight": (hidden,)}
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        shapes |= {
            at + "input_layernorm.weight": (hidden,),
            at + "self_attn.q_proj.weight": (query, hidden),
            at + "self_attn.k_proj.weight": (key, hidden),
            at + "self_attn.v_proj.weight": (key, hidden),
            at + "self_attn.o_proj.weight": (hidden, query),
            at + "post_attention_layernorm.weight": (hidden,),
            at + "mlp.gate_proj.weight": (inner, hidden),
            at + "mlp.up_proj.weight": (inner, hidden),
            at + "mlp.down_proj.weight": (hidden, inner),
        }
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = (config["vocab_size"], hidden)
    return shapes


def head_dim(config):
    """Width of one attention head."""
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def initial_weights(config, seed):
    """Normal(0, 0.02) matrices, the two that write to the residual stream scaled down by depth; norms at one."""
    rng = np.random.default_rng(seed)
    weights = {}
    for name, shape in tensor_shapes(config).items():
        if len(shape) == 1:
            weights[name] = np.ones(shape, np.float32)
            continue
        std = 0.02
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            std /= (2 * config["num_hidden_layers"]) ** 0.5
        weights[name] = (std * rng.standard_normal(shape)).astype(np.float32)
    return weights


def rms_norm(x, weight, epsilon):
    """x / sqrt(mean(x^2) + epsilon) * weight, in float32."""
    x = x.astype(jnp.float32)
    return x * jax.lax.rsqrt(jnp.mean(x * x, axis=-1, keepdims=True) + epsilon) * weight


def rotary_tables(config, positions):
    """cos and sin as [positions, 1, head_dim], each half-table repeated (rotate-half layout)."""
    width = head_dim(config)
    frequency = 1.0 / config["rope_theta"] ** (np.arange(0, width, 2) / width)
    angle = np.outer(np.arange(positions), frequency)
    angle = np.concatenate([angle, angle], axis=-1)[:, None, :]
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


def rotate(x, cos, sin):
    """Rotate the pairs (i, i + head_dim/2) of every head by its position's angle."""
    low, high = jnp.split(x, 2, axis=-1)
    return x * cos + jnp.concatenate([-high, low], axis=-1) * sin


def attention(x, weights, at, config, cos, sin, compute):
    """Causal grouped-query attention over x [batch, positions, hidden]."""
    batch, positions, _ = x.shape
    heads, groups, width = config["num_attention_heads"], config["num_key_value_heads"], head_dim(config)
    project = lambda name: matmul(x, weights[at + name + ".weight"], compute)
    query = rotate(project("q_proj").reshape(batch, positions, heads, width), cos, sin)
    key = rotate(project("k_proj").reshape(batch, positions, groups, width), cos, sin)
    value = project("v_proj").reshape(batch, positions, groups, width)

    # Query head h reads key-value head h // (heads / groups).
    query = query.reshape(batch, positions, groups, heads // groups, width)
    scores = jnp.einsum("bqgrd,bkgd->bgrqk", query.astype(compute), key.astype(compute),
                        preferred_element_type=jnp.float32) / width**0.5
    scores = jnp.where(np.tril(np.ones((positions, positions), bool)), scores, -1e30)
    share = jax.nn.softmax(scores, axis=-1)
    mixed = jnp.einsum("bgrqk,bkgd->bqgrd", share.astype(compute), value.astype(compute),
                       preferred_element_type=jnp.float32)
    return matmul(mixed.reshape(batch, positions, heads * width), weights[at + "o_proj.weight"], compute)


def matmul(x, weight, compute):
    """x @ weight.T with operands in the compute type and sums in float32."""
    return jnp.einsum("...i,oi->...o", x.astype(compute), weight.astype(compute),
                      preferred_element_type=jnp.float32)


def hidden_states(weights, config, input_ids, compute=jnp.float32):
    """Final normed states [batch, positions, hidden] of input_ids [batch, positions]."""
    cos, sin = rotary_tables(config, input_ids.shape[1])
    epsilon = config["rms_norm_eps"]
    x = weights["model.embed_tokens.weight"][input_ids].astype(jnp.float32)
    for layer in range(config["num_hidden_layers"]):
        at = f"model.layers.{layer}."
        normed = rms_norm(x, weights[at + "input_layernorm.weight"], epsilon)
        x = x + attention(normed, weights, at + "self_attn.", config, cos, sin, compute)
        normed = rms_norm(x, weights[at + "post_attention_layernorm.weight"], epsilon)
        gate = matmul(normed, weights[at + "mlp.gate_proj.weight"], compute)
        up = matmul(normed, weights[at + "mlp.up_proj.weight"], compute)
        x = x + matmul(jax.nn.silu(gate) * up, weights[at + "mlp.down_proj.weight"], compute)
    return rms_norm(x, weights["model.norm.weight"], epsilon)


def logits(weights, config, input_ids, compute=jnp.float32):
    """Logits [batch, positions, vocabulary] in float32."""
    output = weights["model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"]
    return matmul(hidden_states(weights, config, input_ids, compute), output, compute)
