use prost::Message as _;

use super::*;
use crate::testing::context;
use proptest::prelude::*;

fn address(byte: u8) -> AccAddress {
    AccAddress::new([byte; 20]).unwrap()
}

fn coins(text: &str) -> Coins {
    text.parse().unwrap()
}

fn funded(owner: &AccAddress, text: &str) -> Context {
    let ctx = context();
    for coin in &coins(text) {
        let change = Change { from: 0, to: coin.amount() };
        set_balance(&ctx, owner, coin.denom(), change).unwrap();
        set_amount(&ctx, &state_key::supply(coin.denom()), coin.amount()).unwrap();
    }
    auth::create_account(&ctx, owner).unwrap();
    ctx
}

fn message(from: &str, to: &str, amount: &[(&str, &str)]) -> Any {
    let coin = |(amount, denom): &(&str, &str)| cosmos_sdk_proto::cosmos::base::v1beta1::Coin {
        denom: (*denom).to_owned(),
        amount: (*amount).to_owned(),
    };
    let send = MsgSend {
        from_address: from.to_owned(),
        to_address: to.to_owned(),
        amount: amount.iter().map(coin).collect(),
    };
    Any { type_url: MsgSend::type_url(), value: send.encode_to_vec() }
}

#[test]
fn a_send_moves_money_makes_the_account_and_tells_in_the_order_of_the_sdk() {
    let (alice, bob) = (address(1), address(2));
    let mut ctx = funded(&alice, "10ustoa");
    let message = message(&alice.to_string(), &bob.to_string(), &[("4", "ustoa")]);
    let answer = execute_message(&mut ctx, &message).unwrap().unwrap();
    assert_eq!(answer.type_url, "/cosmos.bank.v1beta1.MsgSendResponse");
    assert_eq!(view::balance(&ctx, &alice, "ustoa").unwrap().amount(), 6);
    assert_eq!(view::balance(&ctx, &bob, "ustoa").unwrap().amount(), 4);
    assert_eq!(auth::account(&ctx, &bob).unwrap().unwrap().number, 1);
    let kinds: Vec<&str> = ctx.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["coin_spent", "coin_received", "transfer", "message"]);
    let keys: Vec<&str> = ctx.events[2].attributes.iter().map(|a| a.key.as_str()).collect();
    assert_eq!(keys, ["recipient", "sender", "amount"]);
}

#[test]
fn spending_more_than_one_has_is_refused_in_the_words_of_the_sdk() {
    let alice = address(1);
    let mut ctx = funded(&alice, "10ustoa");
    let error = send(&mut ctx, &alice, &address(2), &coins("11ustoa")).unwrap_err();
    assert_eq!((error.codespace(), error.code()), ("sdk", 5));
    assert_eq!(
        error.to_string(),
        "spendable balance 10ustoa is smaller than 11ustoa: insufficient funds"
    );
    let error = send(&mut ctx, &address(3), &alice, &coins("1other")).unwrap_err();
    assert!(error.to_string().starts_with("spendable balance 0other is smaller than 1other"));
}

#[test]
fn malformed_sends_are_refused() {
    let alice = address(1).to_string();
    let fees = auth::FEE_COLLECTOR.address().to_string();
    let mut ctx = funded(&address(1), "10ustoa");
    let cases = [
        (message("stoa1nobody", &alice, &[("1", "ustoa")]), 7),
        (message(&alice, "cosmos1x", &[("1", "ustoa")]), 7),
        (message(&alice, &alice, &[]), 10),
        (message(&alice, &alice, &[("0", "ustoa")]), 10),
        (message(&alice, &alice, &[("-1", "ustoa")]), 10),
        (message(&alice, &alice, &[("1", "ustoa"), ("1", "abc")]), 10),
        (message(&alice, &fees, &[("1", "ustoa")]), 4),
        (Any { type_url: MsgSend::type_url(), value: vec![0xff] }, 2),
    ];
    for (message, code) in cases {
        let refused = execute_message(&mut ctx, &message).unwrap().unwrap_err();
        assert_eq!(refused.code(), code, "{refused}");
    }
}

#[test]
fn a_receipt_that_would_overflow_is_refused() {
    let (alice, bob) = (address(1), address(2));
    let mut ctx = funded(&alice, "10ustoa");
    set_balance(&ctx, &bob, "ustoa", Change { from: 0, to: u128::MAX }).unwrap();
    assert_eq!(send(&mut ctx, &alice, &bob, &coins("1ustoa")).unwrap_err().code(), 10);
}

