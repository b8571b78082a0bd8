//! The model root of a classifier: the scheme of `integer/root.rs` over its own sections.

use stoa_exact::SEMANTICS_VERSION;
use stoa_primitives::ContentHash;

use super::{
    ARCHITECTURE,
    config::{Layer, Shape},
    model::ClassifierModel,
};
use crate::integer::root::{Sections, words};

/// Root of a classifier; it has no tokenizer.
pub fn classifier_root(model: &ClassifierModel) -> ContentHash {
    let mut sections = Sections::begin(&manifest(model), None);
    for (index, ((layer, _), matrix)) in model.config.layers.iter().zip(&model.matrices).enumerate()
    {
        if let Some(gelu) = layer.gelu() {
            sections.add(&format!("layers.{index}.gelu"), &words(gelu.table()));
        }
        if let Some(matrix) = matrix {
            sections.matrix(&format!("layers.{index}"), matrix);
        }
    }
    sections.root()
}

/// The manifest: the input, a line a layer with the shape of its output, and a line a label.
fn manifest(model: &ClassifierModel) -> String {
    let config = &model.config;
    let shape = |Shape { channels, height, width }| format!("{channels} {height} {width}");
    let mut lines = vec![
        "stoa-exact-model".to_owned(),
        format!("architecture {ARCHITECTURE}"),
        format!("semantics_version {SEMANTICS_VERSION}"),
        format!("input {}", shape(config.input)),
    ];
    lines.extend(config.layers.iter().map(|(layer, output)| {
        let what = match layer {
            Layer::Dense { .. } => "dense".to_owned(),
            Layer::Conv2d { kernel, stride, padding, .. } => {
                format!("conv2d {kernel} {stride} {padding}")
            }
            Layer::Relu => "relu".to_owned(),
            Layer::Gelu => "gelu_erf".to_owned(),
            Layer::GeluTanh => "gelu_tanh".to_owned(),
            Layer::MaxPool { kernel } => format!("max_pool {kernel}"),
            Layer::AvgPool { kernel } => format!("avg_pool {kernel}"),
            Layer::Flatten => "flatten".to_owned(),
        };
        format!("layer {} {what}", shape(*output))
    }));
    // Quoted, so that a label cannot look like a line.
    lines.extend(config.labels.iter().map(|label| format!("label {label:?}")));
    lines.join("\n") + "\n"
}
