//! Who may store code and instantiate it.

use cosmos_sdk_proto::cosmwasm::wasm::v1::{AccessConfig, AccessType, Params};

use super::error::WasmError;
use crate::auth::AccAddress;

/// Most addresses in one permission.
pub(super) const MAX_PERMISSION_ADDRESSES: usize = 50;

/// Everybody.
pub(super) const fn everybody() -> AccessConfig {
    AccessConfig { permission: AccessType::Everybody as i32, addresses: Vec::new() }
}

/// Parameters of a chain whose genesis sets none: everybody may store and instantiate.
pub fn default_params() -> Params {
    Params {
        code_upload_access: Some(everybody()),
        instantiate_default_permission: AccessType::Everybody as i32,
    }
}

/// Refuses unknown types of permission and malformed lists of addresses.
pub(super) fn check_permission(permission: &AccessConfig) -> Result<(), WasmError> {
    match permission.permission() {
        AccessType::Unspecified => Err(WasmError::Empty { what: "permission type" }),
        AccessType::Nobody | AccessType::Everybody => Ok(()),
        AccessType::AnyOfAddresses => check_addresses(&permission.addresses),
    }
}

/// Refuses parameters without a permission.
pub(super) fn check_params(params: &Params) -> Result<(), WasmError> {
    if params.instantiate_default_permission() == AccessType::Unspecified {
        return Err(WasmError::Empty { what: "instantiate default permission" });
    }
    let upload = params.code_upload_access.as_ref();
    check_permission(upload.ok_or(WasmError::Empty { what: "upload access" })?)
}

/// The permission that a code gets when its creator names none.
pub(super) fn default_permission(params: &Params, creator: &AccAddress) -> AccessConfig {
    let addresses = match params.instantiate_default_permission() {
        AccessType::AnyOfAddresses => vec![creator.to_string()],
        _ => Vec::new(),
    };
    AccessConfig { permission: params.instantiate_default_permission, addresses }
}

/// Whether `actor` has the permission.
pub(super) fn allows(permission: &AccessConfig, actor: &AccAddress) -> bool {
    match permission.permission() {
        AccessType::Everybody => true,
        AccessType::AnyOfAddresses => permission.addresses.contains(&actor.to_string()),
        AccessType::Nobody | AccessType::Unspecified => false,
    }
}

/// Whether whoever has `inner` also has `outer`.
pub(super) fn is_subset(inner: &AccessConfig, outer: &AccessConfig) -> bool {
    match (inner.permission(), outer.permission()) {
        (AccessType::Unspecified, _) | (_, AccessType::Unspecified) => false,
        (_, AccessType::Everybody) | (AccessType::Nobody, _) => true,
        (AccessType::AnyOfAddresses, AccessType::AnyOfAddresses) => {
            inner.addresses.iter().all(|address| outer.addresses.contains(address))
        }
        (AccessType::Everybody | AccessType::AnyOfAddresses, _) => false,
    }
}

fn check_addresses(addresses: &[String]) -> Result<(), WasmError> {
    if addresses.is_empty() {
        return Err(WasmError::Empty { what: "permission addresses" });
    }
    if addresses.len() > MAX_PERMISSION_ADDRESSES {
        return Err(WasmError::InvalidRequest { what: "too many permission addresses" });
    }
    let mut seen = std::collections::BTreeSet::new();
    for text in addresses {
        let address: AccAddress = text
            .parse()
            .map_err(|source| WasmError::Address { field: "permission address", source })?;
        if !seen.insert(address) {
            return Err(WasmError::Duplicate { what: "permission addresses" });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn any_of(addresses: &[u8]) -> AccessConfig {
        let text = |byte: &u8| AccAddress::new(vec![*byte; 20]).unwrap().to_string();
        AccessConfig {
            permission: AccessType::AnyOfAddresses as i32,
            addresses: addresses.iter().map(text).collect(),
        }
    }

    fn nobody() -> AccessConfig {
        AccessConfig { permission: AccessType::Nobody as i32, addresses: Vec::new() }
    }

    #[test]
    fn a_code_may_narrow_the_default_permission_but_not_widen_it() {
        for (inner, outer, expected) in [
            (everybody(), everybody(), true),
            (any_of(&[1]), everybody(), true),
            (nobody(), nobody(), true),
            (nobody(), any_of(&[1]), true),
            (any_of(&[1]), any_of(&[1, 2]), true),
            (any_of(&[1, 3]), any_of(&[1, 2]), false),
            (any_of(&[1]), nobody(), false),
            (everybody(), any_of(&[1]), false),
            (everybody(), nobody(), false),
            (AccessConfig::default(), everybody(), false),
        ] {
            assert_eq!(is_subset(&inner, &outer), expected, "{inner:?} in {outer:?}");
        }
    }

    #[test]
    fn lists_of_addresses_are_checked() {
        assert!(check_permission(&any_of(&[1, 2])).is_ok());
        assert!(matches!(check_permission(&any_of(&[])), Err(WasmError::Empty { .. })));
        assert!(matches!(check_permission(&any_of(&[1, 1])), Err(WasmError::Duplicate { .. })));
        let too_many: Vec<u8> = (0..=50).collect();
        assert!(matches!(
            check_permission(&any_of(&too_many)),
            Err(WasmError::InvalidRequest { .. })
        ));
        assert!(check_params(&default_params()).is_ok());
        assert!(check_params(&Params::default()).is_err());
    }

    #[test]
    fn only_the_listed_may() {
        let listed = AccAddress::new(vec![1; 20]).unwrap();
        let other = AccAddress::new(vec![2; 20]).unwrap();
        assert!(allows(&any_of(&[1]), &listed) && !allows(&any_of(&[1]), &other));
        assert!(!allows(&nobody(), &listed) && allows(&everybody(), &other));
    }
}
