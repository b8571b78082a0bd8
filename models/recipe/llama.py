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
    """cos and sin as [positions, head_dim], each half-table repeated (rotate-half layout)."""
    width = head_dim(config)
    frequency = 1.0 / config["rope_theta"] ** (np.arange(0, width, 2) / width)
    angle = np.outer(np.arange(positions), frequency)
    angle = np.concatenate([angle, angle], axis=-1)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


def rotate(x, cos, sin):
    """Rotate the pairs (i, i + head_dim/2) of every head by its position's angle."""
    low, high = jnp.split(x, 2, axis=-1)
    return x * cos + jnp.concatenate([-high, low], axis=-1) * sin


def attention(x, weights, at, config, cos, sin, compute):
    """Causal grouped-query attention over x [batch, positions, hidden]."""
    batch, positions, _ = x.shape
    heads, groups, width = config["num_attention_heads"], config["num_key_value_heads"], head_dim(config)

    def project(name, count):
        """One projection as [batch, heads, positions, width]: the layout the matrix products below are fast in."""
        y = matmul(x, weights[at + name + ".weight"], compute)
        return y.reshape(batch, positions, count, width).transpose(0, 2, 1, 3)

    query, key, value = project("q_proj", heads), project("k_proj", groups), project("v_proj", groups)
    # Query head h reads key-value head h // (heads / groups).
    query = rotate(query, cos, sin).reshape(batch, groups, heads // groups, positions, width)
    scores = jnp.einsum("bgrqd,bgkd->bgrqk", query.astype(compute), rotate(key, cos, sin).astype(compute),
                        preferred_element_type=jnp.float32) / width**0.5
    scores = jnp.where(np.tril(np.ones((positions, positions), bool)), scores, -1e30)
    share = jax.nn.softmax(scores, axis=-1)
    mixed = jnp.einsum("bgrqk,bgkd->bgrqd", share.astype(compute), value.astype(compute),
                       preferred_element_type=jnp.float32)
    mixed = mixed.reshape(batch, heads, positions, width).transpose(0, 2, 1, 3)
    return matmul(mixed.reshape(batch, positions, heads * width), weights[at + "o_proj.weight"], compute)


def matmul(x, weight, compute):
    """x @ weight.T with operands in the compute type and sums in float32.

    The leading axes are folded into one: the gradient's products then cost a fifth less on a CPU.
    """
    rows = x.reshape(-1, x.shape[-1]).astype(compute)
    product = jnp.matmul(rows, weight.astype(compute).T, preferred_element_type=jnp.float32)
    return product.reshape(*x.shape[:-1], weight.shape[0])


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
