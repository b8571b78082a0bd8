//! How often and with how much money a contract may be called.

use cosmos_sdk_proto::Any;
use stoa_proto::cosmwasm::wasm::v1::{CombinedLimit, MaxCallsLimit, MaxFundsLimit};

use super::{AuthzError, decode, pack, short};
use crate::{bank::Coins, core::is_of_type};

/// What is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many calls without money.
    Calls {
        /// How many.
        remaining: u64,
    },
    /// So much money, and any number of calls without.
    Funds {
        /// How much.
        amounts: Coins,
    },
    /// Both at most.
    Combined {
        /// How many calls.
        remaining: u64,
        /// How much money.
        amounts: Coins,
    },
}

/// What is left after a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Unchanged,
    Less(Limit),
    Nothing,
}

impl Limit {
    pub(super) fn from_any(any: &Any) -> Result<Self, AuthzError> {
        let coins = |list: &[_]| {
            let invalid = |_| AuthzError::InvalidCoins { reason: "limit: amounts".to_owned() };
            Coins::from_proto(list).map_err(invalid)
        };
        Ok(match any.type_url.as_str() {
            url if is_of_type::<MaxCallsLimit>(url) => {
                let MaxCallsLimit { remaining } = decode(any)?;
                Self::Calls { remaining }
            }
            url if is_of_type::<MaxFundsLimit>(url) => {
                let limit: MaxFundsLimit = decode(any)?;
                Self::Funds { amounts: coins(&limit.amounts)? }
            }
            url if is_of_type::<CombinedLimit>(url) => {
                let limit: CombinedLimit = decode(any)?;
                Self::Combined { remaining: limit.calls_remaining, amounts: coins(&limit.amounts)? }
            }
            other => {
                let reason = format!("{} is no limit", short(other));
                return Err(AuthzError::InvalidType { reason });
            }
        })
    }

    pub(super) fn to_any(&self) -> Any {
        match self {
            Self::Calls { remaining } => pack(&MaxCallsLimit { remaining: *remaining }),
            Self::Funds { amounts } => pack(&MaxFundsLimit { amounts: amounts.to_proto() }),
            Self::Combined { remaining, amounts } => {
                pack(&CombinedLimit { calls_remaining: *remaining, amounts: amounts.to_proto() })
            }
        }
    }

    pub(super) fn check(&self) -> Result<(), AuthzError> {
        match self {
            Self::Calls { remaining: 0 } | Self::Combined { remaining: 0, .. } => {
                Err(AuthzError::Empty { what: "limit: remaining calls" })
            }
            Self::Funds { amounts } | Self::Combined { amounts, .. } if amounts.is_empty() => {
                Err(AuthzError::Empty { what: "limit: amounts" })
            }
            _ => Ok(()),
        }
    }

    /// What a call with `funds` leaves; nothing if the limit does not fit it.
    pub(super) fn accept(&self, funds: &Coins) -> Option<Rest> {
        match self {
            Self::Calls { .. } if !funds.is_empty() => None,
            Self::Calls { remaining } => Some(match remaining.checked_sub(1)? {
                0 => Rest::Nothing,
                remaining => Rest::Less(Self::Calls { remaining }),
            }),
            Self::Funds { .. } if funds.is_empty() => Some(Rest::Unchanged),
            Self::Funds { amounts } => {
                let amounts = amounts.checked_sub(funds)?;
                let is_empty = amounts.is_empty();
                Some(if is_empty { Rest::Nothing } else { Rest::Less(Self::Funds { amounts }) })
            }
            Self::Combined { remaining, amounts } => {
                let amounts = amounts.checked_sub(funds)?;
                let remaining = remaining.checked_sub(1)?;
                let is_over = remaining == 0 || amounts.is_empty();
                let rest = Self::Combined { remaining, amounts };
                Some(if is_over { Rest::Nothing } else { Rest::Less(rest) })
            }
        }
    }
}
