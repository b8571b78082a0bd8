//! Long rows in chunks: what each chunk of 1,024 elements contributes, and what the contributions make.
//!
//! Purpose: nobody opens a row of 14,336 products or 128,256 logits. Who claims an element states the contribution of
//! every chunk; the contributions must make the element, and who doubts one opens that chunk alone.
//! Invariants: a contribution is computed from its chunk and from what all contributions say together (the largest
//! of a row decides how the others are weighed); so if each of them is right by what is stated, the element is right.
//! Numbers that somebody states may be anything: nothing here overflows on them.

mod draw;
mod reduction;
mod stated;

use alloc::{vec, vec::Vec};

use stoa_exact::{Choice, FIXED_MAX, RmsNorm, RowScale, attention::softmax_numerator, dot};

use crate::{
    Claim, Model, Norm, Part, Shape, Tensor, Tensors, Unopened,
    attention::Summary,
    element::{Inputs, Operands},
};
use reduction::{Reduction, values_of};
pub use reduction::{chunks, row_length};
use stated::{Stated, read};

/// Elements of a chunk.
pub const CHUNK: u32 = 1024;
/// Rounds until contributions that depend on one another stand still: largest, weights, pick.
const ROUNDS: u32 = 3;

const MAX: i64 = FIXED_MAX as i64;
/// More than any sum of 1,024 squares of 15 bits or of weighted values.
const MAX_SUM: i64 = 1 << 44;

/// What an honest party states for an element.
pub fn partials(
    model: &impl Model,
    trace: &impl Tensors,
    claim: Claim<'_>,
    (tensor, index): (Tensor, u64),
) -> Result<Vec<i64>, Unopened> {
    let inputs = Inputs::of(model, trace, claim, (tensor, index))?;
    let Some(reduction) = Reduction::of(claim.choice, tensor, index) else { return Ok(vec![]) };
    let (head, arity) = reduction.sizes();
    let count = chunks(&inputs.shape, claim.choice, tensor, index);
    let mut stated = vec![0; head + count as usize * arity];
    if reduction == Reduction::Draw {
        stated[..head].copy_from_slice(&draw::thresholds(&inputs, index as u32)?);
    }
    for _ in 0..ROUNDS {
        for chunk in 0..count {
            let words = partial(model, trace, claim, (tensor, index), &stated, chunk)?;
            stated[head + chunk as usize * arity..][..arity].copy_from_slice(&words);
        }
    }
    Ok(stated)
}

/// The contribution of one chunk, given what is stated of all; no numbers where none are stated or the chunk does
/// not exist.
pub fn partial(
    model: &impl Model,
    trace: &impl Tensors,
    claim: Claim<'_>,
    (tensor, index): (Tensor, u64),
    stated: &[i64],
    chunk: u32,
) -> Result<Vec<i64>, Unopened> {
    let inputs = Inputs::of(model, trace, claim, (tensor, index))?;
    let Some((reduction, stated)) = read(&inputs.shape, claim.choice, (tensor, index), stated)
    else {
        return Ok(vec![]);
    };
    let length = row_length(&inputs.shape, claim.choice, tensor, index);
    let Some(start) = chunk.checked_mul(CHUNK).filter(|start| *start < length) else {
        return Ok(vec![]);
    };
    let span = (start, CHUNK.min(length - start));
    inputs.contribution(reduction, (tensor.part, index), stated, span)
}

/// The element that the stated contributions make; `None` when they contradict one another.
pub fn finish(
    model: &impl Model,
    trace: &impl Tensors,
    claim: Claim<'_>,
    (tensor, index): (Tensor, u64),
    stated: &[i64],
) -> Result<Option<i32>, Unopened> {
    let inputs = Inputs::of(model, trace, claim, (tensor, index))?;
    match read(&inputs.shape, claim.choice, (tensor, index), stated) {
        Some((reduction, stated)) => inputs.finish(reduction, (tensor.part, index), stated),
        None => Ok(None),
    }
}

