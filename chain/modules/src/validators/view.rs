//! Reads.

use prost::Message as _;
use stoa_store::Order;
use tendermint_proto::v0_38::abci::ValidatorUpdate;

use super::{STORE, Validator, ValidatorError, state_key};
use crate::core::{Context, ModuleError};

/// All validators, in order of their addresses.
pub fn all(ctx: &Context) -> Result<Vec<Validator>, ModuleError> {
    let (mut found, mut rest) = (Vec::new(), state_key::validators());
    while let Some((key, value)) = ctx.first(STORE, &rest, Order::Ascending)? {
        rest = rest.after(&key, Order::Ascending);
        let update =
            ValidatorUpdate::decode(value.as_slice()).map_err(|_| ValidatorError::Corrupt)?;
        found.push(Validator::from_update(&update, found.len())?);
    }
    Ok(found)
}
