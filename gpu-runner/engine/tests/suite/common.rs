//! Shared by the suites: model folders, the GPU back end or a named skip, golden files.

use std::path::{Path, PathBuf};

use safetensors::{Dtype, tensor::TensorView};
use stoa_engine::{BackendKind, Engine};
use tempfile::TempDir;

/// Folders with golden logits: plain Llamas, which every back end runs.
pub const GOLDEN: [&str; 3] = ["gqa-tied-f32", "mqa-untied-f16", "mha-untied-bf16"];

/// Folders with golden logits of the other families, and of every scaling of the rotary embedding.
pub const FAMILIES: [&str; 12] = [
    "llama-linear",
    "llama-llama3",
    "llama-yarn",
    "llama-biases",
    "mistral",
    "qwen2",
    "qwen2-window",
    "qwen3",
    "phi3",
    "gemma",
    "gemma2",
    "gemma3",
];

/// `tests/golden/<case>`.
pub fn golden(case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(case)
}

/// The model that the project ships.
pub fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/stoa-rustdoc-2M")
}

/// A copy of a folder that asks for int4 weights.
pub fn int4(dir: &Path, group_width: u32) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors", "tokenizer.json"] {
        if dir.join(file).exists() {
            std::fs::copy(dir.join(file), copy.path().join(file)).unwrap();
        }
    }
    let format = serde_json::json!({"weights": "int4", "group_width": group_width});
    std::fs::write(copy.path().join("stoa.json"), format.to_string()).unwrap();
    copy
}

/// Engine on the adapter; `None` only when `STOA_SKIP_GPU=1` says so.
pub fn gpu(dir: &Path, test: &str) -> Option<Engine> {
    if std::env::var("STOA_SKIP_GPU").as_deref() == Ok("1") {
        eprintln!("SKIPPED (STOA_SKIP_GPU=1): {test}");
        return None;
    }
    let message = "GPU back end: install a Vulkan driver (Mesa's lavapipe needs no GPU), or set \
                   STOA_SKIP_GPU=1 to skip the GPU tests by name";
    Some(Engine::load(dir, BackendKind::Gpu).expect(message))
}

/// Engine on the CPU twin.
pub fn cpu(dir: &Path) -> Engine {
    Engine::load(dir, BackendKind::Cpu).expect("the folder loads")
}

/// A seeded stream of numbers in [-1, 1).
pub struct Draw(pub u64);

impl Draw {
    /// The next number.
    pub fn next(&mut self) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 40) as f32) / 8_388_608.0 - 1.0
    }

    /// Token ids below `vocab`.
    pub fn ids(&mut self, count: usize, vocab: u32) -> Vec<u32> {
        (0..count).map(|_| ((self.next() + 1.0) / 2.0 * vocab as f32) as u32 % vocab).collect()
    }
}

/// Sizes of a random model.
#[derive(Clone, Copy)]
pub struct Sizes {
    pub hidden: usize,
    pub inner: usize,
    pub layers: usize,
    pub heads: usize,
    pub groups: usize,
    pub head: usize,
    pub vocab: usize,
    pub context: usize,
}

/// Tensor names and shapes of an untied Llama model.
fn shapes(sizes: Sizes) -> Vec<(String, Vec<usize>)> {
    let Sizes { hidden, inner, layers, heads, groups, head, vocab, .. } = sizes;
    let mut shapes = vec![
        ("model.embed_tokens.weight".to_owned(), vec![vocab, hidden]),
        ("model.norm.weight".to_owned(), vec![hidden]),
        ("lm_head.weight".to_owned(), vec![vocab, hidden]),
    ];
    for layer in 0..layers {
        let parts = [
            ("input_layernorm", vec![hidden]),
            ("self_attn.q_proj", vec![heads * head, hidden]),
            ("self_attn.k_proj", vec![groups * head, hidden]),
            ("self_attn.v_proj", vec![groups * head, hidden]),
            ("self_attn.o_proj", vec![hidden, heads * head]),
            ("post_attention_layernorm", vec![hidden]),
            ("mlp.gate_proj", vec![inner, hidden]),
            ("mlp.up_proj", vec![inner, hidden]),
            ("mlp.down_proj", vec![hidden, inner]),
        ];
        let named =
            |(name, shape): (&str, _)| (format!("model.layers.{layer}.{name}.weight"), shape);
        shapes.extend(parts.map(named));
    }
    shapes
}

/// Writes a random model into `dir`; `spread` scales the matrices (large values drive every saturation).
pub fn write_random(dir: &Path, sizes: Sizes, seed: u64, spread: f32) {
    let config = serde_json::json!({
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "hidden_size": sizes.hidden, "intermediate_size": sizes.inner, "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads, "num_key_value_heads": sizes.groups, "head_dim": sizes.head,
        "vocab_size": sizes.vocab, "max_position_embeddings": sizes.context, "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0, "tie_word_embeddings": false, "bos_token_id": 0, "eos_token_id": 1,
    });
    std::fs::write(dir.join("config.json"), config.to_string()).unwrap();
    let mut draw = Draw(seed);
    let data: Vec<(String, Vec<usize>, Vec<u8>)> = shapes(sizes)
        .into_iter()
        .map(|(name, shape)| {
            let count = shape.iter().product();
            let norm = shape.len() == 1;
            let value = |draw: &mut Draw| match norm {
                true => 1.0 + 0.5 * draw.next(),
                false => spread * draw.next(),
            };
            let bytes = (0..count).flat_map(|_| value(&mut draw).to_le_bytes()).collect();
            (name, shape, bytes)
        })
        .collect();
    let views = data.iter().map(|(name, shape, bytes)| {
        (name.as_str(), TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    });
    let file = safetensors::serialize(views, None).unwrap();
    std::fs::write(dir.join("model.safetensors"), file).unwrap();
}
