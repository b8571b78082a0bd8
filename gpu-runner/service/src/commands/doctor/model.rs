//! The model of the settings: whether it loads, and whether this machine computes it exactly.

use std::{io::Write, path::Path};

use serde::Serialize;
use stoa_engine::{BackendKind, Engine, ModelInfo};

use crate::{Backend, models::ChatTemplate};

/// Tokens of the self-test: more than one chunk of a pass, so that chunking is tested, too.
const PROBE_TOKENS: u32 = 70;

/// What was found of the model.
#[derive(Debug, Serialize)]
pub struct ModelFinding {
    info: Option<ModelInfo>,
    /// Whether it takes messages; unknown when the folder cannot be read.
    pub has_chat_template: Option<bool>,
    /// Outcome of the self-test; an error says what failed.
    self_test: Result<String, String>,
}

impl ModelFinding {
    /// What stands in the way of exact service.
    pub fn failures(&self) -> Vec<String> {
        self.self_test.as_ref().err().cloned().into_iter().collect()
    }
}

/// Loads the model on the back end of the settings and compares its logits with the definition's.
pub fn examine(model_dir: &Path, backend: Backend) -> ModelFinding {
    let has_chat_template = ChatTemplate::of_folder(model_dir).ok().map(|found| found.is_some());
    let definition = match Engine::load(model_dir, BackendKind::Cpu) {
        Ok(engine) => engine,
        Err(error) => {
            let self_test = Err(format!("the model cannot be loaded: {error}"));
            return ModelFinding { info: None, has_chat_template, self_test };
        }
    };
    let info = Some(definition.model().clone());
    let self_test = self_test(model_dir, &definition, backend);
    ModelFinding { info, has_chat_template, self_test }
}

fn self_test(model_dir: &Path, definition: &Engine, backend: Backend) -> Result<String, String> {
    let model = definition.model();
    let tokens = PROBE_TOKENS.min(model.context_tokens);
    // Any ids do; these are spread over the vocabulary.
    let ids: Vec<u32> =
        (0..tokens).map(|i| i.wrapping_mul(2_654_435_761) % model.vocab_size).collect();
    let expected = definition.logits(&ids).map_err(|error| error.to_string())?;
    let gpu;
    let tested = match backend {
        Backend::Cpu => definition,
        Backend::Gpu => {
            // Loading runs every kernel against its twin with adversarial vectors.
            gpu = Engine::load(model_dir, BackendKind::Gpu)
                .map_err(|error| format!("the GPU back end is refused: {error}"))?;
            &gpu
        }
    };
    let whole = tested.logits(&ids).map_err(|error| error.to_string())?;
    let stepwise = tested.logits_stepwise(&ids).map_err(|error| error.to_string())?;
    if whole != expected || stepwise != expected {
        return Err("the logits differ from the definition's: this machine must not serve exactly"
            .to_owned());
    }
    let adapter = &tested.adapter().name;
    Ok(format!("passed on {adapter}: {tokens} tokens, whole and one by one, equal in every bit"))
}

/// Identity and outcome.
pub fn write(out: &mut impl Write, found: &ModelFinding) -> std::io::Result<()> {
    if let Some(model) = &found.info {
        writeln!(out, "  {} ({}), root {}", model.name, model.architecture, model.model_root)?;
        writeln!(
            out,
            "  semantics {}, {} parameters, context {} tokens",
            model.semantics_version, model.parameter_count, model.context_tokens
        )?;
    }
    match &found.self_test {
        Ok(passed) => writeln!(out, "  self-test {passed}"),
        Err(failed) => writeln!(out, "  self-test FAILED: {failed}"),
    }
}
