//! Bytes to transactions, and transactions to what is signed of them.

use cosmos_sdk_proto::cosmos::{
    base::v1beta1::Coin,
    tx::{
        signing::v1beta1::SignMode,
        v1beta1::{AuthInfo, Fee, TxRaw},
    },
};
use proptest::prelude::*;
use prost::Message as _;
use stoa_app::{
    MAX_TX_BYTES,
    tx::{self, SignerData, Tx},
};
use stoa_fuzz::{allocation::measured, byte_edits, edit_bytes, edit_fields, field_edits};

use crate::{cases, in_time, seeds};

/// What reading may hold for each byte that is read: a field of two bytes can stand for a struct of a
/// hundred, in a list that doubles as it grows.
const MOST_BYTES_A_BYTE: usize = 300;
/// And beside that.
const MOST_BYTES_BESIDE: usize = 256 * 1024;
const SIGNER: SignerData<'static> =
    SignerData { chain_id: "stoa-test-1", account_number: 3, sequence: 5 };

/// Reads `bytes` within the bounds; what can be read has one encoding and can be shown to its signer.
fn read(bytes: &[u8]) -> Option<Tx> {
    let (tx, held) = in_time(|| measured(|| tx::decode(bytes)));
    assert!(held <= bytes.len() * MOST_BYTES_A_BYTE + MOST_BYTES_BESIDE, "{held} bytes are held");
    let tx = tx.ok()?;
    let raw = TxRaw::decode(bytes).unwrap();
    assert_eq!(raw.encode_to_vec(), bytes, "a second encoding is accepted");
    assert!(tx.sign_bytes(SignMode::Direct.into(), &SIGNER).is_ok());
    if let Some(document) = amino(&tx) {
        let json: serde_json::Value = serde_json::from_slice(&document).unwrap();
        let mut names: Vec<&String> = json.as_object().unwrap().keys().collect();
        names.sort();
        assert!(names.len() >= 6, "{names:?}");
    }
    Some(tx)
}

fn amino(tx: &Tx) -> Option<Vec<u8>> {
    tx.sign_bytes(SignMode::LegacyAminoJson.into(), &SIGNER).ok()
}

/// What a transaction means, whatever its encoding: the decoded parts of it.
fn meaning(tx: &Tx) -> String {
    let messages: Vec<_> = tx.messages().iter().map(|m| (&m.type_url, reencoded(m))).collect();
    let fee = tx.fee();
    format!(
        "{messages:?} {:?} {} {:?} {} {} {} {:?}",
        tx.memo(),
        tx.timeout_height(),
        fee.amount,
        fee.gas_limit,
        fee.payer,
        fee.granter,
        tx.extension_options()
    )
}

/// The value in the one encoding that the published types write.
fn reencoded(message: &cosmos_sdk_proto::Any) -> Vec<u8> {
    use cosmos_sdk_proto::cosmos::{
        bank::v1beta1::{MsgMultiSend, MsgSend},
        vesting::v1beta1::MsgCreateVestingAccount,
    };
    use stoa_proto::cosmwasm::wasm::v1::{
        MsgClearAdmin, MsgExecuteContract, MsgInstantiateContract, MsgInstantiateContract2,
        MsgMigrateContract, MsgStoreCode, MsgUpdateAdmin,
    };
    macro_rules! reencode {
        ($($kind:ty),*) => {
            $(if message.type_url == <$kind as prost::Name>::type_url() {
                return <$kind>::decode(message.value.as_slice()).unwrap().encode_to_vec();
            })*
        };
    }
    reencode!(
        MsgSend,
        MsgMultiSend,
        MsgCreateVestingAccount,
        MsgStoreCode,
        MsgInstantiateContract,
        MsgInstantiateContract2,
        MsgExecuteContract,
        MsgMigrateContract,
        MsgUpdateAdmin,
        MsgClearAdmin
    );
    message.value.clone()
}

#[test]
fn the_seeds_are_transactions_in_both_modes() {
    for bytes in seeds::foreign_txs() {
        assert!(amino(&read(&bytes).unwrap()).is_some());
    }
}

#[test]
fn the_most_fields_in_the_most_bytes_stay_within_the_bounds() {
    let raw = |body_bytes: Vec<u8>, auth_info_bytes: Vec<u8>| {
        TxRaw { body_bytes, auth_info_bytes, signatures: vec![] }.encode_to_vec()
    };
    let most = MAX_TX_BYTES - 32;
    let repeated = |field: [u8; 2]| field.repeat(most / 2);
    let fee = Fee { amount: vec![Coin::default(); most / 2 - 16], ..Fee::default() };
    // Empty messages, signers, coins of a fee, signatures; a body of one unknown field after the other.
    for bytes in [
        raw(repeated([0x0a, 0]), vec![]),
        raw(vec![], repeated([0x0a, 0])),
        raw(vec![], AuthInfo { fee: Some(fee), ..AuthInfo::default() }.encode_to_vec()),
        repeated([0x1a, 0]),
        raw(repeated([0x78, 1]), vec![]),
        vec![0x0a; most],
    ] {
        read(&bytes);
    }
}

proptest! {
    #![proptest_config(cases(512))]

    #[test]
    fn changed_transactions_are_read_in_one_way_or_refused(
        seed: prop::sample::Index, fields in field_edits(), bytes in byte_edits(), also_bytes: bool,
    ) {
        let seeds = seeds::foreign_txs();
        let mut changed = edit_fields(&seeds[seed.index(seeds.len())], &fields);
        if also_bytes {
            changed = edit_bytes(&changed, &bytes);
        }
        read(&changed);
    }

    /// A signer of the JSON document sees everything that would be executed.
    #[test]
    fn transactions_with_one_amino_document_mean_the_same(
        seed: prop::sample::Index, edits in field_edits(),
    ) {
        let seeds = seeds::foreign_txs();
        let original = seed.get(&seeds);
        let changed = edit_fields(original, &edits);
        if let (Some(first), Some(second)) = (read(original), read(&changed))
            && let (Some(shown), Some(also_shown)) = (amino(&first), amino(&second))
            && shown == also_shown
        {
            prop_assert_eq!(meaning(&first), meaning(&second));
        }
    }

    #[test]
    fn random_bytes_are_refused_or_read(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        read(&bytes);
    }
}
