//! The set as consensus takes it.

use tendermint_proto::v0_38::abci::ValidatorUpdate;

use super::{Validator, view};
use crate::core::{Context, ModuleError};

/// The validators for the genesis file, in order of addresses.
pub fn export_genesis(ctx: &Context) -> Result<Vec<ValidatorUpdate>, ModuleError> {
    Ok(view::all(ctx)?.iter().map(Validator::to_update).collect())
}
