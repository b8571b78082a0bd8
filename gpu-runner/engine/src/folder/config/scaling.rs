//! `rope_scaling` or `rope_parameters` of `config.json`.

use std::path::Path;

use serde_json::Value;

use super::{
    family::Family,
    raw::{RawConfig, refuse},
    sizes::{Derived, check_real},
};
use crate::{
    EngineError,
    integer::rotary::{Rotary, RotaryScaling, score_factor, yarn_attention_factor},
};

/// Largest stretch of a context, and of YaRN's attention factor.
const MAX_FACTOR: f64 = 1024.0;
/// Largest attention factor: its square keeps the score constant inside its bounds for every head width.
const MAX_ATTENTION_FACTOR: f64 = 2.0;
const SUPPORTED: &str = "linear, dynamic, llama3 and yarn with numbers in their ranges";

/// The rotary embedding, and by how much its scaling makes the context longer than `max_position_embeddings` says.
pub(super) fn main(
    path: &Path,
    raw: &RawConfig,
    family: &Family,
    derived: Derived,
) -> Result<(Rotary, f64), EngineError> {
    let parameters = parameters(raw, "full_attention");
    let stated = parameters.and_then(|parameters| parameters.get("rope_theta")?.as_f64());
    let theta = stated.or(raw.rope_theta).unwrap_or(family.defaults.theta);
    let theta = check_real(path, "rope_theta", theta, 1.0..=1e9, "1 to 1e9")?;
    let width = rotated_width(path, raw, family, derived.head as u32)?;
    let given = raw.rope_scaling.as_ref().filter(|value| !value.is_null()).or(parameters);
    let (scaling, stretch) = match given {
        None => (RotaryScaling::None, 1.0),
        Some(value) => match parse(value, derived.positions as f64) {
            Some(scaling) => scaling,
            None => return refuse(path, "rope_scaling", value, SUPPORTED),
        },
    };
    if score_factor(scaling) != 1.0 && u64::from(width) != derived.head {
        // Its factor would belong to the rotated part of the scores alone.
        return refuse(path, "partial_rotary_factor", "below 1", "whole heads with yarn");
    }
    Ok((Rotary { width, theta, scaling }, stretch))
}

/// The rotary embedding of layers with a window, which has a base of its own and no scaling (Gemma 3).
pub(super) fn local(path: &Path, raw: &RawConfig, head: u32) -> Result<Rotary, EngineError> {
    let parameters = parameters(raw, "sliding_attention");
    let stated = parameters.and_then(|parameters| parameters.get("rope_theta")?.as_f64());
    let theta = stated.or(raw.rope_local_base_freq).unwrap_or(10_000.0);
    let theta = check_real(path, "rope_local_base_freq", theta, 1.0..=1e9, "1 to 1e9")?;
    Ok(Rotary { width: head, theta, scaling: RotaryScaling::None })
}

/// `rope_parameters`: one set, or one for each kind of layer.
fn parameters<'a>(raw: &'a RawConfig, kind: &str) -> Option<&'a Value> {
    let all = raw.rope_parameters.as_ref().filter(|value| !value.is_null())?;
    Some(all.get(kind).unwrap_or(all))
}

fn rotated_width(
    path: &Path,
    raw: &RawConfig,
    family: &Family,
    head: u32,
) -> Result<u32, EngineError> {
    let stated = parameters(raw, "full_attention");
    let stated = stated.and_then(|parameters| parameters.get("partial_rotary_factor")?.as_f64());
    let share = stated.or(raw.partial_rotary_factor).unwrap_or(1.0);
    if share != 1.0 && !family.rotates_partly {
        return refuse(path, "partial_rotary_factor", share, "1, the rotation of whole heads");
    }
    let width = (f64::from(head) * share) as u32;
    if !(share > 0.0 && share <= 1.0) || width < 4 || !width.is_multiple_of(2) {
        return refuse(
            path,
            "partial_rotary_factor",
            share,
            "above 0, at most 1, and an even number of elements of a head, at least 4",
        );
    }
    Ok(width)
}

