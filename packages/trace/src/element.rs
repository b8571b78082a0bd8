//! One element of one tensor, computed again from the tensors before it.

use alloc::vec::Vec;

use stoa_exact::{
    Choice, RmsNorm, RowScale, add_fixed, dot, embed_row, matvec_element, quantise_value, sample,
    swiglu,
};

use crate::{Claim, Model, Norm, Part, Shape, Table, Tensor, Tensors};

/// Something that an element is computed from was not opened, or lies outside its tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// A part of an earlier tensor.
    #[error("elements {start} and on of tensor {part:?} in layer {layer} are not open")]
    Tensor {
        /// Its layer.
        layer: u32,
        /// Its part.
        part: Part,
        /// First element that was asked for.
        start: u64,
    },
    /// A row of a matrix.
    #[error("row {row} of {table:?} in layer {layer} is not open")]
    Row {
        /// Its layer.
        layer: u32,
        /// Its matrix.
        table: Table,
        /// The row.
        row: u32,
    },
    /// A norm weight, an entry of the rotary tables or a token id.
    #[error("the model's number {index} for {part:?} in layer {layer} is not open")]
    Number {
        /// The layer.
        layer: u32,
        /// What is computed.
        part: Part,
        /// Which one.
        index: u64,
    },
}

/// What an element is computed from.
pub(crate) struct Inputs<'a, M, T> {
    pub(crate) model: &'a M,
    pub(crate) trace: &'a T,
    pub(crate) claim: Claim<'a>,
    pub(crate) shape: Shape,
    pub(crate) layer: u32,
}

/// The value that element `index` of `tensor` must have; codes as words.
pub fn element(
    model: &impl Model,
    trace: &impl Tensors,
    claim: Claim<'_>,
    tensor: Tensor,
    index: u64,
) -> Result<i32, Unopened> {
    Inputs::of(model, trace, claim, (tensor, index))?.compute(tensor.part, index)
}

impl<'a, M: Model, T: Tensors> Inputs<'a, M, T> {
    /// What an element is computed from; refuses one that does not exist.
    pub(crate) fn of(
        model: &'a M,
        trace: &'a T,
        claim: Claim<'a>,
        (tensor, index): (Tensor, u64),
    ) -> Result<Self, Unopened> {
        let shape = model.shape(claim.ids.positions);
        let Tensor { layer, part } = tensor;
        if index >= shape.elements(part) || layer >= shape.layers.max(1) {
            return Err(Unopened::Number { layer, part, index });
        }
        Ok(Self { model, trace, claim, shape, layer })
    }

    fn compute(&self, part: Part, index: u64) -> Result<i32, Unopened> {
        let width = u64::from(self.shape.width(part).max(1));
        let (position, column) = ((index / width) as u32, (index % width) as u32);
        match part {
            Part::Embedding => self.embedding(position, column),
            Part::AttentionNorm => self.norm(Norm::Attention, part, position, column),
            Part::FeedNorm => self.norm(Norm::Feed, part, position, column),
            Part::FinalNorm => self.norm(Norm::Final, part, position, column),
            Part::AttentionScales => self.row_scale(Part::AttentionNorm, position),
            Part::MixedScales => self.row_scale(Part::Mixed, position),
            Part::FeedScales => self.row_scale(Part::FeedNorm, position),
            Part::GatedScales => self.row_scale(Part::Gated, position),
            Part::FinalScales => self.row_scale(Part::FinalNorm, position),
            Part::AttentionCodes => {
                self.code(Part::AttentionNorm, Part::AttentionScales, index, position)
            }
            Part::MixedCodes => self.code(Part::Mixed, Part::MixedScales, index, position),
            Part::FeedCodes => self.code(Part::FeedNorm, Part::FeedScales, index, position),
            Part::GatedCodes => self.code(Part::Gated, Part::GatedScales, index, position),
            Part::FinalCodes => self.code(Part::FinalNorm, Part::FinalScales, index, position),
            Part::Projection | Part::Output | Part::GateUp | Part::Down | Part::Logits => {
                self.product(part, position, column)
            }
            Part::Rotated => self.rotated(position, column),
            Part::RotatedScales => self.head_scale(Part::Rotated, position, column, 0),
            Part::ValueScales => {
                let (group, position) = self.transposed(index);
                let first = self.shape.heads + self.shape.groups;
                self.head_scale(Part::Projection, position, group, first)
            }
            Part::RotatedCodes => {
                let scale = u64::from(position) * u64::from(self.shape.width(Part::RotatedScales))
                    + u64::from(column / self.shape.head);
                self.code(Part::Rotated, Part::RotatedScales, index, scale as u32)
            }
            Part::ValueCodes => self.value_code(index),
            Part::Scores => self.score(index),
            Part::Softmax => self.softmax(position, column / 3, column % 3),
            Part::Mixed => self.mixed(position, column),
            Part::AttentionResidual => self.residual(self.stream(), Part::Output, index),
            Part::FeedResidual => {
                self.residual(self.here(Part::AttentionResidual), Part::Down, index)
            }
            Part::Gated => {
                let inner = self.shape.inner;
                let gate = u64::from(position) * 2 * u64::from(inner) + u64::from(column);
                let gates = self.here(Part::GateUp);
                Ok(swiglu(self.word(gates, gate)?, self.word(gates, gate + u64::from(inner))?))
            }
            Part::Tokens => self.token(position),
        }
    }

