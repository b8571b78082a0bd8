//! Every refusal of an encoder names the file, the field, the layer or the limit.

use std::path::Path;

use crate::common::golden;
use safetensors::{SafeTensors, tensor::TensorView};
use serde_json::{Value, json};
use stoa_engine::{BackendKind, Encoder, EngineError, ModelKind, encoder::MAX_TEXTS};
use tempfile::TempDir;

/// A copy of a golden folder that a test may damage.
fn folder(case: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("1_Pooling")).unwrap();
    for file in ["config.json", "model.safetensors", "modules.json", "1_Pooling/config.json"] {
        if golden(case).join(file).exists() {
            std::fs::copy(golden(case).join(file), dir.path().join(file)).unwrap();
        }
    }
    dir
}

fn set(dir: &Path, file: &str, field: &str, value: Value) {
    let path = dir.join(file);
    let mut json: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    json[field] = value;
    std::fs::write(path, json.to_string()).unwrap();
}

fn refusal(dir: &Path) -> EngineError {
    match Encoder::load(dir, BackendKind::Cpu) {
        Ok(_) => panic!("the folder was accepted"),
        Err(error) => error,
    }
}

/// Writes one number into a tensor of an F32 folder.
fn poison(dir: &Path, tensor: &str, value: f32) {
    let path = dir.join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<(String, Vec<usize>, Vec<u8>)> = file
        .tensors()
        .into_iter()
        .map(|(name, view)| (name, view.shape().to_vec(), view.data().to_vec()))
        .collect();
    let found = tensors.iter_mut().find(|(name, ..)| name == tensor).unwrap();
    found.2[..4].copy_from_slice(&value.to_le_bytes());
    let views = tensors.iter().map(|(name, shape, data)| {
        let view = TensorView::new(safetensors::Dtype::F32, shape.clone(), data).unwrap();
        (name.as_str(), view)
    });
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

/// Each operator that could overflow, by the weight that would make it: the layer and the bound are named.
#[test]
fn weights_that_could_overflow_are_refused_with_layer_and_bound() {
    // Norm weights are multiplied by sqrt(32): 2^30 / (2^16 * 5.66) = 2896.
    for (tensor, value, layer, bound) in [
        (
            "embeddings.word_embeddings.weight",
            1e9,
            "embeddings.word_embeddings",
            "weight magnitude",
        ),
        ("embeddings.position_embeddings.weight", 1e9, "embeddings.position", "weight magnitude"),
        ("embeddings.token_type_embeddings.weight", -1e9, "embeddings.token", "weight magnitude"),
        ("embeddings.LayerNorm.weight", 2897.0, "embeddings.LayerNorm", "norm weight"),
        ("embeddings.LayerNorm.bias", 16384.0, "embeddings.LayerNorm", "bias"),
        (
            "encoder.layer.0.attention.self.query.bias",
            -16384.0,
            "encoder.layer.0.attention",
            "bias",
        ),
        (
            "encoder.layer.1.attention.self.key.weight",
            1e9,
            "encoder.layer.1.attention",
            "weight mag",
        ),
        (
            "encoder.layer.1.attention.output.dense.bias",
            1e30,
            "encoder.layer.1.attention.output",
            "bias",
        ),
        (
            "encoder.layer.0.intermediate.dense.bias",
            16384.0,
            "encoder.layer.0.intermediate",
            "bias",
        ),
        ("encoder.layer.1.output.dense.weight", 1e9, "encoder.layer.1.output.dense", "weight mag"),
        (
            "encoder.layer.1.output.LayerNorm.weight",
            -2897.0,
            "encoder.layer.1.output.Layer",
            "norm weight",
        ),
        (
            "encoder.layer.1.output.LayerNorm.bias",
            -16384.0,
            "encoder.layer.1.output.LayerN",
            "bias",
        ),
    ] {
        let dir = folder("bert-mean-f32");
        poison(dir.path(), tensor, value);
        let error = refusal(dir.path());
        let EngineError::Overflow { layer: named, bound: broken, .. } = &error else {
            panic!("{tensor}: {error}");
        };
        assert!(named.starts_with(layer), "{tensor}: {error}");
        assert!(broken.starts_with(bound), "{tensor}: {error}");
    }
    // One step below the bounds the folder is taken, and the extreme values do not stop a pass.
    let dir = folder("bert-mean-f32");
    poison(dir.path(), "embeddings.LayerNorm.weight", 2896.0);
    poison(dir.path(), "encoder.layer.1.output.LayerNorm.bias", 16383.9);
    // A scale of 8000 / 127^2 is just below 2^-1, the largest.
    poison(dir.path(), "encoder.layer.0.output.dense.weight", 8000.0);
    let encoder = Encoder::load(dir.path(), BackendKind::Cpu).unwrap();
    let row = &encoder.embed_ids(&[vec![5; 40]]).unwrap()[0];
    assert!(row.iter().any(|value| *value != 0));
}

#[test]
fn settings_that_could_overflow_are_refused_with_the_bound() {
    let dir = folder("bert-mean-f32");
    set(dir.path(), "config.json", "layer_norm_eps", json!(1.0));
    set(dir.path(), "config.json", "hidden_size", json!(32_768));
    set(dir.path(), "config.json", "num_attention_heads", json!(128));
    let error = refusal(dir.path()).to_string();
    assert!(error.starts_with("norms: norm epsilon can reach 140737488355328"), "{error}");
}

#[test]
fn parts_that_are_not_run_are_refused_with_the_field() {
    for (field, value) in [
        ("architectures", json!(["BertForMaskedLM"])),
        ("architectures", json!([])),
        ("hidden_act", json!("silu")),
        ("position_embedding_type", json!("relative_key")),
        ("is_decoder", json!(true)),
        ("quantization_config", json!({"bits": 4})),
        ("layer_norm_eps", json!(-1.0)),
    ] {
        let dir = folder("bert-mean-f32");
        set(dir.path(), "config.json", field, value);
        let error = refusal(dir.path());
        assert!(
            matches!(error, EngineError::UnsupportedArchitecture { field: found, .. } if found == field),
            "{field}: {error}"
        );
    }
    let dir = folder("bert-score-bf16");
    set(dir.path(), "config.json", "id2label", json!({"0": "no", "1": "yes"}));
    assert!(refusal(dir.path()).to_string().contains("id2label is 2 labels"));
}

#[test]
fn steps_of_sentence_transformers_that_are_not_run_are_refused() {
    let dir = folder("bert-mean-f32");
    set(dir.path(), "1_Pooling/config.json", "pooling_mode_max_tokens", json!(true));
    assert!(refusal(dir.path()).to_string().contains("pooling_mode"));
    let dir = folder("bert-mean-f32");
    let modules =
        json!([{"path": "", "type": "a.Transformer"}, {"path": "2_Dense", "type": "a.Dense"}]);
    std::fs::write(dir.path().join("modules.json"), modules.to_string()).unwrap();
    assert!(refusal(dir.path()).to_string().contains("a.Dense"));
    let dir = folder("bert-mean-f32");
    std::fs::remove_file(dir.path().join("1_Pooling/config.json")).unwrap();
    assert!(matches!(refusal(dir.path()), EngineError::MissingFile { .. }));
}

#[test]
fn sizes_outside_the_limits_are_refused_with_the_rule() {
    for (field, value) in [
        ("hidden_size", 33u64),
        ("hidden_size", 1 << 40),
        ("intermediate_size", 0),
        ("num_hidden_layers", 257),
        ("num_attention_heads", 0),
        ("num_attention_heads", 3),
        ("vocab_size", 0),
        ("type_vocab_size", 17),
        ("max_position_embeddings", 0),
    ] {
        let dir = folder("bert-mean-f32");
        set(dir.path(), "config.json", field, json!(value));
        let error = refusal(dir.path());
        assert!(
            matches!(error, EngineError::InvalidConfig { field: found, actual, .. } if found == field && actual == value),
            "{field}: {error}"
        );
    }
    // RoBERTa's positions begin behind the padding token: 2 rows hold no text.
    let dir = folder("xlm-roberta-first-f16");
    set(dir.path(), "config.json", "max_position_embeddings", json!(2));
    assert!(matches!(refusal(dir.path()), EngineError::InvalidConfig { .. }));
}

#[test]
fn the_length_that_a_model_was_made_for_is_its_context() {
    let dir = folder("bert-mean-f32");
    std::fs::write(dir.path().join("sentence_bert_config.json"), r#"{"max_seq_length": 7}"#)
        .unwrap();
    let encoder = Encoder::load(dir.path(), BackendKind::Cpu).unwrap();
    assert_eq!(encoder.model().context_tokens, 7);
    assert!(matches!(
        encoder.embed_ids(&[vec![5; 8]]),
        Err(EngineError::PromptTooLong { tokens: 8, limit: 7 })
    ));
    assert!(encoder.embed_ids(&[vec![5; 7]]).is_ok());
    std::fs::write(dir.path().join("sentence_bert_config.json"), r#"{"max_seq_length": 0}"#)
        .unwrap();
    assert!(matches!(
        refusal(dir.path()),
        EngineError::InvalidConfig { field: "max_seq_length", .. }
    ));
}

#[test]
fn calls_outside_the_limits_are_refused() {
    let encoder = Encoder::load(&golden("bert-mean-f32"), BackendKind::Cpu).unwrap();
    let refused = |texts: &[Vec<u32>]| encoder.embed_ids(texts).unwrap_err();
    assert!(matches!(refused(&[]), EngineError::TextCount { texts: 0, .. }));
    assert!(matches!(refused(&vec![vec![5]; MAX_TEXTS + 1]), EngineError::TextCount { .. }));
    assert!(matches!(refused(&[vec![5], vec![]]), EngineError::EmptyPrompt));
    assert!(matches!(refused(&[vec![96]]), EngineError::UnknownToken { token_id: 96, .. }));
    assert!(matches!(refused(&[vec![5; 41]]), EngineError::PromptTooLong { limit: 40, .. }));
    assert!(matches!(encoder.embed(&["a", ""]), Err(EngineError::EmptyPrompt)));
    let long = "a".repeat(stoa_engine::MAX_PROMPT_BYTES + 1);
    assert!(matches!(encoder.embed(&[&long]), Err(EngineError::PromptTooManyBytes { .. })));
    let without_text = folder("bert-mean-f32");
    let without_text = Encoder::load(without_text.path(), BackendKind::Cpu).unwrap();
    assert!(matches!(without_text.embed(&["a"]), Err(EngineError::NoTokenizer { .. })));
    assert!(matches!(
        encoder.rank("a", &["b"]),
        Err(EngineError::OtherKind { asked: ModelKind::Ranking, kind: ModelKind::Embedding })
    ));
    let ranking = Encoder::load(&golden("bert-score-bf16"), BackendKind::Cpu).unwrap();
    assert!(matches!(
        ranking.score_ids(&[5, 6], &[0, 2]),
        Err(EngineError::InvalidSegments { .. })
    ));
    assert!(matches!(ranking.score_ids(&[5, 6], &[0]), Err(EngineError::InvalidSegments { .. })));
    assert!(matches!(ranking.embed_ids(&[vec![5]]), Err(EngineError::OtherKind { .. })));
}

#[test]
fn a_graphics_adapter_is_refused_by_name() {
    let error = Encoder::load(&golden("bert-mean-f32"), BackendKind::Gpu).err().unwrap();
    assert_eq!(error.to_string(), "BertModel runs on the CPU back end only; use --backend cpu");
}
