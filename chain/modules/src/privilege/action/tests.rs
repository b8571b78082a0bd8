use super::*;
use crate::{
    authority, bank,
    privilege::{self, Call, Failed, Grant, MAX_FAILURES_IN_A_ROW, Moment, Privilege},
    router::Modules,
    testing::context,
    validators,
};
use stoa_proto::privilege::v1 as wire;

/// The chain, on which every address of 32 bytes is a contract.
struct Chain(Modules);

impl MessageRouter for Chain {
    fn execute(&self, ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
        self.0.execute(ctx, message)
    }

    fn check(&self, message: &Any) -> Result<(), ModuleError> {
        self.0.check(message)
    }

    fn signers(&self, message: &Any) -> Result<Vec<AccAddress>, ModuleError> {
        self.0.signers(message)
    }

    fn knows(&self, message: &Any) -> bool {
        MessageRouter::knows(&self.0, message)
    }

    fn query(&self, ctx: &Context, path: &str, data: &[u8]) -> Result<Vec<u8>, ModuleError> {
        self.0.query(ctx, path, data)
    }
}

impl Host for Chain {
    fn is_contract(&self, _: &Context, address: &AccAddress) -> Result<bool, ModuleError> {
        Ok(address.as_bytes().len() == 32)
    }
}

fn chain() -> Chain {
    Chain(Modules::open(std::path::Path::new("unused")).unwrap())
}

fn contract(number: u8) -> AccAddress {
    AccAddress::new([number; 32]).unwrap()
}

fn dao() -> AccAddress {
    contract(0xda)
}

fn governed() -> Context {
    let ctx = context();
    authority::set(&ctx, &dao()).unwrap();
    ctx
}

fn send(ctx: &mut Context, message: &impl Name) -> Result<(), ModuleError> {
    let type_url = format!("/stoa.privilege.v1.{}", name_of(message));
    let message = Any { type_url, value: message.encode_to_vec() };
    let host = chain();
    let result = ctx.atomically(|ctx| execute_message(ctx, &host, &message).unwrap().map(drop));
    signers(&message).unwrap().unwrap();
    result
}

fn name_of<M: Name>(_: &M) -> &'static str {
    M::NAME
}

fn a_grant(holder: &AccAddress, privilege: Privilege) -> wire::Grant {
    let list = |is_wanted: bool, item: &str| {
        if is_wanted { vec![item.to_owned()] } else { Vec::new() }
    };
    wire::Grant {
        contract: holder.to_string(),
        privilege: privilege.into(),
        block_gas: 1_000_000,
        denoms: list(privilege == Privilege::Mint, "ucredit"),
        messages: list(privilege == Privilege::FeeFree, "deliver"),
    }
}

fn grant_it(ctx: &mut Context, grant: wire::Grant) -> Result<(), ModuleError> {
    let authority = authority::address(ctx).unwrap().to_string();
    send(ctx, &wire::MsgGrantPrivilege { authority, grant: Some(grant) })
}

fn code(result: Result<(), ModuleError>) -> (&'static str, u32) {
    let error = result.unwrap_err();
    (error.codespace(), error.code())
}

fn mint(sender: &AccAddress, amount: &str, denom: &str) -> wire::MsgMint {
    wire::MsgMint {
        sender: sender.to_string(),
        amount: vec![wire::Amount { denom: denom.to_owned(), amount: amount.to_owned() }],
        recipient: contract(7).to_string(),
    }
}

#[test]
fn only_the_authority_grants_and_only_to_contracts() {
    let mut ctx = governed();
    let grant = a_grant(&contract(1), Privilege::Mint);
    let attacker = contract(6).to_string();
    let forged =
        wire::MsgGrantPrivilege { authority: attacker.clone(), grant: Some(grant.clone()) };
    assert_eq!(code(send(&mut ctx, &forged)), ("gov", 13));
    let forged =
        wire::MsgSetAuthority { authority: attacker.clone(), new_authority: attacker.clone() };
    assert_eq!(code(send(&mut ctx, &forged)), ("gov", 13));
    let person = AccAddress::new([1; 20]).unwrap();
    let to_a_person = a_grant(&person, Privilege::Mint);
    assert_eq!(code(grant_it(&mut ctx, to_a_person)), ("privilege", 8));
    grant_it(&mut ctx, grant).unwrap();
    assert_eq!(privilege::records(&ctx).unwrap().len(), 1);
}

