use super::*;
use crate::{core::BlockInfo, testing::context};
use cosmos_sdk_proto::cosmos::vesting::v1beta1::Period as ProtoPeriod;
use prost::Name;

/// The time of [`context`], in seconds.
const NOW: i64 = 1_700_000_000;

fn address(byte: u8) -> AccAddress {
    AccAddress::new([byte; 20]).unwrap()
}

fn coins(text: &str) -> Coins {
    text.parse().unwrap()
}

fn pack<M: Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// Giver 1 has 1000ustoa.
fn funded() -> Context {
    let ctx = context();
    let genesis = serde_json::json!({"balances": [{"address": address(1).to_string(),
        "coins": [{"denom": "ustoa", "amount": "1000"}]}]});
    bank::init_genesis(&ctx, serde_json::from_value(genesis).unwrap()).unwrap();
    ctx
}

fn at(ctx: &Context, seconds: i64) -> Context {
    let time_nanos = u64::try_from(seconds).unwrap() * 1_000_000_000;
    Context { block: BlockInfo { time_nanos, ..ctx.block.clone() }, ..ctx.clone() }
}

fn execute(ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
    ctx.atomically(|ctx| execute_message(ctx, message).unwrap())
}

fn spend(ctx: &Context, amount: &str) -> Result<(), ModuleError> {
    let mut ctx = ctx.clone();
    ctx.atomically(|ctx| bank::send(ctx, &address(2), &address(3), &coins(amount)))
}

fn vest(to: u8, amount: &str, end_time: i64, delayed: bool) -> Any {
    pack(&MsgCreateVestingAccount {
        from_address: address(1).to_string(),
        to_address: address(to).to_string(),
        amount: coins(amount).to_proto(),
        end_time,
        delayed,
    })
}

#[test]
fn locked_money_cannot_be_spent_and_other_money_can() {
    let mut ctx = funded();
    let message = vest(2, "100ustoa", NOW + 100, false);
    assert_eq!(signers(&message).unwrap().unwrap(), [address(1)]);
    execute(&mut ctx, &message).unwrap();
    let error = spend(&ctx, "1ustoa").unwrap_err();
    assert_eq!((error.codespace(), error.code()), ("sdk", 5));
    assert_eq!(
        error.to_string(),
        "spendable balance 0ustoa is smaller than 1ustoa: insufficient funds"
    );
    assert!(spend(&at(&ctx, NOW + 40), "41ustoa").is_err());
    spend(&at(&ctx, NOW + 40), "40ustoa").unwrap();
    // What was received besides is free, and so it pays first.
    bank::send(&mut ctx, &address(1), &address(2), &coins("5ustoa")).unwrap();
    spend(&at(&ctx, NOW + 50), "15ustoa").unwrap();
    assert!(spend(&at(&ctx, NOW + 50), "1ustoa").is_err());
    spend(&at(&ctx, NOW + 100), "50ustoa").unwrap();
}

#[test]
fn money_vests_at_the_end_in_steps_or_never() {
    let mut ctx = funded();
    execute(&mut ctx, &vest(2, "100ustoa", NOW + 100, true)).unwrap();
    assert!(spend(&at(&ctx, NOW + 99), "1ustoa").is_err());
    spend(&at(&ctx, NOW + 100), "100ustoa").unwrap();

    let mut ctx = funded();
    let period = |length, amount| ProtoPeriod { length, amount: coins(amount).to_proto() };
    let message = MsgCreatePeriodicVestingAccount {
        from_address: address(1).to_string(),
        to_address: address(2).to_string(),
        start_time: NOW,
        vesting_periods: vec![period(10, "60ustoa"), period(10, "40ustoa")],
    };
    execute(&mut ctx, &pack(&message)).unwrap();
    assert!(spend(&at(&ctx, NOW + 9), "1ustoa").is_err());
    assert!(spend(&at(&ctx, NOW + 10), "61ustoa").is_err());
    spend(&at(&ctx, NOW + 10), "60ustoa").unwrap();

    let mut ctx = funded();
    let message = MsgCreatePermanentLockedAccount {
        from_address: address(1).to_string(),
        to_address: address(2).to_string(),
        amount: coins("100ustoa").to_proto(),
    };
    execute(&mut ctx, &pack(&message)).unwrap();
    assert!(spend(&at(&ctx, NOW * 2), "1ustoa").is_err());
}

#[test]
fn nobody_locks_an_account_that_exists_or_money_that_is_not_there() {
    let mut ctx = funded();
    let mut code = |message: &Any| {
        let error = execute(&mut ctx, message).unwrap_err();
        (error.codespace(), error.code())
    };
    assert_eq!(code(&vest(1, "1ustoa", NOW + 9, false)), ("sdk", 18));
    assert_eq!(code(&vest(2, "1001ustoa", NOW + 9, false)), ("sdk", 5));
    assert_eq!(code(&vest(2, "", NOW + 9, false)), ("sdk", 10));
    assert_eq!(code(&vest(2, "1ustoa", 0, false)), ("sdk", 18));
    let periodic = |start_time, lengths: &[i64]| {
        let amount = coins("1ustoa").to_proto();
        let period = |length: &i64| ProtoPeriod { length: *length, amount: amount.clone() };
        pack(&MsgCreatePeriodicVestingAccount {
            from_address: address(1).to_string(),
            to_address: address(2).to_string(),
            start_time,
            vesting_periods: lengths.iter().map(period).collect(),
        })
    };
    assert_eq!(code(&periodic(0, &[1])), ("sdk", 18));
    assert_eq!(code(&periodic(1, &[])), ("sdk", 18));
    assert_eq!(code(&periodic(1, &[0])), ("sdk", 18));
    assert_eq!(code(&periodic(1, &[i64::MAX, i64::MAX])), ("sdk", 18));
    assert_eq!(code(&periodic(1, &[1; MAX_PERIODS + 1])), ("sdk", 18));
    assert!(!auth::has_account(&ctx, &address(2)).unwrap(), "nothing is left of them");
}
