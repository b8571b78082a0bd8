//! A GGUF file of random Q8_0 weights for llama.cpp: eight bits a weight and a scale for every 32.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Result;
use half::f16;
use stoa_engine::{GgufWriter, TensorKind, synthetic::Shape};

use crate::random;

/// Weights of one Q8_0 block.
const BLOCK: usize = 32;

struct Tensor {
    name: String,
    /// Rows and columns, or columns alone.
    shape: Vec<u32>,
    kind: TensorKind,
}

impl Tensor {
    fn matrix(name: String, rows: u32, columns: u32) -> Self {
        Self { name, shape: vec![rows, columns], kind: TensorKind::Q8_0 }
    }

    fn norm(name: String, width: u32) -> Self {
        Self { name, shape: vec![width], kind: TensorKind::F32 }
    }
}

/// Writes `folder/name.gguf` for a shape whose widths are multiples of 32.
pub fn write(folder: &Path, name: &str, shape: Shape) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{name}.gguf"));
    let tensors = tensors(shape);
    let mut writer = metadata(shape);
    for tensor in &tensors {
        writer.tensor(&tensor.name, &tensor.shape, tensor.kind);
    }
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    writer.header(&mut file)?;
    for (seed, tensor) in (1..).zip(&tensors) {
        GgufWriter::content(&mut file, &content(tensor, seed))?;
    }
    file.flush()?;
    Ok(path)
}

fn tensors(shape: Shape) -> Vec<Tensor> {
    let Shape { hidden, inner, layers, heads, groups, head, vocab, .. } = shape;
    let mut tensors = vec![
        Tensor::matrix("token_embd.weight".to_owned(), vocab, hidden),
        Tensor::norm("output_norm.weight".to_owned(), hidden),
    ];
    for layer in 0..layers {
        let name = |part: &str| format!("blk.{layer}.{part}.weight");
        tensors.extend([
            Tensor::norm(name("attn_norm"), hidden),
            Tensor::matrix(name("attn_q"), heads * head, hidden),
            Tensor::matrix(name("attn_k"), groups * head, hidden),
            Tensor::matrix(name("attn_v"), groups * head, hidden),
            Tensor::matrix(name("attn_output"), hidden, heads * head),
            Tensor::norm(name("ffn_norm"), hidden),
            Tensor::matrix(name("ffn_gate"), inner, hidden),
            Tensor::matrix(name("ffn_up"), inner, hidden),
            Tensor::matrix(name("ffn_down"), hidden, inner),
        ]);
    }
    tensors
}

fn metadata(shape: Shape) -> GgufWriter {
    let mut writer = GgufWriter::default();
    writer.text("general.architecture", "llama");
    writer.text("tokenizer.ggml.model", "no_vocab");
    for (key, number) in [
        ("block_count", shape.layers),
        ("context_length", shape.context),
        ("embedding_length", shape.hidden),
        ("feed_forward_length", shape.inner),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.groups),
        ("rope.dimension_count", shape.head),
        ("vocab_size", shape.vocab),
    ] {
        writer.number(&format!("llama.{key}"), number);
    }
    writer.real("llama.attention.layer_norm_rms_epsilon", 1e-5);
    writer
}

fn content(tensor: &Tensor, seed: u64) -> Vec<u8> {
    let count: u32 = tensor.shape.iter().product();
    if tensor.kind == TensorKind::F32 {
        return (0..count).flat_map(|_| 1f32.to_le_bytes()).collect();
    }
    // Codes have a root mean square of 73: products of rows keep the size of their input.
    let columns = f64::from(tensor.shape.last().copied().unwrap_or(1));
    let scale = f16::from_f64(1.0 / (columns.sqrt() * 73.3)).to_le_bytes();
    let codes = random::codes(count as usize, seed);
    let mut bytes = Vec::with_capacity(tensor.kind.bytes(count.into()) as usize);
    for block in codes.chunks_exact(BLOCK) {
        bytes.extend(scale);
        bytes.extend(block.iter().map(|code| *code as u8));
    }
    bytes
}
