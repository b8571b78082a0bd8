//! The documents against those that unmodified CosmJS signs (`tests/cosmjs/src/amino-golden.mjs`).

use cosmos_sdk_proto::{
    Any,
    cosmos::{
        authz::v1beta1::MsgGrant,
        bank::v1beta1::{MsgMultiSend, MsgSend},
        tx::{
            signing::v1beta1::SignMode,
            v1beta1::{AuthInfo, Fee, TxBody, TxRaw},
        },
    },
};
use proptest::prelude::*;
use prost::{Message as _, Name};
use serde::Deserialize;
use stoa_proto::cosmwasm::wasm::v1::MsgExecuteContract;

use super::*;
use crate::tx::{decode, sign_mode::SignModeError};

#[derive(Deserialize)]
struct Golden {
    name: String,
    tx: String,
    chain_id: String,
    account_number: u64,
    sequence: u64,
    signed: String,
}

fn golden() -> Vec<Golden> {
    serde_json::from_str(include_str!("../../../testdata/amino-cosmjs.json")).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).unwrap()
}

const SIGNER: SignerData<'static> =
    SignerData { chain_id: "stoa-test-1", account_number: 0, sequence: 0 };

fn raw(body: &TxBody) -> TxRaw {
    let auth_info_bytes = AuthInfo { fee: Some(Default::default()), ..AuthInfo::default() };
    TxRaw {
        body_bytes: body.encode_to_vec(),
        auth_info_bytes: auth_info_bytes.encode_to_vec(),
        signatures: vec![Vec::new()],
    }
}

fn body<M: Name>(message: &M) -> TxBody {
    let message = Any { type_url: M::type_url(), value: message.encode_to_vec() };
    TxBody { messages: vec![message], ..TxBody::default() }
}

fn refusal(raw: &TxRaw) -> AminoError {
    sign_bytes(&decode(&raw.encode_to_vec()).unwrap(), &SIGNER).unwrap_err()
}

#[test]
fn documents_equal_those_that_cosmjs_signs() {
    let golden = golden();
    assert!(golden.len() > 15);
    for case in golden {
        let tx = decode(&bytes(&case.tx)).unwrap();
        let signer = SignerData {
            chain_id: &case.chain_id,
            account_number: case.account_number,
            sequence: case.sequence,
        };
        let document = tx.sign_bytes(SignMode::LegacyAminoJson.into(), &signer).unwrap();
        assert_eq!(String::from_utf8(document).unwrap(), case.signed, "{}", case.name);
    }
}

/// Messages that CosmJS has no amino form of, as the SDK itself shows them
/// (`testdata/amino-golden/main.go`).
#[test]
fn documents_equal_those_that_the_sdk_makes() {
    #[derive(Deserialize)]
    struct Golden {
        name: String,
        tx: String,
        signed: String,
    }
    let golden: Vec<Golden> =
        serde_json::from_str(include_str!("../../../testdata/amino-sdk.json")).unwrap();
    assert!(golden.len() > 15);
    let signer = SignerData { chain_id: "stoa-test-1", account_number: 7, sequence: 3 };
    for case in golden {
        let tx = decode(&bytes(&case.tx)).unwrap();
        let document = tx.sign_bytes(SignMode::LegacyAminoJson.into(), &signer).unwrap();
        assert_eq!(String::from_utf8(document).unwrap(), case.signed, "{}", case.name);
    }
}

#[test]
fn the_signatures_of_cosmjs_verify_over_the_documents_and_over_nothing_else() {
    for case in golden() {
        let tx = decode(&bytes(&case.tx)).unwrap();
        let key = tx.signer_infos()[0].public_key.clone().unwrap();
        let key = stoa_modules::auth::PublicKey::from_any(&key).unwrap();
        let signature = &tx.signatures()[0];
        assert!(key.verifies(case.signed.as_bytes(), signature), "{}", case.name);
        let signer = SignerData {
            chain_id: &case.chain_id,
            account_number: case.account_number,
            sequence: case.sequence,
        };
        let direct = tx.sign_bytes(SignMode::Direct.into(), &signer).unwrap();
        assert!(!key.verifies(&direct, signature), "{}", case.name);
        for other in [
            SignerData { chain_id: "", ..signer },
            SignerData { account_number: signer.account_number + 1, ..signer },
            SignerData { sequence: signer.sequence + 1, ..signer },
        ] {
            let document = tx.sign_bytes(SignMode::LegacyAminoJson.into(), &other).unwrap();
            assert!(!key.verifies(&document, signature), "{}", case.name);
        }
    }
}

