use super::*;
use crate::{auth::AccAddress, testing::context};
use stoa_proto::cosmwasm::wasm::v1::{MsgExecuteContract, MsgMigrateContract};

fn contract(byte: u8) -> String {
    AccAddress::new([byte; 32]).unwrap().to_string()
}

fn sum(text: &str) -> Coins {
    text.parse().unwrap()
}

fn call(byte: u8, message: &str, funds: &str) -> Any {
    pack(&MsgExecuteContract {
        sender: contract(9),
        contract: contract(byte),
        msg: message.as_bytes().to_vec(),
        funds: sum(funds).to_proto(),
    })
}

fn grant(byte: u8, limit: Limit, filter: Filter) -> ContractGrant {
    ContractGrant { contract: contract(byte), limit, filter }
}

fn calls(grants: Vec<ContractGrant>) -> Authorization {
    Authorization::Contract { action: ContractAction::Execute, grants }
}

fn keys(keys: &[&str]) -> Filter {
    Filter::Keys(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn code(outcome: Result<Left, ModuleError>) -> (&'static str, u32) {
    let error = outcome.unwrap_err();
    (error.codespace(), error.code())
}

#[test]
fn calls_and_money_are_counted_down() {
    let ctx = context();
    let three = calls(vec![grant(1, Limit::Calls { remaining: 2 }, Filter::All)]);
    assert_eq!(code(three.accept(&ctx, &call(1, "{}", "1ustoa"))), ("sdk", 4), "with money");
    assert_eq!(code(three.accept(&ctx, &call(2, "{}", ""))), ("sdk", 4), "another contract");
    let Left::Less(once) = three.accept(&ctx, &call(1, "{}", "")).unwrap() else { panic!() };
    assert_eq!(once.accept(&ctx, &call(1, "{}", "")).unwrap(), Left::Nothing);

    let amounts = sum("10ustoa");
    let money = calls(vec![grant(1, Limit::Funds { amounts: amounts.clone() }, Filter::All)]);
    assert_eq!(money.accept(&ctx, &call(1, "{}", "")).unwrap(), Left::Unchanged);
    assert_eq!(code(money.accept(&ctx, &call(1, "{}", "11ustoa"))), ("sdk", 4));
    assert_eq!(money.accept(&ctx, &call(1, "{}", "10ustoa")).unwrap(), Left::Nothing);

    let both = calls(vec![grant(1, Limit::Combined { remaining: 2, amounts }, Filter::All)]);
    let Left::Less(rest) = both.accept(&ctx, &call(1, "{}", "4ustoa")).unwrap() else { panic!() };
    assert_eq!(code(rest.accept(&ctx, &call(1, "{}", "7ustoa"))), ("sdk", 4));
    assert_eq!(rest.accept(&ctx, &call(1, "{}", "")).unwrap(), Left::Nothing);
}

#[test]
fn only_allowed_messages_pass() {
    let ctx = context();
    let limit = Limit::Calls { remaining: 9 };
    let by_key = calls(vec![grant(1, limit.clone(), keys(&["claim", "vote"]))]);
    assert!(by_key.accept(&ctx, &call(1, r#"{"vote":{}}"#, "")).is_ok());
    assert_eq!(ctx.gas.used(), 11);
    for refused in [r#"{"steal":{}}"#, r#"{"vote":{},"steal":{}}"#, "{}", "[]", r#""vote""#] {
        assert_eq!(code(by_key.accept(&ctx, &call(1, refused, ""))), ("sdk", 4), "{refused}");
    }
    let exact = calls(vec![grant(1, limit, Filter::Messages(vec![b"{\"a\":1}".to_vec()]))]);
    assert!(exact.accept(&ctx, &call(1, r#"{"a":1}"#, "")).is_ok());
    assert_eq!(code(exact.accept(&ctx, &call(1, r#"{"a": 1}"#, ""))), ("sdk", 4));
}

#[test]
fn the_first_grant_that_fits_is_used_and_the_others_stay() {
    let ctx = context();
    let one = Limit::Calls { remaining: 1 };
    let grants = vec![grant(1, one.clone(), keys(&["a"])), grant(1, one, keys(&["b"]))];
    let left = calls(grants.clone()).accept(&ctx, &call(1, r#"{"b":1}"#, "")).unwrap();
    assert_eq!(left, Left::Less(calls(vec![grants[0].clone()])));
}

#[test]
fn every_kind_reads_back_from_its_wire_form() {
    let limits = [
        Limit::Calls { remaining: 3 },
        Limit::Funds { amounts: sum("3ustoa") },
        Limit::Combined { remaining: 3, amounts: sum("3ustoa") },
    ];
    let filters = [Filter::All, keys(&["a"]), Filter::Messages(vec![b"{}".to_vec()])];
    let grants: Vec<_> = limits.into_iter().zip(filters).map(|(l, f)| grant(1, l, f)).collect();
    for action in [ContractAction::Execute, ContractAction::Migrate] {
        let authorization = Authorization::Contract { action, grants: grants.clone() };
        authorization.check().unwrap();
        assert_eq!(Authorization::from_any(&authorization.to_any()).unwrap(), authorization);
    }
    let migration = Authorization::Contract { action: ContractAction::Migrate, grants };
    assert_eq!(migration.type_url(), MsgMigrateContract::type_url());
}

#[test]
fn grants_that_make_no_sense_are_refused_with_the_codes_of_wasmd() {
    let refused = |limit: Limit, filter: Filter| {
        let error = ModuleError::from(calls(vec![grant(1, limit, filter)]).check().unwrap_err());
        (error.codespace(), error.code())
    };
    let fine = || Limit::Calls { remaining: 1 };
    assert_eq!(refused(Limit::Calls { remaining: 0 }, Filter::All), ("wasm", 12));
    assert_eq!(refused(Limit::Funds { amounts: sum("") }, Filter::All), ("wasm", 12));
    assert_eq!(refused(fine(), keys(&[])), ("wasm", 12));
    assert_eq!(refused(fine(), keys(&[""])), ("wasm", 12));
    assert_eq!(refused(fine(), keys(&["a", "a"])), ("wasm", 15));
    assert_eq!(refused(fine(), keys(&[" a"])), ("wasm", 14));
    assert_eq!(refused(fine(), Filter::Messages(vec![b"{".to_vec()])), ("wasm", 14));
    let none = ModuleError::from(calls(Vec::new()).check().unwrap_err());
    assert_eq!((none.codespace(), none.code()), ("wasm", 12));
    let nowhere = ContractGrant { contract: "x".to_owned(), limit: fine(), filter: Filter::All };
    assert_eq!(ModuleError::from(calls(vec![nowhere]).check().unwrap_err()).code(), 29);
}
