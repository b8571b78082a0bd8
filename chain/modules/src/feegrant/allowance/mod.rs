//! What an allowance allows. Pure: block and state come in as arguments.

mod basic;
mod filtered;
mod periodic;

use cosmos_sdk_proto::{
    Any,
    cosmos::feegrant::v1beta1::{AllowedMsgAllowance, BasicAllowance, PeriodicAllowance},
};
use prost::{Message, Name};

pub use basic::Basic;
pub use filtered::Filtered;
pub use periodic::Periodic;

use super::FeegrantError;
use crate::{
    bank::Coins,
    core::{Context, ModuleError, Time, is_of_type},
};

/// Most levels of allowances inside allowances.
pub const MAX_ALLOWANCE_DEPTH: usize = 4;

/// How much of whose fees is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// A sum, or everything, until a time.
    Basic(Basic),
    /// A sum each period.
    Periodic(Periodic),
    /// One of these, for some messages only.
    Filtered(Filtered),
}

/// What is left of an allowance after a fee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Nothing: it goes.
    Nothing,
    /// Something: it stays, changed.
    Something,
}

/// Why an allowance does not pay.
#[derive(Debug)]
pub(super) enum NotAccepted {
    /// It stays as it is.
    Refused(ModuleError),
    /// It is over and goes.
    Over(FeegrantError),
}

impl<E: Into<ModuleError>> From<E> for NotAccepted {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl Allowance {
    /// Reads an allowance of any kind; [`Self::check`] says whether it makes sense.
    pub fn from_any(any: &Any) -> Result<Self, FeegrantError> {
        Self::read(any, 0)
    }

    fn read(any: &Any, depth: usize) -> Result<Self, FeegrantError> {
        if depth >= MAX_ALLOWANCE_DEPTH {
            return Err(FeegrantError::NoAllowance { reason: "allowances are nested too deep" });
        }
        match any.type_url.as_str() {
            url if is_of_type::<BasicAllowance>(url) => {
                Basic::from_proto(&decode(any)?).map(Self::Basic)
            }
            url if is_of_type::<PeriodicAllowance>(url) => {
                Periodic::from_proto(&decode(any)?).map(Self::Periodic)
            }
            url if is_of_type::<AllowedMsgAllowance>(url) => {
                let AllowedMsgAllowance { allowance, allowed_messages } = decode(any)?;
                let reason = "allowance should not be empty";
                let inner = allowance.ok_or(FeegrantError::NoAllowance { reason })?;
                let allowance = Box::new(Self::read(&inner, depth + 1)?);
                Ok(Self::Filtered(Filtered { allowance, allowed_messages }))
            }
            _ => Err(FeegrantError::NoAllowance { reason: "failed to get allowance" }),
        }
    }

    /// The wire form.
    pub fn to_any(&self) -> Any {
        match self {
            Self::Basic(basic) => pack(&basic.to_proto()),
            Self::Periodic(periodic) => pack(&periodic.to_proto()),
            Self::Filtered(filtered) => pack(&filtered.to_proto()),
        }
    }

    /// Refuses what makes no sense in any block.
    pub fn check(&self) -> Result<(), FeegrantError> {
        match self {
            Self::Basic(basic) => basic.check(),
            Self::Periodic(periodic) => periodic.check(),
            Self::Filtered(filtered) => filtered.check(),
        }
    }

    /// When it ends, if ever.
    pub fn expiration(&self) -> Option<Time> {
        match self {
            Self::Basic(basic) => basic.expiration,
            Self::Periodic(periodic) => periodic.basic.expiration,
            Self::Filtered(filtered) => filtered.allowance.expiration(),
        }
    }

    /// Takes `fee` off, for a transaction of `messages` (type URLs).
    pub(super) fn accept(
        &mut self,
        ctx: &Context,
        fee: &Coins,
        messages: &[&str],
    ) -> Result<Left, NotAccepted> {
        match self {
            Self::Basic(basic) => basic.accept(ctx.block.time(), fee),
            Self::Periodic(periodic) => periodic.accept(ctx.block.time(), fee),
            Self::Filtered(filtered) => filtered.accept(ctx, fee, messages),
        }
    }
}

fn decode<M: Message + Default>(any: &Any) -> Result<M, FeegrantError> {
    let unreadable = |_| FeegrantError::NoAllowance { reason: "allowance is not readable" };
    M::decode(any.value.as_slice()).map_err(unreadable)
}

fn pack<M: Name>(allowance: &M) -> Any {
    Any { type_url: M::type_url(), value: allowance.encode_to_vec() }
}

/// A list of coins of an allowance; the SDK's two refusals in one.
fn coins(
    list: &[cosmos_sdk_proto::cosmos::base::v1beta1::Coin],
    what: &str,
) -> Result<Coins, FeegrantError> {
    Coins::from_proto(list).map_err(|error| {
        let shown = error.to_string();
        let shown = shown.strip_suffix(": invalid coins").unwrap_or(&shown);
        FeegrantError::InvalidCoins { reason: format!("{what} amount is invalid: {shown}") }
    })
}

#[cfg(test)]
mod tests;
