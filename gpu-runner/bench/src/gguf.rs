//! A GGUF file of random Q8_0 weights for llama.cpp: eight bits a weight and a scale for every 32.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use anyhow::Result;
use half::f16;
use stoa_engine::synthetic::Shape;

use crate::random;

const ALIGNMENT: u64 = 32;
const TYPE_F32: u32 = 0;
const TYPE_Q8_0: u32 = 8;
/// Weights of one Q8_0 block and its bytes.
const BLOCK: usize = 32;
const BLOCK_BYTES: usize = 34;

struct Tensor {
    name: String,
    /// Columns first, as GGUF counts.
    shape: Vec<u64>,
    kind: u32,
}

impl Tensor {
    fn matrix(name: String, rows: u32, columns: u32) -> Self {
        Self { name, shape: vec![columns.into(), rows.into()], kind: TYPE_Q8_0 }
    }

    fn norm(name: String, width: u32) -> Self {
        Self { name, shape: vec![width.into()], kind: TYPE_F32 }
    }

    fn bytes(&self) -> u64 {
        let count: u64 = self.shape.iter().product();
        match self.kind {
            TYPE_F32 => count * 4,
            _ => count / BLOCK as u64 * BLOCK_BYTES as u64,
        }
    }
}

/// Writes `folder/name.gguf` for a shape whose widths are multiples of 32.
pub fn write(folder: &Path, name: &str, shape: Shape) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("{name}.gguf"));
    let tensors = tensors(shape);
    let mut header = Vec::new();
    header.extend(b"GGUF");
    header.extend(3u32.to_le_bytes());
    header.extend((tensors.len() as u64).to_le_bytes());
    metadata(&mut header, shape);
    let mut offset = 0u64;
    for tensor in &tensors {
        string(&mut header, &tensor.name);
        header.extend((tensor.shape.len() as u32).to_le_bytes());
        tensor.shape.iter().for_each(|size| header.extend(size.to_le_bytes()));
        header.extend(tensor.kind.to_le_bytes());
        header.extend(offset.to_le_bytes());
        offset += tensor.bytes().next_multiple_of(ALIGNMENT);
    }
    header.resize(header.len().next_multiple_of(ALIGNMENT as usize), 0);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
    file.write_all(&header)?;
    for (seed, tensor) in (1..).zip(&tensors) {
        let mut content = content(tensor, seed);
        content.resize(content.len().next_multiple_of(ALIGNMENT as usize), 0);
        file.write_all(&content)?;
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

fn metadata(header: &mut Vec<u8>, shape: Shape) {
    let numbers = [
        ("block_count", shape.layers),
        ("context_length", shape.context),
        ("embedding_length", shape.hidden),
        ("feed_forward_length", shape.inner),
        ("attention.head_count", shape.heads),
        ("attention.head_count_kv", shape.groups),
        ("rope.dimension_count", shape.head),
        ("vocab_size", shape.vocab),
    ];
    let texts = [("general.architecture", "llama"), ("tokenizer.ggml.model", "no_vocab")];
    header.extend((texts.len() as u64 + numbers.len() as u64 + 1).to_le_bytes());
    for (key, text) in texts {
        string(header, key);
        header.extend(8u32.to_le_bytes());
        string(header, text);
    }
    for (key, number) in numbers {
        string(header, &format!("llama.{key}"));
        header.extend(4u32.to_le_bytes());
        header.extend(number.to_le_bytes());
    }
    string(header, "llama.attention.layer_norm_rms_epsilon");
    header.extend(6u32.to_le_bytes());
    header.extend(1e-5f32.to_le_bytes());
}

fn string(header: &mut Vec<u8>, text: &str) {
    header.extend((text.len() as u64).to_le_bytes());
    header.extend(text.as_bytes());
}

fn content(tensor: &Tensor, seed: u64) -> Vec<u8> {
    let columns = tensor.shape[0];
    if tensor.kind == TYPE_F32 {
        return (0..columns).flat_map(|_| 1f32.to_le_bytes()).collect();
    }
    // Codes have a root mean square of 73: products of rows keep the size of their input.
    let scale = f16::from_f64(1.0 / ((columns as f64).sqrt() * 73.3)).to_le_bytes();
    let count: u64 = tensor.shape.iter().product();
    let codes = random::codes(count as usize, seed);
    let mut bytes = Vec::with_capacity(tensor.bytes() as usize);
    for block in codes.chunks_exact(BLOCK) {
        bytes.extend(scale);
        bytes.extend(block.iter().map(|code| *code as u8));
    }
    bytes
}
