//! Frequencies of the rotary embedding, with the scalings that long contexts use.
//!
//! Everything ends up in the tables of the package (and, for YaRN, in the score constant), so a scaling costs nothing
//! at run time and cannot depend on how long a text has become.

use std::f64::consts::PI;

use super::real::{exp, ln};

/// A rotary embedding: which elements of a head it turns, and how fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rotary {
    /// Elements of a head that are rotated, the first ones; even.
    pub width: u32,
    /// Base of the frequencies.
    pub theta: f64,
    /// How the frequencies were stretched.
    pub scaling: RotaryScaling,
}

/// How the frequencies of a model were stretched beyond the context that it was trained with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RotaryScaling {
    /// Not at all.
    None,
    /// All by one factor.
    Linear {
        /// Longer by this factor.
        factor: f64,
    },
    /// A larger base, fixed by the package's context (dynamic NTK at its full length).
    Dynamic {
        /// Longer by this factor.
        factor: f64,
        /// Positions of training.
        original: f64,
    },
    /// Low frequencies by the factor, high ones not, between them a blend.
    Llama3 {
        /// Longer by this factor.
        factor: f64,
        /// Turns in the trained context below which a frequency is low.
        low: f64,
        /// Turns in the trained context above which a frequency is high.
        high: f64,
        /// Positions of training.
        original: f64,
    },
    /// YaRN: a ramp over the pairs, and scores that are sharpened.
    Yarn {
        /// Longer by this factor.
        factor: f64,
        /// Positions of training.
        original: f64,
        /// Turns above which a pair keeps its frequency.
        beta_fast: f64,
        /// Turns below which a pair is stretched in full.
        beta_slow: f64,
        /// What queries and keys are multiplied by.
        attention_factor: f64,
        /// Whether the ends of the ramp are whole pairs.
        truncate: bool,
    },
}

/// Frequency of every pair, in radians a position, for a package of `context` positions.
pub fn frequencies(rotary: &Rotary, context: u32) -> Vec<f64> {
    let theta = match rotary.scaling {
        RotaryScaling::Dynamic { factor, original } => {
            stretched_base(rotary, context, factor, original)
        }
        _ => rotary.theta,
    };
    let width = f64::from(rotary.width);
    let plain = |pair: u32| exp(-ln(theta) * f64::from(2 * pair) / width);
    (0..rotary.width / 2).map(|pair| scaled(rotary, pair, plain(pair))).collect()
}

/// The square of what queries and keys are multiplied by: a factor of the scores.
pub fn score_factor(scaling: RotaryScaling) -> f64 {
    match scaling {
        RotaryScaling::Yarn { attention_factor, .. } => attention_factor * attention_factor,
        _ => 1.0,
    }
}

/// YaRN's attention factor where a configuration gives none.
pub fn yarn_attention_factor(factor: f64) -> f64 {
    if factor <= 1.0 { 1.0 } else { 0.1 * ln(factor) + 1.0 }
}

fn stretched_base(rotary: &Rotary, context: u32, factor: f64, original: f64) -> f64 {
    let context = f64::from(context);
    if context <= original {
        return rotary.theta;
    }
    let width = f64::from(rotary.width);
    let stretch = factor * context / original - (factor - 1.0);
    rotary.theta * exp(ln(stretch) * width / (width - 2.0))
}

fn scaled(rotary: &Rotary, pair: u32, plain: f64) -> f64 {
    match rotary.scaling {
        RotaryScaling::None | RotaryScaling::Dynamic { .. } => plain,
        RotaryScaling::Linear { factor } => plain / factor,
        RotaryScaling::Llama3 { factor, low, high, original } => {
            let turns = original * plain / (2.0 * PI);
            let keep = ((turns - low) / (high - low)).clamp(0.0, 1.0);
            blend(plain, factor, keep)
        }
        RotaryScaling::Yarn { factor, original, beta_fast, beta_slow, truncate, .. } => {
            let width = f64::from(rotary.width);
            let pair_of =
                |turns: f64| width * ln(original / (turns * 2.0 * PI)) / (2.0 * ln(rotary.theta));
            let (mut first, mut last) = (pair_of(beta_fast), pair_of(beta_slow));
            if truncate {
                (first, last) = (first.floor(), last.ceil());
            }
            let (first, last) = (first.max(0.0), last.min(width - 1.0));
            let length = if first == last { 0.001 } else { last - first };
            let keep = 1.0 - ((f64::from(pair) - first) / length).clamp(0.0, 1.0);
            blend(plain, factor, keep)
        }
    }
}

/// The share `keep` of the frequency as it was, the rest stretched.
fn blend(plain: f64, factor: f64, keep: f64) -> f64 {
    (1.0 - keep) * plain / factor + keep * plain
}
