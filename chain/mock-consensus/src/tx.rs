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
use stoa_app::tx::SignerData;
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
    granter: String,
    mode: SignMode,
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
            granter: String::new(),
            mode: SignMode::Direct,
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

    /// Lets somebody else pay.
    #[must_use]
    pub fn granter(mut self, granter: &AccAddress) -> Self {
        self.granter = granter.to_string();
        self
    }

    /// Signs the amino JSON document, as Ledger devices do.
    #[must_use]
    pub const fn amino(mut self) -> Self {
        self.mode = SignMode::LegacyAminoJson;
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

    /// The signed transaction.
    #[must_use]
    pub fn sign(&self, signer: &Actor) -> Vec<u8> {
        self.sign_as(signer, signer)
    }

    /// Signed by `signer` with the public key of `claimed`.
    #[must_use]
    pub fn sign_as(&self, signer: &Actor, claimed: &Actor) -> Vec<u8> {
        let raw = self.raw(claimed);
        let signature = signer.sign(&self.document(&raw));
        TxRaw { signatures: vec![signature], ..raw }.encode_to_vec()
    }

    /// What is signed of `raw`; nothing if there is no such document.
    fn document(&self, raw: &TxRaw) -> Vec<u8> {
        if self.mode == SignMode::Direct {
            let document = SignDoc {
                body_bytes: raw.body_bytes.clone(),
                auth_info_bytes: raw.auth_info_bytes.clone(),
                chain_id: self.chain_id.clone(),
                account_number: self.account_number,
            };
            return document.encode_to_vec();
        }
        let Self { account_number, sequence, .. } = *self;
        let signer = SignerData { chain_id: &self.chain_id, account_number, sequence };
        let tx = stoa_app::tx::decode(&raw.encode_to_vec()).ok();
        tx.and_then(|tx| tx.sign_bytes(self.mode.into(), &signer).ok()).unwrap_or_default()
    }

    /// As for gas estimation: one empty signature.
    #[must_use]
    pub fn unsigned(&self, signer: &Actor) -> Vec<u8> {
        self.raw(signer).encode_to_vec()
    }

    fn raw(&self, signer: &Actor) -> TxRaw {
        let auth_info_bytes = self.auth_info(signer).encode_to_vec();
        let signatures = vec![Vec::new()];
        TxRaw { body_bytes: self.body.encode_to_vec(), auth_info_bytes, signatures }
    }

    fn auth_info(&self, signer: &Actor) -> AuthInfo {
        let key = PubKey { key: signer.public_key() };
        let public_key = Any { type_url: PubKey::type_url(), value: key.encode_to_vec() };
        let mode = Sum::Single(Single { mode: self.mode.into() });
        let amount = if self.fee == 0 { Vec::new() } else { vec![coin(self.fee)] };
        AuthInfo {
            signer_infos: vec![SignerInfo {
                public_key: Some(public_key),
                mode_info: Some(ModeInfo { sum: Some(mode) }),
                sequence: self.sequence,
            }],
            fee: Some(Fee {
                amount,
                gas_limit: self.gas_limit,
                granter: self.granter.clone(),
                ..Fee::default()
            }),
            ..AuthInfo::default()
        }
    }
}
