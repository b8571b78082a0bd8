//! From messages to signed bytes: pure.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin as ProtoCoin,
        crypto::secp256k1,
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{
                AuthInfo, Fee, ModeInfo, SignDoc, SignerInfo, TxBody, TxRaw,
                mode_info::{Single, Sum},
            },
        },
    },
};
use cosmwasm_std::Coin;
use prost::{Message as _, Name};
use stoa_primitives::ContentHash;
use stoa_proto::cosmwasm::wasm::v1::{MsgExecuteContract, MsgInstantiateContract, MsgStoreCode};

use crate::{keys::Key, tx::Account};

/// One message of a transaction, encoded; sent with [`crate::Client::broadcast`].
#[derive(Clone, Debug, PartialEq)]
pub struct Message(Any);

impl Message {
    /// Wraps any Cosmos SDK message.
    pub fn new<M: Name>(message: &M) -> Self {
        Self(Any { type_url: M::type_url(), value: message.encode_to_vec() })
    }

    /// `cosmos.bank.v1beta1.MsgSend`.
    pub fn send(from: &str, to: &str, coins: &[Coin]) -> Self {
        Self::new(&MsgSend {
            from_address: from.to_owned(),
            to_address: to.to_owned(),
            amount: coins.iter().map(to_proto).collect(),
        })
    }

    /// `cosmwasm.wasm.v1.MsgExecuteContract` with an encoded JSON message.
    pub fn execute(sender: &str, contract: &str, json: Vec<u8>, funds: &[Coin]) -> Self {
        Self::new(&MsgExecuteContract {
            sender: sender.to_owned(),
            contract: contract.to_owned(),
            msg: json,
            funds: funds.iter().map(to_proto).collect(),
        })
    }

    /// `cosmwasm.wasm.v1.MsgStoreCode`, open to everybody's instantiation.
    pub fn store_code(sender: &str, wasm: Vec<u8>) -> Self {
        Self::new(&MsgStoreCode {
            sender: sender.to_owned(),
            wasm_byte_code: wasm,
            instantiate_permission: None,
        })
    }

    pub(crate) fn instantiate(message: &MsgInstantiateContract) -> Self {
        Self::new(message)
    }
}

pub(crate) fn to_proto(coin: &Coin) -> ProtoCoin {
    ProtoCoin { denom: coin.denom.clone(), amount: coin.amount.to_string() }
}

/// A transaction before its signature.
pub(crate) struct Unsigned<'a> {
    pub messages: &'a [Message],
    pub account: Account,
    pub gas_limit: u64,
    pub fee: Vec<Coin>,
}

impl Unsigned<'_> {
    /// With one empty signature, as simulation takes it.
    pub fn for_simulation(&self, key: &Key) -> Vec<u8> {
        TxRaw {
            body_bytes: self.body(),
            auth_info_bytes: self.auth_info(key),
            signatures: vec![Vec::new()],
        }
        .encode_to_vec()
    }

    /// Signed in `SIGN_MODE_DIRECT`.
    pub fn sign(&self, key: &Key, chain_id: &str) -> Vec<u8> {
        let (body_bytes, auth_info_bytes) = (self.body(), self.auth_info(key));
        let document = SignDoc {
            body_bytes: body_bytes.clone(),
            auth_info_bytes: auth_info_bytes.clone(),
            chain_id: chain_id.to_owned(),
            account_number: self.account.number,
        };
        let signatures = vec![key.sign(&document.encode_to_vec())];
        TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec()
    }

    fn body(&self) -> Vec<u8> {
        let messages = self.messages.iter().map(|message| message.0.clone()).collect();
        TxBody { messages, ..TxBody::default() }.encode_to_vec()
    }

    fn auth_info(&self, key: &Key) -> Vec<u8> {
        let public = secp256k1::PubKey { key: key.public_key().to_vec() };
        let public = Any { type_url: secp256k1::PubKey::type_url(), value: public.encode_to_vec() };
        let direct = Single { mode: SignMode::Direct.into() };
        let signer = SignerInfo {
            public_key: Some(public),
            mode_info: Some(ModeInfo { sum: Some(Sum::Single(direct)) }),
            sequence: self.account.sequence,
        };
        let fee = Fee {
            amount: self.fee.iter().map(to_proto).collect(),
            gas_limit: self.gas_limit,
            payer: String::new(),
            granter: String::new(),
        };
        AuthInfo { signer_infos: vec![signer], fee: Some(fee), ..AuthInfo::default() }
            .encode_to_vec()
    }
}

/// The name of a transaction: SHA-256 of its bytes.
pub(crate) fn transaction_hash(bytes: &[u8]) -> [u8; 32] {
    *ContentHash::sha256(bytes).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cosmrs::{AccountId, tx::Raw};
    use cosmwasm_std::coins;

    fn key() -> Key {
        Key::from_secret(&[7; 32]).unwrap()
    }

    fn unsigned(messages: &[Message]) -> Unsigned<'_> {
        Unsigned {
            messages,
            account: Account { number: 4, sequence: 9 },
            gas_limit: 200_000,
            fee: coins(5_000, "ustoa"),
        }
    }

    #[test]
    fn the_signed_bytes_equal_those_of_cosmrs() {
        let messages = [Message::send(key().address(), key().address(), &coins(1, "ustoa"))];
        let ours = unsigned(&messages).sign(&key(), "stoa-local-1");

        let signing = cosmrs::crypto::secp256k1::SigningKey::from_slice(&[7; 32]).unwrap();
        let address: AccountId = key().address().parse().unwrap();
        let coin = |amount| cosmrs::Coin { amount, denom: "ustoa".parse().unwrap() };
        let send = cosmrs::bank::MsgSend {
            from_address: address.clone(),
            to_address: address,
            amount: vec![coin(1)],
        };
        let body = cosmrs::tx::Body::new([cosmrs::tx::Msg::to_any(&send).unwrap()], "", 0u32);
        let auth = cosmrs::tx::SignerInfo::single_direct(Some(signing.public_key()), 9)
            .auth_info(cosmrs::tx::Fee::from_amount_and_gas(coin(5_000), 200_000u64));
        let chain_id = "stoa-local-1".parse().unwrap();
        let document = cosmrs::tx::SignDoc::new(&body, &auth, &chain_id, 4).unwrap();
        let theirs: Raw = document.sign(&signing).unwrap();
        assert_eq!(ours, theirs.to_bytes().unwrap());
    }

    #[test]
    fn a_simulated_transaction_has_one_empty_signature() {
        let messages = [Message::store_code(key().address(), vec![0, 97, 115, 109])];
        let bytes = unsigned(&messages).for_simulation(&key());
        let raw = TxRaw::decode(bytes.as_slice()).unwrap();
        assert_eq!(raw.signatures, vec![Vec::<u8>::new()]);
    }
}
