//! Fees that somebody else pays.

use super::*;

use cosmos_sdk_proto::cosmos::feegrant::v1beta1::{
    AllowedMsgAllowance, BasicAllowance, MsgGrantAllowance,
};
use stoa_modules::feegrant;

fn pack<M: prost::Name>(message: &M) -> Any {
    Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

fn basic(limit: u64) -> Any {
    pack(&BasicAllowance { spend_limit: vec![coin(limit)], expiration: None })
}

/// The buyer pays fees of the attacker, who has number 1.
fn chain(allowance: Any) -> Chain {
    let mut chain = Chain::new();
    let grant = MsgGrantAllowance {
        granter: buyer().address().to_string(),
        grantee: attacker().address().to_string(),
        allowance: Some(allowance),
    };
    chain.modules.execute(&mut chain.ctx, &pack(&grant)).unwrap();
    chain
}

fn draft(sequence: u64) -> Draft {
    Draft::send(&attacker()).with(|draft| {
        draft.fee.granter = buyer().address().to_string();
        (draft.account_number, draft.sequence) = (1, sequence);
    })
}

fn pay(chain: &mut Chain, sequence: u64) -> Result<(), ModuleError> {
    chain.run(&draft(sequence).sign(&attacker()))
}

#[test]
fn the_granter_pays_and_need_not_sign() {
    let mut chain = chain(basic(12_000));
    pay(&mut chain, 0).unwrap();
    assert_eq!(chain.money(&buyer().address()), 995_000);
    assert_eq!(chain.money(&attacker().address()), 1_000_000);
    assert_eq!(chain.sequence(&buyer()), 0);
    let mut attributes = chain.ctx.events.iter().flat_map(|event| &event.attributes);
    let payer = attributes.rfind(|attribute| attribute.key == "fee_payer").unwrap();
    assert_eq!(payer.value, buyer().address().to_string());
    let kinds: Vec<&str> = chain.ctx.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds[..3], ["use_feegrant", "update_feegrant", "coin_spent"]);

    pay(&mut chain, 1).unwrap();
    let refused = pay(&mut chain, 2).unwrap_err();
    assert_eq!((refused.codespace(), refused.code()), ("feegrant", 2));
    assert_eq!(
        refused.to_string(),
        format!(
            "{} does not allow to pay fees for {}: basic allowance: fee limit exceeded",
            buyer().address(),
            attacker().address()
        )
    );
    assert_eq!(chain.money(&buyer().address()), 990_000);
}

#[test]
fn a_used_up_allowance_is_gone() {
    let mut chain = chain(basic(5_000));
    pay(&mut chain, 0).unwrap();
    assert_eq!(pay(&mut chain, 1).unwrap_err().code(), 38);
    let ctx = Context { gas: GasMeter::unlimited(), ..chain.ctx.clone() };
    let pair = (buyer().address(), attacker().address());
    assert_eq!(feegrant::allowance(&ctx, &pair.0, &pair.1).unwrap(), None);
}

#[test]
fn a_refused_transaction_uses_up_nothing() {
    let mut chain = chain(basic(5_000));
    assert_eq!(chain.code(&draft(7).sign(&attacker())), 32);
    assert_eq!(chain.code(&draft(0).sign(&buyer())), 8);
    pay(&mut chain, 0).unwrap();
}

#[test]
fn messages_that_are_not_allowed_are_not_paid_for() {
    let only = |message: &str| {
        pack(&AllowedMsgAllowance {
            allowance: Some(basic(50_000)),
            allowed_messages: vec![message.to_owned()],
        })
    };
    let refused = pay(&mut chain(only("/cosmwasm.wasm.v1.MsgExecuteContract")), 0).unwrap_err();
    assert_eq!((refused.codespace(), refused.code()), ("feegrant", 7));
    pay(&mut chain(only("/cosmos.bank.v1beta1.MsgSend")), 0).unwrap();
}

#[test]
fn a_payer_who_names_itself_as_granter_needs_no_grant() {
    let mut chain = Chain::new();
    let draft = Draft::send(&buyer()).with(|d| d.fee.granter = buyer().address().to_string());
    chain.run(&draft.sign(&buyer())).unwrap();
    assert_eq!(chain.money(&buyer().address()), 995_000);
}

#[test]
fn a_grant_to_another_is_of_no_use() {
    let mut chain = chain(basic(50_000));
    let stranger = Owner::new(9);
    auth::create_account(&chain.ctx, &stranger.address()).unwrap();
    let draft = Draft::send(&stranger).with(|draft| {
        draft.fee.granter = buyer().address().to_string();
        draft.account_number = 3;
    });
    assert_eq!(chain.code(&draft.sign(&stranger)), 38);
}
