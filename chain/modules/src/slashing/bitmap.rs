//! Which blocks of the window a validator missed: bits in pieces of 1,024, stored as the SDK stores them
//! (the number of bits and 64-bit words, all big endian).

use stoa_store::{Order, StoreError};

use super::{STORE, state_key};
use crate::{
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// Bits of one piece.
const PIECE_BITS: u64 = 1_024;
/// Bytes of its words, and of the number of bits before them.
const WORD_BYTES: usize = 8;
const PIECE_BYTES: usize = WORD_BYTES + 128;

/// Sets whether the block at `index` of the window was missed; answers whether that was so before.
pub(super) fn replace(
    ctx: &Context,
    validator: &ConsensusAddress,
    index: u64,
    is_missed: bool,
) -> Result<bool, ModuleError> {
    let key = state_key::bitmap_piece(validator, index / PIECE_BITS);
    let mut piece = match ctx.get(STORE, &key)? {
        Some(bytes) if bytes.len() == PIECE_BYTES => bytes,
        Some(_) => return Err(StoreError::Corrupt { what: "missed blocks" }.into()),
        None => [PIECE_BITS.to_be_bytes().as_slice(), &[0; PIECE_BYTES - WORD_BYTES]].concat(),
    };
    let (place, mask) = position(index % PIECE_BITS);
    let Some(byte) = piece.get_mut(place) else { return Ok(false) };
    let was_missed = *byte & mask != 0;
    if was_missed != is_missed {
        *byte ^= mask;
        ctx.set(STORE, &key, piece)?;
    }
    Ok(was_missed)
}

/// Byte and mask of a bit: the lowest bit of a word is in its last byte.
fn position(bit: u64) -> (usize, u8) {
    let (word, bit) = (bit / 64, bit % 64);
    let place = (word + 1) * 8 + 7 - bit / 8;
    (usize::try_from(place).unwrap_or(usize::MAX), 1 << (bit % 8))
}

/// Forgets everything.
pub(super) fn clear(ctx: &Context, validator: &ConsensusAddress) -> Result<(), ModuleError> {
    for (key, _) in pieces(ctx, validator)? {
        ctx.delete(STORE, &key)?;
    }
    Ok(())
}

/// The indices that were missed, in order.
pub(super) fn missed(ctx: &Context, validator: &ConsensusAddress) -> Result<Vec<u64>, ModuleError> {
    let mut found = Vec::new();
    for (key, piece) in pieces(ctx, validator)? {
        let number = key.last_chunk().map_or(0, |number| u64::from_le_bytes(*number));
        let is_set = |bit: &u64| {
            let (place, mask) = position(*bit);
            piece.get(place).is_some_and(|byte| byte & mask != 0)
        };
        let first = number.saturating_mul(PIECE_BITS);
        found.extend((0..PIECE_BITS).filter(is_set).map(|bit| first.saturating_add(bit)));
    }
    found.sort_unstable();
    Ok(found)
}

fn pieces(
    ctx: &Context,
    validator: &ConsensusAddress,
) -> Result<Vec<stoa_store::Entry>, ModuleError> {
    let mut walk = ctx.walk(STORE, state_key::bitmap(validator), Order::Ascending)?;
    let mut found = Vec::new();
    while let Some(entry) = ctx.step(&mut walk)? {
        found.push(entry);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context;

    #[test]
    fn bits_stand_where_the_sdk_puts_them() {
        let (ctx, validator) = (context(), ConsensusAddress::of_key(&[1; 32]));
        for index in [0, 9, 64, 1_023, 1_024] {
            assert!(!replace(&ctx, &validator, index, true).unwrap());
        }
        assert_eq!(missed(&ctx, &validator).unwrap(), [0, 9, 64, 1_023, 1_024]);
        let piece = ctx.get(STORE, &state_key::bitmap_piece(&validator, 0)).unwrap().unwrap();
        assert_eq!(&piece[..8], &1_024u64.to_be_bytes());
        assert_eq!(&piece[8..24], &[0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert!(replace(&ctx, &validator, 9, false).unwrap());
        assert!(!replace(&ctx, &validator, 9, false).unwrap());
        clear(&ctx, &validator).unwrap();
        assert!(missed(&ctx, &validator).unwrap().is_empty());
    }
}
