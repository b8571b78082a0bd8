//! The end: one element, or one chunk of the row that it reduces, computed again.

use alloc::vec::Vec;

use super::{Phase, Refused, Side, State, Terms, claimed_element};
use crate::{Claim, Part, Tensor, Tensors as _, Unopened, element, merkle::hash, partial};

/// Who is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The claimed number is not what its inputs make: the claimant has lied.
    Refuted,
    /// It is: the challenger was wrong.
    Upheld,
}

impl Verdict {
    fn of(is_right: bool) -> Self {
        if is_right { Self::Upheld } else { Self::Refuted }
    }
}

/// Numbers as a message has them: zigzag, seven bits a byte, the lowest first.
pub fn write_numbers(numbers: &[i64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in numbers {
        let mut rest = ((number << 1) ^ (number >> 63)) as u64;
        while rest > 127 {
            bytes.push(rest as u8 | 128);
            rest >>= 7;
        }
        bytes.push(rest as u8);
    }
    bytes
}

/// Reads them again; `None` when the last one does not end or one has more than 64 bits.
pub fn read_numbers(bytes: &[u8]) -> Option<Vec<i64>> {
    let (mut numbers, mut number, mut shift) = (Vec::new(), 0u64, 0);
    for byte in bytes {
        if shift > 63 || shift == 63 && *byte > 1 {
            return None;
        }
        number |= u64::from(byte & 127) << shift;
        shift += 7;
        if byte & 128 == 0 {
            numbers.push((number >> 1) as i64 ^ -((number & 1) as i64));
            (number, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(numbers)
}

/// Whether the answer's id after a position is the token that the claimant's own trace draws there.
///
/// Needs no dispute: both are opened under what the claimant has signed.
pub fn contradicts(terms: &Terms, position: u32, openings: &[u8]) -> Result<Verdict, Refused> {
    let shape = &terms.claim.shape;
    if !(terms.claim.prompt_tokens - 1..shape.positions).contains(&position) {
        return Err(Refused::Message);
    }
    let opened = terms.opened(Side::Claimant, shape.tensors(), openings)?;
    let (layer, part) = (0, Part::Tokens);
    let unopened = Unopened::Tensor { layer, part, start: position.into() };
    let words = opened.words(Tensor::new(layer, part), position.into(), 1).ok_or(unopened)?;
    let unopened = Unopened::Number { layer, part, index: u64::from(position) + 1 };
    let id = opened.ids().at(position + 1).ok_or(unopened)?;
    Ok(Verdict::of(words.first() == Some(&(id as i32))))
}

impl State {
    /// The challenger lets an element be computed again from whole rows of at most a chunk.
    pub fn refute(
        &self,
        terms: &Terms,
        (leaf, index): (&[u8], u64),
        openings: &[u8],
    ) -> Result<Verdict, Refused> {
        let (tensor, value) = self.named(terms, leaf, index, true)?;
        let before = self.tensor.unwrap_or(0);
        let opened = terms.opened(Side::Challenger, before, openings)?;
        let claim = Claim { ids: opened.ids(), choice: terms.claim.choice };
        Ok(Verdict::of(element(&opened, &opened, claim, tensor, index)? == value))
    }

    /// The challenger asks for the contributions to an element with a longer row.
    pub fn ask(mut self, terms: &Terms, leaf: &[u8], index: u64) -> Result<Self, Refused> {
        let (_, value) = self.named(terms, leaf, index, false)?;
        (self.phase, self.element, self.value) = (Phase::Contributions, index, value);
        Ok(self)
    }

    /// The claimant states the contributions; they must make the claimed element.
    pub fn state(mut self, terms: &Terms, stated: &[u8], openings: &[u8]) -> Result<Self, Refused> {
        if self.phase != Phase::Contributions {
            return Err(Refused::Turn);
        }
        let numbers = read_numbers(stated).ok_or(Refused::Message)?;
        let number = self.tensor.ok_or(Refused::Turn)?;
        let tensor = terms.claim.shape.tensor(number).ok_or(Refused::Turn)?;
        let opened = terms.opened(Side::Claimant, number, openings)?;
        let claim = Claim { ids: opened.ids(), choice: terms.claim.choice };
        let made = partial::finish(&opened, &opened, claim, (tensor, self.element), &numbers)?;
        if made != Some(self.value) {
            return Err(Refused::Contributions);
        }
        (self.phase, self.stated) = (Phase::Chunk, hash(&[stated]));
        Ok(self)
    }

    /// The challenger lets the contribution of one chunk be computed again.
    pub fn refute_chunk(
        &self,
        terms: &Terms,
        (stated, chunk): (&[u8], u32),
        openings: &[u8],
    ) -> Result<Verdict, Refused> {
        if self.phase != Phase::Chunk {
            return Err(Refused::Turn);
        }
        if hash(&[stated]) != self.stated {
            return Err(Refused::Proof);
        }
        let numbers = read_numbers(stated).ok_or(Refused::Message)?;
        let number = self.tensor.ok_or(Refused::Turn)?;
        let tensor = terms.claim.shape.tensor(number).ok_or(Refused::Turn)?;
        let opened = terms.opened(Side::Challenger, number, openings)?;
        let claim = Claim { ids: opened.ids(), choice: terms.claim.choice };
        let at = (tensor, self.element);
        let own = partial::partial(&opened, &opened, claim, at, &numbers, chunk)?;
        let (shape, choice) = (&terms.claim.shape, terms.claim.choice);
        let stands = partial::stated_of(shape, choice, at, &numbers, chunk);
        let stands = stands.ok_or(Refused::Message)?;
        Ok(Verdict::of(stands == own.as_slice()))
    }

    /// An element that the challenger names, with its claimed value.
    fn named(
        &self,
        terms: &Terms,
        leaf: &[u8],
        index: u64,
        is_short: bool,
    ) -> Result<(crate::Tensor, i32), Refused> {
        if self.phase != Phase::Element {
            return Err(Refused::Turn);
        }
        let (tensor, value) = claimed_element(self, terms, leaf, index)?;
        let chunks = partial::chunks(&terms.claim.shape, terms.claim.choice, tensor, index);
        if (chunks == 1) != is_short {
            return Err(Refused::Turn);
        }
        Ok((tensor, value))
    }
}
