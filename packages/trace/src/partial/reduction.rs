//! Which reduction an element is, and over which row.

use stoa_exact::Choice;

use super::{CHUNK, draw};
use crate::{Part, Shape, Tensor, element::Operands};

/// How the elements of a part reduce a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reduction {
    /// Largest magnitude of the words.
    Largest,
    /// Largest magnitude, and sum of the squares of what its cut leaves.
    Squares,
    /// Sum of products.
    Product,
    /// Largest score.
    LargestScore,
    /// Largest score, and sum of the numerators.
    Numerators,
    /// Largest bits of the scales of values.
    LargestBits,
    /// Weighted sum of values.
    Mix,
    /// Largest logit and where it is.
    Greedy,
    /// [`draw`].
    Draw,
}

impl Reduction {
    pub(super) fn of(choice: Choice, tensor: Tensor, index: u64) -> Option<Self> {
        use Part::*;
        Some(match tensor.part {
            AttentionNorm | FeedNorm | FinalNorm => Self::Squares,
            AttentionScales | MixedScales | FeedScales | GatedScales | FinalScales
            | RotatedScales | ValueScales => Self::Largest,
            Projection | Output | GateUp | Down | Logits => Self::Product,
            Softmax => {
                [Self::LargestScore, Self::Numerators, Self::LargestBits][(index % 3) as usize]
            }
            Mixed => Self::Mix,
            Tokens if choice.temperature_milli == 0 => Self::Greedy,
            Tokens => Self::Draw,
            _ => return None,
        })
    }

    /// Numbers before the chunks, and of each chunk.
    pub(super) const fn sizes(self) -> (usize, usize) {
        match self {
            Self::Squares | Self::Numerators | Self::Greedy => (0, 2),
            Self::Draw => (draw::HEAD, draw::WORDS),
            _ => (0, 1),
        }
    }
}

/// Elements of the row that an element reduces; 1 where it reduces none.
pub fn row_length(shape: &Shape, choice: Choice, tensor: Tensor, index: u64) -> u32 {
    let position = |width: u32| (index / u64::from(width.max(1))) as u32;
    match (Reduction::of(choice, tensor, index), tensor.part) {
        (None, _) => 1,
        (Some(Reduction::Squares), _) => shape.hidden,
        (Some(Reduction::Product), part) => shape.width(Operands::of(part).codes),
        (Some(Reduction::Largest), Part::RotatedScales | Part::ValueScales) => shape.head,
        (Some(Reduction::Largest), part) => shape.width(values_of(part)),
        (Some(Reduction::Greedy | Reduction::Draw), _) => shape.vocab,
        (Some(_), part) => position(shape.width(part)) + 1,
    }
}

/// Chunks of the row that an element reduces.
pub fn chunks(shape: &Shape, choice: Choice, tensor: Tensor, index: u64) -> u32 {
    row_length(shape, choice, tensor, index).div_ceil(CHUNK)
}

/// The tensor that scales are made for.
pub(super) fn values_of(scales: Part) -> Part {
    match scales {
        Part::AttentionScales => Part::AttentionNorm,
        Part::MixedScales => Part::Mixed,
        Part::FeedScales => Part::FeedNorm,
        Part::GatedScales => Part::Gated,
        Part::RotatedScales => Part::Rotated,
        Part::ValueScales => Part::Projection,
        _ => Part::FinalNorm,
    }
}
