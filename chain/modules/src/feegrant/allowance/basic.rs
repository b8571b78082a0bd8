//! A sum, or everything, until a time.

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::BasicAllowance;

use super::{Left, NotAccepted, coins};
use crate::{bank::Coins, core::Time, feegrant::FeegrantError};

/// Pays up to a sum until a time; without a sum as much as there is, without a time for ever.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basic {
    /// What is left; nothing left out means no limit.
    pub spend_limit: Option<Coins>,
    /// When it ends.
    pub expiration: Option<Time>,
}

impl Basic {
    pub(super) fn from_proto(proto: &BasicAllowance) -> Result<Self, FeegrantError> {
        let limit = coins(&proto.spend_limit, "send")?;
        let reason = "expiration is out of range";
        let time = proto.expiration.map(Time::try_from).transpose();
        Ok(Self {
            spend_limit: (!limit.is_empty()).then_some(limit),
            expiration: time.map_err(|_| FeegrantError::InvalidDuration { reason })?,
        })
    }

    pub(super) fn to_proto(&self) -> BasicAllowance {
        BasicAllowance {
            spend_limit: self.spend_limit.as_ref().map(Coins::to_proto).unwrap_or_default(),
            expiration: self.expiration.map(Into::into),
        }
    }

    pub(super) fn check(&self) -> Result<(), FeegrantError> {
        match self.expiration {
            Some(time) if time.unix_timestamp() < 0 => {
                Err(FeegrantError::InvalidDuration { reason: "expiration time cannot be negative" })
            }
            _ => Ok(()),
        }
    }

    pub(super) fn accept(&mut self, now: Time, fee: &Coins) -> Result<Left, NotAccepted> {
        self.check_time(now, "basic allowance")?;
        self.spend(fee, "basic allowance")
    }

    /// Refuses what is over.
    pub(super) fn check_time(&self, now: Time, which: &'static str) -> Result<(), NotAccepted> {
        match self.expiration {
            Some(expiration) if expiration < now => {
                Err(NotAccepted::Over(FeegrantError::Expired { which }))
            }
            _ => Ok(()),
        }
    }

    /// Takes `fee` off the sum.
    pub(super) fn spend(&mut self, fee: &Coins, which: &'static str) -> Result<Left, NotAccepted> {
        let Some(limit) = &self.spend_limit else { return Ok(Left::Something) };
        let left = limit.checked_sub(fee).ok_or(FeegrantError::LimitExceeded { which })?;
        let is_used_up = left.is_empty();
        self.spend_limit = Some(left);
        Ok(if is_used_up { Left::Nothing } else { Left::Something })
    }
}