    pub(crate) fn here(&self, part: Part) -> Tensor {
        Tensor::new(self.layer, part)
    }

    /// The residual stream that a layer begins with.
    pub(crate) fn stream(&self) -> Tensor {
        match self.layer.checked_sub(1) {
            None => Tensor::new(0, Part::Embedding),
            Some(before) => Tensor::new(before, Part::FeedResidual),
        }
    }

    pub(crate) fn words(
        &self,
        tensor: Tensor,
        start: u64,
        count: u32,
    ) -> Result<Vec<i32>, Unopened> {
        let Tensor { layer, part } = tensor;
        self.trace.words(tensor, start, count).ok_or(Unopened::Tensor { layer, part, start })
    }

    pub(crate) fn codes(
        &self,
        tensor: Tensor,
        start: u64,
        count: u32,
    ) -> Result<Vec<i8>, Unopened> {
        let Tensor { layer, part } = tensor;
        self.trace.codes(tensor, start, count).ok_or(Unopened::Tensor { layer, part, start })
    }

    pub(crate) fn word(&self, tensor: Tensor, index: u64) -> Result<i32, Unopened> {
        let Tensor { layer, part } = tensor;
        let words = self.words(tensor, index, 1)?;
        words.first().copied().ok_or(Unopened::Tensor { layer, part, start: index })
    }

    pub(crate) fn scale(&self, part: Part, index: u64) -> Result<RowScale, Unopened> {
        Ok(RowScale::unpack(self.word(self.here(part), index)? as u32))
    }

    /// The row of a position.
    pub(crate) fn row(&self, tensor: Tensor, position: u32) -> Result<Vec<i32>, Unopened> {
        let width = self.shape.width(tensor.part);
        self.words(tensor, u64::from(position) * u64::from(width), width)
    }

    fn embedding(&self, position: u32, column: u32) -> Result<i32, Unopened> {
        let unopened = Unopened::Number { layer: 0, part: Part::Embedding, index: position.into() };
        let id = self.claim.ids.at(position).ok_or(unopened)?;
        let missing = Unopened::Row { layer: 0, table: Table::Embedding, row: id };
        let row = self.model.columns(Table::Embedding, 0, id, (column, 1)).ok_or(missing)?;
        let mut value = [0];
        embed_row(row.codes, row.scale, &mut value);
        Ok(value[0])
    }

    fn norm(&self, norm: Norm, part: Part, position: u32, column: u32) -> Result<i32, Unopened> {
        let row = self.row(self.norm_input(norm), position)?;
        let factor = RmsNorm::of_row(&row, self.model.constants().0);
        self.normed(factor, norm, part, (position, column))
    }

    /// What a norm reads.
    pub(crate) fn norm_input(&self, norm: Norm) -> Tensor {
        match norm {
            Norm::Attention => self.stream(),
            Norm::Feed => self.here(Part::AttentionResidual),
            Norm::Final => Tensor::new(self.shape.layers - 1, Part::FeedResidual),
        }
    }

    /// One normed element from the factor of its row.
    pub(crate) fn normed(
        &self,
        factor: RmsNorm,
        norm: Norm,
        part: Part,
        (position, column): (u32, u32),
    ) -> Result<i32, Unopened> {
        let missing = Unopened::Number { layer: self.layer, part, index: column.into() };
        let weight = self.model.norm(norm, self.layer, column).ok_or(missing)?;
        let at = u64::from(position) * u64::from(self.shape.hidden) + u64::from(column);
        Ok(factor.apply(self.word(self.norm_input(norm), at)?, weight))
    }

