//! Window and memory of the beacon.

use prost::Message as _;
use stoa_proto::beacon::v1::Params as ProtoParams;

use super::BeaconError;

/// Parameters, set at genesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Blocks in which a contribution can arrive before its value is fixed. An attacker who proposes
    /// this many blocks in a row can leave contributions out, and CometBFT lets a coalition of `n` equal
    /// validators propose `n` in a row at most: more than that is safe.
    pub window_blocks: u64,
    /// Values that stay readable, counted back from the last.
    pub kept_values: u64,
    /// Blocks after which a validator that reveals no link counts as one that does not sign: long enough
    /// for an honest one to come back with a new chain, which takes three windows.
    pub withholding_blocks: u64,
}

impl Default for Params {
    /// Up to 24 equal validators are safe (less than a third of them are 7), and values stay for days.
    fn default() -> Self {
        Self { window_blocks: 8, kept_values: 65_536, withholding_blocks: 1_024 }
    }
}

impl Params {
    /// Range of `window_blocks`.
    const WINDOW_BLOCKS: (u64, u64) = (1, 64);
    /// Most `withholding_blocks`; the least is three windows.
    const MOST_WITHHOLDING_BLOCKS: u64 = 1_048_576;
    /// Range of `kept_values`.
    const KEPT_VALUES: (u64, u64) = (64, 1_048_576);

    pub(super) fn check(self) -> Result<Self, BeaconError> {
        let within = |field, value, (low, high): (u64, u64)| match (low..=high).contains(&value) {
            true => Ok(()),
            false => Err(BeaconError::Genesis { field, value, low, high }),
        };
        within("window_blocks", self.window_blocks, Self::WINDOW_BLOCKS)?;
        within("kept_values", self.kept_values, Self::KEPT_VALUES)?;
        let withholding = (3 * self.window_blocks, Self::MOST_WITHHOLDING_BLOCKS);
        within("withholding_blocks", self.withholding_blocks, withholding)?;
        Ok(self)
    }

    pub(super) fn to_stored(self) -> Vec<u8> {
        let Self { window_blocks, kept_values, withholding_blocks } = self;
        ProtoParams { window_blocks, kept_values, withholding_blocks }.encode_to_vec()
    }

    pub(super) fn from_stored(bytes: &[u8]) -> Result<Self, BeaconError> {
        let corrupt = |_| BeaconError::Corrupt { what: "beacon params" };
        let ProtoParams { window_blocks, kept_values, withholding_blocks } =
            ProtoParams::decode(bytes).map_err(corrupt)?;
        Ok(Self { window_blocks, kept_values, withholding_blocks })
    }
}
