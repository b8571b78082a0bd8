//! Privileged contracts, through whole blocks.

use cosmos_sdk_proto::cosmos::bank::v1beta1::{QuerySupplyOfRequest, QuerySupplyOfResponse};
use serde_json::json;
use stoa_app::Block;
use stoa_mock_consensus::{Actor, CrashPoint, MockChain, TxBuilder, send as money};
use stoa_proto::privilege::v1::{
    Amount, Grant, MsgBurn, MsgGrantPrivilege, MsgMint, MsgRevokePrivilege, MsgSetAuthority,
    Privilege, QueryAuthorityRequest, QueryAuthorityResponse,
};

use crate::{
    outcome,
    steward::{
        any, as_contract_message, call, deploy, genesis, govern, governor, grant, instantiate,
        records, send, send_through, state,
    },
};

const CALL_GAS: u64 = 5_000_000;

fn chain() -> (MockChain, String) {
    let mut chain = MockChain::new(&genesis()).unwrap();
    let contract = deploy(&mut chain);
    (chain, contract)
}

fn supply(chain: &MockChain, denom: &str) -> u128 {
    let request = QuerySupplyOfRequest { denom: denom.to_owned() };
    let path = "/cosmos.bank.v1beta1.Query/SupplyOf";
    let answer: QuerySupplyOfResponse = chain.query(path, &request).unwrap();
    answer.amount.unwrap().amount.parse().unwrap()
}

fn tell(chain: &mut MockChain, contract: &str, order: serde_json::Value) {
    govern(chain, call(&governor(), contract, &order));
}

fn credits(amount: &str) -> Vec<Amount> {
    vec![Amount { denom: "ucredit".to_owned(), amount: amount.to_owned() }]
}

fn mint(contract: &str, amount: &str) -> MsgMint {
    let (sender, recipient) = (contract.to_owned(), contract.to_owned());
    MsgMint { sender, amount: credits(amount), recipient }
}

#[test]
fn a_contract_is_called_around_the_transactions_of_every_block() {
    let (mut chain, contract) = chain();
    grant(&mut chain, &contract, Privilege::BeginBlock, CALL_GAS);
    grant(&mut chain, &contract, Privilege::EndBlock, CALL_GAS);
    // The second grant came in a block with a beginning already.
    let before = state(&chain, &contract);
    let result = chain.decide_block(Block::default()).unwrap();
    let after = state(&chain, &contract);
    for moment in ["begun", "ended"] {
        let count = |state: &serde_json::Value| state[moment].as_u64().unwrap();
        assert_eq!(count(&after), count(&before) + 1, "{moment}");
    }
    let modes = |kind: &str| -> Vec<String> {
        let events = result.events.iter().filter(|event| event.kind == kind);
        events.map(|event| event.attributes.last().unwrap().value.clone()).collect()
    };
    assert_eq!(modes("wasm"), ["BeginBlock", "EndBlock"]);
    let revoke = MsgRevokePrivilege {
        authority: governor().address().to_string(),
        contract: contract.clone(),
        privilege: Privilege::EndBlock.into(),
    };
    govern(&mut chain, any(&revoke));
    let ended = state(&chain, &contract)["ended"].clone();
    chain.advance_blocks(3).unwrap();
    assert_eq!(state(&chain, &contract)["ended"], ended);
}

#[test]
fn a_call_that_fails_is_recorded_rolled_back_and_halts_nothing() {
    for behaviour in ["fail", "panic", "loop"] {
        let (mut chain, contract) = chain();
        grant(&mut chain, &contract, Privilege::BeginBlock, CALL_GAS);
        tell(&mut chain, &contract, json!({"at_begin": {"behaviour": {behaviour: {}}}}));
        let begun = state(&chain, &contract)["begun"].clone();
        let result = chain.decide_block(Block::default()).unwrap();
        assert!(result.events.iter().any(|event| event.kind == "privilege_failed"), "{behaviour}");
        assert_eq!(state(&chain, &contract)["begun"], begun, "{behaviour}");
        let record = records(&chain, &contract).remove(0);
        assert_eq!((record.failures, record.failures_in_a_row), (1, 1));
        assert_eq!(record.last_failure.as_ref().unwrap().height, chain.height());
        assert!(record.usage.unwrap().gas <= CALL_GAS);
        // Transactions of the block go on.
        let buyer = Actor::new("buyer");
        let tx = chain.tx(&buyer).unwrap().message(money(&buyer, &buyer.address(), 1));
        assert_eq!(outcome(&chain.deliver(tx.sign(&buyer)).unwrap()), ("", 0));
        chain.advance_blocks(20).unwrap();
        let record = records(&chain, &contract).remove(0);
        assert_eq!((record.failures, record.is_suspended), (10, true), "{behaviour}");
        // The authority grants it again.
        tell(&mut chain, &contract, json!({"at_begin": {"behaviour": {"nothing": {}}}}));
        grant(&mut chain, &contract, Privilege::BeginBlock, CALL_GAS);
        chain.advance_blocks(1).unwrap();
        assert_eq!(records(&chain, &contract)[0].failures, 0);
        assert_ne!(state(&chain, &contract)["begun"], begun);
    }
}