    fn row_scale(&self, part: Part, position: u32) -> Result<i32, Unopened> {
        Ok(scale_of(&self.row(self.here(part), position)?))
    }

    fn head_scale(
        &self,
        part: Part,
        position: u32,
        index: u32,
        first: u32,
    ) -> Result<i32, Unopened> {
        let (head, width) = (self.shape.head, self.shape.width(part));
        let start = u64::from(position) * u64::from(width) + u64::from((first + index) * head);
        Ok(scale_of(&self.words(self.here(part), start, head)?))
    }

    fn code(&self, values: Part, scales: Part, index: u64, scale: u32) -> Result<i32, Unopened> {
        let value = self.word(self.here(values), index)?;
        Ok(quantise_value(value, self.scale(scales, scale.into())?).into())
    }

    /// Row and position of an element of a tensor whose positions lie together.
    pub(crate) fn transposed(&self, index: u64) -> (u32, u32) {
        let positions = u64::from(self.shape.positions);
        ((index / positions) as u32, (index % positions) as u32)
    }

    fn value_code(&self, index: u64) -> Result<i32, Unopened> {
        let (row, position) = self.transposed(index);
        let rotated = self.shape.width(Part::Rotated);
        let at = u64::from(position) * u64::from(self.shape.width(Part::Projection))
            + u64::from(rotated + row);
        let value = self.word(self.here(Part::Projection), at)?;
        let scale = u64::from(row / self.shape.head) * u64::from(self.shape.positions)
            + u64::from(position);
        Ok(quantise_value(value, self.scale(Part::ValueScales, scale)?).into())
    }

    fn product(&self, part: Part, position: u32, row: u32) -> Result<i32, Unopened> {
        let Operands { table, codes, .. } = Operands::of(part);
        let width = self.shape.width(codes);
        let codes = self.codes(self.here(codes), u64::from(position) * u64::from(width), width)?;
        let missing = Unopened::Row { layer: self.layer, table, row };
        let weights = self.model.row(table, self.layer, row).ok_or(missing)?;
        if weights.codes.len() != codes.len() {
            return Err(missing);
        }
        self.product_of(part, dot(weights.codes, &codes), position, row)
    }

    /// One output of a product from its exact sum.
    pub(crate) fn product_of(
        &self,
        part: Part,
        sum: i32,
        position: u32,
        row: u32,
    ) -> Result<i32, Unopened> {
        let Operands { table, scales, .. } = Operands::of(part);
        let missing = Unopened::Row { layer: self.layer, table, row };
        let weights = self.model.columns(table, self.layer, row, (0, 0)).ok_or(missing)?;
        Ok(matvec_element(sum, self.scale(scales, position.into())?, weights.scale))
    }

    fn residual(&self, stream: Tensor, delta: Part, index: u64) -> Result<i32, Unopened> {
        Ok(add_fixed(self.word(stream, index)?, self.word(self.here(delta), index)?))
    }

    fn token(&self, position: u32) -> Result<i32, Unopened> {
        let logits = self.row(Tensor::new(0, Part::Logits), position)?;
        let choice = Choice { position: position + 1, ..self.claim.choice };
        Ok(sample(&logits, choice).unwrap_or_default() as i32)
    }
}

/// What a product reads.
pub(crate) struct Operands {
    pub(crate) table: Table,
    pub(crate) codes: Part,
    pub(crate) scales: Part,
}

impl Operands {
    pub(crate) fn of(part: Part) -> Self {
        let (table, codes, scales) = match part {
            Part::Projection => (Table::Projection, Part::AttentionCodes, Part::AttentionScales),
            Part::Output => (Table::Output, Part::MixedCodes, Part::MixedScales),
            Part::GateUp => (Table::GateUp, Part::FeedCodes, Part::FeedScales),
            Part::Down => (Table::Down, Part::GatedCodes, Part::GatedScales),
            _ => (Table::Logits, Part::FinalCodes, Part::FinalScales),
        };
        Self { table, codes, scales }
    }
}

fn scale_of(row: &[i32]) -> i32 {
    let largest = row.iter().fold(0, |max: u32, value| max.max(value.unsigned_abs()));
    RowScale::of_max(largest).pack() as i32
}
