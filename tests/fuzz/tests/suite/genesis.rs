//! Genesis files: a section of every module, changed.

use std::sync::OnceLock;

use proptest::prelude::*;
use serde_json::{Value, json};
use stoa_app::{App, AppConfig, Block, InitChain, QueryRequest, ante::AnteParams};
use stoa_fuzz::{edit_json, json_edits};
use stoa_mock_consensus::{Genesis, Validator};
use tempfile::TempDir;

use crate::{cases, in_time, seeds};

/// A genesis with something in every section.
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
    let block =
        Block { height: 1, time_nanos: genesis.time_nanos + 5_000_000_000, ..Block::default() };
    let first = in_time(|| app.finalize_block(&block));
    assert!(first.is_ok(), "a chain begins and its first block fails: {first:?}");
    // Nothing was committed, so that there is nothing to ask.
    let answer = app.query(&QueryRequest { path: "/app/version".to_owned(), ..Default::default() });
    assert_ne!(answer.code, 0);
    true
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
}
