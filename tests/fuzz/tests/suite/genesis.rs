//! Genesis files: a section of every module, written by hand and exported from a chain that has everything,
//! changed.

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use stoa_app::{App, AppConfig, Block, InitChain, QueryRequest, ante::AnteParams};
use stoa_fuzz::{edit_json, json_edits};
use stoa_mock_consensus::{Ballot, CONTRACT_GAS, Genesis, Network, TxBuilder, Validator};
use stoa_modules::{router::Continuation, slashing::Misbehaviour};
use tempfile::TempDir;

use crate::{cases, in_time, seeds};

/// A genesis with something in every section that people write.
fn valid() -> (InitChain, Value) {
    let (buyer, provider) = seeds::actors();
    let validators = [Validator::new("first", 10), Validator::new("second", 5)];
    let genesis = Genesis::new().with_validators(&validators).with_window(8);
    let genesis = genesis.with_balance(&buyer, 1_000).with_balance(&provider, 500).init_chain();
    let mut state: Value = serde_json::from_slice(&genesis.app_state).unwrap();
    let (granter, grantee) = (buyer.address().to_string(), provider.address().to_string());
    let coins = json!([{"denom": "ustoa", "amount": "10"}]);
    let vesting = stoa_mock_consensus::Actor::new("vesting").address().to_string();
    state["auth"]["params"] = json!({"max_memo_characters": "256", "tx_sig_limit": "7",
        "tx_size_cost_per_byte": "10", "sig_verify_cost_ed25519": "590",
        "sig_verify_cost_secp256k1": "1000"});
    state["auth"]["accounts"].as_array_mut().unwrap().push(json!({
        "@type": "/cosmos.vesting.v1beta1.PeriodicVestingAccount",
        "base_vesting_account": {"base_account": {"address": vesting, "account_number": "2"},
            "original_vesting": coins, "delegated_free": [], "delegated_vesting": [], "end_time": "9"},
        "start_time": "3", "vesting_periods": [{"length": "6", "amount": coins}]}));
    state["bank"]["params"] = json!({"default_send_enabled": true});
    state["bank"]["send_enabled"] = json!([{"denom": "ustoa", "enabled": true}]);
    state["bank"]["supply"] = json!([{"denom": "ustoa", "amount": "1500"}]);
    state["bank"]["denom_metadata"] = json!([{"description": "coin", "base": "ustoa", "display": "stoa",
        "name": "Stoa", "symbol": "STOA", "denom_units": [
            {"denom": "ustoa", "exponent": 0, "aliases": ["microstoa"]}, {"denom": "stoa", "exponent": 6}]}]);
    state["authority"] = json!({"address": granter});
    state["authz"] = json!({"authorization": [
        {"granter": granter, "grantee": grantee, "expiration": "2099-01-01T00:00:00Z", "authorization":
            {"@type": "/cosmos.bank.v1beta1.SendAuthorization", "spend_limit": coins, "allow_list": [grantee]}},
        {"granter": grantee, "grantee": granter, "authorization":
            {"@type": "/cosmos.authz.v1beta1.GenericAuthorization", "msg": "/cosmos.bank.v1beta1.MsgSend"}}]});
    state["feegrant"] = json!({"allowances": [{"granter": granter, "grantee": grantee, "allowance": {
        "@type": "/cosmos.feegrant.v1beta1.AllowedMsgAllowance",
        "allowed_messages": ["/cosmos.bank.v1beta1.MsgSend"],
        "allowance": {"@type": "/cosmos.feegrant.v1beta1.PeriodicAllowance",
            "basic": {"spend_limit": [], "expiration": "2099-01-01T00:00:00Z"}, "period": "3600.5s",
            "period_spend_limit": coins, "period_can_spend": coins,
            "period_reset": "2023-11-15T00:00:00Z"}}}]});
    state["slashing"] = json!({"params": {"signed_blocks_window": "100", "min_signed_per_window": "0.5",
        "downtime_jail_duration": "600s", "slash_fraction_double_sign": "0.05",
        "slash_fraction_downtime": "0.01"}, "signing_infos": [], "missed_blocks": []});
    state["privilege"] = json!({"privileges": [{"contract": granter, "privilege": "PRIVILEGE_MINT",
        "block_gas": "1", "denoms": ["ustoa"]}]});
    (genesis, state)
}

fn app() -> &'static (App, TempDir) {
    static APP: OnceLock<(App, TempDir)> = OnceLock::new();
    APP.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let config = AppConfig {
            pruning: stoa_app::Pruning { keep_recent: 1, interval: 1 },
            min_retain_blocks: 0,
            snapshots: stoa_app::snapshot::Schedule::NEVER,
            ante: AnteParams::default(),
            beacon: None,
            upgrades: stoa_app::known_upgrades(),
            cores: None,
        };
        (App::open(folder.path(), config).unwrap(), folder)
    })
}

