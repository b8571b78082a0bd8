//! Every refusal names the file, the field or the limit.

use std::{ops::ControlFlow, path::Path};

use crate::common::{cpu, golden, shipped};
use stoa_engine::{BackendKind, Engine, EngineError, GenerateRequest, Sampler};
use tempfile::TempDir;

/// A copy of a golden folder that a test may damage.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        std::fs::copy(golden("gqa-tied-f32").join(file), dir.path().join(file)).unwrap();
    }
    dir
}

/// A folder whose `config.json` has one field replaced.
fn with_field(field: &str, value: serde_json::Value) -> TempDir {
    let dir = folder();
    set_field(&dir, field, value);
    dir
}

fn set_field(dir: &TempDir, field: &str, value: serde_json::Value) {
    let path = dir.path().join("config.json");
    let mut config: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    config[field] = value;
    std::fs::write(path, config.to_string()).unwrap();
}

fn refusal(dir: &Path) -> EngineError {
    match Engine::load(dir, BackendKind::Cpu) {
        Ok(_) => panic!("the folder was accepted"),
        Err(error) => error,
    }
}

fn greedy(prompt: &str, max_new_tokens: u32) -> GenerateRequest {
    let sampler = Sampler { temperature_milli: 0, top_k: 0, top_p_milli: 0, seed: 0 };
    GenerateRequest { prompt: prompt.to_owned(), max_new_tokens, sampler }
}

fn ask(engine: &Engine, request: &GenerateRequest) -> EngineError {
    engine.generate(request, &mut |_| ControlFlow::Continue(())).unwrap_err()
}

#[test]
fn an_unknown_model_and_missing_files_are_named() {
    let error = refusal(Path::new("no-such-model"));
    assert!(
        matches!(&error, EngineError::MissingFile { path } if path.ends_with("no-such-model/config.json"))
    );
    let dir = folder();
    std::fs::remove_file(dir.path().join("model.safetensors")).unwrap();
    let error = refusal(dir.path());
    assert!(
        matches!(&error, EngineError::MissingFile { path } if path.ends_with("model.safetensors"))
    );
}

#[test]
fn corrupt_weights_are_refused_with_the_file() {
    let original = std::fs::read(golden("gqa-tied-f32").join("model.safetensors")).unwrap();
    let mut broken_header = original.clone();
    broken_header[9] = 0xff;
    let cases = [Vec::new(), vec![1, 2, 3], original[..original.len() - 5].to_vec(), broken_header];
    for bytes in cases {
        let dir = folder();
        std::fs::write(dir.path().join("model.safetensors"), bytes).unwrap();
        let error = refusal(dir.path());
        assert!(matches!(error, EngineError::CorruptWeights { .. }), "{error}");
        assert!(error.to_string().contains("model.safetensors"));
    }
}

#[test]
fn weights_that_are_not_numbers_are_refused_with_the_tensor() {
    let dir = folder();
    let path = dir.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(path, bytes).unwrap();
    let error = refusal(dir.path());
    assert!(
        matches!(&error, EngineError::NotFinite { tensor, .. } if tensor == "model.norm.weight"),
        "{error}"
    );
}

#[test]
fn weights_that_could_overflow_are_refused_with_the_layer() {
    let dir = folder();
    let path = dir.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&1e9f32.to_le_bytes());
    std::fs::write(path, bytes).unwrap();
    let error = refusal(dir.path());
    assert!(error.to_string().starts_with("norm: norm weight can reach"), "{error}");
}

#[test]
fn settings_that_could_overflow_are_refused_with_the_bound() {
    // 1 * 32768 * 2^32 = 2^47.
    let dir = with_field("rms_norm_eps", 1.0.into());
    set_field(&dir, "hidden_size", 32_768.into());
    let error = refusal(dir.path()).to_string();
    assert!(error.starts_with("norms: norm epsilon can reach 140737488355328"), "{error}");
    // Sharpened scores of narrow heads would need shifts below zero.
    let dir = with_field("head_dim", 8.into());
    let yarn = serde_json::json!({"rope_type": "yarn", "factor": 4.0, "attention_factor": 2.0});
    set_field(&dir, "rope_scaling", yarn);
    let error = refusal(dir.path()).to_string();
    assert!(error.starts_with("attention: score shift below 29"), "{error}");
}

