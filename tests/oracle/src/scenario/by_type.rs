//! Messages by their type and the JSON of their fields.

use anyhow::{Result, bail};
use cosmrs::proto::{
    Any,
    cosmos::{
        authz::v1beta1::{GenericAuthorization, MsgRevoke},
        bank::v1beta1::{MsgMultiSend, SendAuthorization},
        feegrant::v1beta1::{BasicAllowance, MsgRevokeAllowance},
    },
    cosmwasm::wasm::v1::{
        MsgAddCodeUploadParamsAddresses, MsgPinCodes, MsgRemoveCodeUploadParamsAddresses,
        MsgStoreAndInstantiateContract, MsgStoreAndMigrateContract, MsgStoreCode, MsgSudoContract,
        MsgUnpinCodes, MsgUpdateContractLabel, MsgUpdateInstantiateConfig, MsgUpdateParams,
        StoreCodeAuthorization,
    },
};
use prost::Name;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{World, lower::any};

impl World {
    /// The message of a type.
    pub(super) fn by_type(&self, type_url: &str, fields: &Value) -> Result<Any> {
        let fields = self.fill(fields)?;
        for read in READERS {
            if let Some(message) = read(type_url, &fields)? {
                return Ok(message);
            }
        }
        bail!("no message {type_url}")
    }
}

/// Reads a message if it is of its type.
type Reader = fn(&str, &Value) -> Result<Option<Any>>;

/// The messages that scenarios send so.
const READERS: &[Reader] = &[
    read::<BasicAllowance>,
    read::<GenericAuthorization>,
    read::<MsgAddCodeUploadParamsAddresses>,
    read::<MsgMultiSend>,
    read::<MsgPinCodes>,
    read::<MsgRemoveCodeUploadParamsAddresses>,
    read::<MsgRevoke>,
    read::<MsgRevokeAllowance>,
    read::<MsgStoreAndInstantiateContract>,
    read::<MsgStoreAndMigrateContract>,
    read::<MsgStoreCode>,
    read::<MsgSudoContract>,
    read::<MsgUnpinCodes>,
    read::<MsgUpdateContractLabel>,
    read::<MsgUpdateInstantiateConfig>,
    read::<MsgUpdateParams>,
    read::<SendAuthorization>,
    read::<StoreCodeAuthorization>,
];

fn read<M: Name + DeserializeOwned>(type_url: &str, fields: &Value) -> Result<Option<Any>> {
    if type_url != M::type_url() {
        return Ok(None);
    }
    Ok(Some(any(&serde_json::from_value::<M>(fields.clone())?)))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn messages_are_made_of_their_type_and_fields() {
        let world = World::new(Path::new("/nowhere"));
        let fields = json!({"authority": "@alice", "code_ids": [3]});
        let message = world.by_type("/cosmwasm.wasm.v1.MsgPinCodes", &fields).unwrap();
        let alice = world.address("alice").unwrap().into_bytes();
        // The interface crate does not pack numbers; readers take both.
        let expected = [&[0x0a, 43][..], &alice, &[0x10, 3]].concat();
        assert_eq!(message.value, expected);
        assert!(world.by_type("/no.such.Message", &json!({})).is_err());
    }
}