#[test]
fn one_that_fails_takes_nothing_from_the_others() {
    let (mut chain, bad) = chain();
    let good = instantiate(&mut chain);
    for contract in [&bad, &good] {
        grant(&mut chain, contract, Privilege::EndBlock, CALL_GAS);
    }
    tell(&mut chain, &bad, json!({"at_end": {"behaviour": {"loop": {}}}}));
    let before = state(&chain, &good)["ended"].as_u64().unwrap();
    chain.advance_blocks(2).unwrap();
    assert_eq!(state(&chain, &good)["ended"].as_u64().unwrap(), before + 2);
}

#[test]
fn a_contract_mints_at_the_end_of_every_block_and_burns_what_it_has() {
    let (mut chain, contract) = chain();
    let ungranted = send_through(&mut chain, &contract, &mint(&contract, "5"));
    assert_eq!(outcome(&ungranted), ("privilege", 2), "{}", ungranted.log);
    grant(&mut chain, &contract, Privilege::Mint, CALL_GAS);
    let message = as_contract_message(&mint(&contract, "5"));
    tell(
        &mut chain,
        &contract,
        json!({"at_end": {"behaviour": {"send": {"messages": [message]}}}}),
    );
    grant(&mut chain, &contract, Privilege::EndBlock, CALL_GAS);
    let before = supply(&chain, "ucredit");
    let result = chain.decide_block(Block::default()).unwrap();
    let coinbase = result.events.iter().find(|event| event.kind == "coinbase").unwrap();
    assert_eq!(coinbase.attributes[1].value, "5ucredit");
    assert_eq!(supply(&chain, "ucredit"), before + 5);
    let revoke = MsgRevokePrivilege {
        authority: governor().address().to_string(),
        contract: contract.clone(),
        privilege: Privilege::EndBlock.into(),
    };
    govern(&mut chain, any(&revoke));
    let before = supply(&chain, "ucredit");
    let burn = MsgBurn { sender: contract.clone(), amount: credits("3") };
    let burnt = send_through(&mut chain, &contract, &burn);
    assert_eq!(outcome(&burnt), ("", 0), "{}", burnt.log);
    assert_eq!(supply(&chain, "ucredit"), before - 3);
    // Nobody mints in the name of the contract.
    let stolen = send(&mut chain, &Actor::new("buyer"), any(&mint(&contract, "5")));
    assert_ne!(stolen.code, 0);
    let buyer = Actor::new("buyer").address().to_string();
    let own = send(&mut chain, &Actor::new("buyer"), any(&mint(&buyer, "5")));
    assert_eq!(outcome(&own), ("privilege", 2));
}

#[test]
fn a_contract_governs_once_the_authority_is_handed_to_it() {
    let (mut chain, dao) = chain();
    let other = instantiate(&mut chain);
    let request = MsgGrantPrivilege {
        authority: dao.clone(),
        grant: Some(Grant {
            contract: other.clone(),
            privilege: Privilege::EndBlock.into(),
            block_gas: CALL_GAS,
            ..Grant::default()
        }),
    };
    let refused = send_through(&mut chain, &dao, &request);
    assert_eq!(outcome(&refused), ("gov", 13), "{}", refused.log);
    let hand_over =
        MsgSetAuthority { authority: governor().address().to_string(), new_authority: dao.clone() };
    govern(&mut chain, any(&hand_over));
    let granted = send_through(&mut chain, &dao, &request);
    assert_eq!(outcome(&granted), ("", 0), "{}", granted.log);
    assert_eq!(records(&chain, &other).len(), 1);
    let again = send(&mut chain, &governor(), any(&hand_over));
    assert_eq!(outcome(&again), ("gov", 13));
    let answer: QueryAuthorityResponse =
        chain.query("/stoa.privilege.v1.Query/Authority", &QueryAuthorityRequest {}).unwrap();
    assert_eq!(answer.address, dao);
}

