//! Whole transactions through all checks.

mod amino;
mod forgery;
mod grants;
mod multisig;
mod refusals;

use std::sync::Arc;

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin,
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{
                AuthInfo, Fee, ModeInfo, SignerInfo, TxBody, TxRaw,
                mode_info::{Single, Sum},
            },
        },
    },
};
use k256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use prost::{Message as _, Name as _};
use stoa_modules::{
    BlockInfo, Context, ExecMode, GasMeter, ModuleError,
    auth::{self, AccAddress, PublicKey},
    bank,
    router::Modules,
};
use stoa_store::{EmptySnapshot, Overlay};

use super::{AnteParams, Verified, run, verify_ahead};
use crate::tx::{SignerData, decode};

const CHAIN: &str = "stoa-test-1";

/// Someone with a key.
struct Owner {
    key: SigningKey,
}

impl Owner {
    fn new(byte: u8) -> Self {
        Self { key: SigningKey::from_slice(&[byte; 32]).unwrap() }
    }

    fn public(&self) -> PublicKey {
        let point = self.key.verifying_key().to_encoded_point(true);
        PublicKey::from_compressed(point.as_bytes()).unwrap()
    }

    fn address(&self) -> AccAddress {
        self.public().address()
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let signature: Signature = self.key.sign(bytes);
        signature.to_bytes().to_vec()
    }
}

fn buyer() -> Owner {
    Owner::new(1)
}

fn attacker() -> Owner {
    Owner::new(2)
}

/// A chain with the buyer's (number 0) and the attacker's (number 1) account, 1,000,000ustoa each.
struct Chain {
    modules: Modules,
    ctx: Context,
    params: AnteParams,
    verified: Verified,
    _folder: tempfile::TempDir,
}

impl Chain {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let modules = Modules::open(folder.path()).unwrap();
        let mut ctx = Context {
            block: BlockInfo { height: 10, time_nanos: 0, chain_id: CHAIN.to_owned() },
            mode: ExecMode::Deliver,
            tx_index: None,
            block_gas: stoa_modules::core::BlockGas::default(),
            loaded_code: None,
            nesting: stoa_modules::core::Nesting::default(),
            gas: GasMeter::unlimited(),
            overlay: Overlay::new(Arc::new(EmptySnapshot)),
            events: Vec::new(),
        };
        let balance = |owner: Owner| {
            serde_json::json!({"address": owner.address().to_string(),
                "coins": [{"denom": "ustoa", "amount": "1000000"}]})
        };
        let account = |owner: Owner| {
            serde_json::json!({"@type": "/cosmos.auth.v1beta1.BaseAccount",
                "address": owner.address().to_string()})
        };
        let genesis = serde_json::json!({
            "auth": {"accounts": [account(buyer()), account(attacker())]},
            "bank": {"balances": [balance(buyer()), balance(attacker())]},
        });
        modules.init_genesis(&mut ctx, &genesis).unwrap();
        let params = AnteParams { min_gas_prices: "0.025ustoa".parse().unwrap() };
        Self { modules, ctx, params, verified: Verified::default(), _folder: folder }
    }

    fn mode(mut self, mode: ExecMode) -> Self {
        self.ctx.mode = mode;
        self
    }

    fn run(&mut self, bytes: &[u8]) -> Result<(), ModuleError> {
        let tx = decode(bytes)?;
        self.ctx.events.clear();
        let limit = if self.ctx.mode == ExecMode::Simulate { u64::MAX } else { tx.gas_limit() };
        self.ctx.gas = GasMeter::new(limit);
        let Self { modules, params, verified, ctx, .. } = self;
        ctx.atomically(|ctx| run(modules, params, verified, ctx, &tx))
    }

    fn sequence(&self, owner: &Owner) -> u64 {
        let ctx = Context { gas: GasMeter::unlimited(), ..self.ctx.clone() };
        auth::account(&ctx, &owner.address()).unwrap().unwrap().sequence
    }

    fn money(&self, owner: &AccAddress) -> u128 {
        let ctx = Context { gas: GasMeter::unlimited(), ..self.ctx.clone() };
        bank::balance(&ctx, owner, "ustoa").unwrap().amount()
    }

    fn code(&mut self, bytes: &[u8]) -> u32 {
        self.run(bytes).unwrap_err().code()
    }
}

