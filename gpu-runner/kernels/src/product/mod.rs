//! What the two kernels of products have in common: shapes, shards, the CPU twin and their test.

mod cases;
mod reference;

use stoa_exact::SoftCap;

use crate::{Access, shader};

pub(crate) use cases::self_test;
pub use reference::reference;

/// Where the rows of a product come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// Quantised rows.
    Given,
    /// Fixed rows whose largest magnitudes are in `row_max`, quantised by the kernel.
    Scaled(RowMax),
    /// Fixed rows, normed and quantised by the kernel.
    Normed {
        /// `round(eps * width * 2^32)`.
        epsilon: u64,
    },
}

/// The two lists of the `row_max` buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RowMax {
    /// Attention's output.
    Attention = 0,
    /// Gated rows.
    Gated = 1,
}

/// Words of the `row_max` buffer.
pub const ROW_MAX_WORDS: u64 = 2 * crate::MAX_STEP_TOKENS as u64;

/// What becomes of a gate before it multiplies its up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// SiLU.
    Silu = 0,
    /// GELU by the normal distribution.
    GeluErf = 1,
    /// GELU by its approximation with tanh.
    GeluTanh = 2,
}

/// What becomes of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Output {
    /// Replaces the old value.
    Store,
    /// Adds to the old value (the residual stream), saturating.
    Accumulate,
    /// Rows are pairs of a gate and its up: `activation(gate) * up` is stored, its row's largest magnitude kept.
    Gated(Activation),
}

/// How weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A byte a weight.
    Int8,
    /// Two weights a byte, the even column in the lower half, and one byte of scale for every `group` columns.
    Int4 {
        /// 32, 64 or 128; divides the columns.
        group: u32,
    },
}

/// What a product computes, however it is cut into workgroups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Width of a row, a multiple of 16.
    pub columns: u32,
    /// How weights are stored.
    pub format: Format,
    /// Where rows come from.
    pub source: Source,
    /// Where products go.
    pub output: Output,
    /// Soft cap of every product in fixed point; 0 for none.
    pub cap: u32,
}

impl Shape {
    /// Overrides of `product.wgsl` and what it includes.
    pub(crate) fn constants(self) -> Vec<(&'static str, u32)> {
        let (output, activation) = match self.output {
            Output::Store => (0, Activation::Silu),
            Output::Accumulate => (1, Activation::Silu),
            Output::Gated(activation) => (2, activation),
        };
        let mut constants = cap_constants(self.cap);
        constants.push(("CELLS", self.columns / 16));
        constants.push(("OUTPUT", output));
        constants.push(("ACTIVATION", activation as u32));
        if let Format::Int4 { group } = self.format {
            constants.push(("GROUP", group));
        }
        constants
    }
}

/// Overrides of `soft_cap.wgsl`.
pub(crate) fn cap_constants(cap: u32) -> Vec<(&'static str, u32)> {
    if cap == 0 {
        return Vec::new();
    }
    let (rate, shift) = SoftCap::new(cap as i32).rate();
    vec![("CAP", cap), ("CAP_RATE", rate as u32), ("CAP_SHIFT", shift)]
}

/// WGSL that both kernels need.
pub(crate) fn sources(shape: Shape) -> Vec<&'static str> {
    let weights = match shape.format {
        Format::Int8 => shader::WEIGHTS8,
        Format::Int4 { .. } => shader::WEIGHTS4,
    };
    vec![shader::TABLES, shader::ACTIVATION, shader::SOFT_CAP, weights, shader::PRODUCT]
}

/// Bindings of both kernels: input, norm weights or step, tables, weights, scales, output, row_max, shard, and with
/// int4 weights the group scales.
pub(crate) fn bindings(shape: Shape) -> Vec<Access> {
    use Access::{Read, Uniform, Write};
    let mut bindings = vec![Read, Read, Read, Read, Read, Write, Write, Uniform];
    if shape.format != Format::Int8 {
        bindings.push(Read);
    }
    bindings
}

/// Rows of a matrix that one weight buffer holds, and where they go; the `shard` uniform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Number of the first row in the whole matrix.
    pub first_row: u32,
    /// Number of rows.
    pub rows: u32,
    /// Width of an output row in words.
    pub output_stride: u32,
}

impl Shard {
    /// The uniform buffer's words.
    pub fn words(self) -> [u32; 4] {
        [self.first_row, self.rows, self.output_stride, 0]
    }
}
