//! Which tensors a trace has, in the order in which they are computed.

use alloc::{format, string::String};

use crate::merkle::LEAF_BYTES;

/// Sizes that decide every tensor's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Width of the residual stream.
    pub hidden: u32,
    /// Width of the feed-forward block.
    pub inner: u32,
    /// Number of layers.
    pub layers: u32,
    /// Query heads.
    pub heads: u32,
    /// Key-value heads.
    pub groups: u32,
    /// Width of a head.
    pub head: u32,
    /// Number of token ids.
    pub vocab: u32,
    /// Positions of the claim: prompt and answer.
    pub positions: u32,
}

/// What a tensor holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit words, little-endian.
    Words,
    /// int8 codes.
    Codes,
}

macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident = $name:literal,)*) => {
        /// The tensors of one layer, or of the whole model.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Part {
            $($(#[$doc])* $part,)*
        }

        impl Part {
            /// All parts, in order.
            pub const ALL: &'static [Self] = &[$(Self::$part),*];

            /// Name in the commitment.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$part => $name),*
                }
            }
        }
    };
}

parts! {
    /// Rows of the token ids, `[T][d]`; the one tensor before the layers.
    Embedding = "embedding",
    /// RMSNorm before attention, `[T][d]`.
    AttentionNorm = "attention_norm",
    /// Its row scales, `[T]`.
    AttentionScales = "attention_norm.scales",
    /// Its codes, `[T][d]`.
    AttentionCodes = "attention_norm.codes",
    /// Query, key and value projections, `[T][(H + 2G) h]`.
    Projection = "projection",
    /// Rotated query and key heads, `[T][(H + G) h]`.
    Rotated = "rotated",
    /// Their scales, one a head, `[T][H + G]`.
    RotatedScales = "rotated.scales",
    /// Their codes, `[T][(H + G) h]`.
    RotatedCodes = "rotated.codes",
    /// Scales of value heads, `[G][T]`: a head's positions lie together.
    ValueScales = "value.scales",
    /// Codes of value heads, `[G h][T]`.
    ValueCodes = "value.codes",
    /// Scores, `[T][H][p + 1]` for position `p`: a triangle.
    Scores = "scores",
    /// Largest score, sum of the numerators and largest value bits, `[T][H][3]`.
    Softmax = "softmax",
    /// Attention output, `[T][H h]`.
    Mixed = "mixed",
    /// Its row scales, `[T]`.
    MixedScales = "mixed.scales",
    /// Its codes, `[T][H h]`.
    MixedCodes = "mixed.codes",
    /// Output projection, `[T][d]`.
    Output = "output",
    /// Residual stream after attention, `[T][d]`.
    AttentionResidual = "attention_residual",
    /// RMSNorm before the feed-forward block, `[T][d]`.
    FeedNorm = "feed_norm",
    /// Its row scales, `[T]`.
    FeedScales = "feed_norm.scales",
    /// Its codes, `[T][d]`.
    FeedCodes = "feed_norm.codes",
    /// Gate and up projections, `[T][2 I]`.
    GateUp = "gate_up",
    /// Gated product, `[T][I]`.
    Gated = "gated",
    /// Its row scales, `[T]`.
    GatedScales = "gated.scales",
    /// Its codes, `[T][I]`.
    GatedCodes = "gated.codes",
    /// Down projection, `[T][d]`.
    Down = "down",
    /// Residual stream after the layer, `[T][d]`.
    FeedResidual = "feed_residual",
    /// Last RMSNorm, `[T][d]`; from here on behind the layers.
    FinalNorm = "final_norm",
    /// Its row scales, `[T]`.
    FinalScales = "final_norm.scales",
    /// Its codes, `[T][d]`.
    FinalCodes = "final_norm.codes",
    /// Logits, `[T][V]`.
    Logits = "logits",
    /// The token drawn after each position, `[T]`.
    Tokens = "tokens",
}

/// Parts before the layers, in a layer, and behind the layers.
const BEFORE: usize = 1;
const IN_LAYER: usize = Part::FeedResidual as usize - Part::AttentionNorm as usize + 1;
const BEHIND: usize = Part::ALL.len() - BEFORE - IN_LAYER;

/// One tensor of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tensor {
    /// Layer; 0 for parts outside the layers.
    pub layer: u32,
    /// What it is.
    pub part: Part,
}

impl Tensor {
    /// A tensor of a layer, or with layer 0 one outside the layers.
    pub const fn new(layer: u32, part: Part) -> Self {
        Self { layer, part }
    }

    /// Name in the commitment.
    pub fn name(self) -> String {
        match self.part {
            Part::Embedding
            | Part::FinalNorm
            | Part::FinalScales
            | Part::FinalCodes
            | Part::Logits
            | Part::Tokens => self.part.name().into(),
            part => format!("layers.{}.{}", self.layer, part.name()),
        }
    }

    /// What its elements are.
    pub const fn kind(self) -> Kind {
        use Part::*;
        match self.part {
            AttentionCodes | RotatedCodes | ValueCodes | MixedCodes | FeedCodes | GatedCodes
            | FinalCodes => Kind::Codes,
            _ => Kind::Words,
        }
    }
}

/// Largest width of a row, as the semantics bound products.
const MAX_WIDTH: u32 = 131_071;
/// Largest number of token ids.
const MAX_VOCAB: u32 = 1 << 20;
/// Most layers: far above any model, and the numbers of tensors stay in 32 bits.
const MAX_LAYERS: u32 = 1 << 16;

