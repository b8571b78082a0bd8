use super::*;
use crate::testing::context;
use cosmos_sdk_proto::{Timestamp, cosmos::base::v1beta1::Coin};
use std::time::Duration;

/// The time of [`context`], in seconds.
const NOW: i64 = 1_700_000_000;

fn sum(text: &str) -> Coins {
    text.parse().unwrap()
}

fn at(seconds: i64) -> Time {
    Time::from_unix_timestamp(seconds, 0).unwrap()
}

fn basic(limit: &str, expiration: Option<i64>) -> Basic {
    let limit = sum(limit);
    Basic { spend_limit: (!limit.is_empty()).then_some(limit), expiration: expiration.map(at) }
}

fn periodic(total: &str, each: &str, reset: i64) -> Periodic {
    Periodic {
        basic: basic(total, None),
        period: Duration::from_secs(100),
        period_spend_limit: sum(each),
        period_can_spend: sum(each),
        period_reset: at(reset),
    }
}

fn code(outcome: Result<Left, NotAccepted>) -> (u32, bool) {
    match outcome.unwrap_err() {
        NotAccepted::Over(error) => (ModuleError::from(error).code(), true),
        NotAccepted::Refused(error) => (error.code(), false),
    }
}

#[test]
fn a_sum_is_spent_to_the_last_coin() {
    let mut allowance = basic("10ustoa", None);
    assert_eq!(allowance.accept(at(NOW), &sum("4ustoa")).unwrap(), Left::Something);
    assert_eq!(code(allowance.accept(at(NOW), &sum("7ustoa"))), (2, false));
    assert_eq!(code(allowance.accept(at(NOW), &sum("1other"))), (2, false));
    assert_eq!(allowance.accept(at(NOW), &sum("6ustoa")).unwrap(), Left::Nothing);
    let mut all = basic("", None);
    assert_eq!(all.accept(at(NOW), &sum("999999ustoa")).unwrap(), Left::Something);
}

#[test]
fn an_allowance_ends_behind_its_last_moment() {
    let mut allowance = basic("10ustoa", Some(NOW));
    assert_eq!(allowance.accept(at(NOW), &sum("1ustoa")).unwrap(), Left::Something);
    assert_eq!(code(allowance.accept(at(NOW + 1), &sum("1ustoa"))), (3, true));
}

#[test]
fn a_period_limits_and_the_next_fills_up() {
    let mut allowance = periodic("25ustoa", "10ustoa", NOW + 100);
    assert_eq!(allowance.accept(at(NOW), &sum("10ustoa")).unwrap(), Left::Something);
    assert_eq!(code(allowance.accept(at(NOW + 99), &sum("1ustoa"))), (2, false));
    assert_eq!(allowance.accept(at(NOW + 100), &sum("10ustoa")).unwrap(), Left::Something);
    assert_eq!(allowance.period_reset, at(NOW + 200));
    // Less than a period's sum is left in all.
    assert_eq!(code(allowance.accept(at(NOW + 250), &sum("6ustoa"))), (2, false));
    assert_eq!(allowance.accept(at(NOW + 250), &sum("5ustoa")).unwrap(), Left::Nothing);
}

#[test]
fn after_an_unused_period_the_next_begins_now() {
    let mut allowance = periodic("", "10ustoa", NOW);
    allowance.accept(at(NOW + 1_000), &sum("1ustoa")).unwrap();
    assert_eq!(allowance.period_reset, at(NOW + 1_100));
}

#[test]
fn only_allowed_messages_are_paid_for() {
    let ctx = context();
    let inner = Box::new(Allowance::Basic(basic("10ustoa", None)));
    let mut filtered = Filtered { allowance: inner, allowed_messages: vec!["/a".to_owned()] };
    assert_eq!(code(filtered.accept(&ctx, &sum("1ustoa"), &["/a", "/b"])), (7, false));
    assert_eq!(ctx.gas.used(), 30);
    assert_eq!(filtered.accept(&ctx, &sum("1ustoa"), &["/a"]).unwrap(), Left::Something);
}

