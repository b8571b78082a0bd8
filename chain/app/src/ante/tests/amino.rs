//! Transactions signed as amino JSON: what Ledger devices and amino wallets send.

use super::*;

use base64::{Engine as _, prelude::BASE64_STANDARD};

fn amino(draft: Draft) -> Draft {
    draft.with(|draft| draft.mode = SignMode::LegacyAminoJson)
}

#[test]
fn a_transaction_signed_as_amino_json_passes_like_any_other() {
    let mut chain = Chain::new();
    chain.run(&amino(Draft::send(&buyer())).sign(&buyer())).unwrap();
    assert_eq!(chain.sequence(&buyer()), 1);
    assert_eq!(chain.money(&buyer().address()), 995_000);
    let again = amino(Draft::send(&buyer())).sign(&buyer());
    assert_eq!(chain.code(&again), 32);
    let next = amino(Draft { sequence: 1, ..Draft::send(&buyer()) });
    chain.run(&next.sign(&buyer())).unwrap();
}

#[test]
fn a_wrong_document_is_refused_in_the_words_of_the_sdk() {
    let mut chain = Chain::new();
    let wrong = amino(Draft { account_number: 5, ..Draft::send(&buyer()) });
    let refused = chain.run(&wrong.sign(&buyer())).unwrap_err();
    assert_eq!((refused.codespace(), refused.code()), ("sdk", 4));
    assert_eq!(
        refused.to_string(),
        "signature verification failed; please verify account number (0), sequence (0) and \
         chain-id (stoa-test-1): unauthorized"
    );
}

#[test]
fn a_signature_of_one_mode_is_none_in_the_other() {
    let mut chain = Chain::new();
    for (signed, claimed) in [
        (SignMode::Direct, SignMode::LegacyAminoJson),
        (SignMode::LegacyAminoJson, SignMode::Direct),
    ] {
        let draft = |mode| Draft::send(&buyer()).with(|draft| draft.mode = mode);
        let raw = |mode| draft(mode).raw(&[(&buyer(), 0, 0)]);
        // Both over the bytes that are sent: only the mode differs from what was signed.
        let sent = raw(claimed);
        let signature = buyer().sign(&draft(signed).document(&sent, 0, 0));
        let forged = TxRaw { signatures: vec![signature], ..sent };
        assert_eq!(chain.code(&forged.encode_to_vec()), 4, "{signed:?}");
        // The signature of the right mode over the other transaction.
        let forged = TxRaw { signatures: raw(signed).signatures, ..raw(claimed) };
        assert_eq!(chain.code(&forged.encode_to_vec()), 4, "{signed:?}");
    }
    assert_eq!(chain.sequence(&buyer()), 0);
}

#[test]
fn everything_that_the_document_shows_is_bound_by_the_signature() {
    let signed = amino(Draft::send(&buyer())).raw(&[(&buyer(), 0, 0)]);
    let changes: [fn(&mut Draft); 8] = [
        |draft| draft.body.memo = "x".to_owned(),
        |draft| draft.body.timeout_height = 100,
        |draft| draft.body.messages.push(draft.body.messages[0].clone()),
        |draft| draft.body.messages = Draft::send(&attacker()).body.messages,
        |draft| draft.fee.amount = vec![coin(6_000)],
        |draft| draft.fee.gas_limit += 1,
        |draft| draft.fee.payer = buyer().address().to_string(),
        |draft| draft.sequence = 1,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let changed = amino(Draft::send(&buyer())).with(change);
        let raw = changed.raw(&[(&buyer(), 0, changed.sequence)]);
        let forged = TxRaw { signatures: signed.signatures.clone(), ..raw };
        assert!(Chain::new().run(&forged.encode_to_vec()).is_err(), "change {index}");
    }
}

#[test]
fn an_off_chain_document_of_adr_36_is_never_a_transaction() {
    let (buyer, mut chain) = (buyer(), Chain::new());
    let send = amino(Draft::send(&buyer));
    let raw = send.raw(&[(&buyer, 0, 0)]);
    let wanted = send.document(&raw, 0, 0);
    // The owner signs, off chain, any data: here the very document that the attacker would need.
    let data = BASE64_STANDARD.encode(&wanted);
    let document = format!(
        r#"{{"account_number":"0","chain_id":"","fee":{{"amount":[],"gas":"0"}},"memo":"","msgs":[{{"type":"sign/MsgSignData","value":{{"data":"{data}","signer":"{}"}}}}],"sequence":"0"}}"#,
        buyer.address()
    );
    let forged = TxRaw { signatures: vec![buyer.sign(document.as_bytes())], ..raw };
    assert_eq!(chain.code(&forged.encode_to_vec()), 4);
    // Nor does the chain know the message of such documents, whatever its chain id.
    chain.ctx.block.chain_id = String::new();
    assert_eq!(chain.code(&forged.encode_to_vec()), 4);
    let message = Any { type_url: "/sign.MsgSignData".to_owned(), value: Vec::new() };
    let mut body = send.body.clone();
    body.messages = vec![message];
    let forged = TxRaw { body_bytes: body.encode_to_vec(), ..forged };
    assert_eq!(chain.code(&forged.encode_to_vec()), 2);
}

#[test]
fn extensions_and_fields_without_a_place_in_the_document_are_refused() {
    let mut chain = Chain::new();
    let mut draft = amino(Draft::send(&buyer()));
    draft.body.non_critical_extension_options = draft.body.messages.clone();
    assert_eq!(chain.code(&draft.sign(&buyer())), 4);
    draft.mode = SignMode::Direct;
    chain.run(&draft.sign(&buyer())).unwrap();

    let raw = amino(Draft { sequence: 1, ..Draft::send(&buyer()) }).raw(&[(&buyer(), 0, 1)]);
    let marked = [raw.body_bytes.as_slice(), &[0x80, 0x40, 1]].concat();
    assert_eq!(chain.code(&TxRaw { body_bytes: marked, ..raw }.encode_to_vec()), 4);
}

#[test]
fn signers_may_use_different_modes_in_one_transaction() {
    let mut chain = Chain::new();
    let (buyer, attacker) = (buyer(), attacker());
    let mut draft = Draft::send(&buyer);
    draft.body.messages.extend(Draft::send(&attacker).body.messages);
    let info = |owner: &Owner, mode: SignMode| SignerInfo {
        public_key: Some(owner.public().to_any()),
        mode_info: Some(ModeInfo { sum: Some(Sum::Single(Single { mode: mode.into() })) }),
        sequence: 0,
    };
    let infos = vec![info(&buyer, SignMode::Direct), info(&attacker, SignMode::LegacyAminoJson)];
    let mut raw = draft.unsigned(infos);
    let first = buyer.sign(&draft.document(&raw, 0, 0));
    draft.mode = SignMode::LegacyAminoJson;
    raw.signatures = vec![first, attacker.sign(&draft.document(&raw, 1, 0))];
    chain.run(&raw.encode_to_vec()).unwrap();
}
