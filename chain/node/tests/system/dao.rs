//! The DAO contract as the chain's authority, with CometBFT: members vote, and consensus has other limits.
//!
//! It is the compiled Wasm that is deployed: `cargo xtask build-contracts` first.

use std::{
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::{
    Any,
    cosmwasm::wasm::v1::{
        MsgInstantiateContract, QueryContractsByCodeRequest, QueryContractsByCodeResponse,
    },
};
use prost::{Message, Name};
use serde_json::{Value, json};
use stoa_mock_consensus::{Actor, CONTRACT_FEE, CONTRACT_GAS, TxBuilder, execute, store_code};
use stoa_modules::consensus::MsgUpdateParams;
use stoa_proto::privilege::v1::MsgSetAuthority;
use tendermint_proto::{
    google::protobuf::Duration as ProtoDuration,
    v0_38::types::{AbciParams, BlockParams, EvidenceParams, ValidatorParams},
};

use crate::{
    devnet::{CHAIN_ID, Devnet},
    http,
};

/// Gas of a block once the members have decided.
const DECIDED_GAS: i64 = 77_000_000;
/// Longest wait for what a transaction does, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// Somebody who sends transactions one after the other.
struct Sender {
    actor: Actor,
    number: u64,
    sequence: u64,
}

impl Sender {
    fn send(&mut self, node: &Devnet, message: Any) {
        let tx = TxBuilder::new(self.number, self.sequence).chain_id(CHAIN_ID);
        let tx = tx.gas(CONTRACT_GAS).fee(CONTRACT_FEE).message(message).sign(&self.actor);
        assert_eq!(node.broadcast(&tx), Some(0), "{}", node.logs());
        self.sequence += 1;
    }

    fn tell(&mut self, node: &Devnet, dao: &str, message: &Value) {
        let message = execute(&self.actor, dao, &message.to_string());
        self.send(node, message);
    }
}

#[test]
fn members_of_the_dao_decide_how_much_gas_a_block_has() {
    let (governor, member) = (Actor::new("governor"), Actor::new("member"));
    let funds = 1_000_000_000_000;
    let mut node = Devnet::new(&[(&governor, funds), (&member, funds)]);
    node.set_section("authority", json!({ "address": governor.address().to_string() }));
    node.start();
    node.wait_for_height(2);
    let mut governor = Sender { actor: governor, number: 0, sequence: 0 };
    let mut member = Sender { actor: member, number: 1, sequence: 0 };

    let dao = deploy_dao(&node, &mut governor, &member.actor);
    let authority = governor.actor.address().to_string();
    let change = any(&MsgSetAuthority { authority, new_authority: dao.clone() });
    governor.send(&node, change);

    let (height, before) = params(&node);
    assert_ne!(before["block"]["max_gas"], DECIDED_GAS.to_string());
    let update = any(&update(&dao, &before));
    let value = BASE64_STANDARD.encode(update.value);
    let messages = json!([{ "any": { "type_url": update.type_url, "value": value } }]);
    let proposal = json!({ "title": "larger blocks", "description": "", "messages": messages });
    governor.tell(&node, &dao, &json!({ "propose": proposal }));
    governor.tell(&node, &dao, &json!({ "vote": { "proposal_id": 1, "vote": "yes" } }));
    // Neither weighs half.
    governor.tell(&node, &dao, &json!({ "execute": { "proposal_id": 1 } }));
    node.wait_for_height(height + 3);
    assert_eq!(params(&node).1["block"], before["block"]);

    member.tell(&node, &dao, &json!({ "vote": { "proposal_id": 1, "vote": "yes" } }));
    eventually(&node, || {
        member.tell(&node, &dao, &json!({ "execute": { "proposal_id": 1 } }));
        let decided = params(&node).1["block"]["max_gas"] == *DECIDED_GAS.to_string();
        decided.then_some(())
    });
    // Consensus goes on with them.
    let reached = node.height().unwrap();
    node.wait_for_height(reached + 2);
}

/// Stores and makes the contract; answers its address.
fn deploy_dao(node: &Devnet, governor: &mut Sender, member: &Actor) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/contracts/dao.wasm");
    let wasm = std::fs::read(path).expect("run `cargo xtask build-contracts` first");
    governor.send(node, store_code(&governor.actor, wasm));
    let weigh = |actor: &Actor| json!({ "address": actor.address().to_string(), "weight": 50 });
    let rules = json!({
        "members": [weigh(&governor.actor), weigh(member)],
        "quorum": 6_000, "threshold": 6_000, "voting_period_blocks": 100_000,
    });
    let instantiate = any(&MsgInstantiateContract {
        sender: governor.actor.address().to_string(),
        admin: String::new(),
        code_id: 1,
        label: "dao".to_owned(),
        msg: rules.to_string().into_bytes(),
        funds: vec![],
    });
    governor.send(node, instantiate);
    eventually(node, || {
        let request = QueryContractsByCodeRequest { code_id: 1, pagination: None };
        let path = "/cosmwasm.wasm.v1.Query/ContractsByCode";
        let answer: QueryContractsByCodeResponse = query(node, path, &request)?;
        answer.contracts.first().cloned()
    })
}

/// The decision; everything but the gas stays as it is.
fn update(dao: &str, before: &Value) -> MsgUpdateParams {
    let number =
        |path: &str| before.pointer(path).and_then(Value::as_str).map_or(0, |n| n.parse().unwrap());
    let nanos: i64 = number("/evidence/max_age_duration");
    let age = ProtoDuration { seconds: nanos / 1_000_000_000, nanos: 0 };
    MsgUpdateParams {
        authority: dao.to_owned(),
        block: Some(BlockParams { max_bytes: number("/block/max_bytes"), max_gas: DECIDED_GAS }),
        evidence: Some(EvidenceParams {
            max_age_num_blocks: number("/evidence/max_age_num_blocks"),
            max_age_duration: Some(age),
            max_bytes: number("/evidence/max_bytes"),
        }),
        validator: Some(ValidatorParams { pub_key_types: vec!["ed25519".to_owned()] }),
        abci: Some(AbciParams {
            vote_extensions_enable_height: number("/abci/vote_extensions_enable_height"),
        }),
    }
}

/// The last height and the parameters of consensus there, as CometBFT has them.
fn params(node: &Devnet) -> (u64, Value) {
    let answer = http::get(node.rpc_port, "/consensus_params").unwrap();
    let height = answer.pointer("/result/block_height").and_then(Value::as_str).unwrap();
    (height.parse().unwrap(), answer["result"]["consensus_params"].clone())
}

/// The answer of the application to a query, if it has one.
fn query<M: Message + Default>(node: &Devnet, path: &str, request: &impl Message) -> Option<M> {
    let data = hex::encode(request.encode_to_vec());
    let answer = http::get(node.rpc_port, &format!("/abci_query?path=\"{path}\"&data=0x{data}"))?;
    let value = answer.pointer("/result/response/value")?.as_str()?;
    Some(M::decode(BASE64_STANDARD.decode(value).unwrap().as_slice()).unwrap())
}

fn any<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// Looks until there is something.
fn eventually<T>(node: &Devnet, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    while started.elapsed() < PATIENCE {
        if let Some(found) = look() {
            return found;
        }
        let height = node.height().unwrap_or_default();
        node.wait_for_height(height + 1);
        sleep(Duration::from_millis(50));
    }
    panic!("nothing came; {}", node.logs());
}