#[test]
fn the_authority_is_handed_over_and_the_old_one_has_none_left() {
    let mut ctx = governed();
    let heir = contract(9);
    let message =
        wire::MsgSetAuthority { authority: dao().to_string(), new_authority: heir.to_string() };
    send(&mut ctx, &message).unwrap();
    assert_eq!(authority::address(&ctx).unwrap(), heir);
    assert_eq!(code(send(&mut ctx, &message)), ("gov", 13));
}

#[test]
fn a_holder_mints_and_burns_its_denominations_within_its_budget() {
    let mut ctx = governed();
    let minter = contract(1);
    assert_eq!(code(send(&mut ctx, &mint(&minter, "5", "ucredit"))), ("privilege", 2));
    grant_it(&mut ctx, a_grant(&minter, Privilege::Mint)).unwrap();
    send(&mut ctx, &mint(&minter, "5", "ucredit")).unwrap();
    assert_eq!(bank::balance(&ctx, &contract(7), "ucredit").unwrap().amount(), 5);
    assert_eq!(bank::supply(&ctx, "ucredit").unwrap().amount(), 5);
    assert_eq!(code(send(&mut ctx, &mint(&minter, "5", "ustoa"))), ("privilege", 5));
    assert_eq!(code(send(&mut ctx, &mint(&contract(2), "5", "ucredit"))), ("privilege", 2));
    // Others' money is not burnt.
    let burn =
        wire::MsgBurn { sender: minter.to_string(), amount: mint(&minter, "5", "ucredit").amount };
    assert_eq!(code(send(&mut ctx, &burn)), ("sdk", 5));

    grant_it(&mut ctx, wire::Grant { block_gas: 1, ..a_grant(&minter, Privilege::Mint) }).unwrap();
    assert_eq!(code(send(&mut ctx, &mint(&minter, "5", "ucredit"))), ("privilege", 4));
    assert_eq!(bank::supply(&ctx, "ucredit").unwrap().amount(), 5);
    let revoke = wire::MsgRevokePrivilege {
        authority: dao().to_string(),
        contract: minter.to_string(),
        privilege: Privilege::Mint.into(),
    };
    send(&mut ctx, &revoke).unwrap();
    assert_eq!(code(send(&mut ctx, &mint(&minter, "5", "ucredit"))), ("privilege", 2));
    assert_eq!(code(send(&mut ctx, &revoke)), ("privilege", 2));
}

#[test]
fn a_budget_is_that_of_one_block() {
    let mut ctx = governed();
    let minter = contract(1);
    let before = ctx.gas.used();
    grant_it(&mut ctx, a_grant(&minter, Privilege::Mint)).unwrap();
    send(&mut ctx, &mint(&minter, "5", "ucredit")).unwrap();
    assert!(ctx.gas.used() > before);
    let mut count = 1;
    while send(&mut ctx, &mint(&minter, "5", "ucredit")).is_ok() {
        count += 1;
        assert!(count < 1_000, "no budget");
    }
    ctx.block.height += 1;
    send(&mut ctx, &mint(&minter, "5", "ucredit")).unwrap();
    assert_eq!(bank::supply(&ctx, "ucredit").unwrap().amount(), (count + 1) * 5);
}

#[test]
fn grants_that_say_too_much_or_too_little_are_refused() {
    let mut ctx = governed();
    let good = |privilege| a_grant(&contract(1), privilege);
    let gas = |block_gas| wire::Grant { block_gas, ..good(Privilege::EndBlock) };
    let refused = [
        gas(0),
        gas(50_000_001),
        wire::Grant { privilege: 0, ..good(Privilege::Mint) },
        wire::Grant { privilege: 99, ..good(Privilege::Mint) },
        wire::Grant { denoms: vec![], ..good(Privilege::Mint) },
        wire::Grant { denoms: vec!["ucredit".into(); 2], ..good(Privilege::Mint) },
        wire::Grant { denoms: vec!["ucredit".into()], ..good(Privilege::EndBlock) },
        wire::Grant { messages: vec![], ..good(Privilege::FeeFree) },
        wire::Grant { messages: vec!["x".repeat(65)], ..good(Privilege::FeeFree) },
    ];
    for grant in refused {
        assert_eq!(code(grant_it(&mut ctx, grant)), ("privilege", 6));
    }
    assert!(privilege::records(&ctx).unwrap().is_empty());
}

