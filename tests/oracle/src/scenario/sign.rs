//! Signed bytes of a transaction, right or wrong on purpose.

use anyhow::{Context as _, Result};
use cosmrs::proto::{
    Any,
    cosmos::{
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

use super::{Actor, Flaw, Tx, World, lower::coins};
use crate::peer::CHAIN_ID;

/// Where an account stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Its number.
    pub number: u64,
    /// Its next sequence.
    pub sequence: u64,
}

/// Order of secp256k1, big endian: the twin of `s` is this minus `s`.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];

impl World {
    /// The bytes of `tx` with one account a signer.
    pub fn sign(&self, tx: &Tx, accounts: &[Account]) -> Result<Vec<u8>> {
        let messages = tx.actions.iter().map(|action| self.message(action));
        let mut body = TxBody {
            messages: messages.collect::<Result<_>>()?,
            memo: tx.memo.clone(),
            timeout_height: tx.timeout_height,
            ..TxBody::default()
        };
        if tx.flaw == Some(Flaw::Extension) {
            let value = Vec::new();
            let type_url = "/cosmos.bank.v1beta1.MsgSend".to_owned();
            body.extension_options.push(Any { type_url, value });
        }
        let mut body_bytes = body.encode_to_vec();
        if let Some(Flaw::UnknownField { number }) = tx.flaw {
            prost::encoding::encode_key(number, prost::encoding::WireType::Varint, &mut body_bytes);
            body_bytes.push(1);
        }
        let auth_info_bytes = self.auth_info(tx, accounts)?.encode_to_vec();
        let mut signatures = Vec::new();
        for (name, account) in tx.signers.iter().zip(accounts) {
            signatures.push(signature(tx, name, *account, &body_bytes, &auth_info_bytes)?);
        }
        match tx.flaw {
            Some(Flaw::NoSignature) => signatures.clear(),
            Some(Flaw::ExtraSignature) => signatures.push(vec![1; 64]),
            _ => {}
        }
        let mut bytes = TxRaw { body_bytes, auth_info_bytes, signatures }.encode_to_vec();
        if tx.flaw == Some(Flaw::Truncated) {
            bytes.truncate(bytes.len() / 2);
        }
        Ok(bytes)
    }

    fn auth_info(&self, tx: &Tx, accounts: &[Account]) -> Result<AuthInfo> {
        let mut signer_infos = Vec::new();
        for (name, account) in tx.signers.iter().zip(accounts) {
            signer_infos.push(signer_info(tx, name, *account)?);
        }
        if tx.flaw == Some(Flaw::NoSignerInfo) {
            signer_infos.clear();
        }
        let granter = match tx.flaw {
            Some(Flaw::Granter) => self.address("bob")?,
            _ => String::new(),
        };
        let fee = Fee { amount: coins(&tx.fee), gas_limit: tx.gas, granter, ..Fee::default() };
        let fee = (tx.flaw != Some(Flaw::NoFee)).then_some(fee);
        Ok(AuthInfo { signer_infos, fee, ..AuthInfo::default() })
    }
}

fn signer_info(tx: &Tx, name: &str, account: Account) -> Result<SignerInfo> {
    let key = match tx.flaw {
        Some(Flaw::ForeignKey) => Actor::new("mallory")?.public_key(),
        _ => Actor::new(name)?.public_key(),
    };
    let public_key = Any { type_url: PubKey::type_url(), value: PubKey { key }.encode_to_vec() };
    let mode = match tx.flaw {
        Some(Flaw::Mode(mode)) => mode,
        _ => SignMode::Direct as i32,
    };
    let sequence = match tx.flaw {
        Some(Flaw::Sequence(offset)) => account.sequence.saturating_add_signed(offset),
        _ => account.sequence,
    };
    Ok(SignerInfo {
        public_key: (tx.flaw != Some(Flaw::NoKey)).then_some(public_key),
        mode_info: Some(ModeInfo { sum: Some(Sum::Single(Single { mode })) }),
        sequence,
    })
}

fn signature(
    tx: &Tx,
    name: &str,
    account: Account,
    body_bytes: &[u8],
    auth_info_bytes: &[u8],
) -> Result<Vec<u8>> {
    let document = SignDoc {
        body_bytes: body_bytes.to_vec(),
        auth_info_bytes: auth_info_bytes.to_vec(),
        chain_id: match tx.flaw {
            Some(Flaw::ChainId) => "oracle-2".to_owned(),
            _ => CHAIN_ID.to_owned(),
        },
        account_number: account.number + u64::from(tx.flaw == Some(Flaw::AccountNumber)),
    };
    let mut signature = Actor::new(name)?.sign(&document.encode_to_vec())?;
    match tx.flaw {
        Some(Flaw::Signature) => {
            *signature.last_mut().context("an empty signature")? ^= 1;
        }
        Some(Flaw::HighS) => negate(&mut signature),
        _ => {}
    }
    Ok(signature)
}

/// Replaces s by its twin.
fn negate(signature: &mut [u8]) {
    let mut borrow = 0i16;
    for (byte, order) in signature.iter_mut().skip(32).zip(ORDER).rev() {
        let difference = i16::from(order) - i16::from(*byte) - borrow;
        borrow = i16::from(difference < 0);
        *byte = difference.rem_euclid(256) as u8;
    }
}