impl Shape {
    /// Whether a model of these sizes can exist: every number computed from them then stays in its type.
    pub fn is_sound(&self) -> bool {
        let Self { hidden, inner, layers, heads, groups, head, vocab, positions } = *self;
        let is_width = |width: u32| (1..=MAX_WIDTH).contains(&width);
        let slots = heads.saturating_add(groups.saturating_mul(2));
        is_width(hidden)
            && is_width(inner)
            && is_width(slots.saturating_mul(head))
            && (1..=MAX_LAYERS).contains(&layers)
            && (1..=MAX_VOCAB).contains(&vocab)
            && (1..=crate::claim::MAX_POSITIONS).contains(&positions)
            && groups > 0
            && heads > 0
            && heads.is_multiple_of(groups)
            && head.is_multiple_of(2)
    }

    /// Bytes of a tensor.
    pub const fn bytes(&self, tensor: Tensor) -> u64 {
        let elements = self.elements(tensor.part);
        match tensor.kind() {
            Kind::Words => 4 * elements,
            Kind::Codes => elements,
        }
    }

    /// Leaves of a tensor.
    pub const fn leaves(&self, tensor: Tensor) -> u64 {
        self.bytes(tensor).div_ceil(LEAF_BYTES as u64)
    }

    /// Number of tensors.
    pub const fn tensors(&self) -> u32 {
        self.layers * IN_LAYER as u32 + (BEFORE + BEHIND) as u32
    }

    /// A tensor by its number in the order of computation; `None` behind the last.
    pub fn tensor(&self, number: u32) -> Option<Tensor> {
        let Some(inside) = number.checked_sub(BEFORE as u32) else {
            return Some(Tensor::new(0, Part::Embedding));
        };
        let (layer, rest) = (inside / IN_LAYER as u32, inside % IN_LAYER as u32);
        if layer < self.layers {
            return Part::ALL.get(BEFORE + rest as usize).map(|part| Tensor::new(layer, *part));
        }
        let behind = inside - self.layers * IN_LAYER as u32;
        Part::ALL.get(BEFORE + IN_LAYER + behind as usize).map(|part| Tensor::new(0, *part))
    }

    /// The number of a tensor.
    pub const fn number(&self, tensor: Tensor) -> u32 {
        let part = tensor.part as u32;
        match tensor.part {
            Part::Embedding => 0,
            Part::FinalNorm
            | Part::FinalScales
            | Part::FinalCodes
            | Part::Logits
            | Part::Tokens => self.layers * IN_LAYER as u32 + part - IN_LAYER as u32,
            _ => tensor.layer * IN_LAYER as u32 + part,
        }
    }

    /// Elements of one position of a tensor, where every position has as many.
    pub const fn width(&self, part: Part) -> u32 {
        use Part::*;
        match part {
            Embedding | AttentionNorm | AttentionCodes | Output | AttentionResidual | FeedNorm
            | FeedCodes | Down | FeedResidual | FinalNorm | FinalCodes => self.hidden,
            AttentionScales | MixedScales | FeedScales | GatedScales | FinalScales | Tokens => 1,
            Projection => (self.heads + 2 * self.groups) * self.head,
            Rotated | RotatedCodes => (self.heads + self.groups) * self.head,
            RotatedScales => self.heads + self.groups,
            ValueScales => self.groups,
            ValueCodes => self.groups * self.head,
            Softmax => 3 * self.heads,
            Scores => 0,
            Mixed | MixedCodes => self.heads * self.head,
            GateUp => 2 * self.inner,
            Gated | GatedCodes => self.inner,
            Logits => self.vocab,
        }
    }

    /// Number of elements of a tensor.
    pub const fn elements(&self, part: Part) -> u64 {
        match part {
            Part::Scores => self.score_start(self.positions, 0),
            _ => self.width(part) as u64 * self.positions as u64,
        }
    }

    /// Where the scores of one query head at one position begin.
    pub const fn score_start(&self, position: u32, head: u32) -> u64 {
        let p = position as u64;
        self.heads as u64 * (p * (p + 1) / 2) + head as u64 * (p + 1)
    }

    /// Position, head and key position of a score.
    pub fn score_at(&self, index: u64) -> (u32, u32, u32) {
        let (mut low, mut high) = (0, self.positions);
        while low + 1 < high {
            let middle = low + (high - low) / 2;
            if self.score_start(middle, 0) <= index { low = middle } else { high = middle }
        }
        let rest = index - self.score_start(low, 0);
        let row = u64::from(low) + 1;
        (low, (rest / row) as u32, (rest % row) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_and_tensors_are_inverse(layers in 1u32..5, positions in 1u32..40, heads in 1u32..9) {
            let shape = Shape { hidden: 32, inner: 32, layers, heads, groups: 1, head: 8, vocab: 9, positions };
            for number in 0..shape.tensors() {
                let tensor = shape.tensor(number).unwrap();
                prop_assert_eq!(shape.number(tensor), number);
            }
            prop_assert_eq!(shape.tensor(shape.tensors()), None);
            for index in 0..shape.elements(Part::Scores) {
                let (position, head, key) = shape.score_at(index);
                prop_assert!(position < positions && head < heads && key <= position);
                prop_assert_eq!(shape.score_start(position, head) + u64::from(key), index);
            }
        }
    }
}
