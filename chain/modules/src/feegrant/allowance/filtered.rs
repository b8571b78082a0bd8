//! For some messages only.

use std::collections::BTreeSet;

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::AllowedMsgAllowance;

use super::{Allowance, Left, NotAccepted};
use crate::{
    bank::Coins,
    core::{Context, Gas},
    feegrant::FeegrantError,
};

/// Gas for each allowed message that is looked at, and for each of the transaction.
const GAS_PER_MESSAGE: Gas = 10;

/// An allowance that pays for transactions of these messages only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// What pays.
    pub allowance: Box<Allowance>,
    /// Type URLs of the messages.
    pub allowed_messages: Vec<String>,
}

impl Filtered {
    pub(super) fn to_proto(&self) -> AllowedMsgAllowance {
        AllowedMsgAllowance {
            allowance: Some(self.allowance.to_any()),
            allowed_messages: self.allowed_messages.clone(),
        }
    }

    pub(super) fn check(&self) -> Result<(), FeegrantError> {
        if self.allowed_messages.is_empty() {
            return Err(FeegrantError::NoMessages);
        }
        self.allowance.check()
    }

    pub(super) fn accept(
        &mut self,
        ctx: &Context,
        fee: &Coins,
        messages: &[&str],
    ) -> Result<Left, NotAccepted> {
        let mut allowed = BTreeSet::new();
        for message in &self.allowed_messages {
            ctx.gas.charge(GAS_PER_MESSAGE, "check msg")?;
            allowed.insert(message.as_str());
        }
        for message in messages {
            ctx.gas.charge(GAS_PER_MESSAGE, "check msg")?;
            if !allowed.contains(message) {
                return Err(FeegrantError::MessageNotAllowed.into());
            }
        }
        self.allowance.accept(ctx, fee, messages)
    }
}
