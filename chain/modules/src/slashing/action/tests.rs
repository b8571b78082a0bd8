use cosmos_sdk_proto::{Any, cosmos::slashing::v1beta1::MsgUnjail};
use prost::{Message as _, Name as _};
use tendermint_proto::v0_38::types::{AbciParams, ConsensusParams, EvidenceParams};

use stoa_store::{KeyRange, Order};

use super::*;
use crate::{
    auth::AccAddress,
    beacon, consensus,
    slashing::{
        EVIDENCE_STORE, Params, bitmap, export_evidence, init_evidence, init_genesis, is_tombstoned,
    },
    testing::context,
    validators::{Change, Validator},
};

const WINDOW: u64 = 10;

fn address(key: u8) -> ConsensusAddress {
    ConsensusAddress::of_key(&[key; 32])
}

/// Four validators from height 7 on, of whom six of ten blocks are wanted.
fn chain() -> Context {
    let ctx = context();
    let updates: Vec<_> =
        (1..=4).map(|key| Validator { key: [key; 32], power: 10 }.to_update()).collect();
    validators::init_genesis(&ctx, &updates).unwrap();
    init_genesis(&ctx, Default::default()).unwrap();
    let params = Params { signed_blocks_window: WINDOW, ..Params::default() };
    let params = Params { min_signed_per_window: 600_000_000_000_000_000, ..params };
    ctx.set(STORE, state_key::PARAMS, params.to_proto().encode_to_vec()).unwrap();
    ctx
}

/// One more block, in whose commit `absent` is missing.
fn block(ctx: &mut Context, absent: &[u8]) -> Vec<Infraction> {
    ctx.block.height += 1;
    ctx.block.time_nanos += 5_000_000_000;
    let vote =
        |key: u8| Vote { validator: address(key), power: 10, has_voted: !absent.contains(&key) };
    begin_block(ctx, &[1, 2, 3, 4].map(vote), &[]).unwrap()
}

fn is_jailed(ctx: &Context, key: u8) -> bool {
    validators::record(ctx, &address(key)).unwrap().unwrap().is_jailed
}

#[test]
fn who_misses_too_much_of_a_window_is_jailed_and_nobody_else() {
    let mut ctx = chain();
    // Two misses of five are within the bound for ever.
    for number in 0..100 {
        let absent: &[u8] = if number % 5 < 2 { &[3] } else { &[] };
        assert!(block(&mut ctx, absent).is_empty());
    }
    let mut missed = 0;
    let infractions = loop {
        missed += 1;
        let infractions = block(&mut ctx, &[2]);
        if !infractions.is_empty() {
            break infractions;
        }
    };
    assert_eq!(missed, 5, "four of ten may be missed");
    assert_eq!(infractions.len(), 1);
    assert_eq!(infractions[0].validator, address(2).to_bech32());
    assert!(is_jailed(&ctx, 2) && !is_jailed(&ctx, 3));
    assert!(ctx.events.iter().any(|event| event.kind == "slash"));
    // It still votes until the set has changed; that counts for nothing.
    assert!(block(&mut ctx, &[2]).is_empty());
    let info = view::signing_info(&ctx, &address(2)).unwrap().unwrap();
    assert_eq!((info.missed_blocks_counter, info.index_offset), (0, 0));
    assert!(bitmap::missed(&ctx, &address(2)).unwrap().is_empty());
}

#[test]
fn a_young_validator_has_a_whole_window_before_it_is_judged() {
    let mut ctx = chain();
    for _ in 0..WINDOW {
        assert!(block(&mut ctx, &[1]).is_empty());
    }
    assert_eq!(block(&mut ctx, &[1]).len(), 1);
}

fn unjail(ctx: &mut Context, operator: &AccAddress) -> Result<(), ModuleError> {
    let hrp = bech32::Hrp::parse("stoavaloper").unwrap();
    let validator_addr = bech32::encode::<bech32::Bech32>(hrp, operator.as_bytes()).unwrap();
    let value = MsgUnjail { validator_addr }.encode_to_vec();
    let message = Any { type_url: MsgUnjail::type_url(), value };
    assert_eq!(signers(&message).unwrap().unwrap(), std::slice::from_ref(operator));
    execute_message(ctx, &message).unwrap().map(drop)
}

#[test]
fn an_operator_releases_its_validator_when_the_time_is_over() {
    let mut ctx = chain();
    let operator = AccAddress::new([9; 20]).unwrap();
    let change = Change { key: [2; 32], power: 10, operator: Some(operator.clone()) };
    validators::update(&mut ctx, &[change]).unwrap();
    let code = |result: Result<(), ModuleError>| result.unwrap_err().code();
    let stranger = AccAddress::new([8; 20]).unwrap();
    assert_eq!(code(unjail(&mut ctx, &stranger)), 2);
    assert_eq!(code(unjail(&mut ctx, &operator)), 5);
    while block(&mut ctx, &[2]).is_empty() {}
    assert_eq!(code(unjail(&mut ctx, &operator)), 4);
    ctx.block.time_nanos += Params::default().downtime_jail_nanos;
    unjail(&mut ctx, &operator).unwrap();
    assert!(!is_jailed(&ctx, 2));
}