#[test]
fn every_kind_reads_back_from_its_wire_form() {
    let inner = Box::new(Allowance::Periodic(periodic("9ustoa", "1ustoa", NOW)));
    let allowances = [
        Allowance::Basic(basic("1abc,2ustoa", Some(NOW))),
        Allowance::Periodic(periodic("", "1ustoa", NOW)),
        Allowance::Filtered(Filtered { allowance: inner, allowed_messages: vec!["/a".to_owned()] }),
    ];
    for allowance in allowances {
        allowance.check().unwrap();
        assert_eq!(Allowance::from_any(&allowance.to_any()).unwrap(), allowance);
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_the_codes_of_the_sdk() {
    let refused = |any: &Any| {
        let outcome = Allowance::from_any(any).and_then(|allowance| allowance.check());
        let error = ModuleError::from(outcome.unwrap_err());
        (error.codespace(), error.code())
    };
    let coin = |amount: &str| Coin { denom: "ustoa".to_owned(), amount: amount.to_owned() };
    let basic = |amount: &str, seconds: i64, nanos: i32| {
        let expiration = Some(Timestamp { seconds, nanos });
        pack(&BasicAllowance { spend_limit: vec![coin(amount)], expiration })
    };
    assert_eq!(refused(&basic("0", NOW, 0)), ("sdk", 10));
    assert_eq!(refused(&basic("-1", NOW, 0)), ("sdk", 10));
    assert_eq!(refused(&basic("1", -1, 0)), ("feegrant", 4));
    assert_eq!(refused(&basic("1", i64::MAX, 0)), ("feegrant", 4));
    assert_eq!(refused(&basic("1", NOW, -1)), ("feegrant", 4));

    let period = |seconds, nanos| {
        let proto = periodic("9ustoa", "1ustoa", NOW).to_proto();
        let period =
            Some(cosmos_sdk_proto::tendermint::google::protobuf::Duration { seconds, nanos });
        pack(&PeriodicAllowance { period, ..proto })
    };
    assert!(Allowance::from_any(&period(1, 999_999_999)).is_ok());
    for (seconds, nanos) in [(-1, 0), (0, -1), (i64::MAX, 0), (0, 1_000_000_000), (i64::MIN, 0)] {
        assert_eq!(refused(&period(seconds, nanos)), ("feegrant", 4));
    }
    let other = Allowance::Periodic(periodic("9other", "1ustoa", NOW));
    assert_eq!(refused(&other.to_any()), ("sdk", 10));
    let nothing = Allowance::Periodic(periodic("9ustoa", "", NOW));
    assert_eq!(refused(&nothing.to_any()), ("sdk", 10));

    let filter = |allowance, messages: usize| {
        let allowed_messages = vec!["/a".to_owned(); messages];
        pack(&AllowedMsgAllowance { allowance, allowed_messages })
    };
    assert_eq!(refused(&filter(Some(basic("1", NOW, 0)), 0)), ("feegrant", 6));
    assert_eq!(refused(&filter(None, 1)), ("feegrant", 5));
    let foreign = Any { type_url: "/cosmos.bank.v1beta1.MsgSend".to_owned(), value: Vec::new() };
    assert_eq!(refused(&foreign), ("feegrant", 5));
    let deep = (0..9).fold(basic("1", NOW, 0), |inner, _| filter(Some(inner), 1));
    assert_eq!(refused(&deep), ("feegrant", 5));
}

#[test]
fn a_period_that_would_end_after_the_year_9999_is_refused_and_does_not_panic() {
    let mut allowance = periodic("", "1ustoa", 253_402_300_700);
    allowance.period = Duration::from_secs(1_000_000);
    assert_eq!(code(allowance.accept(at(253_402_300_799), &sum("1ustoa"))), (4, false));
}
