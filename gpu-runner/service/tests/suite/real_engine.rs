//! The same service over the real engine on the CPU twin.

use std::{path::Path, sync::Arc};

use stoa_engine::BackendKind;
use stoa_job::JobOutput;
use stoa_receipt::Receipt;
use stoa_runner::{EnginePort, InferencePort};

use crate::support::{Runner, config, document, order};

/// Folder of a small model with a tokenizer, in place of the one that the repository ships.
const MODEL_VARIABLE: &str = "STOA_TEST_MODEL_DIR";
/// The model that the repository ships.
const SHIPPED_MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/stoa-rustdoc-2M");

/// The model to test with; says aloud when there is none.
pub fn model_dir() -> Option<String> {
    let model_dir = std::env::var(MODEL_VARIABLE).unwrap_or_else(|_| SHIPPED_MODEL.to_owned());
    if Path::new(&model_dir).join("tokenizer.json").is_file() {
        return Some(model_dir);
    }
    eprintln!("SKIPPED: {model_dir} holds no model; set {MODEL_VARIABLE}");
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_model_answers_a_paid_job_the_same_way_twice() {
    let Some(model_dir) = model_dir() else { return };
    let port = Arc::new(EnginePort::load(Path::new(&model_dir), BackendKind::Cpu).unwrap());
    let root = port.model().model_root;
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), port, config()).await;
    let first = runner.generate(order(1, document("The borrow checker", 8), root)).await.unwrap();
    let second = runner.generate(order(2, document("The borrow checker", 8), root)).await.unwrap();
    assert_eq!(first.completed.output, second.completed.output);

    let output = JobOutput::from_bytes(&first.completed.output).unwrap();
    let streamed: Vec<u32> = first.tokens.iter().map(|token| token.token_id).collect();
    assert_eq!(streamed, output.output_token_ids);
    let receipt = Receipt::try_from(first.completed.receipt.unwrap()).unwrap();
    stoa_receipt::verify(&receipt, &runner.key.public_key()).unwrap();
    runner.stop().await;
}
