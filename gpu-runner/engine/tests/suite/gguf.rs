//! GGUF files: the same model as its folder, formats and tokenizers as others have them.

use std::path::{Path, PathBuf};

use half::f16;
use safetensors::{SafeTensors, tensor::TensorView};
use serde::Deserialize;
use stoa_engine::{Engine, GgufWriter, TensorKind, reference::FloatModel};
use tempfile::TempDir;

use crate::common::{Draw, Sizes, cpu, golden, shipped, write_random};

/// Made by `models/recipe/golden_gguf.py` with Python's `gguf` package.
pub fn made(name: &str) -> PathBuf {
    golden("gguf").join(name)
}

struct Folder {
    config: serde_json::Value,
    bytes: Vec<u8>,
}

impl Folder {
    fn read(dir: &Path) -> Self {
        let config = serde_json::from_slice(&std::fs::read(dir.join("config.json")).unwrap());
        let bytes = std::fs::read(dir.join("model.safetensors")).unwrap();
        Self { config: config.unwrap(), bytes }
    }

    fn number(&self, field: &str) -> u32 {
        self.config[field].as_u64().unwrap() as u32
    }

    /// Writes the folder's model as llama.cpp's converter does, matrices in `kind`.
    fn write_gguf(&self, path: &Path, kind: TensorKind, more: impl FnOnce(&mut GgufWriter)) {
        let heads = self.number("num_attention_heads");
        let groups = self.number("num_key_value_heads");
        let mut writer = GgufWriter::default();
        let architecture = self.config["model_type"].as_str().unwrap();
        writer.text("general.architecture", architecture);
        for (key, field) in [
            ("block_count", "num_hidden_layers"),
            ("context_length", "max_position_embeddings"),
            ("embedding_length", "hidden_size"),
            ("feed_forward_length", "intermediate_size"),
            ("attention.head_count", "num_attention_heads"),
            ("attention.head_count_kv", "num_key_value_heads"),
        ] {
            writer.number(&format!("{architecture}.{key}"), self.number(field));
        }
        if let Some(head) = self.config["head_dim"].as_u64() {
            writer.number(&format!("{architecture}.attention.key_length"), head as u32);
            writer.number(&format!("{architecture}.attention.value_length"), head as u32);
        }
        let epsilon = self.config["rms_norm_eps"].as_f64().unwrap();
        writer.real(&format!("{architecture}.attention.layer_norm_rms_epsilon"), epsilon as f32);
        let theta = self.config["rope_theta"].as_f64().unwrap() as f32;
        writer.real(&format!("{architecture}.rope.freq_base"), theta);
        writer.number("tokenizer.ggml.bos_token_id", self.number("bos_token_id"));
        writer.number("tokenizer.ggml.eos_token_id", self.number("eos_token_id"));
        writer.flag("tokenizer.ggml.add_bos_token", true);
        more(&mut writer);
        let tensors = SafeTensors::deserialize(&self.bytes).unwrap();
        let mut contents = Vec::new();
        for (name, view) in tensors.tensors() {
            let shape: Vec<u32> = view.shape().iter().map(|size| *size as u32).collect();
            let values = widen(&view);
            let values = match name.as_str() {
                _ if architecture != "llama" => values,
                name if name.ends_with("q_proj.weight") => interleave(&values, &shape, heads),
                name if name.ends_with("k_proj.weight") => interleave(&values, &shape, groups),
                _ => values,
            };
            let kind = if shape.len() == 1 { TensorKind::F32 } else { kind };
            writer.tensor(&theirs(&name), &shape, kind);
            contents.push(stored(&values, kind));
        }
        let mut file = Vec::new();
        writer.header(&mut file).unwrap();
        contents.iter().for_each(|content| GgufWriter::content(&mut file, content).unwrap());
        std::fs::write(path, file).unwrap();
    }
}

fn widen(view: &TensorView<'_>) -> Vec<f32> {
    let bytes = view.data();
    match view.dtype() {
        safetensors::Dtype::F32 => {
            bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
        }
        _ => bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect(),
    }
}

/// llama.cpp's order: the two halves of a head by turns.
fn interleave(values: &[f32], shape: &[u32], heads: u32) -> Vec<f32> {
    let (rows, columns) = (shape[0] as usize, shape[1] as usize);
    let head = rows / heads as usize;
    let from = |row: usize| row / head * head + row % 2 * (head / 2) + row % head / 2;
    (0..rows).flat_map(|row| &values[from(row) * columns..][..columns]).copied().collect()
}