#[test]
fn privileged_calls_need_no_fee_within_their_bounds() {
    let (mut chain, contract) = chain();
    let buyer = Actor::new("buyer");
    let free = |chain: &MockChain, message: serde_json::Value, gas: u64, offset: u64| {
        let (number, sequence) = chain.account(&buyer).unwrap();
        let tx = TxBuilder::new(number, sequence + offset).fee(0).gas(gas);
        tx.message(call(&buyer, &contract, &message)).sign(&buyer)
    };
    let deliver = || json!({"deliver": {}});
    let refused = chain.check(&free(&chain, deliver(), 300_000, 0)).unwrap();
    assert_eq!(outcome(&refused), ("sdk", 13));
    grant(&mut chain, &contract, Privilege::FeeFree, 1_000_000);

    let other = chain.check(&free(&chain, json!({"send": {"messages": []}}), 300_000, 0)).unwrap();
    assert_eq!(outcome(&other), ("sdk", 13));
    let too_much = chain.check(&free(&chain, deliver(), 1_000_001, 0)).unwrap();
    assert_eq!(outcome(&too_much), ("privilege", 4));
    let txs: Vec<Vec<u8>> = (0..3).map(|offset| free(&chain, deliver(), 300_000, offset)).collect();
    for tx in &txs {
        let admitted = chain.check(tx).unwrap();
        assert_eq!(outcome(&admitted), ("", 0), "{}", admitted.log);
    }
    let beyond = chain.check(&free(&chain, deliver(), 300_000, 3)).unwrap();
    assert_eq!(outcome(&beyond), ("privilege", 4), "the budget of the block is used up");

    let before = chain.balance(&buyer.address()).unwrap();
    for result in chain.deliver_block(txs).unwrap() {
        assert_eq!(outcome(&result), ("", 0), "{}", result.log);
    }
    assert_eq!(chain.balance(&buyer.address()).unwrap(), before);
    // The next block has a budget of its own.
    let next = chain.check(&free(&chain, deliver(), 300_000, 0)).unwrap();
    assert_eq!(outcome(&next), ("", 0), "{}", next.log);
}

#[test]
fn no_proposer_gives_a_contract_more_free_calls_than_its_budget_of_a_block() {
    let (mut chain, contract) = chain();
    grant(&mut chain, &contract, Privilege::FeeFree, 700_000);
    let buyer = Actor::new("buyer");
    let (number, first) = chain.account(&buyer).unwrap();
    let tx = |offset: u64, fee: u128| {
        let tx = TxBuilder::new(number, first + offset).fee(fee).gas(300_000);
        tx.message(call(&buyer, &contract, &json!({"deliver": {}}))).sign(&buyer)
    };
    let pool = vec![tx(0, 0), tx(1, 0), tx(2, 0)];
    let app = chain.app().unwrap();
    let accepts = |txs: &[Vec<u8>]| app.process_proposal(txs, &Default::default()).unwrap();
    assert_eq!(app.prepare_proposal(&pool, 1_000_000, Default::default()).unwrap(), pool[..2]);
    assert!(accepts(&pool[..2]));
    assert!(!accepts(&pool), "a proposer that does not keep to the budget");
    let paid = [pool[0].clone(), pool[1].clone(), tx(2, 7_500)];
    assert!(accepts(&paid), "who pays needs no budget");
    // What the others decide against the rule leaves no trace of the call beyond the budget.
    let results = chain.deliver_block(pool.clone()).unwrap();
    let outcomes: Vec<_> = results.iter().map(outcome).collect();
    assert_eq!(outcomes, [("", 0), ("", 0), ("privilege", 4)], "{}", results[2].log);
    assert_eq!(chain.account(&buyer).unwrap().1, first + 2);
    let usage = records(&chain, &contract)[0].usage.unwrap();
    assert_eq!((usage.height, usage.gas), (chain.height(), 600_000));
    // The next block has a budget of its own.
    let refused = pool[2].clone();
    assert_eq!(outcome(&chain.deliver(refused).unwrap()), ("", 0));
    assert_eq!(records(&chain, &contract)[0].usage.unwrap().gas, 300_000);
}

#[test]
fn one_sender_cannot_fill_the_mempool_with_calls_that_need_no_fee() {
    let (mut chain, contract) = chain();
    grant(&mut chain, &contract, Privilege::FeeFree, 50_000_000);
    let buyer = Actor::new("buyer");
    let (number, first) = chain.account(&buyer).unwrap();
    let tx = |sequence| {
        let tx = TxBuilder::new(number, sequence).fee(0).gas(200_000);
        tx.message(call(&buyer, &contract, &json!({"deliver": {}}))).sign(&buyer)
    };
    for offset in 0..16 {
        assert_eq!(outcome(&chain.check(&tx(first + offset)).unwrap()), ("", 0), "{offset}");
    }
    assert_eq!(outcome(&chain.check(&tx(first + 16)).unwrap()), ("privilege", 12));
}

#[test]
fn crashes_in_blocks_with_privileged_calls_replay_to_the_same_root() {
    let (mut chain, contract) = chain();
    grant(&mut chain, &contract, Privilege::BeginBlock, CALL_GAS);
    grant(&mut chain, &contract, Privilege::EndBlock, CALL_GAS);
    tell(&mut chain, &contract, json!({"at_end": {"behaviour": {"panic": {}}}}));
    for point in CrashPoint::ALL {
        chain.crash_in_block(vec![], point).unwrap();
        chain.advance_blocks(1).unwrap();
    }
    let record = records(&chain, &contract).pop().unwrap();
    assert!(record.failures >= 6);
}
