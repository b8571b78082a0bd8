//! One case a refusal, with the code that the SDK gives it.

use super::*;

fn refuse(change: impl FnOnce(&mut Draft)) -> ModuleError {
    let mut chain = Chain::new().mode(ExecMode::Check);
    let before = (chain.sequence(&buyer()), chain.money(&buyer().address()));
    let error = chain.run(&Draft::send(&buyer()).with(change).sign(&buyer())).unwrap_err();
    assert_eq!((chain.sequence(&buyer()), chain.money(&buyer().address())), before);
    assert_eq!(error.codespace(), "sdk");
    error
}

#[test]
fn a_signature_for_another_chain_or_account_is_refused() {
    let error = refuse(|draft| draft.chain_id = "stoa-test-2".to_owned());
    assert_eq!(error.code(), 4);
    assert_eq!(
        error.to_string(),
        "signature verification failed; please verify account number (0) and chain-id \
         (stoa-test-1): (unable to verify single signer signature): unauthorized"
    );
    assert_eq!(refuse(|draft| draft.account_number = 1).code(), 4);
}

#[test]
fn fees_below_the_minimum_are_refused_in_admission_only() {
    let cheap = |draft: &mut Draft| draft.fee.amount = vec![coin(4_999)];
    let error = refuse(cheap);
    assert_eq!(error.code(), 13);
    assert_eq!(
        error.to_string(),
        "insufficient fees; got: 4999ustoa required: 5000ustoa: insufficient fee"
    );
    let mut chain = Chain::new();
    chain.run(&Draft::send(&buyer()).with(cheap).sign(&buyer())).unwrap();
}

#[test]
fn fees_that_are_invalid_or_too_high_are_refused() {
    assert_eq!(refuse(|draft| draft.fee.amount = vec![coin(0)]).code(), 13);
    assert_eq!(refuse(|draft| draft.fee.amount = vec![coin(5_000), coin(5_000)]).code(), 13);
    let error = refuse(|draft| draft.fee.amount = vec![coin(1_000_001)]);
    assert_eq!(error.code(), 5);
    assert!(error.to_string().starts_with(
        "spendable balance 1000000ustoa is smaller than 1000001ustoa: insufficient funds"
    ));
}

#[test]
fn limits_of_memo_height_and_gas_hold() {
    assert_eq!(refuse(|draft| draft.body.memo = "x".repeat(257)).code(), 12);
    let error = refuse(|draft| draft.body.timeout_height = 9);
    assert_eq!(error.code(), 30);
    assert_eq!(error.to_string(), "block height: 10, timeout height: 9: tx timeout height");
    assert_eq!(refuse(|draft| draft.fee.gas_limit = 0).code(), 11);
    assert_eq!(refuse(|draft| draft.fee.gas_limit = 1 << 63).code(), 18);
    let error = refuse(|draft| {
        draft.fee.gas_limit = 1_000;
        draft.fee.amount = vec![coin(5_000)];
    });
    assert_eq!(error.code(), 11);
    let mut chain = Chain::new();
    chain.run(&Draft::send(&buyer()).with(|d| d.body.timeout_height = 10).sign(&buyer())).unwrap();
}

/// `timeout_timestamp` of so many seconds, and `unordered`.
fn newer(timeout_seconds: u8, is_unordered: bool) -> Vec<u8> {
    [&[0x20, u8::from(is_unordered)][..], &[0x2a, 2, 0x08, timeout_seconds]].concat()
}

#[test]
fn a_transaction_is_too_late_after_its_last_time() {
    for mode in [SignMode::Direct, SignMode::LegacyAminoJson] {
        let mut chain = Chain::new();
        chain.ctx.block.time_nanos = 50_500_000_000;
        let draft = || Draft { mode, ..Draft::send(&buyer()) };
        let late = draft().with(|draft| draft.newer = newer(50, false));
        let error = chain.run(&late.sign(&buyer())).unwrap_err();
        assert_eq!((error.codespace(), error.code()), ("sdk", 42));
        assert_eq!(
            error.to_string(),
            "block time: 1970-01-01 00:00:50.5 +0000 UTC, \
             timeout timestamp: 1970-01-01 00:00:50 +0000 UTC: tx timeout"
        );
        chain.run(&draft().with(|draft| draft.newer = newer(51, false)).sign(&buyer())).unwrap();
    }
}

