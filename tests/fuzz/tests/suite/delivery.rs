//! Changed messages, signed as they are, through admission, simulation and blocks.

use std::cell::RefCell;

use cosmos_sdk_proto::{Any, cosmos::tx::v1beta1::SimulateRequest};
use proptest::prelude::*;
use prost::Message as _;
use stoa_app::{QueryRequest, TxResult};
use stoa_fuzz::{FieldEdit, edit_fields, field_edits};
use stoa_mock_consensus::{Genesis, MockChain};

use crate::{cases, in_time, seeds};

const START: u128 = 1_000_000_000_000_000;
const GAS: u64 = 4_000_000;
const FEE: u128 = 100_000;

thread_local! {
    /// Cases go on where the ones before have ended: a state that no test has written by hand.
    static CHAIN: RefCell<Option<(MockChain, String)>> = const { RefCell::new(None) };
}

fn with_chain<T>(test: impl FnOnce(&mut MockChain, &str) -> T) -> T {
    CHAIN.with_borrow_mut(|chain| {
        let (chain, contract) = chain.get_or_insert_with(|| {
            let (buyer, provider) = seeds::actors();
            let genesis = Genesis::new().with_balance(&buyer, START).with_balance(&provider, START);
            let mut chain = MockChain::new(&genesis).unwrap();
            let contract = chain.deploy_probe(&buyer).unwrap();
            (chain, contract)
        });
        test(chain, contract)
    })
}

/// Neither a caught panic nor a failure of the node.
fn is_clean(result: &TxResult) -> bool {
    let is_bug = result.codespace == "undefined"
        && matches!(result.code, stoa_app::error::PANIC_CODE | stoa_app::error::INTERNAL_CODE)
        && (result.log.contains("recovered: ") || result.log.contains("internal error"));
    !is_bug
}

fn deliver(seed: &prop::sample::Index, edits: &[FieldEdit]) {
    let (buyer, _) = seeds::actors();
    with_chain(|chain, contract| {
        let seeds = seeds::messages(contract);
        let Any { type_url, value } = seed.get(&seeds);
        let message = Any { type_url: type_url.clone(), value: edit_fields(value, edits) };
        let tx = chain.tx(&buyer).unwrap().message(message.clone()).gas(GAS).fee(FEE);
        let unsigned = tx.unsigned(&buyer);
        let signed = tx.sign(&buyer);

        let request = SimulateRequest { tx_bytes: unsigned, ..SimulateRequest::default() };
        let path = "/cosmos.tx.v1beta1.Service/Simulate".to_owned();
        let request = QueryRequest { path, data: request.encode_to_vec(), ..Default::default() };
        let answer = in_time(|| chain.app().unwrap().query(&request));
        assert!(!answer.log.contains("recovered: "), "{message:?}: {}", answer.log);

        let supply = chain.supply().unwrap();
        let checked = in_time(|| chain.check(&signed).unwrap());
        assert!(is_clean(&checked), "{message:?}: {checked:?}");
        let result = in_time(|| chain.deliver(signed).unwrap());
        assert!(is_clean(&result), "{message:?}: {result:?}");
        assert_eq!(chain.supply().unwrap(), supply, "{message:?} made or lost money");
    });
}

#[test]
fn the_seeds_reach_their_modules() {
    let mut codes = Vec::new();
    with_chain(|chain, contract| {
        let (buyer, _) = seeds::actors();
        for message in seeds::messages(contract) {
            let tx = chain.tx(&buyer).unwrap().message(message.clone()).gas(GAS).fee(FEE);
            let result = chain.deliver(tx.sign(&buyer)).unwrap();
            codes.push((message.type_url, result.codespace, result.code));
        }
    });
    for (type_url, ..) in &codes {
        let of_type = codes.iter().filter(|(other, ..)| other == type_url);
        let is_refused_for_a_reason = ["MsgStoreCode", "Contract2", "Vesting", "Migrate", "Admin"]
            .iter()
            .any(|name| type_url.contains(name));
        let succeeded = of_type.filter(|(.., code)| *code == 0).count();
        assert!(succeeded > 0 || is_refused_for_a_reason, "{codes:#?}");
    }
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn changed_messages_never_panic_and_never_make_money(
        seed: prop::sample::Index, edits in field_edits(),
    ) {
        deliver(&seed, &edits);
    }
}