#[test]
fn what_the_document_cannot_show_is_refused() {
    let send = MsgSend::default();
    let extension = body(&send).messages;
    let refused =
        refusal(&raw(&TxBody { non_critical_extension_options: extension.clone(), ..body(&send) }));
    assert_eq!(refused, AminoError::Extensions);
    let refused = refusal(&raw(&TxBody { extension_options: extension, ..body(&send) }));
    assert_eq!(refused, AminoError::Extensions);

    // Field 1024, marked as not critical: other modes sign over it, this one would not.
    let mut marked = raw(&body(&send));
    marked.body_bytes.extend([0x80, 0x40, 1]);
    assert!(matches!(refusal(&marked), AminoError::Unknown(TxError::UnknownField { .. })));

    let no_json = MsgExecuteContract { msg: b"{]".to_vec(), ..MsgExecuteContract::default() };
    assert_eq!(
        refusal(&raw(&body(&no_json))),
        AminoError::NotRepresentable { shape: "cosmwasm.wasm.v1.MsgExecuteContract", field: "msg" }
    );
    assert_eq!(
        refusal(&raw(&body(&MsgGrant::default()))),
        AminoError::Missing { shape: "cosmos.authz.v1beta1.MsgGrant", field: "grant" }
    );
}

#[test]
fn empty_values_are_left_out_kept_or_null_as_the_interface_files_say() {
    let document = |body: &TxBody| {
        let tx = decode(&raw(body).encode_to_vec()).unwrap();
        String::from_utf8(sign_bytes(&tx, &SIGNER).unwrap()).unwrap()
    };
    assert_eq!(
        document(&body(&MsgSend::default())),
        r#"{"account_number":"0","chain_id":"stoa-test-1","fee":{"amount":[],"gas":"0"},"memo":"","#
            .to_owned()
            + r#""msgs":[{"type":"cosmos-sdk/MsgSend","value":{"amount":[]}}],"sequence":"0"}"#
    );
    let multi = document(&body(&MsgMultiSend::default()));
    assert!(multi.contains(r#""value":{"inputs":null,"outputs":null}"#), "{multi}");
}

#[test]
fn modes_that_the_chain_does_not_know_have_no_bytes() {
    let tx = decode(&raw(&body(&MsgSend::default())).encode_to_vec()).unwrap();
    for mode in [SignMode::Unspecified, SignMode::Textual, SignMode::DirectAux, SignMode::Eip191] {
        let mode = i32::from(mode);
        let refused = tx.sign_bytes(mode, &SIGNER).unwrap_err();
        assert_eq!(refused, SignModeError::Unsupported { mode });
    }
    assert!(tx.sign_bytes(-1, &SIGNER).is_err());
}

/// What the chain executes of a transaction, whatever its encoding.
fn meaning(tx: &Tx) -> (Vec<(String, MsgSend)>, String, u64, Fee) {
    let message =
        |any: &Any| (any.type_url.clone(), MsgSend::decode(any.value.as_slice()).unwrap());
    let messages = tx.messages().iter().map(message).collect();
    (messages, tx.memo().to_owned(), tx.timeout_height(), tx.fee().clone())
}

#[test]
fn no_flipped_bit_changes_what_is_executed_and_keeps_the_document() {
    let cases = golden().into_iter().filter(|case| case.signed.contains("cosmos-sdk/MsgSend\""));
    for case in cases {
        let original = bytes(&case.tx);
        let signer = SignerData {
            chain_id: &case.chain_id,
            account_number: case.account_number,
            sequence: case.sequence,
        };
        let before = meaning(&decode(&original).unwrap());
        for bit in 0..original.len() * 8 {
            let mut flipped = original.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let Ok(tx) = decode(&flipped) else { continue };
            let Ok(document) = sign_bytes(&tx, &signer) else { continue };
            if document == case.signed.as_bytes() {
                assert_eq!(meaning(&tx), before, "{}: bit {bit}", case.name);
            }
        }
    }
}

proptest! {
    #[test]
    fn changed_transactions_never_panic(
        case: prop::sample::Index, place: prop::sample::Index, insert: Vec<u8>, cut in 0usize..8,
    ) {
        let golden = golden();
        let mut changed = bytes(&case.get(&golden).tx);
        let start = place.index(changed.len());
        let end = (start + cut).min(changed.len());
        changed.splice(start..end, insert);
        if let Ok(tx) = decode(&changed) {
            let _ = sign_bytes(&tx, &SIGNER);
        }
    }
}
