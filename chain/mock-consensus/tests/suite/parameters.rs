//! Parameters of consensus, through whole blocks.

use cosmos_sdk_proto::Any;
use stoa_app::Block;
use stoa_mock_consensus::{Actor, MockChain, send as money};
use stoa_modules::consensus::MsgUpdateParams;
use stoa_proto::privilege::v1::{MsgSetParams, Privilege};
use tendermint_proto::{
    google::protobuf::Duration,
    v0_38::types::{BlockParams, ConsensusParams, EvidenceParams, ValidatorParams},
};

use crate::{
    outcome,
    steward::{any, deploy, genesis, governor, grant, send_through},
};

/// A change of the governor that only bounds the gas of a block.
pub fn update(max_gas: i64) -> MsgUpdateParams {
    MsgUpdateParams {
        authority: governor().address().to_string(),
        block: Some(BlockParams { max_bytes: 1_000_000, max_gas }),
        evidence: Some(EvidenceParams {
            max_age_num_blocks: 100,
            max_age_duration: Some(Duration { seconds: 1_000, nanos: 0 }),
            max_bytes: 10_000,
        }),
        validator: Some(ValidatorParams { pub_key_types: vec!["ed25519".to_owned()] }),
        abci: None,
    }
}

/// Asks by the wire form of the answer: its only field holds the parameters.
fn params(chain: &MockChain) -> ConsensusParams {
    #[derive(Clone, PartialEq, prost::Message)]
    struct Answer {
        #[prost(message, optional, tag = "1")]
        params: Option<ConsensusParams>,
    }
    let answer: Answer = chain.query("/cosmos.consensus.v1.Query/Params", &()).unwrap();
    answer.params.unwrap()
}

#[test]
fn the_authority_changes_limits_from_the_next_block_on() {
    let mut chain = MockChain::new(&genesis()).unwrap();
    let (governor, buyer) = (governor(), Actor::new("buyer"));
    let change = chain.tx(&governor).unwrap().message(any(&update(300_000))).sign(&governor);
    let large = || {
        let tx = chain.tx(&buyer).unwrap().message(money(&buyer, &buyer.address(), 1));
        tx.gas(400_000).fee(10_000)
    };
    let txs = vec![change, large().sign(&buyer)];
    let result = chain.decide_block(Block { txs, ..Block::default() }).unwrap();
    // The limits of this block are those of the block before.
    for tx in &result.tx_results {
        assert_eq!(outcome(tx), ("", 0), "{}", tx.log);
    }
    let told = result.consensus_params.unwrap();
    assert_eq!(told.block.unwrap().max_gas, 300_000);
    assert_eq!(told, params(&chain));
    let tx = chain.tx(&buyer).unwrap().message(money(&buyer, &buyer.address(), 1));
    let refused = chain.deliver(tx.gas(400_000).fee(10_000).sign(&buyer)).unwrap();
    assert_eq!(outcome(&refused), ("sdk", 41), "{}", refused.log);
    let quiet = chain.decide_block(Block::default()).unwrap();
    assert_eq!(quiet.consensus_params, None);
}

#[test]
fn nobody_else_does_and_nothing_that_consensus_would_halt_on() {
    let mut chain = MockChain::new(&genesis()).unwrap();
    let buyer = Actor::new("buyer");
    let before = params(&chain);
    let forged = MsgUpdateParams { authority: buyer.address().to_string(), ..update(300_000) };
    let tx = chain.tx(&buyer).unwrap().message(any(&forged)).sign(&buyer);
    assert_eq!(outcome(&chain.deliver(tx).unwrap()), ("gov", 13));
    let bad = MsgUpdateParams { validator: Some(ValidatorParams::default()), ..update(1) };
    let tx = chain.tx(&governor()).unwrap().message(any(&bad)).sign(&governor());
    assert_eq!(outcome(&chain.deliver(tx).unwrap()), ("undefined", 1));
    assert_eq!(params(&chain), before);
}

#[test]
fn a_contract_with_the_privilege_sets_parameters() {
    let mut chain = MockChain::new(&genesis()).unwrap();
    let contract = deploy(&mut chain);
    grant(&mut chain, &contract, Privilege::Params, 1_000_000);
    let Any { type_url, value } = any(&update(77_000_000));
    let set = MsgSetParams { sender: contract.clone(), type_url, value };
    let done = send_through(&mut chain, &contract, &set);
    assert_eq!(outcome(&done), ("", 0), "{}", done.log);
    assert_eq!(params(&chain).block.unwrap().max_gas, 77_000_000);
    // Only within what it was granted.
    let hand_over = any(&stoa_proto::privilege::v1::MsgSetAuthority {
        authority: governor().address().to_string(),
        new_authority: contract.clone(),
    });
    let (type_url, value) = (hand_over.type_url.clone(), hand_over.value.clone());
    let seize = MsgSetParams { sender: contract.clone(), type_url, value };
    assert_eq!(outcome(&send_through(&mut chain, &contract, &seize)), ("privilege", 9));
}
