//! One element of one tensor, computed again from the tensors before it.

use alloc::vec::Vec;

use stoa_exact::{
    Choice, RmsNorm, RowScale, add_fixed,
    attention::{MixScale, ScoreScale, mix_weight, softmax_numerator},
    dot, embed_row, matvec_element, quantise_value, rope_pair, sample, swiglu,
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
struct Inputs<'a, M, T> {
    model: &'a M,
    trace: &'a T,
    claim: Claim<'a>,
    shape: Shape,
    layer: u32,
}

/// The value that element `index` of `tensor` must have; codes as words.
pub fn element(
    model: &impl Model,
    trace: &impl Tensors,
    claim: Claim<'_>,
    tensor: Tensor,
    index: u64,
) -> Result<i32, Unopened> {
    let shape = model.shape(claim.ids.len() as u32);
    let Tensor { layer, part } = tensor;
    let outside = Err(Unopened::Number { layer, part, index });
    if index >= shape.elements(part) || layer >= shape.layers.max(1) {
        return outside;
    }
    let inputs = Inputs { model, trace, claim, shape, layer };
    inputs.compute(part, index)
}

impl<M: Model, T: Tensors> Inputs<'_, M, T> {
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
            Part::Projection => {
                self.product(Table::Projection, Part::AttentionCodes, position, column)
            }
            Part::Output => self.product(Table::Output, Part::MixedCodes, position, column),
            Part::GateUp => self.product(Table::GateUp, Part::FeedCodes, position, column),
            Part::Down => self.product(Table::Down, Part::GatedCodes, position, column),
            Part::Logits => self.product(Table::Logits, Part::FinalCodes, position, column),
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

    fn here(&self, part: Part) -> Tensor {
        Tensor::new(self.layer, part)
    }

    /// The residual stream that a layer begins with.
    fn stream(&self) -> Tensor {
        match self.layer.checked_sub(1) {
            None => Tensor::new(0, Part::Embedding),
            Some(before) => Tensor::new(before, Part::FeedResidual),
        }
    }

    fn words(&self, tensor: Tensor, start: u64, count: u32) -> Result<Vec<i32>, Unopened> {
        let Tensor { layer, part } = tensor;
        self.trace.words(tensor, start, count).ok_or(Unopened::Tensor { layer, part, start })
    }

    fn codes(&self, tensor: Tensor, start: u64, count: u32) -> Result<Vec<i8>, Unopened> {
        let Tensor { layer, part } = tensor;
        self.trace.codes(tensor, start, count).ok_or(Unopened::Tensor { layer, part, start })
    }

    fn word(&self, tensor: Tensor, index: u64) -> Result<i32, Unopened> {
        let Tensor { layer, part } = tensor;
        let words = self.words(tensor, index, 1)?;
        words.first().copied().ok_or(Unopened::Tensor { layer, part, start: index })
    }

    fn scale(&self, part: Part, index: u64) -> Result<RowScale, Unopened> {
        Ok(RowScale::unpack(self.word(self.here(part), index)? as u32))
    }

    /// The row of a position.
    fn row(&self, tensor: Tensor, position: u32) -> Result<Vec<i32>, Unopened> {
        let width = self.shape.width(tensor.part);
        self.words(tensor, u64::from(position) * u64::from(width), width)
    }

    fn embedding(&self, position: u32, column: u32) -> Result<i32, Unopened> {
        let unopened = Unopened::Number { layer: 0, part: Part::Embedding, index: position.into() };
        let id = *self.claim.ids.get(position as usize).ok_or(unopened)?;
        let missing = Unopened::Row { layer: 0, table: Table::Embedding, row: id };
        let row = self.model.row(Table::Embedding, 0, id).ok_or(missing)?;
        let code = *row.codes.get(column as usize).ok_or(missing)?;
        let mut value = [0];
        embed_row(&[code], row.scale, &mut value);
        Ok(value[0])
    }

    fn norm(&self, norm: Norm, part: Part, position: u32, column: u32) -> Result<i32, Unopened> {
        let input = match norm {
            Norm::Attention => self.stream(),
            Norm::Feed => self.here(Part::AttentionResidual),
            Norm::Final => Tensor::new(self.shape.layers - 1, Part::FeedResidual),
        };
        let row = self.row(input, position)?;
        let index = u64::from(column);
        let missing = Unopened::Number { layer: self.layer, part, index };
        let weight = self.model.norm(norm, self.layer, column).ok_or(missing)?;
        let value = *row.get(column as usize).ok_or(missing)?;
        Ok(RmsNorm::of_row(&row, self.model.constants().0).apply(value, weight))
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
    fn transposed(&self, index: u64) -> (u32, u32) {
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

    fn product(&self, table: Table, input: Part, position: u32, row: u32) -> Result<i32, Unopened> {
        let width = self.shape.width(input);
        let codes = self.codes(self.here(input), u64::from(position) * u64::from(width), width)?;
        let scales = match input {
            Part::AttentionCodes => Part::AttentionScales,
            Part::MixedCodes => Part::MixedScales,
            Part::FeedCodes => Part::FeedScales,
            Part::GatedCodes => Part::GatedScales,
            _ => Part::FinalScales,
        };
        let scale = self.scale(scales, position.into())?;
        let missing = Unopened::Row { layer: self.layer, table, row };
        let weights = self.model.row(table, self.layer, row).ok_or(missing)?;
        if weights.codes.len() != codes.len() {
            return Err(missing);
        }
        Ok(matvec_element(dot(weights.codes, &codes), scale, weights.scale))
    }

    fn rotated(&self, position: u32, column: u32) -> Result<i32, Unopened> {
        let (head, half) = (self.shape.head, self.shape.head / 2);
        let (slot, within) = (column / head, column % head);
        let pair = within % half;
        let row = u64::from(position) * u64::from(self.shape.width(Part::Projection));
        let low = row + u64::from(slot * head + pair);
        let projection = self.here(Part::Projection);
        let (low, high) =
            (self.word(projection, low)?, self.word(projection, low + u64::from(half))?);
        let missing =
            Unopened::Number { layer: self.layer, part: Part::Rotated, index: pair.into() };
        let (cos, sin) = self.model.rotary(position, pair).ok_or(missing)?;
        let (low, high) = rope_pair(low, high, cos, sin);
        Ok(if within < half { low } else { high })
    }

    /// The key-value head of a query head.
    fn group(&self, head: u32) -> u32 {
        head / (self.shape.heads / self.shape.groups)
    }

    fn score(&self, index: u64) -> Result<i32, Unopened> {
        let (position, head, key) = self.shape.score_at(index);
        let rotated = |position: u32, slot: u32| {
            let width = u64::from(self.shape.width(Part::RotatedCodes));
            let start = u64::from(position) * width + u64::from(slot * self.shape.head);
            let codes = self.codes(self.here(Part::RotatedCodes), start, self.shape.head)?;
            let scales = u64::from(self.shape.width(Part::RotatedScales));
            let scale =
                self.scale(Part::RotatedScales, u64::from(position) * scales + u64::from(slot))?;
            Ok((codes, scale))
        };
        let (query, query_scale) = rotated(position, head)?;
        let (codes, key_scale) = rotated(key, self.shape.heads + self.group(head))?;
        let scale = ScoreScale::of_query(query_scale, self.model.constants().1);
        Ok(scale.score(dot(&query, &codes), key_scale))
    }

    fn scores(&self, position: u32, head: u32) -> Result<Vec<i32>, Unopened> {
        self.words(self.here(Part::Scores), self.shape.score_start(position, head), position + 1)
    }

    fn value_scales(&self, position: u32, head: u32) -> Result<Vec<RowScale>, Unopened> {
        let start = u64::from(self.group(head)) * u64::from(self.shape.positions);
        let words = self.words(self.here(Part::ValueScales), start, position + 1)?;
        Ok(words.into_iter().map(|word| RowScale::unpack(word as u32)).collect())
    }

    /// Largest score, sum of the numerators or largest value bits of one query head.
    fn softmax(&self, position: u32, head: u32, which: u32) -> Result<i32, Unopened> {
        if which == 2 {
            let bits = self.value_scales(position, head)?.into_iter().map(|scale| scale.bits);
            return Ok(bits.fold(1, u32::max) as i32);
        }
        let scores = self.scores(position, head)?;
        let max = scores.iter().copied().fold(-stoa_exact::FIXED_MAX, i32::max);
        if which == 0 {
            return Ok(max);
        }
        Ok(scores.iter().map(|score| softmax_numerator(*score, max)).sum::<u32>() as i32)
    }

    fn mixed(&self, position: u32, column: u32) -> Result<i32, Unopened> {
        let (head, within) = (column / self.shape.head, column % self.shape.head);
        let summary =
            u64::from(position) * u64::from(self.shape.width(Part::Softmax)) + u64::from(3 * head);
        let summary = self.words(self.here(Part::Softmax), summary, 3)?;
        let missing =
            Unopened::Number { layer: self.layer, part: Part::Softmax, index: head.into() };
        let &[max, sum, max_bits] = summary.as_slice() else { return Err(missing) };
        let row = u64::from(self.group(head) * self.shape.head + within);
        let start = row * u64::from(self.shape.positions);
        let values = self.codes(self.here(Part::ValueCodes), start, position + 1)?;
        let scores = self.scores(position, head)?;
        let scales = self.value_scales(position, head)?;
        let terms = scores.iter().zip(&scales).zip(&values).map(|((score, scale), code)| {
            let weight = mix_weight(softmax_numerator(*score, max), *scale, max_bits as u32);
            i64::from(weight) * i64::from(*code)
        });
        Ok(MixScale::of_sum(sum as u32, max_bits as u32).apply(terms.sum()))
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

fn scale_of(row: &[i32]) -> i32 {
    let largest = row.iter().fold(0, |max: u32, value| max.max(value.unsigned_abs()));
    RowScale::of_max(largest).pack() as i32
}
