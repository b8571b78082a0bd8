//! The elements between the projections and the mixed values: rotation, scores, softmax, weighted sums.

use alloc::vec::Vec;

use stoa_exact::{
    RowScale,
    attention::{MixScale, ScoreScale, mix_weight, softmax_numerator},
    dot, rope_pair,
};

use crate::{Model, Part, Tensors, Unopened, element::Inputs};

/// What one softmax has found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Summary {
    pub(crate) max: i32,
    pub(crate) sum: u32,
    pub(crate) max_bits: u32,
}

impl Summary {
    pub(crate) fn scale(self) -> MixScale {
        MixScale::of_sum(self.sum, self.max_bits)
    }
}

impl<M: Model, T: Tensors> Inputs<'_, M, T> {
    pub(crate) fn rotated(&self, position: u32, column: u32) -> Result<i32, Unopened> {
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
    pub(crate) fn group(&self, head: u32) -> u32 {
        head / (self.shape.heads / self.shape.groups)
    }

    pub(crate) fn score(&self, index: u64) -> Result<i32, Unopened> {
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

    /// Scores of one query head at key positions `start..start + count`.
    pub(crate) fn scores(
        &self,
        position: u32,
        head: u32,
        (start, count): (u32, u32),
    ) -> Result<Vec<i32>, Unopened> {
        let at = self.shape.score_start(position, head) + u64::from(start);
        self.words(self.here(Part::Scores), at, count)
    }

    /// Scales of the values of a query head at key positions `start..start + count`.
    pub(crate) fn value_scales(
        &self,
        head: u32,
        (start, count): (u32, u32),
    ) -> Result<Vec<RowScale>, Unopened> {
        let at = u64::from(self.group(head)) * u64::from(self.shape.positions) + u64::from(start);
        let words = self.words(self.here(Part::ValueScales), at, count)?;
        Ok(words.into_iter().map(|word| RowScale::unpack(word as u32)).collect())
    }

    /// Largest score, sum of the numerators or largest value bits of one query head.
    pub(crate) fn softmax(&self, position: u32, head: u32, which: u32) -> Result<i32, Unopened> {
        if which == 2 {
            let bits =
                self.value_scales(head, (0, position + 1))?.into_iter().map(|scale| scale.bits);
            return Ok(bits.fold(1, u32::max) as i32);
        }
        let scores = self.scores(position, head, (0, position + 1))?;
        let max = scores.iter().copied().fold(-stoa_exact::FIXED_MAX, i32::max);
        if which == 0 {
            return Ok(max);
        }
        Ok(scores.iter().map(|score| softmax_numerator(*score, max)).sum::<u32>() as i32)
    }

    pub(crate) fn mixed(&self, position: u32, column: u32) -> Result<i32, Unopened> {
        let summary = self.summary(position, column / self.shape.head)?;
        let sum = self.mix(summary, position, column, (0, position + 1))?;
        Ok(summary.scale().apply(sum))
    }

    /// What the softmax of a query head has found.
    pub(crate) fn summary(&self, position: u32, head: u32) -> Result<Summary, Unopened> {
        let start =
            u64::from(position) * u64::from(self.shape.width(Part::Softmax)) + u64::from(3 * head);
        let missing =
            Unopened::Number { layer: self.layer, part: Part::Softmax, index: head.into() };
        match self.words(self.here(Part::Softmax), start, 3)?.as_slice() {
            &[max, sum, max_bits] => {
                Ok(Summary { max, sum: sum as u32, max_bits: max_bits as u32 })
            }
            _ => Err(missing),
        }
    }

    /// Weighted sum of the values at key positions `start..start + count`.
    pub(crate) fn mix(
        &self,
        summary: Summary,
        position: u32,
        column: u32,
        (start, count): (u32, u32),
    ) -> Result<i64, Unopened> {
        let (head, within) = (column / self.shape.head, column % self.shape.head);
        let row = u64::from(self.group(head) * self.shape.head + within);
        let at = row * u64::from(self.shape.positions) + u64::from(start);
        let values = self.codes(self.here(Part::ValueCodes), at, count)?;
        let scores = self.scores(position, head, (start, count))?;
        let scales = self.value_scales(head, (start, count))?;
        let terms = scores.iter().zip(&scales).zip(&values).map(|((score, scale), code)| {
            let numerator = softmax_numerator(*score, summary.max);
            i64::from(mix_weight(numerator, *scale, summary.max_bits)) * i64::from(*code)
        });
        Ok(terms.sum())
    }
}