#[test]
fn burning_lowers_the_supply() {
    let alice = address(1);
    let mut ctx = funded(&alice, "10ustoa");
    burn(&mut ctx, &alice, &coins("4ustoa")).unwrap();
    assert_eq!(view::supply(&ctx, "ustoa").unwrap().amount(), 6);
    assert_eq!(burn(&mut ctx, &alice, &coins("7ustoa")).unwrap_err().code(), 5);
}

#[test]
fn sending_to_oneself_changes_nothing() {
    let alice = address(1);
    let mut ctx = funded(&alice, "10ustoa");
    send(&mut ctx, &alice, &alice, &coins("10ustoa")).unwrap();
    assert_eq!(view::all_balances(&ctx, &alice).unwrap().to_string(), "10ustoa");
}

proptest! {
    /// Whatever is sent, the sum of balances stays the supply and no balance appears from nothing.
    #[test]
    fn sends_conserve_money(sends in proptest::collection::vec((0u8..4, 0u8..4, 1u64..60), 0..30)) {
        let mut ctx = funded(&address(0), "100ustoa");
        for (from, to, amount) in sends {
            let coins = Coins::from(Coin::new("ustoa", u128::from(amount)).unwrap());
            let _ = ctx.atomically(|ctx| send(ctx, &address(from), &address(to), &coins));
        }
        let sum: u128 = (0..4)
            .map(|owner| view::balance(&ctx, &address(owner), "ustoa").unwrap().amount())
            .sum();
        prop_assert_eq!(sum, 100);
        prop_assert_eq!(view::supply(&ctx, "ustoa").unwrap().amount(), 100);
    }

    #[test]
    fn no_message_panics(value in proptest::collection::vec(any::<u8>(), 0..120)) {
        let message = Any { type_url: MsgSend::type_url(), value };
        let _ = signers(&message);
        let _ = execute_message(&mut context(), &message);
    }
}

fn share(
    address: &AccAddress,
    text: &str,
) -> (String, Vec<cosmos_sdk_proto::cosmos::base::v1beta1::Coin>) {
    (address.to_string(), coins(text).to_proto())
}

fn multi(inputs: &[(&AccAddress, &str)], outputs: &[(&AccAddress, &str)]) -> Any {
    use cosmos_sdk_proto::cosmos::bank::v1beta1::{Input, Output};
    let input = |(address, text): &(&AccAddress, &str)| {
        let (address, coins) = share(address, text);
        Input { address, coins }
    };
    let output = |(address, text): &(&AccAddress, &str)| {
        let (address, coins) = share(address, text);
        Output { address, coins }
    };
    let message = MsgMultiSend {
        inputs: inputs.iter().map(input).collect(),
        outputs: outputs.iter().map(output).collect(),
    };
    Any { type_url: MsgMultiSend::type_url(), value: message.encode_to_vec() }
}

