//! Upgrades: the old binary halts, the new one goes on.

use std::fs;

use cosmos_sdk_proto::cosmos::upgrade::v1beta1::{
    MsgCancelUpgrade, MsgSoftwareUpgrade, Plan, QueryAppliedPlanRequest, QueryAppliedPlanResponse,
    QueryCurrentPlanRequest, QueryCurrentPlanResponse,
};
use stoa_app::{AppError, QueryRequest, QueryResponse, snapshot::Schedule};
use stoa_mock_consensus::{CrashPoint, MockChain, MockError, transfer};
use stoa_modules::upgrade::{Renamed, StoreUpgrades, Upgrade, Upgrades};
use stoa_store::StoreName;

use crate::steward::{any, genesis, govern, governor};

/// A store that begins with the upgrade.
const ADDED: StoreName = StoreName("example");
const HEIGHT: u64 = 6;

fn v2() -> Upgrades {
    let upgrade = Upgrade {
        name: "v2",
        stores: StoreUpgrades { added: &[ADDED], ..StoreUpgrades::default() },
        apply: |ctx| ctx.set(ADDED, b"made by", b"v2".to_vec()),
    };
    Upgrades { known: vec![upgrade], ..Upgrades::default() }
}

/// The store's name after one more upgrade.
const RENAMED: StoreName = StoreName("specimen");

/// Its releases: one with the store, one that calls it otherwise, one without it.
fn releases() -> Vec<Upgrade> {
    let renamed = &[Renamed { from: ADDED, to: RENAMED }];
    vec![
        v2().known.remove(0),
        Upgrade {
            name: "v3",
            stores: StoreUpgrades { renamed, ..StoreUpgrades::default() },
            // What was moved is there already.
            apply: |ctx| {
                let value = ctx.get(RENAMED, b"made by")?.unwrap_or_default();
                ctx.set(RENAMED, b"seen by v3", value)
            },
        },
        Upgrade {
            name: "v4",
            stores: StoreUpgrades { deleted: &[RENAMED], ..StoreUpgrades::default() },
            apply: |_| Ok(()),
        },
    ]
}

/// A chain right before the height of an upgrade.
fn planned() -> MockChain {
    planned_until(HEIGHT - 1)
}

fn planned_until(height: u64) -> MockChain {
    let mut chain = MockChain::new(&genesis()).unwrap();
    let plan = Plan {
        name: "v2".to_owned(),
        height: i64::try_from(HEIGHT).unwrap(),
        info: "https://stoa.example/v2".to_owned(),
        ..Plan::default()
    };
    let authority = governor().address().to_string();
    govern(&mut chain, any(&MsgSoftwareUpgrade { authority, plan: Some(plan) }));
    chain.advance_blocks(height - chain.height()).unwrap();
    chain
}

fn halted(result: Result<(), MockError>) -> AppError {
    match result {
        Err(MockError::App(error)) => error,
        other => panic!("no halt: {other:?}"),
    }
}

#[test]
fn the_old_binary_halts_and_says_what_is_needed() {
    let mut chain = planned();
    let before = chain.app_hash().unwrap();
    let error = halted(chain.advance_blocks(1));
    let expected = "UPGRADE \"v2\" NEEDED at height: 6: https://stoa.example/v2";
    assert_eq!(error.to_string(), expected);
    assert_eq!(chain.app_hash().unwrap(), before);
    let note = fs::read_to_string(chain.folder().join("upgrade-info.json")).unwrap();
    let note: serde_json::Value = serde_json::from_str(&note).unwrap();
    assert_eq!((&note["name"], &note["height"]), (&"v2".into(), &HEIGHT.into()));
}

#[test]
fn the_new_binary_applies_it_and_goes_on() {
    let mut chain = planned();
    halted(chain.advance_blocks(1));
    let old = chain.app_hash().unwrap();
    chain.exchange_binary(v2()).unwrap();
    assert_eq!(chain.height(), HEIGHT);
    assert_ne!(chain.app_hash().unwrap(), old);
    chain.advance_blocks(3).unwrap();
    for point in CrashPoint::ALL {
        chain.crash_in_block(vec![], point).unwrap();
    }
    let current: QueryCurrentPlanResponse = chain
        .query("/cosmos.upgrade.v1beta1.Query/CurrentPlan", &QueryCurrentPlanRequest {})
        .unwrap();
    assert_eq!(current.plan, None);
    let asked = QueryAppliedPlanRequest { name: "v2".to_owned() };
    let applied: QueryAppliedPlanResponse =
        chain.query("/cosmos.upgrade.v1beta1.Query/AppliedPlan", &asked).unwrap();
    assert_eq!(applied.height, i64::try_from(HEIGHT).unwrap());
    // The old binary does not even open the state, which has a store that it does not know.
    assert!(matches!(chain.exchange_binary(Upgrades::default()), Err(MockError::App(_))));
    // One that has the store and lacks the upgrade never executes another block.
    let other = Upgrade { name: "v3", ..v2().known.remove(0) };
    chain.exchange_binary(Upgrades { known: vec![other], ..Upgrades::default() }).unwrap();
    assert!(halted(chain.advance_blocks(1)).to_string().contains("upgrade handler is missing"));
}

