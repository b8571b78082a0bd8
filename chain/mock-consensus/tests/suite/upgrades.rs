//! Upgrades: the old binary halts, the new one goes on.

use std::fs;

use cosmos_sdk_proto::cosmos::upgrade::v1beta1::{
    MsgCancelUpgrade, MsgSoftwareUpgrade, Plan, QueryAppliedPlanRequest, QueryAppliedPlanResponse,
    QueryCurrentPlanRequest, QueryCurrentPlanResponse,
};
use stoa_app::AppError;
use stoa_mock_consensus::{CrashPoint, MockChain, MockError};
use stoa_modules::upgrade::{Upgrade, Upgrades};
use stoa_store::StoreName;

use crate::steward::{any, genesis, govern, governor};

/// A store that begins with the upgrade.
const ADDED: StoreName = StoreName("example");
const HEIGHT: u64 = 6;

fn v2() -> Upgrades {
    let upgrade = Upgrade {
        name: "v2",
        added: &[ADDED],
        removed: &[],
        apply: |ctx| ctx.set(ADDED, b"made by", b"v2".to_vec()),
    };
    Upgrades { known: vec![upgrade], ..Upgrades::default() }
}

/// A chain before the height of an upgrade.
fn planned() -> MockChain {
    let mut chain = MockChain::new(&genesis()).unwrap();
    let plan = Plan {
        name: "v2".to_owned(),
        height: i64::try_from(HEIGHT).unwrap(),
        info: "https://stoa.example/v2".to_owned(),
        ..Plan::default()
    };
    let authority = governor().address().to_string();
    govern(&mut chain, any(&MsgSoftwareUpgrade { authority, plan: Some(plan) }));
    chain.advance_blocks(HEIGHT - 1 - chain.height()).unwrap();
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
    // The old binary never executes another block.
    assert!(chain.exchange_binary(Upgrades::default()).is_ok(), "nothing to replay");
    assert!(halted(chain.advance_blocks(1)).to_string().contains("upgrade handler is missing"));
}

#[test]
fn the_new_binary_refuses_to_run_before_its_time() {
    let mut chain = planned();
    chain.exchange_binary(v2()).unwrap();
    let error = halted(chain.advance_blocks(1));
    // The very block of the upgrade is right; one before is not.
    panic_if_early(&error);
}

fn panic_if_early(error: &AppError) {
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
