//! Fees paid by others and messages sent for others, through whole blocks.

use cosmos_sdk_proto::{
    Any, Timestamp,
    cosmos::{
        authz::v1beta1::{GenericAuthorization, Grant, MsgExec, MsgGrant},
        bank::v1beta1::MsgSend,
        base::v1beta1::Coin,
        feegrant::v1beta1::{
            BasicAllowance, MsgGrantAllowance, QueryAllowancesRequest, QueryAllowancesResponse,
        },
    },
};
use prost::Name;
use stoa_mock_consensus::{Actor, BLOCK_SECONDS, CHAIN_ID, DENOM, MockChain, send};

use crate::{START, chain, outcome};

/// Genesis time of test chains in seconds.
const GENESIS_SECONDS: i64 = 1_767_225_600;

pub fn pack<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// The time of the block at `height`.
fn time_of(height: u64) -> Timestamp {
    let elapsed = i64::try_from(height * BLOCK_SECONDS).unwrap();
    Timestamp { seconds: GENESIS_SECONDS + elapsed, nanos: 0 }
}

pub fn allow(granter: &Actor, grantee: &Actor, limit: u128, until: Option<Timestamp>) -> Any {
    let coin = Coin { denom: DENOM.to_owned(), amount: limit.to_string() };
    pack(&MsgGrantAllowance {
        granter: granter.address().to_string(),
        grantee: grantee.address().to_string(),
        allowance: Some(pack(&BasicAllowance { spend_limit: vec![coin], expiration: until })),
    })
}

pub fn authorize(granter: &Actor, grantee: &Actor, until: Option<Timestamp>) -> Any {
    let authorization = Some(pack(&GenericAuthorization { msg: MsgSend::type_url() }));
    pack(&MsgGrant {
        granter: granter.address().to_string(),
        grantee: grantee.address().to_string(),
        grant: Some(Grant { authorization, expiration: until }),
    })
}

fn act(grantee: &Actor, msgs: Vec<Any>) -> Any {
    pack(&MsgExec { grantee: grantee.address().to_string(), msgs })
}

/// Delivers one message of `signer`, which pays itself.
fn run(chain: &mut MockChain, signer: &Actor, message: Any) -> (String, u32) {
    let tx = chain.tx(signer).unwrap().message(message).sign(signer);
    let result = chain.deliver(tx).unwrap();
    (result.codespace, result.code)
}

#[test]
fn a_newcomer_without_money_acts_until_the_allowance_is_used_up() {
    let (mut chain, buyer, provider) = chain();
    let newcomer = Actor::new("newcomer");
    let granted = run(&mut chain, &buyer, allow(&buyer, &newcomer, 12_000, None));
    assert_eq!(granted, (String::new(), 0));
    let free = |chain: &MockChain| {
        let tx = chain.tx(&newcomer).unwrap().granter(&buyer.address());
        tx.message(act(
            &newcomer,
            vec![act(&newcomer, vec![send(&newcomer, &provider.address(), 0)])],
        ))
    };
    // Nothing that the messages do succeeds, for there is no money; the fee is paid all the same.
    for paid in [5_000, 10_000] {
        let tx = free(&chain).sign(&newcomer);
        assert_ne!(chain.deliver(tx).unwrap().code, 0);
        assert_eq!(chain.balance(&buyer.address()).unwrap(), START - 5_000 - paid);
    }
    let tx = free(&chain).sign(&newcomer);
    assert_eq!(outcome(&chain.check(&tx).unwrap()), ("feegrant", 2));
    assert_eq!(outcome(&chain.deliver(tx).unwrap()), ("feegrant", 2));
    assert_eq!(chain.account(&newcomer).unwrap().1, 2);
}