#[test]
fn a_multi_send_pays_each_and_tells_in_the_order_of_the_sdk() {
    let (alice, bob, carol) = (address(1), address(2), address(3));
    let mut ctx = funded(&alice, "10ustoa");
    let message =
        multi(&[(&alice, "7ustoa")], &[(&bob, "4ustoa"), (&carol, "2ustoa"), (&bob, "1ustoa")]);
    assert_eq!(signers(&message).unwrap().unwrap(), std::slice::from_ref(&alice));
    let answer = execute_message(&mut ctx, &message).unwrap().unwrap();
    assert_eq!(answer.type_url, "/cosmos.bank.v1beta1.MsgMultiSendResponse");
    let money = |who| view::balance(&ctx, who, "ustoa").unwrap().amount();
    assert_eq!((money(&alice), money(&bob), money(&carol)), (3, 5, 2));
    let kinds: Vec<&str> = ctx.events.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "message",
        "coin_spent",
        "coin_received",
        "transfer",
        "coin_received",
        "transfer",
        "coin_received",
        "transfer",
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn multi_sends_that_do_not_add_up_are_refused() {
    let (alice, bob) = (address(1), address(2));
    let mut ctx = funded(&alice, "10ustoa");
    let mut code = |message: &Any| {
        let error = execute_message(&mut ctx, message).unwrap().unwrap_err();
        (error.codespace(), error.code())
    };
    assert_eq!(code(&multi(&[], &[(&bob, "1ustoa")])), ("bank", 2));
    assert_eq!(code(&multi(&[(&alice, "1ustoa")], &[])), ("bank", 3));
    assert_eq!(code(&multi(&[(&alice, "1ustoa")], &[(&bob, "2ustoa")])), ("bank", 4));
    assert_eq!(code(&multi(&[(&alice, "1ustoa")], &[(&bob, "1other")])), ("bank", 4));
    assert_eq!(
        code(&multi(&[(&alice, "1ustoa"), (&bob, "1ustoa")], &[(&bob, "2ustoa")])),
        ("bank", 9)
    );
    assert_eq!(code(&multi(&[(&alice, "")], &[(&bob, "")])), ("sdk", 10));
    assert_eq!(code(&multi(&[(&alice, "11ustoa")], &[(&bob, "11ustoa")])), ("sdk", 5));
    let collector = auth::FEE_COLLECTOR.address();
    assert_eq!(code(&multi(&[(&alice, "1ustoa")], &[(&collector, "1ustoa")])), ("sdk", 4));
    assert_eq!(
        signers(&multi(&[(&alice, ""), (&bob, ""), (&alice, "")], &[])).unwrap().unwrap(),
        [alice, bob]
    );
}

#[test]
fn only_the_authority_changes_what_may_be_sent() {
    use cosmos_sdk_proto::cosmos::bank::v1beta1::{MsgSetSendEnabled, MsgUpdateParams};
    let mallory = address(6);
    let set = MsgSetSendEnabled { authority: mallory.to_string(), ..Default::default() };
    let update = MsgUpdateParams { authority: mallory.to_string(), params: None };
    for message in [
        Any { type_url: MsgSetSendEnabled::type_url(), value: set.encode_to_vec() },
        Any { type_url: MsgUpdateParams::type_url(), value: update.encode_to_vec() },
    ] {
        assert_eq!(signers(&message).unwrap().unwrap(), std::slice::from_ref(&mallory));
        let error = execute_message(&mut context(), &message).unwrap().unwrap_err();
        assert_eq!((error.codespace(), error.code()), ("gov", 13));
    }
}

#[test]
fn the_authority_switches_transfers_off_and_on() {
    use cosmos_sdk_proto::cosmos::bank::v1beta1::{
        MsgSetSendEnabled, MsgUpdateParams, Params as ProtoParams, SendEnabled,
    };
    fn by_authority<M: prost::Name>(ctx: &mut Context, message: &M) -> Result<(), ModuleError> {
        let message = Any { type_url: M::type_url(), value: message.encode_to_vec() };
        execute_message(ctx, &message).unwrap().map(drop)
    }
    let mut ctx = context();
    let authority = crate::authority::address(&ctx).unwrap().to_string();
    let can_send = |ctx: &Context, denom: &str| {
        params::check_enabled(ctx, &format!("1{denom}").parse().unwrap()).is_ok()
    };
    let entry = |denom: &str, enabled| SendEnabled { denom: denom.to_owned(), enabled };
    let set = |send_enabled: &[SendEnabled], use_default_for: &[&str]| MsgSetSendEnabled {
        authority: authority.clone(),
        send_enabled: send_enabled.to_vec(),
        use_default_for: use_default_for.iter().map(|denom| (*denom).to_owned()).collect(),
    };

    by_authority(&mut ctx, &set(&[entry("ustoa", false)], &[])).unwrap();
    assert!(!can_send(&ctx, "ustoa") && can_send(&ctx, "uother"));
    by_authority(&mut ctx, &set(&[], &["ustoa"])).unwrap();
    assert!(can_send(&ctx, "ustoa"));
    let off = Some(ProtoParams { default_send_enabled: false, ..Default::default() });
    by_authority(&mut ctx, &MsgUpdateParams { authority: authority.clone(), params: off }).unwrap();
    assert!(!can_send(&ctx, "uother"));

    for bad in [set(&[entry("a b", true)], &[]), set(&[], &["!"]), {
        set(&[entry("ustoa", true), entry("ustoa", false)], &[])
    }] {
        assert_eq!(by_authority(&mut ctx, &bad).unwrap_err().code(), 18);
    }
    #[allow(deprecated)]
    let listed = ProtoParams { send_enabled: vec![entry("ustoa", true)], ..Default::default() };
    let listed = MsgUpdateParams { authority, params: Some(listed) };
    assert_eq!(by_authority(&mut ctx, &listed).unwrap_err().codespace(), "undefined");
}