/// A transaction that its author fills in.
struct Draft {
    body: TxBody,
    /// Encoded fields that the type of the body does not know.
    newer: Vec<u8>,
    fee: Fee,
    sequence: u64,
    account_number: u64,
    chain_id: String,
    mode: SignMode,
}

impl Draft {
    fn send(from: &Owner) -> Self {
        let send = MsgSend {
            from_address: from.address().to_string(),
            to_address: attacker().address().to_string(),
            amount: vec![coin(1)],
        };
        let message = Any { type_url: MsgSend::type_url(), value: send.encode_to_vec() };
        Self {
            body: TxBody { messages: vec![message], ..TxBody::default() },
            newer: Vec::new(),
            fee: Fee { amount: vec![coin(5_000)], gas_limit: 200_000, ..Fee::default() },
            sequence: 0,
            account_number: 0,
            chain_id: CHAIN.to_owned(),
            mode: SignMode::Direct,
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn raw(&self, signers: &[(&Owner, u64, u64)]) -> TxRaw {
        let info = |(owner, _, sequence): &(&Owner, u64, u64)| SignerInfo {
            public_key: Some(owner.public().to_any()),
            mode_info: Some(ModeInfo { sum: Some(Sum::Single(Single { mode: self.mode.into() })) }),
            sequence: *sequence,
        };
        let mut raw = self.unsigned(signers.iter().map(info).collect());
        let sign = |(owner, account_number, sequence): &(&Owner, u64, u64)| {
            owner.sign(&self.document(&raw, *account_number, *sequence))
        };
        raw.signatures = signers.iter().map(sign).collect();
        raw
    }

    /// One empty signature a signer.
    fn unsigned(&self, signer_infos: Vec<SignerInfo>) -> TxRaw {
        let signatures = vec![Vec::new(); signer_infos.len()];
        let fee = Some(self.fee.clone());
        let auth_info = AuthInfo { signer_infos, fee, ..AuthInfo::default() };
        let auth_info_bytes = auth_info.encode_to_vec();
        let body_bytes = [self.body.encode_to_vec(), self.newer.clone()].concat();
        TxRaw { body_bytes, auth_info_bytes, signatures }
    }

    /// What is signed in the draft's mode; in modes without bytes, what is signed in `DIRECT`.
    fn document(&self, raw: &TxRaw, account_number: u64, sequence: u64) -> Vec<u8> {
        let tx = decode(&raw.encode_to_vec()).unwrap();
        let signer = SignerData { chain_id: &self.chain_id, account_number, sequence };
        let bytes = |mode: SignMode| tx.sign_bytes(mode.into(), &signer);
        bytes(self.mode).or_else(|_| bytes(SignMode::Direct)).unwrap()
    }

    fn sign(&self, owner: &Owner) -> Vec<u8> {
        self.raw(&[(owner, self.account_number, self.sequence)]).encode_to_vec()
    }
}

fn coin(amount: u64) -> Coin {
    Coin { denom: "ustoa".to_owned(), amount: amount.to_string() }
}

#[test]
fn a_signed_transaction_pays_its_fee_keeps_the_key_and_advances_the_sequence() {
    let mut chain = Chain::new();
    chain.run(&Draft::send(&buyer()).sign(&buyer())).unwrap();
    assert_eq!(chain.sequence(&buyer()), 1);
    assert_eq!(chain.money(&buyer().address()), 995_000);
    assert_eq!(chain.money(&auth::FEE_COLLECTOR.address()), 5_000);
    let kinds: Vec<&str> = chain.ctx.events.iter().map(|event| event.kind.as_str()).collect();
    let expected = ["coin_spent", "coin_received", "transfer", "message", "tx", "tx", "tx"];
    assert_eq!(kinds, expected);
    let keys = chain.ctx.events.iter().flat_map(|event| &event.attributes);
    let keys: Vec<&str> = keys.map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(keys[keys.len() - 4..], ["fee", "fee_payer", "acc_seq", "signature"]);
}

#[test]
fn the_same_bytes_never_succeed_twice() {
    let mut chain = Chain::new();
    let bytes = Draft::send(&buyer()).sign(&buyer());
    chain.run(&bytes).unwrap();
    let refused = chain.run(&bytes).unwrap_err();
    assert_eq!((refused.codespace(), refused.code()), ("sdk", 32));
    assert_eq!(
        refused.to_string(),
        "account sequence mismatch, expected 1, got 0: incorrect account sequence"
    );
    let next = Draft { sequence: 1, ..Draft::send(&buyer()) };
    chain.run(&next.sign(&buyer())).unwrap();
}

#[test]
fn two_signers_sign_in_the_order_of_their_messages() {
    let mut chain = Chain::new();
    let (buyer, attacker) = (buyer(), attacker());
    let mut draft = Draft::send(&buyer);
    draft.body.messages.extend(Draft::send(&attacker).body.messages);
    draft.body.messages.extend(Draft::send(&buyer).body.messages);
    let turned = draft.raw(&[(&attacker, 1, 0), (&buyer, 0, 0)]).encode_to_vec();
    assert_eq!(chain.code(&turned), 8);
    let right = draft.raw(&[(&buyer, 0, 0), (&attacker, 1, 0)]).encode_to_vec();
    chain.run(&right).unwrap();
    assert_eq!((chain.sequence(&buyer), chain.sequence(&attacker)), (1, 1));
}

#[test]
fn another_payer_must_sign_too() {
    let mut chain = Chain::new();
    let (buyer, attacker) = (buyer(), attacker());
    let draft =
        Draft::send(&attacker).with(|draft| draft.fee.payer = self::buyer().address().to_string());
    assert_eq!(chain.code(&draft.raw(&[(&attacker, 1, 0)]).encode_to_vec()), 4);
    chain.run(&draft.raw(&[(&attacker, 1, 0), (&buyer, 0, 0)]).encode_to_vec()).unwrap();
    assert_eq!(chain.money(&buyer.address()), 995_000);
    assert_eq!(chain.money(&attacker.address()), 1_000_000);
}

#[test]
fn a_simulation_needs_no_signature_no_key_and_no_fee_and_costs_about_the_same() {
    let mut draft = Draft::send(&buyer());
    let mut chain = Chain::new();
    chain.run(&draft.sign(&buyer())).unwrap();
    let real = chain.ctx.gas.used();

    draft.mode = SignMode::Unspecified;
    let unsigned = |draft: &Draft| {
        let raw = draft.raw(&[(&buyer(), 0, 0)]);
        TxRaw { signatures: vec![Vec::new()], ..raw }
    };
    let mut chain = Chain::new().mode(ExecMode::Simulate);
    chain.run(&unsigned(&draft).encode_to_vec()).unwrap();
    let simulated = chain.ctx.gas.used();
    // Blocks alone count their transactions: one read of nothing, one write of 12 bytes under one.
    let real = real - 1_003 - 2_390;
    assert!(simulated >= real && simulated < real + 2_000, "{simulated} for {real}");

    // Keplr leaves out the key, CosmJS the fee.
    draft.fee = Fee::default();
    let mut raw = unsigned(&draft);
    let mut auth_info = AuthInfo::decode(raw.auth_info_bytes.as_slice()).unwrap();
    auth_info.signer_infos[0].public_key = None;
    raw.auth_info_bytes = auth_info.encode_to_vec();
    let mut chain = Chain::new().mode(ExecMode::Simulate);
    chain.run(&raw.encode_to_vec()).unwrap();

    let wrong = Draft { sequence: 3, ..draft };
    let raw = wrong.raw(&[(&buyer(), 0, 3)]);
    assert_eq!(chain.code(&raw.encode_to_vec()), 32);
}