#[test]
fn two_transactions_of_one_block_cannot_overspend_an_allowance() {
    let (mut chain, buyer, provider) = chain();
    run(&mut chain, &buyer, allow(&buyer, &provider, 7_000, None));
    let (number, sequence) = chain.account(&provider).unwrap();
    let tx = |sequence| {
        let tx = stoa_mock_consensus::TxBuilder::new(number, sequence).chain_id(CHAIN_ID);
        let tx = tx.granter(&buyer.address()).message(send(&provider, &buyer.address(), 1));
        tx.sign(&provider)
    };
    let block = vec![tx(sequence), tx(sequence + 1)];
    let outcomes: Vec<_> =
        chain.deliver_block(block).unwrap().iter().map(|result| result.code).collect();
    assert_eq!(outcomes, [0, 2]);
    assert_eq!(chain.balance(&buyer.address()).unwrap(), START - 10_000 + 1);
}

#[test]
fn an_allowance_ends_with_its_time_and_leaves_the_state() {
    let (mut chain, buyer, provider) = chain();
    let until = time_of(chain.height() + 3);
    run(&mut chain, &buyer, allow(&buyer, &provider, 50_000, Some(until)));
    let tx = |chain: &MockChain| {
        let tx = chain.tx(&provider).unwrap().granter(&buyer.address());
        tx.message(send(&provider, &buyer.address(), 1)).sign(&provider)
    };
    let in_time = tx(&chain);
    assert_eq!(outcome(&chain.deliver(in_time).unwrap()), ("", 0));
    chain.advance_blocks(1).unwrap();
    let late = tx(&chain);
    assert_eq!(outcome(&chain.deliver(late).unwrap()), ("feegrant", 3));
    let request =
        QueryAllowancesRequest { grantee: provider.address().to_string(), pagination: None };
    let answer: QueryAllowancesResponse =
        chain.query("/cosmos.feegrant.v1beta1.Query/Allowances", &request).unwrap();
    assert!(answer.allowances.is_empty());
}

#[test]
fn nobody_spends_for_another_without_a_grant_or_after_it() {
    let (mut chain, buyer, provider) = chain();
    let steal = act(&provider, vec![send(&buyer, &provider.address(), 1_000)]);
    assert_eq!(run(&mut chain, &provider, steal.clone()), ("authz".to_owned(), 2));
    let until = time_of(chain.height() + 3);
    run(&mut chain, &buyer, authorize(&buyer, &provider, Some(until)));
    assert_eq!(run(&mut chain, &provider, steal.clone()), (String::new(), 0));
    chain.advance_blocks(2).unwrap();
    // The grant is over, and removed at the beginning of the block.
    assert_eq!(run(&mut chain, &provider, steal), ("authz".to_owned(), 2));
    assert_eq!(chain.balance(&buyer.address()).unwrap(), START - 5_000 - 1_000);
}

#[test]
fn messages_inside_messages_are_as_deep_as_a_transaction_may_be() {
    let (mut chain, buyer, provider) = chain();
    let nested = |levels| {
        (0..levels).fold(send(&buyer, &provider.address(), 1), |inner, _| act(&buyer, vec![inner]))
    };
    assert_eq!(run(&mut chain, &buyer, nested(4)), (String::new(), 0));
    assert_eq!(run(&mut chain, &buyer, nested(40)), ("sdk".to_owned(), 2));
}

#[test]
fn money_is_conserved_whoever_pays_and_acts() {
    let (mut chain, buyer, provider) = chain();
    let before = chain.supply().unwrap();
    run(&mut chain, &buyer, allow(&buyer, &provider, 50_000, None));
    run(&mut chain, &buyer, authorize(&buyer, &provider, None));
    let message = act(&provider, vec![send(&buyer, &provider.address(), 777)]);
    let tx = chain.tx(&provider).unwrap().granter(&buyer.address()).message(message);
    assert_eq!(outcome(&chain.deliver(tx.sign(&provider)).unwrap()), ("", 0));
    assert_eq!(chain.balance(&provider.address()).unwrap(), START + 777);
    assert_eq!(chain.supply().unwrap(), before);
}