#[test]
fn all_calls_of_a_block_together_have_a_bound() {
    let mut ctx = governed();
    let call = |number, privilege| wire::Grant {
        block_gas: 50_000_000,
        ..a_grant(&contract(number), privilege)
    };
    grant_it(&mut ctx, call(1, Privilege::BeginBlock)).unwrap();
    grant_it(&mut ctx, call(2, Privilege::EndBlock)).unwrap();
    assert_eq!(code(grant_it(&mut ctx, call(3, Privilege::EndBlock))), ("privilege", 7));
    // The same again replaces itself.
    grant_it(&mut ctx, call(2, Privilege::EndBlock)).unwrap();
}

#[test]
fn contracts_are_called_in_the_order_of_their_grants() {
    let mut ctx = governed();
    for number in [5, 2, 9] {
        grant_it(&mut ctx, a_grant(&contract(number), Privilege::EndBlock)).unwrap();
    }
    grant_it(&mut ctx, a_grant(&contract(1), Privilege::BeginBlock)).unwrap();
    grant_it(&mut ctx, a_grant(&contract(2), Privilege::EndBlock)).unwrap();
    let called = |moment| {
        let calls = privilege::calls(&ctx, moment).unwrap();
        calls.into_iter().map(|call| call.contract).collect::<Vec<_>>()
    };
    assert_eq!(called(Moment::End), [contract(5), contract(2), contract(9)]);
    assert_eq!(called(Moment::Begin), [contract(1)]);
}

#[test]
fn repeated_failures_suspend_until_the_grant_is_made_again() {
    let mut ctx = governed();
    let grant = a_grant(&contract(1), Privilege::EndBlock);
    grant_it(&mut ctx, grant.clone()).unwrap();
    let fail = |ctx: &mut Context| {
        let call = privilege::calls(ctx, Moment::End).unwrap().remove(0);
        let failed = Failed { codespace: "wasm".to_owned(), code: 5, text: "no".repeat(1_000) };
        privilege::settle(ctx, &call, 10, Err(failed)).unwrap();
    };
    let succeed = |ctx: &mut Context| {
        let call: Call = privilege::calls(ctx, Moment::End).unwrap().remove(0);
        privilege::settle(ctx, &call, 10, Ok(())).unwrap();
    };
    for _ in 1..MAX_FAILURES_IN_A_ROW {
        fail(&mut ctx);
    }
    succeed(&mut ctx);
    for _ in 0..MAX_FAILURES_IN_A_ROW {
        assert_eq!(privilege::calls(&ctx, Moment::End).unwrap().len(), 1);
        fail(&mut ctx);
    }
    assert!(privilege::calls(&ctx, Moment::End).unwrap().is_empty());
    let record = &privilege::records(&ctx).unwrap()[0];
    assert!(record.is_suspended && record.failures == u64::from(2 * MAX_FAILURES_IN_A_ROW - 1));
    assert_eq!(record.last_failure.as_ref().unwrap().code, 5);
    assert!(ctx.events.iter().any(|event| event.kind == "privilege_suspended"));
    grant_it(&mut ctx, grant).unwrap();
    assert_eq!(privilege::calls(&ctx, Moment::End).unwrap().len(), 1);
}

