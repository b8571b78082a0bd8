//! Names of message types.

use prost::Name;

/// Whether `url` is the type URL of `M`. [`Name::type_url`] makes two texts each time, and a transaction asks some
/// forty times.
pub fn is_of_type<M: Name>(url: &str) -> bool {
    let name = url.strip_prefix('/').and_then(|name| name.strip_prefix(M::PACKAGE));
    name.and_then(|name| name.strip_prefix('.')) == Some(M::NAME)
}

#[cfg(test)]
mod tests {
    use cosmos_sdk_proto::{
        cosmos::{
            auth::v1beta1::BaseAccount, bank::v1beta1::MsgSend,
            vesting::v1beta1::PermanentLockedAccount,
        },
        cosmwasm::wasm::v1::MsgExecuteContract,
    };

    use super::*;

    fn check<M: Name>() {
        let url = M::type_url();
        assert!(is_of_type::<M>(&url));
        for other in [&url[1..], &url[..url.len() - 1], &format!("{url}s"), &format!("/{url}"), ""]
        {
            assert!(!is_of_type::<M>(other), "{other}");
        }
        assert!(!is_of_type::<M>(&url.replace('.', "/")));
    }

    #[test]
    fn a_type_knows_its_url_and_no_other() {
        check::<MsgSend>();
        check::<MsgExecuteContract>();
        check::<BaseAccount>();
        check::<PermanentLockedAccount>();
        check::<stoa_proto::cosmwasm::wasm::v1::MsgExecuteContract>();
    }
}
