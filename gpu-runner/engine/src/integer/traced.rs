//! The integer model as the canonical trace sees it. A trace has the tensors of Llama's layer and no others, so a model
//! with more has no weights here: a trace of it is not made rather than made wrong.

use stoa_exact::WeightScale;
use stoa_trace::{MatrixRow, Model, Norm, Shape, Table};

use super::{matrix::Matrix, model::IntegerModel};

/// Its name in a refusal.
pub const TRACE: &str = "the trace";

impl Model for IntegerModel {
    fn shape(&self, positions: u32) -> Shape {
        let config = &self.config;
        Shape {
            hidden: config.hidden,
            inner: config.inner,
            layers: config.layers,
            heads: config.heads,
            groups: config.groups,
            head: config.head,
            vocab: config.vocab,
            positions,
        }
    }

    fn constants(&self) -> (u64, WeightScale) {
        (self.epsilon, self.score)
    }

    fn row(&self, table: Table, layer: u32, row: u32) -> Option<MatrixRow<'_>> {
        self.require_llama(TRACE).ok()?;
        let layer = self.layers.get(layer as usize)?;
        let matrix: &Matrix = match table {
            Table::Embedding => &self.embedding,
            Table::Projection => &layer.projection,
            Table::Output => &layer.output,
            Table::GateUp => &layer.gate_up,
            Table::Down => &layer.down,
            Table::Logits => self.head(),
        };
        let scale = *matrix.scales.get(row as usize)?;
        Some(MatrixRow { codes: matrix.int8_row(row)?, scale })
    }

    fn norm(&self, norm: Norm, layer: u32, index: u32) -> Option<i32> {
        self.require_llama(TRACE).ok()?;
        let layer = self.layers.get(layer as usize)?;
        let weights = match norm {
            Norm::Attention => &layer.attention_norm,
            Norm::Feed => &layer.feed_norm,
            Norm::Final => &self.final_norm,
        };
        weights.get(index as usize).copied()
    }

    fn rotary(&self, position: u32, pair: u32) -> Option<(i32, i32)> {
        if position >= self.config.context {
            return None;
        }
        let (cosines, sines) = self.rotaries.first()?.angles(position);
        let pair = pair as usize;
        Some((*cosines.get(pair)?, *sines.get(pair)?))
    }
}
