//! The loaded classifier: `load`, `classify`.

use std::path::Path;

use stoa_exact::{FIXED_MAX, SEMANTICS_VERSION};
use stoa_simd::Isa;

use super::{
    ARCHITECTURE,
    config::{ClassifierConfig, Shape},
    forward::forward,
    model::ClassifierModel,
    root::classifier_root,
};
use crate::{
    AdapterReport, BackendKind, EngineError, ModelInfo,
    engine::{cpu_report, folder_name},
    folder::weights::Weights,
};

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classification {
    /// Index of the largest score, the lowest of equal ones.
    pub label: usize,
    /// Outputs of the last layer, fixed values (Q14.16).
    pub scores: Vec<i32>,
}

/// A classifier on the CPU. `Send + Sync`, and calls run side by side.
pub struct Classifier {
    info: ModelInfo,
    adapter: AdapterReport,
    model: ClassifierModel,
}

impl Classifier {
    /// Loads and quantises the folder. There are no kernels for graphics adapters: asking for one is refused.
    pub fn load(dir: &Path, backend: BackendKind) -> Result<Self, EngineError> {
        let config = ClassifierConfig::read(dir)?;
        if backend == BackendKind::Gpu {
            return Err(EngineError::CpuOnly { architecture: ARCHITECTURE.to_owned() });
        }
        let weights = Weights::of_folder(dir)?;
        let model = ClassifierModel::build(config, &weights)?;
        let info = ModelInfo {
            name: folder_name(dir),
            architecture: ARCHITECTURE.to_owned(),
            model_root: classifier_root(&model),
            semantics_version: SEMANTICS_VERSION,
            context_tokens: 0,
            vocab_size: 0,
            parameter_count: model.parameter_count(),
        };
        Ok(Self { info, adapter: cpu_report(), model })
    }

    /// Identity and size of the model; it has neither tokens nor a context.
    pub fn model(&self) -> &ModelInfo {
        &self.info
    }

    /// What the engine sees of its adapter.
    pub fn adapter(&self) -> &AdapterReport {
        &self.adapter
    }

    /// Names of the outputs.
    pub fn labels(&self) -> &[String] {
        &self.model.config.labels
    }

    /// Channels, height and width of an input.
    pub fn input_shape(&self) -> [u32; 3] {
        let Shape { channels, height, width } = self.model.config.input;
        [channels, height, width]
    }

    /// Classifies one input: fixed values, channel after channel, row after row.
    pub fn classify(&self, input: &[i32]) -> Result<Classification, EngineError> {
        let expected = self.model.config.input.values() as usize;
        let is_fixed = |value: &i32| (-FIXED_MAX..=FIXED_MAX).contains(value);
        if input.len() != expected || !input.iter().all(is_fixed) {
            return Err(EngineError::InvalidInput { expected, actual: input.len() });
        }
        let scores = forward(&self.model, Isa::best(), input);
        let best = |best: usize, (index, score): (usize, &i32)| match *score > scores[best] {
            true => index,
            false => best,
        };
        let label = scores.iter().enumerate().fold(0, best);
        Ok(Classification { label, scores })
    }
}

/// A real number as an input: `round(x * 2^16)`, clamped; not a number becomes 0.
pub fn fixed_input(value: f32) -> i32 {
    let limit = f64::from(FIXED_MAX);
    (f64::from(value) * 65536.0).round().clamp(-limit, limit) as i32
}
