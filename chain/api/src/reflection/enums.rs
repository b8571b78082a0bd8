//! Enumerations: shapes know the names of their values alone.

use stoa_app::tx::schema::ACCESS_TYPES;

/// Names and numbers.
pub(super) type Values = &'static [(i32, &'static str)];

/// Full name of an enumeration by the name of its first value.
const NAMES: &[(&str, &str)] = &[
    ("SIGN_MODE_UNSPECIFIED", "cosmos.tx.signing.v1beta1.SignMode"),
    ("BROADCAST_MODE_UNSPECIFIED", "cosmos.tx.v1beta1.BroadcastMode"),
    ("ORDER_BY_UNSPECIFIED", "cosmos.tx.v1beta1.OrderBy"),
    ("BLOCK_ID_FLAG_UNKNOWN", "tendermint.types.BlockIDFlag"),
    ("SIGNED_MSG_TYPE_UNKNOWN", "tendermint.types.SignedMsgType"),
    ("PRIVILEGE_UNSPECIFIED", "stoa.privilege.v1.Privilege"),
    ("Unspecified", "cosmwasm.wasm.v1.AccessType"),
    (
        "CONTRACT_CODE_HISTORY_OPERATION_TYPE_UNSPECIFIED",
        "cosmwasm.wasm.v1.ContractCodeHistoryOperationType",
    ),
];
/// What the interface files put before the names of wasmd's access types.
const ACCESS_TYPE_PREFIX: &str = "ACCESS_TYPE_";

/// The full name of the enumeration with these values.
pub(super) fn full_name(values: Values) -> Option<&'static str> {
    let (_, first) = values.first()?;
    NAMES.iter().find(|(known, _)| known == first).map(|(_, name)| *name)
}

/// A value's name in the interface files: wasmd's access types are shown by shorter ones.
pub(super) fn value_name(values: Values, name: &str) -> String {
    if values != ACCESS_TYPES {
        return name.to_owned();
    }
    let mut out = ACCESS_TYPE_PREFIX.to_owned();
    for (place, character) in name.char_indices() {
        if place > 0 && character.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(character.to_ascii_uppercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::ORDERS;

    #[test]
    fn access_types_have_the_names_of_the_interface_files() {
        let names: Vec<String> =
            ACCESS_TYPES.iter().map(|(_, name)| value_name(ACCESS_TYPES, name)).collect();
        assert_eq!(
            names,
            [
                "ACCESS_TYPE_UNSPECIFIED",
                "ACCESS_TYPE_NOBODY",
                "ACCESS_TYPE_EVERYBODY",
                "ACCESS_TYPE_ANY_OF_ADDRESSES"
            ]
        );
        assert_eq!(value_name(ORDERS, "ORDER_BY_ASC"), "ORDER_BY_ASC");
    }
}