#[test]
fn parameters_are_set_in_the_name_of_the_authority_and_nothing_else_is() {
    use cosmos_sdk_proto::cosmos::bank::v1beta1::{MsgSend, MsgSetSendEnabled, SendEnabled};
    let mut ctx = governed();
    let holder = contract(1);
    grant_it(&mut ctx, a_grant(&holder, Privilege::Params)).unwrap();
    let set = |type_url: String, value: Vec<u8>| wire::MsgSetParams {
        sender: holder.to_string(),
        type_url,
        value,
    };
    let enabled = |authority: &AccAddress| MsgSetSendEnabled {
        authority: authority.to_string(),
        send_enabled: vec![SendEnabled { denom: "ucredit".to_owned(), enabled: false }],
        use_default_for: vec![],
    };
    let own = set(MsgSetSendEnabled::type_url(), enabled(&holder).encode_to_vec());
    assert_eq!(code(send(&mut ctx, &own)), ("privilege", 9));
    let good = set(MsgSetSendEnabled::type_url(), enabled(&dao()).encode_to_vec());
    send(&mut ctx, &good).unwrap();
    // The authority's money and its other powers are out of reach.
    let steal = MsgSend { from_address: dao().to_string(), ..MsgSend::default() };
    let steal = set(MsgSend::type_url(), steal.encode_to_vec());
    assert_eq!(code(send(&mut ctx, &steal)), ("privilege", 9));
    let seize =
        wire::MsgSetAuthority { authority: dao().to_string(), new_authority: holder.to_string() };
    let seize = set("/stoa.privilege.v1.MsgSetAuthority".to_owned(), seize.encode_to_vec());
    assert_eq!(code(send(&mut ctx, &seize)), ("privilege", 9));
    let stranger = wire::MsgSetParams { sender: contract(2).to_string(), ..good };
    assert_eq!(code(send(&mut ctx, &stranger)), ("privilege", 2));
}

#[test]
fn validators_and_upgrades_are_for_the_authority_and_their_holders() {
    let mut ctx = governed();
    let change =
        |key: u8| wire::ValidatorChange { pub_key: vec![key; 32], power: 5, ..Default::default() };
    let update = |sender: &AccAddress, key| wire::MsgUpdateValidators {
        sender: sender.to_string(),
        changes: vec![change(key)],
    };
    send(&mut ctx, &update(&dao(), 1)).unwrap();
    assert_eq!(code(send(&mut ctx, &update(&contract(1), 2))), ("privilege", 2));
    grant_it(&mut ctx, a_grant(&contract(1), Privilege::Validators)).unwrap();
    send(&mut ctx, &update(&contract(1), 2)).unwrap();
    assert_eq!(validators::records(&ctx).unwrap().len(), 2);

    let plan = |sender: &AccAddress| wire::MsgScheduleUpgrade {
        sender: sender.to_string(),
        name: "v2".to_owned(),
        height: 100,
        info: String::new(),
    };
    assert_eq!(code(send(&mut ctx, &plan(&contract(1)))), ("privilege", 2));
    grant_it(&mut ctx, a_grant(&contract(3), Privilege::Upgrade)).unwrap();
    send(&mut ctx, &plan(&contract(3))).unwrap();
    assert_eq!(crate::upgrade::plan(&ctx).unwrap().unwrap().name, "v2");
    let cancel = wire::MsgCancelScheduledUpgrade { sender: contract(3).to_string() };
    send(&mut ctx, &cancel).unwrap();
    assert!(crate::upgrade::plan(&ctx).unwrap().is_none());
}

#[test]
fn an_export_is_what_genesis_reads() {
    let mut ctx = governed();
    for (number, privilege) in
        [(5, Privilege::EndBlock), (2, Privilege::Mint), (9, Privilege::FeeFree)]
    {
        grant_it(&mut ctx, a_grant(&contract(number), privilege)).unwrap();
    }
    let exported = serde_json::to_value(privilege::export_genesis(&ctx).unwrap()).unwrap();
    let mut other = context();
    let genesis = serde_json::from_value(exported.clone()).unwrap();
    privilege::init_genesis(&mut other, &chain(), genesis).unwrap();
    let again = serde_json::to_value(privilege::export_genesis(&other).unwrap()).unwrap();
    assert_eq!(again, exported);
    let record = privilege::require(&other, Privilege::Mint, &contract(2)).unwrap();
    assert_eq!(Grant::from_proto(record.grant.as_ref()).unwrap().denoms, ["ucredit"]);
}
