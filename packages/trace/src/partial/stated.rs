//! What somebody states about the chunks of a row: any numbers, read with their bounds.

use stoa_exact::Choice;

use super::reduction::{Reduction, chunks};
use crate::{Shape, Tensor};

/// The numbers stated for one element.
#[derive(Clone, Copy)]
pub(super) struct Stated<'a> {
    pub(super) head: &'a [i64],
    pub(super) words: &'a [i64],
    pub(super) arity: usize,
}

impl Stated<'_> {
    /// The numbers of each chunk.
    pub(super) fn chunks(&self) -> impl Iterator<Item = &[i64]> {
        self.words.chunks_exact(self.arity)
    }

    /// The largest of a column, if each number of it lies in a range.
    pub(super) fn largest(
        &self,
        column: usize,
        range: core::ops::RangeInclusive<i64>,
    ) -> Option<i64> {
        let mut numbers = self.chunks().map(|words| words.get(column).copied());
        numbers.try_fold(*range.start(), |max, number| {
            number.filter(|number| range.contains(number)).map(|number| max.max(number))
        })
    }

    /// The sum of a column, if each number of it lies in a range of at most 54 bits.
    pub(super) fn sum(&self, column: usize, range: core::ops::RangeInclusive<i64>) -> Option<i64> {
        let mut numbers = self.chunks().map(|words| words.get(column).copied());
        numbers
            .try_fold(0, |sum: i64, number| sum.checked_add(number.filter(|n| range.contains(n))?))
    }
}

/// Splits what is stated; `None` for another number of numbers.
pub(super) fn read<'a>(
    shape: &Shape,
    choice: Choice,
    (tensor, index): (Tensor, u64),
    stated: &'a [i64],
) -> Option<(Reduction, Stated<'a>)> {
    let reduction = Reduction::of(choice, tensor, index)?;
    let (head, arity) = reduction.sizes();
    let count = chunks(shape, choice, tensor, index) as usize;
    let (head, words) = stated.split_at_checked(head)?;
    (words.len() == count * arity).then_some((reduction, Stated { head, words, arity }))
}
