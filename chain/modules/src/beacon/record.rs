//! The chains of one validator, and every decision about them: pure.

use prost::Message as _;
use stoa_proto::beacon::v1 as wire;

use super::{BeaconError, Extension, Link, MAX_AHEAD, MAX_LINKS, chain::back};

/// Chains that a record holds: values may still depend on the one before the newest.
const MAX_CHAINS: usize = 2;

/// A chain as far as it is revealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// First index for which it counts.
    pub(super) first_index: u64,
    /// Index of the last revealed link; one below `first_index` for the root.
    pub(super) last_index: u64,
    /// That link.
    pub(super) last_link: Link,
}

impl Chain {
    /// The first index without a link.
    pub(super) const fn end(&self) -> u64 {
        self.first_index.saturating_add(MAX_LINKS)
    }

    /// Place of the link of `index`; the root has place 0.
    pub(super) const fn position(&self, index: u64) -> u64 {
        index.saturating_add(1).saturating_sub(self.first_index)
    }

    /// Whether the link of `index` would be taken, if it is the right one. Returns how far it is ahead.
    pub(super) fn ahead(&self, index: u64) -> Result<u64, BeaconError> {
        let (last, end, limit) = (self.last_index, self.end(), MAX_AHEAD);
        if index >= end {
            return Err(BeaconError::Ended { index, end });
        }
        let ahead = index.checked_sub(last).filter(|ahead| *ahead > 0);
        match ahead.ok_or(BeaconError::NotAhead { index, last })? {
            ahead if ahead > limit => Err(BeaconError::TooFar { index, last, limit }),
            ahead => Ok(ahead),
        }
    }
}

/// What the state knows of one validator's contributions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Record {
    /// Chains ever anchored.
    anchored: u64,
    /// At most [`MAX_CHAINS`], the newest last.
    chains: Vec<Chain>,
}

impl Record {
    /// The chain that counts for `index`, with its number: the newest that has begun by then.
    pub(super) fn chain(&self, index: u64) -> Option<(u64, &Chain)> {
        let place = self.chains.iter().rposition(|chain| chain.first_index <= index)?;
        Some((self.number(place), self.chains.get(place)?))
    }

    /// The newest chain, which may not have begun, with its number.
    pub(super) fn newest(&self) -> Option<(u64, &Chain)> {
        Some((self.number(self.chains.len().checked_sub(1)?), self.chains.last()?))
    }

    /// The last index whose link is revealed.
    pub(super) fn last_reveal(&self) -> Option<u64> {
        let revealed = self.chains.iter().filter(|chain| chain.last_index >= chain.first_index);
        revealed.map(|chain| chain.last_index).max()
    }

    /// The number that the next chain gets.
    pub(super) const fn next_number(&self) -> u64 {
        self.anchored
    }

    fn number(&self, place: usize) -> u64 {
        let behind = u64::try_from(self.chains.len().saturating_sub(place)).unwrap_or(u64::MAX);
        self.anchored.saturating_sub(behind)
    }

    /// The contribution to `index`, if it is revealed.
    pub(super) fn link(&self, index: u64) -> Option<Link> {
        let (_, chain) = self.chain(index)?;
        Some(back(&chain.last_link, chain.last_index.checked_sub(index)?))
    }

    /// Whether `link` is the one of `index`. At most [`MAX_AHEAD`] hashes.
    pub(super) fn check(&self, index: u64, link: &Link) -> Result<(), BeaconError> {
        let (_, chain) = self.chain(index).ok_or(BeaconError::NoChain { index })?;
        if back(link, chain.ahead(index)?) == chain.last_link {
            Ok(())
        } else {
            Err(BeaconError::WrongLink { index, last: chain.last_index })
        }
    }

    /// Whether a new chain may be anchored in block `height`: not while the one that would be dropped
    /// still counts for a value that is not fixed.
    pub(super) fn may_anchor(&self, height: u64, window: u64) -> bool {
        self.chains.last().is_none_or(|chain| chain.first_index.saturating_add(window) <= height)
    }

    /// The record after block `height`, which holds the votes of the height before. An anchor that may
    /// not come yet is passed over; a wrong link spoils the whole extension.
    pub(super) fn after(
        mut self,
        extension: &Extension,
        height: u64,
        window: u64,
    ) -> Result<Self, BeaconError> {
        let index = height.saturating_sub(1);
        if let Some(link) = extension.link {
            self.check(index, &link)?;
            let counts = self.chains.iter_mut().rfind(|chain| chain.first_index <= index);
            if let Some(chain) = counts {
                (chain.last_index, chain.last_link) = (index, link);
            }
        }
        if let Some(root) = extension.anchor.filter(|_| self.may_anchor(height, window)) {
            // Nobody knows a link of an index that lies ahead, so the root was chosen blindly.
            let first_index = height.saturating_add(window);
            let last_index = first_index.saturating_sub(1);
            self.chains.push(Chain { first_index, last_index, last_link: root });
            let surplus = self.chains.len().saturating_sub(MAX_CHAINS);
            self.chains.drain(..surplus);
            self.anchored = self.anchored.saturating_add(1);
        }
        Ok(self)
    }

    pub(super) fn to_stored(&self) -> Vec<u8> {
        let chain = |chain: &Chain| wire::Chain {
            first_index: chain.first_index,
            last_index: chain.last_index,
            last_link: chain.last_link.to_vec(),
        };
        let chains = self.chains.iter().map(chain).collect();
        wire::Contributor { anchored: self.anchored, chains }.encode_to_vec()
    }

    pub(super) fn from_stored(bytes: &[u8]) -> Result<Self, BeaconError> {
        let corrupt = || BeaconError::Corrupt { what: "beacon contributor" };
        let wire = wire::Contributor::decode(bytes).map_err(|_| corrupt())?;
        let chain = |chain: wire::Chain| {
            let last_link = chain.last_link.as_slice().try_into().map_err(|_| corrupt())?;
            Ok(Chain { first_index: chain.first_index, last_index: chain.last_index, last_link })
        };
        let chains = wire.chains.into_iter().map(chain).collect::<Result<_, BeaconError>>()?;
        Ok(Self { anchored: wire.anchored, chains })
    }
}

#[cfg(test)]
mod tests;