#[test]
fn other_architectures_are_refused_with_the_field() {
    for (field, value) in [
        ("model_type", "gpt2".into()),
        ("model_type", "bert".into()),
        ("model_type", "gemma3".into()),
        ("architectures", serde_json::json!(["MistralForCausalLM"])),
        ("architectures", serde_json::json!(["LlamaForSequenceClassification"])),
        ("hidden_act", "gelu".into()),
        ("hidden_act", "relu".into()),
        ("partial_rotary_factor", 0.5.into()),
        ("rope_scaling", serde_json::json!({"type": "longrope", "factor": 2.0})),
        ("quantization_config", serde_json::json!({"bits": 4})),
    ] {
        let dir = with_field(field, value);
        let error = refusal(dir.path());
        assert!(
            matches!(error, EngineError::UnsupportedArchitecture { field: found, .. } if found == field),
            "{field}: {error}"
        );
    }
}

/// A copy of a golden folder of another family, with one field replaced.
fn family(case: &str, field: &str, value: serde_json::Value) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors"] {
        std::fs::copy(golden(case).join(file), dir.path().join(file)).unwrap();
    }
    set_field(&dir, field, value);
    dir
}

#[test]
fn what_a_family_does_not_have_is_refused_with_the_field() {
    use serde_json::json;
    for (case, field, value) in [
        ("mistral", "attention_bias", json!(true)),
        ("mistral", "sliding_window", json!(0)),
        ("mistral", "hidden_act", json!("gelu")),
        ("phi3", "mlp_bias", json!(true)),
        ("phi3", "partial_rotary_factor", json!(0.01)),
        ("phi3", "partial_rotary_factor", json!(1.5)),
        (
            "phi3",
            "rope_scaling",
            json!({"type": "longrope", "short_factor": [], "long_factor": []}),
        ),
        ("qwen2-window", "layer_types", json!(["full_attention"])),
        ("qwen2-window", "layer_types", json!(["full_attention", "linear_attention"])),
        ("qwen2-window", "sliding_window", json!(0)),
        ("gemma", "attention_bias", json!(true)),
        ("gemma", "hidden_act", json!("relu")),
        ("gemma2", "use_bidirectional_attention", json!(true)),
        ("gemma2", "query_pre_attn_scalar", json!(0.0)),
        ("gemma2", "attn_logit_softcapping", json!(0.0)),
        ("gemma2", "final_logit_softcapping", json!(1e9)),
        ("gemma2", "hidden_activation", json!("silu")),
        ("gemma3", "rope_local_base_freq", json!(0.5)),
        ("gemma3", "rope_scaling", json!({"rope_type": "yarn", "factor": 4.0})),
    ] {
        let error = refusal(family(case, field, value.clone()).path());
        assert!(
            matches!(error, EngineError::UnsupportedArchitecture { field: found, .. } if found == field),
            "{case}, {field} {value}: {error}"
        );
    }
    // Yarn's factor of the scores would belong to the rotated part alone.
    let error =
        refusal(family("phi3", "rope_scaling", json!({"type": "yarn", "factor": 4.0})).path());
    assert!(error.to_string().contains("partial_rotary_factor"), "{error}");
    // A kind of layer that needs a window, and none.
    let dir = family("qwen2-window", "layer_types", json!(["full_attention", "sliding_attention"]));
    set_field(&dir, "use_sliding_window", json!(false));
    assert!(refusal(dir.path()).to_string().contains("sliding_window is null"));
}

