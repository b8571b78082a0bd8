//! What consensus reports, and what follows from it.

use serde::Serialize;

use crate::validators::ConsensusAddress;

/// One validator's part in the commit of the block before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vote {
    /// Whose.
    pub validator: ConsensusAddress,
    /// Its power.
    pub power: u64,
    /// Whether it voted, be it for the block or for none.
    pub has_voted: bool,
}

/// What a validator is accused of, with proof, by consensus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misbehaviour {
    /// Whose.
    pub validator: ConsensusAddress,
    /// Its power then.
    pub power: u64,
    /// The height of it.
    pub height: u64,
    /// The time of it, nanoseconds since the Unix epoch.
    pub time_nanos: u64,
}

/// Why a validator was jailed, for contracts; part of the message at the beginning of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Infraction {
    /// Whose: `stoavalcons1…`.
    pub validator: String,
    /// What.
    pub kind: InfractionKind,
    /// Its power, a decimal integer.
    pub power: String,
    /// The height of it, a decimal integer.
    pub height: String,
}

/// What a validator did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InfractionKind {
    /// It did not sign enough blocks, or revealed no links of the beacon.
    Downtime,
    /// It signed two blocks of one height, or a header that misleads light clients.
    DoubleSign,
}

impl InfractionKind {
    /// The SDK's name in events.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Downtime => "missing_signature",
            Self::DoubleSign => "double_sign",
        }
    }
}