fn double_sign(ctx: &Context, key: u8, age: u64) -> Misbehaviour {
    Misbehaviour {
        validator: address(key),
        power: 10,
        height: ctx.block.height - age,
        time_nanos: ctx.block.time_nanos - age * 5_000_000_000,
    }
}

#[test]
fn who_signs_twice_leaves_for_good() {
    let mut ctx = chain();
    ctx.block.height = 100;
    let operator = AccAddress::new([9; 20]).unwrap();
    let change = Change { key: [2; 32], power: 10, operator: Some(operator.clone()) };
    validators::update(&mut ctx, &[change]).unwrap();
    let proof = double_sign(&ctx, 2, 3);
    let infractions = begin_block(&mut ctx, &[], &[proof, proof]).unwrap();
    assert_eq!(infractions.len(), 1, "once is enough");
    assert_eq!(infractions[0].kind, InfractionKind::DoubleSign);
    assert!(is_jailed(&ctx, 2) && is_tombstoned(&ctx, &address(2)).unwrap());
    ctx.block.time_nanos = u64::MAX;
    assert_eq!(unjail(&mut ctx, &operator).unwrap_err().code(), 4);
}

#[test]
fn misbehaviour_that_is_too_old_or_of_a_stranger_is_passed_over() {
    let mut ctx = chain();
    ctx.block.height = 100;
    let evidence = EvidenceParams {
        max_age_num_blocks: 5,
        max_age_duration: Some(tendermint_proto::google::protobuf::Duration {
            seconds: 20,
            nanos: 0,
        }),
        max_bytes: 1,
    };
    let params = ConsensusParams { evidence: Some(evidence), ..ConsensusParams::default() };
    consensus::init_genesis(&ctx, &params).unwrap();
    for (key, age, is_judged) in [(2, 6, false), (2, 5, true), (77, 1, false)] {
        let proof = double_sign(&ctx, key, age);
        let infractions = begin_block(&mut ctx, &[], &[proof]).unwrap();
        assert_eq!(!infractions.is_empty(), is_judged, "{key} {age}");
    }
}

#[test]
fn who_withholds_links_counts_as_down() {
    let mut ctx = chain();
    let abci = AbciParams { vote_extensions_enable_height: 1 };
    let params = ConsensusParams { abci: Some(abci), ..ConsensusParams::default() };
    consensus::init_genesis(&ctx, &params).unwrap();
    let link = |last: u64| {
        serde_json::json!({
            "params": {"window_blocks": "2", "kept_values": "64", "withholding_blocks": "12"},
            "contributors": [{"validator": address(1).to_bech32(), "anchored": "1", "chains": [
                {"first_index": "1", "last_index": last.to_string(),
                 "last_link": cosmwasm_std::Binary::from([5; 32])}]}],
        })
    };
    let first = ctx.block.height;
    let jailed = loop {
        // The first validator reveals a link in every block, the others never.
        let genesis = serde_json::from_value(link(ctx.block.height)).unwrap();
        beacon::init_genesis(&ctx, genesis).unwrap();
        let jailed = block(&mut ctx, &[]);
        if !jailed.is_empty() {
            break jailed;
        }
    };
    assert_eq!(jailed.len(), 3);
    assert!(!is_jailed(&ctx, 1));
    // Silent for twelve blocks, then down for five.
    assert_eq!(ctx.block.height - 1 - first, 12 + 4);
}

#[test]
fn proofs_of_misbehaviour_come_back_with_an_export() {
    let mut ctx = chain();
    ctx.block.height += 3;
    for key in [2, 3] {
        let misbehaviour = Misbehaviour {
            validator: address(key),
            power: 10,
            height: ctx.block.height - u64::from(key),
            time_nanos: ctx.block.time_nanos - 1_500_000_000,
        };
        begin_block(&mut ctx, &[], &[misbehaviour]).unwrap();
    }
    let exported = serde_json::to_value(export_evidence(&ctx).unwrap()).unwrap();
    assert_eq!(exported["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(exported["evidence"][0]["@type"], "/cosmos.evidence.v1beta1.Equivocation");
    let again = context();
    init_evidence(&again, serde_json::from_value(exported.clone()).unwrap()).unwrap();
    assert_eq!(serde_json::to_value(export_evidence(&again).unwrap()).unwrap(), exported);
    let content = |ctx: &Context| {
        let mut walk = ctx.walk(EVIDENCE_STORE, KeyRange::default(), Order::Ascending).unwrap();
        std::iter::from_fn(|| ctx.step(&mut walk).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(content(&again), content(&ctx), "under the same hashes");
    for (field, bad) in [("height", "0"), ("power", "-1"), ("consensus_address", "stoa1x"), ("time", "noon")] {
        let mut changed = exported.clone();
        changed["evidence"][0][field] = bad.into();
        let refused = serde_json::from_value(changed).map(|section| init_evidence(&context(), section));
        assert!(!matches!(refused, Ok(Ok(()))), "{field}");
    }
}
