//! Leave to store code (wasmd `x/wasm/types/authz.go`).

use std::collections::BTreeSet;

use cosmos_sdk_proto::Any;
use prost::Message as _;
use stoa_proto::cosmwasm::wasm::v1::{
    AccessConfig, CodeGrant as ProtoGrant, MsgStoreCode, StoreCodeAuthorization,
};

use super::{AuthzError, Left, pack};
use crate::{
    core::{Context, ModuleError},
    wasm,
};

/// Instead of a checksum: any code.
const WILDCARD: &[u8] = b"*";

/// One code, or any, and who may be allowed to make contracts of it.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeGrant {
    /// SHA-256 of the Wasm, or `*`.
    pub checksum: Vec<u8>,
    /// The widest permission of the stored code; any if absent.
    pub permission: Option<AccessConfig>,
}

impl Eq for CodeGrant {}

impl From<ProtoGrant> for CodeGrant {
    fn from(grant: ProtoGrant) -> Self {
        Self { checksum: grant.code_hash, permission: grant.instantiate_permission }
    }
}

impl CodeGrant {
    fn to_proto(&self) -> ProtoGrant {
        ProtoGrant {
            code_hash: self.checksum.clone(),
            instantiate_permission: self.permission.clone(),
        }
    }

    /// A message without permission asks for the chain's default, which no limited grant covers.
    fn covers(&self, checksum: &[u8], permission: Option<&AccessConfig>) -> bool {
        let is_code = self.checksum == WILDCARD || self.checksum == checksum;
        is_code
            && self.permission.as_ref().is_none_or(|widest| {
                permission.is_some_and(|permission| wasm::is_subset(permission, widest))
            })
    }
}

pub(super) fn to_any(grants: &[CodeGrant]) -> Any {
    pack(&StoreCodeAuthorization { grants: grants.iter().map(CodeGrant::to_proto).collect() })
}

pub(super) fn check(grants: &[CodeGrant]) -> Result<(), AuthzError> {
    if grants.is_empty() {
        return Err(AuthzError::Empty { what: "grants" });
    }
    let mut seen = BTreeSet::new();
    for (position, grant) in grants.iter().enumerate() {
        if grants.len() > 1 && grant.checksum == WILDCARD {
            let reason = "cannot have multiple grants when wildcard grant is one of them";
            return Err(AuthzError::InvalidRequest { reason });
        }
        if grant.checksum.is_empty() {
            return Err(AuthzError::NoCodeHash { position });
        }
        if let Some(permission) = &grant.permission {
            wasm::check_permission(permission)
                .map_err(|error| AuthzError::code_grant(position, &error))?;
        }
        if !seen.insert(grant.checksum.to_ascii_lowercase()) {
            let reason = "cannot have multiple grants with same code hash";
            return Err(AuthzError::InvalidRequest { reason });
        }
    }
    Ok(())
}

pub(super) fn accept(
    ctx: &Context,
    grants: &[CodeGrant],
    message: &Any,
) -> Result<Left, ModuleError> {
    let mismatch = |_| AuthzError::InvalidRequest { reason: "unknown msg type" };
    let store = MsgStoreCode::decode(message.value.as_slice()).map_err(mismatch)?;
    let checksum = wasm::checksum_of_upload(ctx, &store.wasm_byte_code)?;
    let permission = store.instantiate_permission.as_ref();
    if grants.iter().any(|grant| grant.covers(&checksum, permission)) {
        Ok(Left::Unchanged)
    } else {
        Err(AuthzError::Unauthorized.into())
    }
}