#[test]
fn constants_of_other_families_that_could_overflow_are_refused_with_the_bound() {
    // A score width of 1 would need shifts below zero.
    let error = refusal(family("gemma2", "query_pre_attn_scalar", 1.0.into()).path()).to_string();
    assert!(
        error.starts_with("attention: score shift below 29 can reach 29, the limit is 28"),
        "{error}"
    );
    // 1 * 32768 * 2^32 = 2^47 of the heads would pass, were heads that wide; of rows it does.
    let dir = family("qwen3", "rms_norm_eps", 1.0.into());
    set_field(&dir, "hidden_size", 32_768.into());
    let error = refusal(dir.path()).to_string();
    assert!(error.starts_with("norms: norm epsilon can reach 140737488355328"), "{error}");
}

/// Replaces the last number of one tensor.
fn damage(case: &str, tensor: &str, value: half::f16) -> TempDir {
    let dir = family(case, "pad_token_id", 0.into());
    let path = dir.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).unwrap();
    let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let tensors: serde_json::Value = serde_json::from_slice(&bytes[8..8 + header]).unwrap();
    let end = 8 + header + tensors[tensor]["data_offsets"][1].as_u64().unwrap() as usize;
    bytes[end - 2..end].copy_from_slice(&value.to_le_bytes());
    std::fs::write(path, bytes).unwrap();
    dir
}

#[test]
fn weights_of_other_families_that_could_overflow_are_refused_with_the_layer() {
    let most = half::f16::MAX;
    for (case, tensor, expected) in [
        ("qwen2", "self_attn.k_proj.bias", "layers.1.self_attn.k_proj: bias can reach 4292870144"),
        ("llama-biases", "mlp.down_proj.bias", "layers.1.mlp.down_proj: bias can reach"),
        ("qwen3", "self_attn.q_norm.weight", "layers.1.self_attn.q_norm: norm weight can reach"),
        (
            "gemma2",
            "post_feedforward_layernorm.weight",
            "layers.1.post_feedforward_layernorm: norm weight can reach",
        ),
        ("gemma3", "self_attn.k_norm.weight", "layers.1.self_attn.k_norm: norm weight can reach"),
    ] {
        let error = refusal(damage(case, &format!("model.layers.1.{tensor}"), most).path());
        assert!(error.to_string().starts_with(expected), "{case}: {error}");
    }
    let error =
        refusal(damage("qwen2", "model.layers.0.self_attn.q_proj.bias", half::f16::NAN).path());
    assert!(matches!(error, EngineError::NotFinite { .. }), "{error}");
}

/// Before it looks for an adapter, so this needs none.
#[test]
fn the_gpu_back_end_refuses_what_it_has_no_kernel_for() {
    for (case, part) in [
        ("qwen2", "biases of products"),
        ("qwen3", "norms of query and key heads"),
        ("gemma", "GELU"),
        ("mistral", "attention with a window"),
        ("phi3", "attention with a window"),
    ] {
        let Err(error) = Engine::load(&golden(case), BackendKind::Gpu) else {
            panic!("{case} was accepted");
        };
        assert!(
            matches!(error, EngineError::MissingPart { part: found, .. } if found == part),
            "{error}"
        );
        assert!(error.to_string().starts_with("the GPU back end has nothing for"), "{error}");
    }
}