#[test]
fn the_new_binary_refuses_to_run_before_its_time() {
    let mut chain = planned_until(HEIGHT - 2);
    chain.exchange_binary(v2()).unwrap();
    // One block before the upgrade.
    let error = halted(chain.advance_blocks(1));
    assert!(error.to_string().contains("BINARY UPDATED BEFORE TRIGGER"), "{error}");
}

#[test]
fn a_plan_is_cancelled_or_skipped() {
    let mut chain = planned();
    let skipping = Upgrades { skip_heights: [HEIGHT].into(), ..Upgrades::default() };
    chain.exchange_binary(skipping).unwrap();
    chain.advance_blocks(3).unwrap();

    let mut chain = MockChain::new(&genesis()).unwrap();
    let plan = Plan { name: "v2".to_owned(), height: 9, ..Plan::default() };
    let authority = governor().address().to_string();
    let schedule = MsgSoftwareUpgrade { authority: authority.clone(), plan: Some(plan) };
    govern(&mut chain, any(&schedule));
    govern(&mut chain, any(&MsgCancelUpgrade { authority }));
    chain.advance_blocks(10).unwrap();
}

/// The value under `key` of a store, as clients ask for it with a proof.
fn stored(chain: &MockChain, store: &str, key: &[u8], height: u64) -> QueryResponse {
    let path = format!("/store/{store}/key");
    let request = QueryRequest { path, data: key.to_vec(), height: height as i64, prove: true };
    chain.app().unwrap().query(&request)
}

/// Schedules `name` for the third block from now and takes the chain there with `known` upgrades.
fn upgrade(chain: &mut MockChain, name: &str, known: &[Upgrade]) {
    let height = chain.height() + 3;
    let plan = Plan {
        name: name.to_owned(),
        height: i64::try_from(height).unwrap(),
        ..Plan::default()
    };
    let authority = governor().address().to_string();
    govern(chain, any(&MsgSoftwareUpgrade { authority, plan: Some(plan) }));
    chain.advance_blocks(1).unwrap();
    let old = halted(chain.advance_blocks(1));
    assert!(matches!(old, AppError::UpgradeNeeded { .. }), "{old}");
    chain.exchange_binary(Upgrades { known: known.to_vec(), ..Upgrades::default() }).unwrap();
    assert_eq!(chain.height(), height);
}

#[test]
fn stores_begin_change_their_names_and_end_with_upgrades() {
    let releases = releases();
    let genesis = genesis().init_chain();
    let schedule = Schedule { interval: 1, keep_recent: 3 };
    let mut chain = MockChain::from_file(genesis, schedule).unwrap();
    chain.advance_blocks(1).unwrap();
    assert_eq!(chain.app().unwrap().info().unwrap().app_version, 0);
    for (version, release) in (1..).zip(&releases) {
        upgrade(&mut chain, release.name, &releases[..version]);
        let info = chain.app().unwrap().info().unwrap();
        assert_eq!(info.app_version, version as u64);
        assert_eq!(chain.app().unwrap().recompute_app_hash().unwrap(), info.app_hash.unwrap());
        let height = chain.height();
        let [old, new] = [ADDED, RENAMED].map(|store| stored(&chain, store.0, b"made by", height));
        let expected = match version {
            1 => (Some("v2"), None),
            2 => (None, Some("v2")),
            _ => (None, None),
        };
        for (answer, expected) in [(old, expected.0), (new, expected.1)] {
            match expected {
                Some(value) => assert_eq!((answer.code, &answer.value[..]), (0, value.as_bytes())),
                None => assert!(answer.log.contains("no such store"), "{}", answer.log),
            }
        }
        for point in CrashPoint::ALL {
            chain.crash_in_block(vec![], point).unwrap();
        }
        // Who begins with a snapshot has the same stores.
        chain.app().unwrap().wait_for_snapshot();
        chain.advance_blocks(1).unwrap();
        chain.app().unwrap().wait_for_snapshot();
        let newcomer = chain.newcomer().unwrap();
        let trusted = |height| Ok(chain.root_after(height).unwrap());
        let (giver, taker) = (chain.app().unwrap(), newcomer.app().unwrap());
        let height = transfer(giver, taker, trusted).unwrap();
        assert_eq!(height, chain.height());
        assert_eq!(newcomer.app_hash().unwrap(), chain.root_after(height));
    }
}

#[test]
fn the_binary_of_an_upgrade_with_stores_does_not_skip_it() {
    let mut chain = planned();
    let skipping = Upgrades { skip_heights: [HEIGHT].into(), ..v2() };
    chain.exchange_binary(skipping).unwrap();
    let error = halted(chain.advance_blocks(1));
    assert!(error.to_string().contains("BINARY UPDATED BEFORE TRIGGER"), "{error}");
}
