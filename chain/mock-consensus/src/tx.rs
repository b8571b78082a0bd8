//! Transactions as wallets build them.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin,
        crypto::secp256k1::PubKey,
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{
                AuthInfo, Fee, ModeInfo, SignDoc, SignerInfo, TxBody, TxRaw,
                mode_info::{Single, Sum},
            },
        },
    },
};
use prost::{Message as _, Name as _};
use stoa_modules::auth::AccAddress;

use crate::{Actor, CHAIN_ID, DENOM};

/// Gas limit unless a test chooses otherwise.
const DEFAULT_GAS: u64 = 200_000;
/// Fee for it at the default price of 0.025.
const DEFAULT_FEE: u128 = 5_000;

/// A message that sends `amount` of [`DENOM`].
#[must_use]
pub fn send(from: &Actor, to: &AccAddress, amount: u128) -> Any {
    let message = MsgSend {
        from_address: from.address().to_string(),
        to_address: to.to_string(),
        amount: vec![coin(amount)],
    };
    Any { type_url: MsgSend::type_url(), value: message.encode_to_vec() }
}

fn coin(amount: u128) -> Coin {
    Coin { denom: DENOM.to_owned(), amount: amount.to_string() }
}

/// A transaction of one signer in the making.
#[derive(Clone, Debug)]
pub struct TxBuilder {
    body: TxBody,
    gas_limit: u64,
    fee: u128,
    chain_id: String,
    account_number: u64,
    sequence: u64,
}

impl TxBuilder {
    /// A transaction for the signer's account number and sequence.
    #[must_use]
    pub fn new(account_number: u64, sequence: u64) -> Self {
        Self {
            body: TxBody::default(),
            gas_limit: DEFAULT_GAS,
            fee: DEFAULT_FEE,
            chain_id: CHAIN_ID.to_owned(),
            account_number,
            sequence,
        }
    }

    /// Appends a message.
    #[must_use]
    pub fn message(mut self, message: Any) -> Self {
        self.body.messages.push(message);
        self
    }

    /// Sets the memo.
    #[must_use]
    pub fn memo(mut self, memo: impl Into<String>) -> Self {
        self.body.memo = memo.into();
        self
    }

    /// Sets the last height at which it is valid.
    #[must_use]
    pub const fn timeout_height(mut self, height: u64) -> Self {
        self.body.timeout_height = height;
        self
    }

    /// Sets the gas limit.
    #[must_use]
    pub const fn gas(mut self, gas_limit: u64) -> Self {
        self.gas_limit = gas_limit;
        self
    }

    /// Sets the fee in [`DENOM`].
    #[must_use]
    pub const fn fee(mut self, amount: u128) -> Self {
        self.fee = amount;
        self
    }

    /// Signs for another chain.
    #[must_use]
    pub fn chain_id(mut self, chain_id: impl Into<String>) -> Self {
        self.chain_id = chain_id.into();
        self
    }

    /// Signs with another sequence.
    #[must_use]
    pub const fn sequence(mut self, sequence: u64) -> Self {
        self.sequence = sequence;
        self
    }

    /// The signed transaction in `SIGN_MODE_DIRECT`.
    #[must_use]
    pub fn sign(&self, signer: &Actor) -> Vec<u8> {
        self.sign_as(signer, signer)
    }

    /// Signed by `signer` with the public key of `claimed`.
    #[must_use]
    pub fn sign_as(&self, signer: &Actor, claimed: &Actor) -> Vec<u8> {
        let auth_info_bytes = self.auth_info(claimed).encode_to_vec();
        let document = SignDoc {
            body_bytes: self.body.encode_to_vec(),
            auth_info_bytes,
            chain_id: self.chain_id.clone(),
            account_number: self.account_number,
        };
        let signature = signer.sign(&document.encode_to_vec());
        let SignDoc { body_bytes, auth_info_bytes, .. } = document;
        TxRaw { body_bytes, auth_info_bytes, signatures: vec![signature] }.encode_to_vec()
    }

    /// As for gas estimation: one empty signature.
    #[must_use]
    pub fn unsigned(&self, signer: &Actor) -> Vec<u8> {
        let auth_info_bytes = self.auth_info(signer).encode_to_vec();
        let signatures = vec![Vec::new()];
        TxRaw { body_bytes: self.body.encode_to_vec(), auth_info_bytes, signatures }.encode_to_vec()
    }

    fn auth_info(&self, signer: &Actor) -> AuthInfo {
        let key = PubKey { key: signer.public_key() };
        let public_key = Any { type_url: PubKey::type_url(), value: key.encode_to_vec() };
        let mode = Sum::Single(Single { mode: SignMode::Direct as i32 });
        let amount = if self.fee == 0 { Vec::new() } else { vec![coin(self.fee)] };
        AuthInfo {
            signer_infos: vec![SignerInfo {
                public_key: Some(public_key),
                mode_info: Some(ModeInfo { sum: Some(mode) }),
                sequence: self.sequence,
            }],
            fee: Some(Fee { amount, gas_limit: self.gas_limit, ..Fee::default() }),
            ..AuthInfo::default()
        }
    }
}
