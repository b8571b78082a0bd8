//! Who may store code and instantiate it.

use std::collections::BTreeSet;

use stoa_proto::cosmwasm::wasm::v1::{AccessConfig, AccessType, Params};

use super::{error::WasmError, types::permission_address};
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
    match access_type(permission.permission)? {
        AccessType::AnyOfAddresses => {
            check_addresses(&permission.addresses).map_err(|error| error.during("addresses"))
        }
        _ => Ok(()),
    }
}

/// Refuses parameters without a permission.
pub(super) fn check_params(params: &Params) -> Result<(), WasmError> {
    access_type(params.instantiate_default_permission)
        .map_err(|error| error.during("instantiate default permission"))?;
    let upload = params.code_upload_access.clone().unwrap_or_default();
    check_permission(&upload).map_err(|error| error.during("upload access"))
}

/// Reads a type of permission that somebody can have.
fn access_type(number: i32) -> Result<AccessType, WasmError> {
    match AccessType::try_from(number) {
        Ok(AccessType::Unspecified) => Err(WasmError::Empty { what: "type" }),
        Ok(known) => Ok(known),
        Err(_) => Err(WasmError::Invalid { what: "unknown type: \"Unspecified\"" }),
    }
}

/// The name of a type of permission in events.
pub(super) const fn access_name(permission: AccessType) -> &'static str {
    match permission {
        AccessType::Nobody => "Nobody",
        AccessType::Everybody => "Everybody",
        AccessType::AnyOfAddresses => "AnyOfAddresses",
        AccessType::Unspecified => "Unspecified",
    }
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

/// Whether a permission of type `inner` is as narrow as one of type `outer`, whoever the addresses are.
pub(super) fn is_narrower(inner: AccessType, outer: AccessType) -> bool {
    match (inner, outer) {
        (AccessType::Unspecified, _) | (_, AccessType::Unspecified) => false,
        (_, AccessType::Everybody) | (AccessType::Nobody, _) => true,
        (inner, outer) => inner == outer,
    }
}

/// Whether whoever has `inner` also has `outer`.
pub fn is_subset(inner: &AccessConfig, outer: &AccessConfig) -> bool {
    is_narrower(inner.permission(), outer.permission())
        && (outer.permission() != AccessType::AnyOfAddresses
            || inner.permission() != AccessType::AnyOfAddresses
            || inner.addresses.iter().all(|address| outer.addresses.contains(address)))
}

/// Refuses an empty, a long and a doubled list of addresses, and what is no address.
pub(super) fn check_addresses(addresses: &[String]) -> Result<(), WasmError> {
    if addresses.is_empty() {
        return Err(WasmError::Empty { what: "addresses" });
    }
    if addresses.len() > MAX_PERMISSION_ADDRESSES {
        let what = "total number of addresses is greater than 50";
        return Err(WasmError::InvalidRequest { what });
    }
    let mut seen = BTreeSet::new();
    for text in addresses {
        if !seen.insert(permission_address(text)?) {
            return Err(WasmError::Duplicate { what: "duplicate addresses" });
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
        let too_many: Vec<u8> = (0..=50).collect();
        for (refused, text) in [
            (any_of(&[]), "addresses: addresses: empty"),
            (any_of(&[1, 1]), "addresses: duplicate addresses: duplicate"),
            (
                any_of(&too_many),
                "addresses: total number of addresses is greater than 50: invalid request",
            ),
            (AccessConfig::default(), "type: empty"),
            (
                AccessConfig { permission: 2, addresses: Vec::new() },
                "unknown type: \"Unspecified\": invalid",
            ),
        ] {
            assert_eq!(check_permission(&refused).unwrap_err().to_string(), text);
        }
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