/// What is stated of one chunk.
pub fn stated_of<'a>(
    shape: &Shape,
    choice: Choice,
    at: (Tensor, u64),
    stated: &'a [i64],
    chunk: u32,
) -> Option<&'a [i64]> {
    let (_, stated) = read(shape, choice, at, stated)?;
    stated.words.chunks_exact(stated.arity).nth(chunk as usize)
}

fn largest_of(words: &[i32]) -> i64 {
    words.iter().fold(0, |max, word| max.max(i64::from(word.unsigned_abs())))
}

impl<M: Model, T: Tensors> Inputs<'_, M, T> {
    /// Position and column of an element in rows of its part's width.
    fn place(&self, part: Part, index: u64) -> (u32, u32) {
        let width = u64::from(self.shape.width(part).max(1));
        ((index / width) as u32, (index % width) as u32)
    }

    /// A piece of the row of words that an element reduces.
    fn piece(
        &self,
        (part, index): (Part, u64),
        (start, count): (u32, u32),
    ) -> Result<Vec<i32>, Unopened> {
        let (position, column) = self.place(part, index);
        let row = |tensor: Tensor, position: u32, column: u32| {
            let width = u64::from(self.shape.width(tensor.part));
            let at = u64::from(position) * width + u64::from(column) + u64::from(start);
            self.words(tensor, at, count)
        };
        let head = self.shape.head;
        match part {
            Part::AttentionNorm => row(self.norm_input(Norm::Attention), position, 0),
            Part::FeedNorm => row(self.norm_input(Norm::Feed), position, 0),
            Part::FinalNorm => row(self.norm_input(Norm::Final), position, 0),
            Part::RotatedScales => row(self.here(Part::Rotated), position, column * head),
            Part::ValueScales => {
                let (group, position) = self.transposed(index);
                let first = self.shape.heads + self.shape.groups;
                row(self.here(Part::Projection), position, (first + group) * head)
            }
            Part::Tokens => row(Tensor::new(0, Part::Logits), position, 0),
            _ => row(self.here(values_of(part)), position, 0),
        }
    }

    fn contribution(
        &self,
        reduction: Reduction,
        (part, index): (Part, u64),
        stated: Stated<'_>,
        span: (u32, u32),
    ) -> Result<Vec<i64>, Unopened> {
        let (position, column) = self.place(part, index);
        let head = column / 3;
        Ok(match reduction {
            Reduction::Largest => vec![largest_of(&self.piece((part, index), span)?)],
            Reduction::Squares => {
                let words = self.piece((part, index), span)?;
                let cut = RmsNorm::cut(stated.largest(0, 0..=MAX).unwrap_or(0) as u32);
                let square = |word: &i32| u64::from(word.unsigned_abs() >> cut).pow(2);
                let sum = words.iter().map(square).fold(0, u64::saturating_add);
                vec![largest_of(&words), i64::try_from(sum).unwrap_or(i64::MAX)]
            }
            Reduction::Product => vec![self.partial_product(part, position, column, span)?.into()],
            Reduction::LargestScore => {
                vec![largest_score(&self.scores(position, head, span)?)]
            }
            Reduction::Numerators => {
                let scores = self.scores(position, head, span)?;
                let max = stated.largest(0, -MAX..=MAX).unwrap_or(0) as i32;
                let numerators = scores.iter().map(|score| softmax_numerator(*score, max));
                vec![largest_score(&scores), numerators.map(i64::from).sum()]
            }
            Reduction::LargestBits => {
                let scales = self.value_scales(head, span)?;
                vec![scales.iter().map(|scale| i64::from(scale.bits)).fold(1, i64::max)]
            }
            Reduction::Mix => {
                let summary = self.summary(position, column / self.shape.head)?;
                vec![self.mix(summary, position, column, span)?]
            }
            Reduction::Greedy => {
                let logits = self.piece((part, index), span)?;
                let max = logits.iter().copied().max().unwrap_or_default();
                let at = logits.iter().position(|logit| *logit == max).unwrap_or_default();
                vec![max.into(), at as i64]
            }
            Reduction::Draw => {
                let logits = self.piece((part, index), span)?;
                let choice = Choice { position: position + 1, ..self.claim.choice };
                draw::contribution(&logits, choice, self.shape.vocab, stated, span.0 / CHUNK)
            }
        })
    }

    /// Sum of products over some columns.
    fn partial_product(
        &self,
        part: Part,
        position: u32,
        row: u32,
        (start, count): (u32, u32),
    ) -> Result<i32, Unopened> {
        let Operands { table, codes, .. } = Operands::of(part);
        let at = u64::from(position) * u64::from(self.shape.width(codes)) + u64::from(start);
        let codes = self.codes(self.here(codes), at, count)?;
        let missing = Unopened::Row { layer: self.layer, table, row };
        let weights = self.model.columns(table, self.layer, row, (start, count)).ok_or(missing)?;
        if weights.codes.len() != codes.len() {
            return Err(missing);
        }
        Ok(dot(weights.codes, &codes))
    }

    fn finish(
        &self,
        reduction: Reduction,
        (part, index): (Part, u64),
        stated: Stated<'_>,
    ) -> Result<Option<i32>, Unopened> {
        let (position, column) = self.place(part, index);
        Ok(match reduction {
            Reduction::Largest => {
                stated.largest(0, 0..=MAX).map(|max| RowScale::of_max(max as u32).pack() as i32)
            }
            Reduction::Squares => {
                let sums = stated.largest(0, 0..=MAX).zip(stated.sum(1, 0..=MAX_SUM));
                let Some((max, sum)) = sums else { return Ok(None) };
                let epsilon = self.model.constants().0;
                let factor = RmsNorm::of_sums(max as u32, sum as u64, epsilon);
                let norm = match part {
                    Part::AttentionNorm => Norm::Attention,
                    Part::FeedNorm => Norm::Feed,
                    _ => Norm::Final,
                };
                Some(self.normed(factor, norm, part, (position, column))?)
            }
            Reduction::Product => {
                let sum = stated.sum(0, i32::MIN.into()..=i32::MAX.into());
                let sum = sum.and_then(|sum| i32::try_from(sum).ok());
                sum.map(|sum| self.product_of(part, sum, position, column)).transpose()?
            }
            Reduction::LargestScore => stated.largest(0, -MAX..=MAX).map(|max| max as i32),
            Reduction::Numerators => {
                let max = stated.largest(0, -MAX..=MAX);
                let sum = stated.sum(1, 0..=MAX_SUM);
                max.and(sum).and_then(|sum| u32::try_from(sum).ok()).map(|sum| sum as i32)
            }
            Reduction::LargestBits => stated.largest(0, 1..=30).map(|bits| bits as i32),
            Reduction::Mix => {
                let summary: Summary = self.summary(position, column / self.shape.head)?;
                stated.sum(0, -MAX_SUM..=MAX_SUM).map(|sum| summary.scale().apply(sum))
            }
            Reduction::Greedy => greedy(stated, self.shape.vocab),
            Reduction::Draw => {
                let choice = Choice { position: position + 1, ..self.claim.choice };
                draw::token(choice, self.shape.vocab, stated)
            }
        })
    }
}

fn largest_score(scores: &[i32]) -> i64 {
    scores.iter().copied().fold(-FIXED_MAX, i32::max).into()
}

/// The first of the largest logits.
fn greedy(stated: Stated<'_>, vocab: u32) -> Option<i32> {
    let max = stated.largest(0, i32::MIN.into()..=i32::MAX.into())?;
    let (chunk, words) =
        stated.chunks().enumerate().find(|(_, words)| words.first() == Some(&max))?;
    let at = words.get(1).copied().filter(|at| (0..i64::from(CHUNK)).contains(at))?;
    let token = chunk as i64 * i64::from(CHUNK) + at;
    i32::try_from(token).ok().filter(|token| (*token as u32) < vocab)
}