fn theirs(name: &str) -> String {
    let parts = [
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("lm_head", "output"),
        ("model.layers.", "blk."),
        ("self_attn.q_norm", "attn_q_norm"),
        ("self_attn.k_norm", "attn_k_norm"),
        ("input_layernorm", "attn_norm"),
        ("post_attention_layernorm", "ffn_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.o_proj", "attn_output"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
    ];
    parts.iter().fold(name.to_owned(), |name, (ours, theirs)| name.replace(ours, theirs))
}

fn stored(values: &[f32], kind: TensorKind) -> Vec<u8> {
    match kind {
        TensorKind::F32 => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        TensorKind::F16 => {
            values.iter().flat_map(|value| f16::from_f32(*value).to_le_bytes()).collect()
        }
        TensorKind::Q8_0 => values.chunks(32).flat_map(block).collect(),
    }
}

fn block(values: &[f32]) -> Vec<u8> {
    let largest = values.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    let scale = f16::from_f32(largest / 127.0);
    let step = scale.to_f32().max(f32::MIN_POSITIVE);
    let codes = values.iter().map(|value| (value / step).round().clamp(-127.0, 127.0) as i8 as u8);
    scale.to_le_bytes().into_iter().chain(codes).collect()
}

fn gguf(case: &str, kind: TensorKind) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(format!("{case}.gguf"));
    Folder::read(&golden(case)).write_gguf(&path, kind, |_| ());
    (dir, path)
}

#[test]
fn a_file_has_the_root_and_the_logits_of_its_folder() {
    let ids = [0, 5, 17, 42, 80];
    for (case, kind) in [("gqa-tied-f32", TensorKind::F32), ("mqa-untied-f16", TensorKind::F16)] {
        let (_dir, path) = gguf(case, kind);
        let (file, folder) = (cpu(&path), cpu(&golden(case)));
        assert_eq!(file.model(), folder.model(), "{case}");
        assert_eq!(file.logits(&ids).unwrap(), folder.logits(&ids).unwrap(), "{case}");
    }
}

#[test]
fn a_file_of_pythons_package_has_the_root_of_its_folder() {
    let file = cpu(&made("mqa-untied-f16.gguf"));
    assert_eq!(file.model(), cpu(&golden("mqa-untied-f16")).model());
}

/// A random folder of a family with tensors that Llama does not have.
fn write_family(dir: &Path, model_type: &str, class: &str, more: &[(&str, usize)]) {
    let sizes = Sizes {
        hidden: 64,
        inner: 32,
        layers: 2,
        heads: 4,
        groups: 2,
        head: 16,
        vocab: 48,
        context: 32,
    };
    write_random(dir, sizes, 11, 0.1);
    let Folder { mut config, bytes } = Folder::read(dir);
    config["model_type"] = model_type.into();
    config["architectures"] = serde_json::json!([class]);
    std::fs::write(dir.join("config.json"), config.to_string()).unwrap();
    let mut draw = Draw(12);
    let mut extra = Vec::new();
    for layer in 0..sizes.layers {
        for (name, width) in more {
            let values: Vec<u8> = (0..*width).flat_map(|_| draw.next().to_le_bytes()).collect();
            extra.push((format!("model.layers.{layer}.self_attn.{name}"), *width, values));
        }
    }
    let views = extra.iter().map(|(name, width, values)| {
        let view = TensorView::new(safetensors::Dtype::F32, vec![*width], values);
        (name.clone(), view.unwrap())
    });
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let file = safetensors::serialize(tensors.tensors().into_iter().chain(views), None).unwrap();
    std::fs::write(dir.join("model.safetensors"), file).unwrap();
}

#[test]
fn biases_and_norms_of_heads_come_from_a_file_as_from_its_folder() {
    let biases = [("q_proj.bias", 64), ("k_proj.bias", 32), ("v_proj.bias", 32)];
    let norms = [("q_norm.weight", 16), ("k_norm.weight", 16)];
    let families =
        [("qwen2", "Qwen2ForCausalLM", &biases[..]), ("qwen3", "Qwen3ForCausalLM", &norms)];
    for (model_type, class, more) in families {
        let dir = tempfile::tempdir().unwrap();
        write_family(dir.path(), model_type, class, more);
        let path = dir.path().join("model.gguf");
        Folder::read(dir.path()).write_gguf(&path, TensorKind::F32, |_| ());
        let (file, folder) = (cpu(&path), cpu(dir.path()));
        assert_eq!(file.model().model_root, folder.model().model_root, "{model_type}");
        assert_eq!(file.model().architecture, class);
        assert_eq!(file.logits(&[0, 7, 40]).unwrap(), folder.logits(&[0, 7, 40]).unwrap());
    }
}

#[test]
fn the_shipped_model_answers_the_same_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("stoa-rustdoc-2M.gguf");
    let tokenizer = std::fs::read_to_string(shipped().join("tokenizer.json")).unwrap();
    Folder::read(&shipped()).write_gguf(&path, TensorKind::F16, |writer| {
        writer.text("tokenizer.huggingface.json", &tokenizer);
    });
    let (file, folder) = (cpu(&path), cpu(&shipped()));
    assert_eq!(file.model(), folder.model());
    let prompt = "Returns the number of elements in the";
    assert_eq!(file.encode(prompt).unwrap(), folder.encode(prompt).unwrap());
}