/// Begins a chain with `state`; one that begins also executes its first block.
fn begin(genesis: &InitChain, state: &Value) -> bool {
    let (app, _) = app();
    let request = InitChain { app_state: state.to_string().into_bytes(), ..genesis.clone() };
    if in_time(|| app.init_chain(request)).is_err() {
        return false;
    }
    let (height, time_nanos) = (genesis.initial_height, genesis.time_nanos + 5_000_000_000);
    let block = Block { height, time_nanos, ..Block::default() };
    let first = in_time(|| app.finalize_block(&block));
    assert!(first.is_ok(), "a chain begins and its first block fails: {first:?}");
    // Nothing was committed, so that there is nothing to ask.
    let answer = app.query(&QueryRequest { path: "/app/version".to_owned(), ..Default::default() });
    assert_ne!(answer.code, 0);
    true
}

/// What a chain leaves behind on which everything has happened: contract code, pinned and not, contracts with
/// state and history, powers, an upgrade ahead, a validator that signed twice, values of the beacon.
fn exported() -> &'static (InitChain, Value) {
    static EXPORTED: OnceLock<(InitChain, Value)> = OnceLock::new();
    EXPORTED.get_or_init(|| {
        let exported = lived().app(0).unwrap().export(None, Continuation::NextHeight).unwrap();
        let state = exported.app_state.clone();
        (exported.into(), state)
    })
}

fn lived() -> Network {
    let (_, mut state) = valid();
    state["privilege"] = json!({});
    let validators = [Validator::new("first", 10), Validator::new("second", 5)];
    let sections = state.as_object().unwrap();
    let genesis = sections.iter().fold(
        Genesis::new().with_validators(&validators).with_window(4),
        |genesis, (name, section)| match name.as_str() {
            "beacon" => genesis,
            _ => genesis.with_section(name, section.clone()),
        },
    );
    let mut network = Network::new(&genesis, &validators).unwrap();
    network.misbehaviours.push(Misbehaviour {
        validator: validators[1].address(),
        power: 5,
        height: 1,
        time_nanos: genesis.init_chain().time_nanos,
    });
    let mut contract = String::new();
    for sequence in 0..seeds::DEEDS {
        let message = seeds::deed(sequence, &contract);
        let tx = TxBuilder::new(0, sequence).gas(CONTRACT_GAS).fee(0).message(message);
        // No mempool would take it without a fee; a block may hold it.
        let mut block = network.propose(&[]).unwrap();
        block.push(tx.sign(&seeds::actors().0));
        let results = network.vote_on(block, |_| Ballot::Honest).unwrap();
        let result = results.last().unwrap();
        assert_eq!(result.code, 0, "deed {sequence}: {}", result.log);
        contract = seeds::made(&result.data).unwrap_or(contract);
    }
    network.advance_blocks(12).unwrap();
    network
}

#[test]
fn an_export_of_everything_has_everything_and_is_a_genesis() {
    let (genesis, state) = exported();
    for path in [
        "/auth/accounts/0",
        "/authority/address",
        "/authz/authorization/0",
        "/bank/balances/0",
        "/bank/denom_metadata/0",
        "/beacon/contributors/0",
        "/beacon/values/0",
        "/evidence/evidence/0",
        "/feegrant/allowances/0",
        "/privilege/privileges/1",
        "/slashing/signing_infos/1",
        "/upgrade/plan/name",
        "/validators",
        "/wasm/codes/0",
        "/wasm/contracts/0/contract_state/0",
    ] {
        assert!(state.pointer(path).is_some(), "nothing under {path}: {}", state.to_string().len());
    }
    assert!(begin(genesis, state));
}

#[test]
fn the_seed_is_a_genesis() {
    let (genesis, mut state) = valid();
    assert!(!begin(&genesis, &state), "a privilege is given to somebody who is no contract");
    state["privilege"] = json!({"privileges": []});
    assert!(begin(&genesis, &state));
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn a_changed_genesis_is_refused_or_begins_a_chain(
        edits in json_edits(), has_privileges in prop::bool::weighted(0.1),
    ) {
        let (genesis, mut state) = valid();
        if !has_privileges {
            state["privilege"] = json!(null);
        }
        begin(&genesis, &edit_json(&state, &edits));
    }

    #[test]
    fn a_changed_export_is_refused_or_begins_a_chain(edits in json_edits()) {
        let (genesis, state) = exported();
        begin(genesis, &edit_json(state, &edits));
    }
}