fn parse(value: &Value, positions: f64) -> Option<(RotaryScaling, f64)> {
    let kind = value.get("rope_type").or_else(|| value.get("type"))?.as_str()?;
    if kind == "default" {
        return Some((RotaryScaling::None, 1.0));
    }
    let number = |name: &str| value.get(name).filter(|value| !value.is_null()).map(Value::as_f64);
    let within =
        |number: f64, low: f64, high: f64| (low..=high).contains(&number).then_some(number);
    let or = |name: &str, default: f64| number(name).unwrap_or(Some(default));
    let factor = within(number("factor")??, 1.0, MAX_FACTOR)?;
    let original = within(or("original_max_position_embeddings", positions)?, 1.0, 1e9)?;
    Some(match kind {
        "linear" => (RotaryScaling::Linear { factor }, 1.0),
        "dynamic" => {
            let stretch = if original < positions { 1.0 } else { factor };
            (RotaryScaling::Dynamic { factor, original }, stretch)
        }
        "llama3" => {
            let low = within(number("low_freq_factor")??, 1e-3, 1e6)?;
            let high = within(number("high_freq_factor")??, low, 1e6).filter(|high| *high > low)?;
            (RotaryScaling::Llama3 { factor, low, high, original }, 1.0)
        }
        "yarn" => {
            // Other weights of the attention factor exist in one family of models, which is not supported.
            if value.get("mscale").is_some() || value.get("mscale_all_dim").is_some() {
                return None;
            }
            let beta_slow = within(or("beta_slow", 1.0)?, 1e-3, 1e6)?;
            let beta_fast = within(or("beta_fast", 32.0)?, beta_slow, 1e6)?;
            let attention_factor = or("attention_factor", yarn_attention_factor(factor))?;
            let attention_factor = within(attention_factor, 0.5, MAX_ATTENTION_FACTOR)?;
            let truncate = value.get("truncate").is_none_or(|value| value != &Value::Bool(false));
            let scaling = RotaryScaling::Yarn {
                factor,
                original,
                beta_fast,
                beta_slow,
                attention_factor,
                truncate,
            };
            (scaling, 1.0)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::integer::rotary::frequencies;

    /// What Hugging Face's functions give, see `models/recipe/golden_rotary.py`.
    const GOLDEN: &str = include_str!("../../../tests/golden/rotary.json");

    #[derive(Deserialize)]
    struct Golden {
        head_dim: u32,
        rope_theta: f64,
        max_position_embeddings: u32,
        rope_scaling: Value,
        attention_factor: f64,
        frequencies: Vec<f64>,
    }

    #[test]
    fn frequencies_are_those_of_transformers() {
        let cases: Vec<Golden> = serde_json::from_str(GOLDEN).unwrap();
        assert_eq!(cases.len(), 5);
        for case in cases {
            let positions = f64::from(case.max_position_embeddings);
            let (scaling, stretch) = parse(&case.rope_scaling, positions).unwrap();
            let rotary = Rotary { width: case.head_dim, theta: case.rope_theta, scaling };
            let actual = frequencies(&rotary, (positions * stretch) as u32);
            assert_eq!(actual.len(), case.frequencies.len());
            for (actual, expected) in actual.iter().zip(&case.frequencies) {
                assert!((actual / expected - 1.0).abs() < 1e-12, "{}", case.rope_scaling);
            }
            let factor = case.attention_factor * case.attention_factor;
            assert!((score_factor(scaling) - factor).abs() < 1e-12, "{}", case.rope_scaling);
        }
    }

    #[test]
    fn numbers_outside_their_ranges_and_other_kinds_are_refused() {
        for scaling in [
            r#"{"rope_type": "longrope", "factor": 4.0}"#,
            r#"{"rope_type": "linear"}"#,
            r#"{"rope_type": "linear", "factor": 0.5}"#,
            r#"{"rope_type": "linear", "factor": "4"}"#,
            r#"{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 4.0, "high_freq_factor": 4.0}"#,
            r#"{"rope_type": "yarn", "factor": 4.0, "attention_factor": 9.0}"#,
            r#"{"rope_type": "yarn", "factor": 4.0, "mscale": 0.7, "mscale_all_dim": 1.0}"#,
        ] {
            assert_eq!(parse(&serde_json::from_str(scaling).unwrap(), 64.0), None, "{scaling}");
        }
    }
}
