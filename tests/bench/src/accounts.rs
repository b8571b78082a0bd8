//! Who signs and who receives.

use std::thread;

use anyhow::{Context as _, Result, anyhow};
use cosmrs::proto::{
    Any,
    cosmos::{
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
use sha2::{Digest as _, Sha256};
use stoa_oracle::{
    peer::CHAIN_ID,
    scenario::{Actor, account_id},
};

/// Most accounts that sign; others only receive.
pub const MAX_SIGNERS: usize = 10_000;
/// What every transaction pays.
const FEE: &str = "500";
/// Base denomination.
pub const DENOM: &str = "ustoa";
/// Bytes of an address without a key.
const ADDRESS_BYTES: usize = 20;

/// An account with a key.
pub struct Signer {
    actor: Actor,
    /// Its address.
    pub address: String,
    number: u64,
    sequence: u64,
}

/// All accounts of a run.
pub struct Accounts {
    /// Those that sign.
    pub signers: Vec<Signer>,
    /// Number of all, signers included.
    pub total: usize,
}

/// What a signer is about to sign.
pub struct Unsigned {
    /// Place of the signer.
    pub signer: usize,
    /// What it sends.
    pub message: Any,
    /// Gas limit.
    pub gas: u64,
}

impl Accounts {
    /// `total` accounts, of which the first sign; the first has number `first_number`.
    pub fn new(total: usize, first_number: u64) -> Result<Self> {
        let signer = |(index, number)| -> Result<Signer> {
            let actor = Actor::new(&format!("signer {index}"))?;
            Ok(Signer { address: actor.address(), actor, number, sequence: 0 })
        };
        let count = total.min(MAX_SIGNERS);
        let signers = (0..count).zip(first_number..).map(signer).collect::<Result<_>>()?;
        Ok(Self { signers, total })
    }

    /// The address of account `index`.
    pub fn address(&self, index: usize) -> Result<String> {
        match self.signers.get(index) {
            Some(signer) => Ok(signer.address.clone()),
            None => receiver(index),
        }
    }

    /// Signs with the accounts' next sequences, on all cores.
    pub fn sign(&mut self, txs: &[Unsigned]) -> Result<Vec<Vec<u8>>> {
        let mut planned = Vec::with_capacity(txs.len());
        for tx in txs {
            let signer = self.signers.get_mut(tx.signer).context("no such signer")?;
            planned.push((tx, signer.sequence));
            signer.sequence += 1;
        }
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let part = planned.len().div_ceil(cores).max(1);
        let signers = &self.signers;
        let sign_part = |part: &[(&Unsigned, u64)]| -> Result<Vec<Vec<u8>>> {
            part.iter()
                .map(|(tx, sequence)| signers.get(tx.signer).context("signer")?.sign(tx, *sequence))
                .collect()
        };
        thread::scope(|scope| {
            let threads: Vec<_> =
                planned.chunks(part).map(|part| scope.spawn(|| sign_part(part))).collect();
            let mut signed = Vec::with_capacity(planned.len());
            for thread in threads {
                signed.extend(thread.join().map_err(|_| anyhow!("a signing thread panicked"))??);
            }
            Ok(signed)
        })
    }

    /// Counts the transactions of blocks that were signed before.
    pub fn skip(&mut self, txs: &[Unsigned]) {
        for tx in txs {
            if let Some(signer) = self.signers.get_mut(tx.signer) {
                signer.sequence += 1;
            }
        }
    }
}

impl Signer {
    /// What a signature depends on beside the message.
    pub fn identity(&self) -> Vec<u8> {
        let Self { address, number, sequence, .. } = self;
        format!("{CHAIN_ID} {address} {number} {sequence} {FEE}{DENOM}").into_bytes()
    }

    fn sign(&self, tx: &Unsigned, sequence: u64) -> Result<Vec<u8>> {
        let key = PubKey { key: self.actor.public_key() };
        let key = Any { type_url: PubKey::type_url(), value: key.encode_to_vec() };
        let single = Single { mode: SignMode::Direct as i32 };
        let info = SignerInfo {
            public_key: Some(key),
            mode_info: Some(ModeInfo { sum: Some(Sum::Single(single)) }),
            sequence,
        };
        let amount = vec![Coin { denom: DENOM.to_owned(), amount: FEE.to_owned() }];
        let fee = Fee { amount, gas_limit: tx.gas, ..Fee::default() };
        let auth = AuthInfo { signer_infos: vec![info], fee: Some(fee), ..AuthInfo::default() };
        let body = TxBody { messages: vec![tx.message.clone()], ..TxBody::default() };
        let document = SignDoc {
            body_bytes: body.encode_to_vec(),
            auth_info_bytes: auth.encode_to_vec(),
            chain_id: CHAIN_ID.to_owned(),
            account_number: self.number,
        };
        let signature = self.actor.sign(&document.encode_to_vec())?;
        let SignDoc { body_bytes, auth_info_bytes, .. } = document;
        let raw = TxRaw { body_bytes, auth_info_bytes, signatures: vec![signature] };
        Ok(raw.encode_to_vec())
    }
}

/// An address that nobody has a key of.
pub fn receiver(index: usize) -> Result<String> {
    let hash = Sha256::digest(format!("receiver {index}"));
    account_id(hash.get(..ADDRESS_BYTES).unwrap_or_default())
}
