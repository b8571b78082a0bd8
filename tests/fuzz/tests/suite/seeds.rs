//! Valid input.

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        authz::v1beta1::{GenericAuthorization, Grant, MsgExec, MsgGrant, MsgRevoke},
        bank::v1beta1::{MsgSend, SendAuthorization},
        base::v1beta1::Coin,
        feegrant::v1beta1::{
            AllowedMsgAllowance, BasicAllowance, MsgGrantAllowance, MsgPruneAllowances,
            MsgRevokeAllowance, PeriodicAllowance,
        },
        base::abci::v1beta1::TxMsgData,
        tx::v1beta1::{TxBody, TxRaw},
        upgrade::v1beta1::{MsgSoftwareUpgrade, Plan},
    },
    cosmwasm::wasm::v1::{MsgInstantiateContractResponse, MsgPinCodes},
    tendermint::google::protobuf::Duration,
};
use prost::{Message as _, Name};
use serde::Deserialize;
use stoa_mock_consensus::{Actor, execute, instantiate, probe_wasm, send, store_code};
use stoa_proto::privilege::v1::{self as privilege, MsgGrantPrivilege, Privilege};

/// Who signs, and to whom.
pub fn actors() -> (Actor, Actor) {
    (Actor::new("buyer"), Actor::new("provider"))
}

fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn coins() -> Vec<Coin> {
    vec![Coin { denom: "ustoa".to_owned(), amount: "7".to_owned() }]
}

/// Transactions that CosmJS has made, as the golden documents of the amino tests hold them.
pub fn foreign_txs() -> Vec<Vec<u8>> {
    #[derive(Deserialize)]
    struct Golden {
        tx: String,
    }
    let text = include_str!("../../../../chain/app/testdata/amino-cosmjs.json");
    let golden: Vec<Golden> = serde_json::from_str(text).unwrap();
    golden.iter().map(|golden| hex::decode(&golden.tx).unwrap()).collect()
}

/// A message of every kind that the chain executes, for the buyer to sign.
pub fn messages(contract: &str) -> Vec<Any> {
    let (buyer, provider) = actors();
    let mut messages = vec![
        send(&buyer, &provider.address(), 7),
        store_code(&buyer, b"\0asm\x01\0\0\0".to_vec()),
        execute(&buyer, contract, r#"{"set":{"key":"k","value":"v"}}"#),
        execute(&buyer, contract, r#"{"send":{"messages":[],"data":"AQI="}}"#),
        execute(
            &buyer,
            contract,
            r#"{"events":{"attributes":[["a","b"]],"events":[["transfer",[["amount","5ustoa"]]]]}}"#,
        ),
        execute(&buyer, contract, r#"{"ask":{"query":{"scan":{"descending":true}}}}"#),
    ];
    messages.extend(of_grants(&buyer, &provider));
    let own = |raw: &Vec<u8>| {
        let raw = TxRaw::decode(raw.as_slice()).unwrap();
        TxBody::decode(raw.body_bytes.as_slice()).unwrap().messages
    };
    messages
        .extend(foreign_txs().iter().flat_map(own).map(|message| for_buyer(&message, contract)));
    messages
}

/// The message with the addresses of this chain's actors.
fn for_buyer(message: &Any, contract: &str) -> Any {
    let (buyer, provider) = actors();
    let mut first: Option<String> = None;
    let of_a_contract = message.type_url.starts_with("/cosmwasm");
    let mut replace = |text: &str| {
        if !text.starts_with("stoa1") || text.len() < 40 {
            return None;
        }
        let signer = first.get_or_insert_with(|| text.to_owned());
        Some(match (signer == text, of_a_contract) {
            (true, _) => buyer.address().to_string(),
            (false, true) => contract.to_owned(),
            (false, false) => provider.address().to_string(),
        })
    };
    let value = stoa_fuzz::replace_texts(&message.value, &mut replace);
    Any { type_url: message.type_url.clone(), value }
}

fn of_grants(buyer: &Actor, provider: &Actor) -> Vec<Any> {
    let (granter, grantee) = (buyer.address().to_string(), provider.address().to_string());
    let type_url = MsgSend::type_url();
    let grant = |authorization: Any| {
        let grant = Some(Grant { authorization: Some(authorization), expiration: None });
        any(&MsgGrant { granter: granter.clone(), grantee: grantee.clone(), grant })
    };
    let allowance = |allowance: Any| {
        let (granter, grantee) = (granter.clone(), grantee.clone());
        any(&MsgGrantAllowance { granter, grantee, allowance: Some(allowance) })
    };
    let basic = BasicAllowance { spend_limit: coins(), expiration: None };
    let periodic = PeriodicAllowance {
        basic: Some(basic.clone()),
        period: Some(seconds(3_600)),
        period_spend_limit: coins(),
        period_can_spend: coins(),
        period_reset: None,
    };
    let filtered = AllowedMsgAllowance {
        allowance: Some(any(&basic)),
        allowed_messages: vec![type_url.clone()],
    };
    let limited = SendAuthorization { spend_limit: coins(), allow_list: vec![grantee.clone()] };
    vec![
        grant(any(&GenericAuthorization { msg: type_url.clone() })),
        grant(any(&limited)),
        any(&MsgRevoke {
            granter: granter.clone(),
            grantee: grantee.clone(),
            msg_type_url: type_url,
        }),
        any(&MsgExec { grantee: granter.clone(), msgs: vec![send(buyer, &provider.address(), 1)] }),
        allowance(any(&basic)),
        allowance(any(&periodic)),
        allowance(any(&filtered)),
        any(&MsgRevokeAllowance { granter: granter.clone(), grantee: grantee.clone() }),
        any(&MsgPruneAllowances { pruner: granter.clone() }),
    ]
}

fn seconds(seconds: i64) -> Duration {
    Duration { seconds, nanos: 0 }
}

/// Messages with which the buyer, who governs, leaves something in every section of an export.
pub const DEEDS: u64 = 7;

/// One of them; `contract` is the one that an earlier deed has made.
pub fn deed(number: u64, contract: &str) -> Any {
    let (buyer, _) = actors();
    let authority = buyer.address().to_string();
    let grant = |privilege: Privilege, denoms: &[&str], messages: &[&str]| {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let (contract, block_gas) = (contract.to_owned(), 1_000_000);
        let (denoms, messages) = (owned(denoms), owned(messages));
        let grant =
            privilege::Grant { contract, privilege: privilege.into(), block_gas, denoms, messages };
        any(&MsgGrantPrivilege { authority: authority.clone(), grant: Some(grant) })
    };
    match number {
        0 => store_code(&buyer, probe_wasm().unwrap()),
        1 => any(&MsgPinCodes { authority, code_ids: vec![1] }),
        2 => instantiate(&buyer, 1),
        3 => execute(&buyer, contract, r#"{"set":{"key":"k","value":"v"}}"#),
        4 => grant(Privilege::Mint, &["ucredit"], &[]),
        5 => grant(Privilege::FeeFree, &[], &["set"]),
        _ => {
            let plan = Plan { name: "v2".to_owned(), height: 10_000, ..Plan::default() };
            any(&MsgSoftwareUpgrade { authority, plan: Some(plan) })
        }
    }
}

/// The contract that a transaction with this data has made.
pub fn made(data: &[u8]) -> Option<String> {
    let answer = TxMsgData::decode(data).ok()?.msg_responses.into_iter().next()?;
    (answer.type_url == MsgInstantiateContractResponse::type_url())
        .then(|| MsgInstantiateContractResponse::decode(answer.value.as_slice()).ok())?
        .map(|answer| answer.address)
}