#[test]
fn eight_bit_blocks_stay_near_their_weights() {
    let (_dir, path) = gguf("gqa-tied-f32", TensorKind::Q8_0);
    let ids = [0, 5, 17, 42, 80];
    let near = FloatModel::load(&path).unwrap().logits(&ids);
    let exact = FloatModel::load(&golden("gqa-tied-f32")).unwrap().logits(&ids);
    let square = |x: f32| f64::from(x) * f64::from(x);
    let pairs = near.iter().flatten().zip(exact.iter().flatten());
    let error: f64 = pairs.clone().map(|(near, exact)| square(near - exact)).sum();
    let size: f64 = pairs.map(|(_, exact)| square(*exact)).sum();
    assert!((error / size).sqrt() < 0.02, "{}", (error / size).sqrt());
}

#[derive(Deserialize)]
pub struct Case {
    model: String,
    pre: String,
    tokens: Vec<String>,
    kinds: Vec<u32>,
    merges: Option<Vec<String>>,
    scores: Option<Vec<f32>>,
    texts: Vec<Sample>,
}

#[derive(Deserialize)]
struct Sample {
    text: String,
    ids: Vec<u32>,
}

pub fn cases() -> Vec<Case> {
    serde_json::from_slice(&std::fs::read(made("tokens.json")).unwrap()).unwrap()
}

/// A small random model with the vocabulary of a case.
pub fn with_vocabulary(case: &Case) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let vocab = case.tokens.len();
    let sizes = Sizes {
        hidden: 32,
        inner: 32,
        layers: 1,
        heads: 2,
        groups: 1,
        head: 16,
        vocab,
        context: 512,
    };
    write_random(dir.path(), sizes, 1, 0.1);
    let path = dir.path().join("model.gguf");
    Folder::read(dir.path()).write_gguf(&path, TensorKind::F32, |writer| {
        writer.text("tokenizer.ggml.model", &case.model);
        writer.text("tokenizer.ggml.pre", &case.pre);
        writer.texts("tokenizer.ggml.tokens", case.tokens.iter().map(String::as_str));
        writer.numbers("tokenizer.ggml.token_type", case.kinds.iter().copied());
        if let Some(merges) = &case.merges {
            writer.texts("tokenizer.ggml.merges", merges.iter().map(String::as_str));
        }
        if let Some(scores) = &case.scores {
            writer.reals("tokenizer.ggml.scores", scores.iter().copied());
        }
    });
    (dir, path)
}

#[test]
fn vocabularies_give_the_tokens_that_others_give() {
    let cases = cases();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let (_dir, path) = with_vocabulary(&case);
        let engine = cpu(&path);
        for Sample { text, ids } in &case.texts {
            assert_eq!(&engine.encode_plain(text).unwrap(), ids, "{} {text:?}", case.pre);
        }
    }
}

#[test]
fn the_factors_of_llama_3_are_recognised_and_others_refused() {
    let dir = tempfile::tempdir().unwrap();
    let case = "gqa-tied-f32";
    for file in ["config.json", "model.safetensors"] {
        std::fs::copy(golden(case).join(file), dir.path().join(file)).unwrap();
    }
    let mut folder = Folder::read(dir.path());
    folder.config["rope_theta"] = 500_000.0.into();
    folder.config["rope_scaling"] = serde_json::json!({
        "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    });
    std::fs::write(dir.path().join("config.json"), folder.config.to_string()).unwrap();
    // Heads of 16 at a base of 500,000: the factors that the converter's loop gives.
    let frequency = |pair: i32| 500_000f32.powf(-2.0 * pair as f32 / 16.0);
    let factor = |pair: i32| {
        let wavelength = 2.0 * std::f32::consts::PI / frequency(pair);
        match wavelength {
            short if short < 2048.0 => 1.0,
            long if long > 8192.0 => 8.0,
            between => {
                1.0 / ((1.0 - (8192.0 / between - 1.0) / 3.0) / 8.0
                    + (8192.0 / between - 1.0) / 3.0)
            }
        }
    };
    let factors: Vec<f32> = (0..8).map(factor).collect();
    assert!(factors.iter().any(|factor| *factor > 1.0 && *factor < 8.0), "one is between");
    let path = dir.path().join("model.gguf");
    let write = |factors: &[f32]| {
        let tensors = SafeTensors::deserialize(&folder.bytes).unwrap();
        let bytes: Vec<u8> = factors.iter().flat_map(|factor| factor.to_le_bytes()).collect();
        let view = TensorView::new(safetensors::Dtype::F32, vec![8], &bytes);
        let extra = ("rope_freqs.weight".to_owned(), view.unwrap());
        let all = tensors.tensors().into_iter().chain([extra]);
        let with = Folder {
            config: folder.config.clone(),
            bytes: safetensors::serialize(all, None).unwrap(),
        };
        with.write_gguf(&path, TensorKind::F32, |_| ());
    };
    write(&factors);
    assert_eq!(cpu(&path).model().model_root, cpu(dir.path()).model().model_root);
    write(&[1.0, 1.0, 1.0, 1.5, 2.0, 4.0, 8.0, 8.0]);
    let error = Engine::inspect(&path).unwrap_err();
    assert!(error.to_string().contains("rope_freqs.weight"), "{error}");
}
