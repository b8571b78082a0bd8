//! How much must be signed, and for how long jail lasts.

use cosmos_sdk_proto::cosmos::slashing::v1beta1::Params as ProtoParams;
use tendermint_proto::google::protobuf::Duration;

use super::{SlashingError, dec};

/// Parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Blocks over which signatures are counted.
    pub signed_blocks_window: u64,
    /// The part of them that must be signed, in units of 10^-18.
    pub min_signed_per_window: u64,
    /// Least time in jail for not signing, in nanoseconds.
    pub downtime_jail_nanos: u64,
    /// What contracts are advised to take for a double sign, in units of 10^-18.
    pub slash_fraction_double_sign: u64,
    /// What contracts are advised to take for not signing, in units of 10^-18.
    pub slash_fraction_downtime: u64,
}

impl Default for Params {
    /// The SDK's defaults.
    fn default() -> Self {
        Self {
            signed_blocks_window: 100,
            min_signed_per_window: dec::ONE / 2,
            downtime_jail_nanos: 600 * Self::NANOS,
            slash_fraction_double_sign: dec::ONE / 20,
            slash_fraction_downtime: dec::ONE / 100,
        }
    }
}

impl Params {
    /// Nanoseconds of a second.
    const NANOS: u64 = 1_000_000_000;
    /// Longest window: a bitmap of 128 KiB a validator.
    const MAX_WINDOW: u64 = 1 << 20;

    /// Blocks of a window that may be missed.
    pub(super) fn max_missed(&self) -> u64 {
        let min = dec::part_of(self.signed_blocks_window, self.min_signed_per_window);
        self.signed_blocks_window.saturating_sub(min)
    }

    pub(super) fn from_proto(wire: &ProtoParams) -> Result<Self, SlashingError> {
        let refuse = |field| SlashingError::Params { field };
        let window = u64::try_from(wire.signed_blocks_window).unwrap_or(0);
        if !(1..=Self::MAX_WINDOW).contains(&window) {
            return Err(refuse("signed_blocks_window"));
        }
        let fraction = |field, bytes: &[u8]| dec::read(bytes).ok_or(refuse(field));
        let jail = wire.downtime_jail_duration.unwrap_or_default();
        let seconds = u64::try_from(jail.seconds).ok().and_then(|s| s.checked_mul(Self::NANOS));
        let nanos = u64::try_from(jail.nanos).ok();
        let jail = seconds.zip(nanos).and_then(|(seconds, nanos)| seconds.checked_add(nanos));
        let downtime_jail_nanos =
            jail.filter(|nanos| *nanos > 0).ok_or(refuse("downtime_jail_duration"))?;
        Ok(Self {
            signed_blocks_window: window,
            min_signed_per_window: fraction("min_signed_per_window", &wire.min_signed_per_window)?,
            downtime_jail_nanos,
            slash_fraction_double_sign: fraction(
                "slash_fraction_double_sign",
                &wire.slash_fraction_double_sign,
            )?,
            slash_fraction_downtime: fraction(
                "slash_fraction_downtime",
                &wire.slash_fraction_downtime,
            )?,
        })
    }

    pub(super) fn to_proto(self) -> ProtoParams {
        let jail = self.downtime_jail_nanos;
        let seconds = i64::try_from(jail / Self::NANOS).unwrap_or(i64::MAX);
        let nanos = i32::try_from(jail % Self::NANOS).unwrap_or_default();
        ProtoParams {
            signed_blocks_window: i64::try_from(self.signed_blocks_window).unwrap_or(i64::MAX),
            min_signed_per_window: dec::write(self.min_signed_per_window),
            downtime_jail_duration: Some(Duration { seconds, nanos }),
            slash_fraction_double_sign: dec::write(self.slash_fraction_double_sign),
            slash_fraction_downtime: dec::write(self.slash_fraction_downtime),
        }
    }
}
