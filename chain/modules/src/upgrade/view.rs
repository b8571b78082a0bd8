//! Reads.

use cosmos_sdk_proto::cosmos::upgrade::v1beta1::Plan as ProtoPlan;
use prost::Message as _;
use stoa_store::Order;

use super::{STORE, UpgradeError, state_key};
use crate::core::{Context, ModuleError};

/// An upgrade that is scheduled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub name: String,
    /// The first block that the new binary executes.
    pub height: u64,
    /// For operators.
    pub info: String,
}

impl Plan {
    pub(super) fn to_proto(&self) -> ProtoPlan {
        let (name, info) = (self.name.clone(), self.info.clone());
        let height = i64::try_from(self.height).unwrap_or(i64::MAX);
        ProtoPlan { name, height, info, ..ProtoPlan::default() }
    }
}

/// The plan, if there is one.
pub fn plan(ctx: &Context) -> Result<Option<Plan>, ModuleError> {
    let Some(bytes) = ctx.get(STORE, state_key::PLAN)? else { return Ok(None) };
    let corrupt = || UpgradeError::Corrupt;
    let ProtoPlan { name, height, info, .. } =
        ProtoPlan::decode(bytes.as_slice()).map_err(|_| corrupt())?;
    let height = u64::try_from(height).map_err(|_| corrupt())?;
    Ok(Some(Plan { name, height, info }))
}

/// How many upgrades were applied: the version that the application tells consensus.
pub fn protocol_version(ctx: &Context) -> Result<u64, ModuleError> {
    match ctx.get(STORE, state_key::PROTOCOL_VERSION)?.as_deref().map(<[u8; 8]>::try_from) {
        None => Ok(0),
        Some(Ok(bytes)) => Ok(u64::from_be_bytes(bytes)),
        Some(Err(_)) => Err(UpgradeError::Corrupt.into()),
    }
}

pub(super) fn set_protocol_version(ctx: &Context, version: u64) -> Result<(), ModuleError> {
    ctx.set(STORE, state_key::PROTOCOL_VERSION, version.to_be_bytes().to_vec())
}

/// Height and name of the last upgrade that was applied.
pub(super) fn last_done(ctx: &Context) -> Result<Option<(u64, String)>, ModuleError> {
    let found = ctx.first(STORE, &state_key::all_done(), Order::Descending)?;
    Ok(found.map(|(key, _)| read_done(&key)).transpose()?)
}

/// Everything that was applied, in order of heights.
pub(super) fn all_done(ctx: &Context) -> Result<Vec<(u64, String)>, ModuleError> {
    let mut walk = ctx.walk(STORE, state_key::all_done(), Order::Ascending)?;
    let mut found = Vec::new();
    while let Some((key, _)) = ctx.step(&mut walk)? {
        found.push(read_done(&key)?);
    }
    Ok(found)
}

/// The height at which `name` was applied.
pub(super) fn done_height(ctx: &Context, name: &str) -> Result<Option<u64>, ModuleError> {
    let done = all_done(ctx)?;
    Ok(done.into_iter().find(|(_, done)| done == name).map(|(height, _)| height))
}

fn read_done(key: &[u8]) -> Result<(u64, String), UpgradeError> {
    state_key::height_and_name(key).ok_or(UpgradeError::Corrupt)
}