#[test]
fn unordered_transactions_are_refused_as_by_wasmd_whatever_their_mode_and_sequence() {
    for mode in [ExecMode::Check, ExecMode::Deliver, ExecMode::Simulate] {
        for sequence in [0, 7] {
            let mut chain = Chain::new().mode(mode);
            let draft = Draft { sequence, newer: newer(99, true), ..Draft::send(&buyer()) };
            let error = chain.run(&draft.sign(&buyer())).unwrap_err();
            assert_eq!((error.codespace(), error.code()), ("sdk", 37));
            assert_eq!(
                error.to_string(),
                "unordered transactions are not enabled: feature not supported"
            );
            assert_eq!(chain.money(&buyer().address()), 1_000_000);
        }
    }
}

#[test]
fn the_last_time_is_covered_by_the_signature() {
    let signed = Draft::send(&buyer()).with(|draft| draft.newer = newer(51, false));
    for mode in [SignMode::Direct, SignMode::LegacyAminoJson] {
        let raw = Draft { mode, ..Draft::send(&buyer()) }
            .with(|draft| draft.newer.clone_from(&signed.newer))
            .raw(&[(&buyer(), 0, 0)]);
        for other in [newer(52, false), Vec::new()] {
            let body = signed.body.encode_to_vec();
            let forged = TxRaw { body_bytes: [body, other].concat(), ..raw.clone() };
            assert_eq!(Chain::new().code(&forged.encode_to_vec()), 4);
        }
    }
}

#[test]
fn missing_grants_and_other_modes_are_refused() {
    let refused = refuse(|draft| draft.fee.granter = attacker().address().to_string());
    assert_eq!(refused.code(), 38);
    assert!(refused.to_string().ends_with("fee-grant not found: not found"), "{refused}");
    assert_eq!(refuse(|draft| draft.fee.granter = "stoa1nobody".to_owned()).code(), 7);
    assert_eq!(refuse(|draft| draft.fee.payer = "stoa1nobody".to_owned()).code(), 7);
    for mode in [SignMode::Unspecified, SignMode::Textual, SignMode::DirectAux] {
        assert_eq!(refuse(|draft| draft.mode = mode).code(), 4);
    }
}

#[test]
fn accounts_that_do_not_exist_cannot_pay() {
    let nobody = Owner::new(9);
    let mut chain = Chain::new();
    let error = chain.run(&Draft::send(&nobody).sign(&nobody)).unwrap_err();
    assert_eq!(error.code(), 9);
    assert!(error.to_string().ends_with("does not exist: unknown address"), "{error}");
}

#[test]
fn too_few_too_many_and_missing_signatures_are_refused() {
    let mut chain = Chain::new();
    let raw = Draft::send(&buyer()).raw(&[(&buyer(), 0, 0)]);
    let without = TxRaw { signatures: Vec::new(), ..raw.clone() };
    assert_eq!(chain.code(&without.encode_to_vec()), 15);
    let twice = TxRaw { signatures: vec![raw.signatures[0].clone(); 2], ..raw.clone() };
    assert_eq!(chain.code(&twice.encode_to_vec()), 4);
    let many = TxRaw { signatures: vec![Vec::new(); 8], ..raw };
    assert_eq!(chain.code(&many.encode_to_vec()), 4);
}

#[test]
fn eight_signers_are_one_too_many() {
    let owners: Vec<Owner> = (1..=8).map(Owner::new).collect();
    let mut draft = Draft::send(&owners[0]);
    draft.body.messages =
        owners.iter().flat_map(|owner| Draft::send(owner).body.messages).collect();
    let signers: Vec<(&Owner, u64, u64)> = owners.iter().map(|owner| (owner, 0, 0)).collect();
    draft.fee.gas_limit = 2_000_000;
    let mut chain = Chain::new();
    for owner in owners.iter().skip(2) {
        auth::create_account(&chain.ctx, &owner.address()).unwrap();
    }
    assert_eq!(chain.code(&draft.raw(&signers).encode_to_vec()), 14);
}
