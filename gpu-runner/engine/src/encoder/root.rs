//! The model root of an encoder: the scheme of `integer/root.rs` over its own sections.

use std::fmt::Write;

use stoa_exact::{Gelu, SEMANTICS_VERSION};
use stoa_primitives::ContentHash;

use super::{
    config::{Activation, Head},
    model::{EncoderModel, Norm},
    pooling::Pooling,
};
use crate::integer::root::{Sections, fixed, words};

/// Root of an encoder with its tokenizer (32 zero bytes when it has none).
pub fn encoder_root(model: &EncoderModel, tokenizer: Option<ContentHash>) -> ContentHash {
    let mut sections = Sections::begin(&manifest(model), tokenizer);
    if let Activation::Gelu(gelu) = model.config.activation {
        sections.add("tables.gelu", &words(gelu.table()));
    }
    sections.matrix("embedding", &model.tokens);
    sections.matrix("positions", &model.positions);
    sections.matrix("segments", &model.segments);
    norm(&mut sections, "embedding_norm", &model.embedding_norm);
    for (index, layer) in model.layers.iter().enumerate() {
        let name = |part: &str| format!("layers.{index}.{part}");
        sections.matrix(&name("projection"), &layer.projection);
        sections.matrix(&name("output"), &layer.output);
        norm(&mut sections, &name("attention_norm"), &layer.attention_norm);
        sections.matrix(&name("up"), &layer.up);
        sections.matrix(&name("down"), &layer.down);
        norm(&mut sections, &name("feed_norm"), &layer.feed_norm);
    }
    if let Some(ranking) = &model.ranking {
        sections.matrix("dense", &ranking.dense);
        sections.matrix("score", &ranking.score);
    }
    sections.root()
}

/// The manifest: one `name value` line each, in this order.
fn manifest(model: &EncoderModel) -> String {
    let config = &model.config;
    let activation = match config.activation {
        Activation::Gelu(Gelu::Erf) => "gelu_erf",
        Activation::Gelu(Gelu::Tanh) => "gelu_tanh",
        Activation::Relu => "relu",
    };
    let result = match config.head {
        Head::Embedding(Pooling::Mean) => "mean",
        Head::Embedding(Pooling::First) => "first",
        Head::Ranking => "score",
    };
    let mut text = format!("stoa-exact-model\narchitecture {}\n", config.architecture);
    let lines: [(&str, u64); 11] = [
        ("semantics_version", SEMANTICS_VERSION.into()),
        ("hidden", config.hidden.into()),
        ("inner", config.inner.into()),
        ("layers", config.layers.into()),
        ("heads", config.heads.into()),
        ("vocab", config.vocab.into()),
        ("context", config.context.into()),
        ("segments", config.segments.into()),
        ("epsilon", model.epsilon),
        ("score_mantissa", model.score.mantissa.into()),
        ("score_shift", model.score.shift.into()),
    ];
    // Writing to a String cannot fail.
    for (name, value) in lines {
        let _ = writeln!(text, "{name} {value}");
    }
    let _ = writeln!(text, "activation {activation}\nresult {result}");
    text
}

fn norm(sections: &mut Sections, name: &str, norm: &Norm) {
    sections.add(name, &fixed(&norm.weights));
    sections.add(&format!("{name}.biases"), &fixed(&norm.biases));
}
