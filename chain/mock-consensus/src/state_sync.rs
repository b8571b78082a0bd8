//! What consensus does on the state-sync connection, between two nodes.

use stoa_app::{
    App,
    snapshot::{ChunkVerdict, FORMAT, Listed, OfferVerdict, OfferedSnapshot},
};
use stoa_store::Root;

use crate::MockError;

/// A snapshot as its owner offers it.
#[must_use]
pub fn offered(listed: &Listed) -> OfferedSnapshot {
    let Listed { height, chunks, hash, metadata } = listed.clone();
    OfferedSnapshot { height, format: FORMAT, chunks, hash: hash.to_vec(), metadata }
}

/// Gives the last snapshot of `from` to `to`, which trusts the roots that `root_after` says. Returns its
/// height. Fails if anything is refused.
pub fn transfer(
    from: &App,
    to: &App,
    root_after: impl Fn(u64) -> Result<Root, MockError>,
) -> Result<u64, MockError> {
    let snapshots = from.list_snapshots();
    let listed = snapshots.first().ok_or(MockError::Refused { height: 0 })?;
    let height = listed.height;
    let refused = || MockError::Refused { height };
    if to.offer_snapshot(&offered(listed), &root_after(height)?)? != OfferVerdict::Accept {
        return Err(refused());
    }
    for number in 0..listed.chunks {
        let chunk = from.load_chunk(height, FORMAT, number).ok_or_else(refused)?;
        if to.apply_chunk(number, &chunk)? != ChunkVerdict::Accept {
            return Err(refused());
        }
    }
    Ok(height)
}