#[test]
fn a_weight_format_that_is_not_understood_is_refused() {
    for (format, fragment) in [
        ("{", "stoa.json is not valid"),
        (r#"{"weights": "int4"}"#, "stoa.json: weights is \"int4\" None"),
        (r#"{"weights": "int4", "group_width": 48}"#, "stoa.json: weights is \"int4\" Some(48)"),
        (r#"{"weights": "int8", "group_width": 32}"#, "stoa.json: weights is"),
        (r#"{"weights": "int2"}"#, "stoa.json: weights is \"int2\""),
        (r#"{"weights": "int8", "scale": 1}"#, "unknown field"),
        // Rows of 64 inputs are no whole groups of 128.
        (r#"{"weights": "int4", "group_width": 128}"#, "hidden_size is 64"),
    ] {
        let dir = folder();
        std::fs::write(dir.path().join("stoa.json"), format).unwrap();
        let error = refusal(dir.path()).to_string();
        assert!(error.contains(fragment), "{format}: {error}");
    }
}

#[test]
fn sizes_outside_the_limits_are_refused_with_the_rule() {
    for (field, value) in [
        ("hidden_size", 65u64),
        ("hidden_size", 1 << 40),
        ("intermediate_size", 0),
        ("num_hidden_layers", 100_000),
        ("head_dim", 12),
        ("num_key_value_heads", 3),
        ("num_key_value_heads", 0),
        ("vocab_size", 0),
        ("max_position_embeddings", 1),
    ] {
        let dir = with_field(field, value.into());
        let error = refusal(dir.path());
        assert!(
            matches!(error, EngineError::InvalidConfig { field: found, actual, .. } if found == field && actual == value),
            "{field}: {error}"
        );
    }
    let error = refusal(with_field("vocab_size", 95.into()).path());
    assert!(matches!(error, EngineError::TensorShape { .. }), "{error}");
    let error = refusal(with_field("num_hidden_layers", 3.into()).path());
    assert!(
        matches!(&error, EngineError::MissingTensor { tensor, .. } if tensor.contains("layers.2")),
        "{error}"
    );
    let dir = folder();
    std::fs::write(dir.path().join("config.json"), "{").unwrap();
    assert!(matches!(refusal(dir.path()), EngineError::InvalidJson { .. }));
}

#[test]
fn a_damaged_or_foreign_tokenizer_is_refused() {
    let dir = folder();
    std::fs::write(dir.path().join("tokenizer.json"), "{}").unwrap();
    assert!(matches!(refusal(dir.path()), EngineError::Tokenizer { .. }));
    std::fs::copy(shipped().join("tokenizer.json"), dir.path().join("tokenizer.json")).unwrap();
    let error = refusal(dir.path());
    assert!(
        matches!(error, EngineError::TokenizerMismatch { tokens: 2048, vocab_size: 96, .. }),
        "{error}"
    );
}

#[test]
fn prompts_outside_the_limits_are_refused_with_the_limit() {
    let engine = cpu(&shipped());
    let long = "fn main() { let x = 1; } ".repeat(200);
    assert!(
        matches!(ask(&engine, &greedy(&long, 1)), EngineError::PromptTooLong { tokens, limit: 511 } if tokens > 511)
    );
    let huge = "a".repeat(stoa_engine::MAX_PROMPT_BYTES + 1);
    assert!(matches!(ask(&engine, &greedy(&huge, 1)), EngineError::PromptTooManyBytes { .. }));
    assert!(matches!(ask(&engine, &greedy("", 1)), EngineError::EmptyPrompt));
    assert!(matches!(ask(&engine, &greedy("a", 0)), EngineError::NoNewTokens));
    let error = ask(&engine, &greedy("a", 511));
    assert!(
        matches!(error, EngineError::TooManyNewTokens { requested: 511, limit, .. } if limit < 511),
        "{error}"
    );
    assert!(matches!(engine.logits(&[]), Err(EngineError::EmptyPrompt)));
    assert!(matches!(
        engine.logits(&[2048]),
        Err(EngineError::UnknownToken { token_id: 2048, .. })
    ));
    assert!(matches!(
        engine.logits(&vec![1; 513]),
        Err(EngineError::PromptTooLong { tokens: 513, limit: 512 })
    ));
    let without_text = cpu(&golden("gqa-tied-f32"));
    assert!(matches!(ask(&without_text, &greedy("a", 1)), EngineError::NoTokenizer { .. }));
}

/// Set in the child process of the next test.
const CHILD: &str = "STOA_TEST_WITHOUT_ADAPTER";

#[test]
#[cfg(target_os = "linux")]
fn a_missing_adapter_is_a_clear_error() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["refusals::child_process_without_drivers", "--exact", "--nocapture"])
        .env(CHILD, "1")
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(said.contains("no Vulkan, Metal or DX12 adapter was found"), "{said}");
    assert!(said.contains("--backend cpu"), "the way out is named: {said}");
}

#[test]
fn child_process_without_drivers() {
    if std::env::var(CHILD).is_ok() {
        let error = Engine::load(&golden("gqa-tied-f32"), BackendKind::Gpu).err().unwrap();
        println!("{error}");
    }
}
