//! Types that stand for interfaces, by name and by prefix.

use std::{collections::BTreeMap, sync::OnceLock};

use sha2::{Digest as _, Sha256};

use super::StdTxError;
use crate::tx::schema::{self, ED25519_KEY, MULTISIG_KEY, SECP256K1_KEY, Shape};

/// Bytes in front of a concrete type.
pub(super) const PREFIX_BYTES: usize = 4;

/// How a type stands in amino.
#[derive(Clone, Copy)]
pub(super) enum Concrete {
    /// A struct.
    Struct(&'static Shape),
    /// A key: its bytes alone.
    Key(&'static Shape),
    /// Several keys, under other names than in protobuf.
    Multisig,
}

crate::shapes! {
    /// A multisig key as amino has it.
    pub(super) MULTISIG = "multisig.tmMultisig" as "tendermint/PubKeyMultisigThreshold": [
        crate::tx::schema::one(1, "threshold", crate::tx::schema::Kind::U64).kept(),
        crate::tx::schema::many(2, "pubkeys", crate::tx::schema::Kind::Any).kept(),
    ];
}

impl Concrete {
    fn of(shape: &'static Shape) -> Self {
        match shape.name {
            name if name == SECP256K1_KEY.name || name == ED25519_KEY.name => Self::Key(shape),
            name if name == MULTISIG_KEY.name => Self::Multisig,
            _ => Self::Struct(shape),
        }
    }

    /// Its name in amino.
    pub(super) fn name(self) -> &'static str {
        let shape = match self {
            Self::Struct(shape) | Self::Key(shape) => shape,
            Self::Multisig => &MULTISIG,
        };
        shape.amino.unwrap_or(shape.name)
    }

    /// The type of an amino name.
    pub(super) fn named(name: &str) -> Result<Self, StdTxError> {
        let unknown = || StdTxError::UnknownName { name: name.chars().take(200).collect() };
        let found = schema::packed().find(|shape| shape.amino == Some(name));
        found.map(Self::of).ok_or_else(unknown)
    }

    /// The type that a prefix stands for, and what follows.
    pub(super) fn prefixed(bytes: &[u8]) -> Result<(Self, &[u8]), StdTxError> {
        static KNOWN: OnceLock<BTreeMap<[u8; PREFIX_BYTES], &'static Shape>> = OnceLock::new();
        let known = KNOWN.get_or_init(|| {
            let named = schema::packed().filter_map(|shape| Some((prefix(shape.amino?), shape)));
            named.collect()
        });
        let unknown = || StdTxError::UnknownPrefix {
            prefix: bytes.iter().take(PREFIX_BYTES).copied().collect(),
        };
        let (first, rest) = bytes.split_first_chunk::<PREFIX_BYTES>().ok_or_else(unknown)?;
        Ok((Self::of(known.get(first).copied().ok_or_else(unknown)?), rest))
    }
}

/// What stands in front of a type: of the hash of its name without leading zeros, four bytes behind the
/// first three and further zeros.
pub(super) fn prefix(name: &str) -> [u8; PREFIX_BYTES] {
    let hash = Sha256::digest(name);
    let mut bytes = hash.iter().copied().skip_while(|byte| *byte == 0).skip(3);
    let mut prefix = [0; PREFIX_BYTES];
    let mut behind = bytes.by_ref().skip_while(|byte| *byte == 0);
    for place in &mut prefix {
        *place = behind.next().unwrap_or_default();
    }
    prefix
}
