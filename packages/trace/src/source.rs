//! Where an element's inputs come from: a whole model and trace, or what somebody has opened of them.

use alloc::vec::Vec;

use stoa_exact::WeightScale;

use crate::{Shape, Tensor};

/// The weight matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Token embedding, `[V][d]`.
    Embedding,
    /// Query, key and value rows, `[(H + 2G) h][d]`.
    Projection,
    /// Output projection of attention, `[d][H h]`.
    Output,
    /// Gate and up rows, `[2 I][d]`.
    GateUp,
    /// Down projection, `[d][I]`.
    Down,
    /// Output matrix, `[V][d]`; the embedding when tied.
    Logits,
}

/// The vectors of norm weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// Before attention.
    Attention,
    /// Before the feed-forward block.
    Feed,
    /// Before the logits.
    Final,
}

/// One row of a weight matrix.
#[derive(Debug, Clone, Copy)]
pub struct MatrixRow<'a> {
    /// int8 codes.
    pub codes: &'a [i8],
    /// Scale of the row.
    pub scale: WeightScale,
}

/// The parts of a model, as far as they are known; `None` is "not opened".
pub trait Model {
    /// Sizes; `positions` are those of the claim.
    fn shape(&self, positions: u32) -> Shape;
    /// Regularisation of the norms and constant of the scores, from the manifest.
    fn constants(&self) -> (u64, WeightScale);
    /// A row of a matrix.
    fn row(&self, table: Table, layer: u32, row: u32) -> Option<MatrixRow<'_>>;
    /// Columns `start..start + count` of a row.
    fn columns(
        &self,
        table: Table,
        layer: u32,
        row: u32,
        (start, count): (u32, u32),
    ) -> Option<MatrixRow<'_>> {
        let whole = self.row(table, layer, row)?;
        let end = start.checked_add(count)?;
        Some(MatrixRow { codes: whole.codes.get(start as usize..end as usize)?, ..whole })
    }
    /// The weight of one element of a norm.
    fn norm(&self, norm: Norm, layer: u32, index: u32) -> Option<i32>;
    /// Cosine and sine of one pair at one position, Q1.30.
    fn rotary(&self, position: u32, pair: u32) -> Option<(i32, i32)>;
}

/// The tensors of a trace, as far as they are known.
pub trait Tensors {
    /// `count` words from element `start` on.
    fn words(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i32>>;
    /// `count` codes from element `start` on.
    fn codes(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i8>>;
}

/// Token ids, as far as they are known.
#[derive(Debug, Clone, Copy)]
pub struct Ids<'a> {
    /// How many there are.
    pub positions: u32,
    /// Position of the first that is known.
    pub first: u32,
    /// Those that are known.
    pub known: &'a [u32],
}

impl<'a> Ids<'a> {
    /// All of them.
    pub const fn all(ids: &'a [u32]) -> Self {
        Self { positions: ids.len() as u32, first: 0, known: ids }
    }

    /// The id at a position.
    pub fn at(&self, position: u32) -> Option<u32> {
        self.known.get(position.checked_sub(self.first)? as usize).copied()
    }
}

/// What an answer claims besides its tensors.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Token ids of prompt and answer.
    pub ids: Ids<'a>,
    /// How tokens are drawn; its position is replaced.
    pub choice: stoa_exact::Choice,
}
