//! What somebody without the key can try.

use super::*;
use proptest::prelude::*;

#[test]
fn a_key_that_is_not_the_signers_is_refused() {
    let mut chain = Chain::new();
    let stolen = Draft::send(&buyer()).sign(&attacker());
    assert_eq!(chain.code(&stolen), 8);
    assert_eq!(chain.money(&buyer().address()), 1_000_000);
}

#[test]
fn leaving_out_the_key_of_an_account_that_never_signed_is_refused() {
    let mut chain = Chain::new();
    let mut raw = Draft::send(&buyer()).raw(&[(&buyer(), 0, 0)]);
    let mut auth_info = AuthInfo::decode(raw.auth_info_bytes.as_slice()).unwrap();
    auth_info.signer_infos[0].public_key = None;
    raw.auth_info_bytes = auth_info.encode_to_vec();
    assert_eq!(chain.code(&raw.encode_to_vec()), 8);
}

#[test]
fn the_twin_of_a_signature_is_refused() {
    let mut raw = Draft::send(&buyer()).raw(&[(&buyer(), 0, 0)]);
    let signature = Signature::from_slice(&raw.signatures[0]).unwrap();
    let (r, s) = signature.split_scalars();
    let twin = Signature::from_scalars(*r, -*s).unwrap();
    raw.signatures = vec![twin.to_bytes().to_vec()];
    assert_eq!(Chain::new().code(&raw.encode_to_vec()), 4);
}

#[test]
fn no_single_flipped_bit_of_a_signed_transaction_is_accepted() {
    let bytes = Draft::send(&buyer()).sign(&buyer());
    let mut chain = Chain::new();
    for place in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[place / 8] ^= 1 << (place % 8);
        assert!(chain.run(&flipped).is_err(), "bit {place}");
    }
    chain.run(&bytes).unwrap();
}

/// The bytes were verified once and are remembered: that admits them nowhere else.
#[test]
fn remembered_signatures_admit_nothing_after_sequence_key_number_or_chain_have_changed() {
    let bytes = Draft::send(&buyer()).sign(&buyer());
    let of = |chain: &Chain| {
        let ctx = Context { gas: GasMeter::unlimited(), ..chain.ctx.clone() };
        (auth::account(&ctx, &buyer().address()).unwrap().unwrap(), ctx)
    };
    let mut chain = Chain::new();
    let (fresh, ctx) = of(&chain);
    verify_ahead(&chain.modules, &chain.verified, &ctx, &decode(&bytes).unwrap());
    chain.run(&bytes).unwrap();
    assert_eq!(chain.code(&bytes), 32, "sequence");
    let (_, ctx) = of(&chain);
    auth::save_account(&ctx, &auth::Account { number: 7, ..fresh.clone() }).unwrap();
    assert_eq!(chain.code(&bytes), 4, "number");
    let key = Some(attacker().public());
    auth::save_account(&ctx, &auth::Account { key, ..fresh.clone() }).unwrap();
    assert_eq!(chain.code(&bytes), 4, "key");
    auth::save_account(&ctx, &fresh).unwrap();
    chain.ctx.block.chain_id = "stoa-test-2".to_owned();
    assert_eq!(chain.code(&bytes), 4, "chain");
    chain.ctx.block.chain_id = CHAIN.to_owned();
    chain.run(&bytes).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any change of any kind to a signed transaction makes it worthless.
    #[test]
    fn changed_transactions_are_never_accepted(
        place: prop::sample::Index, cut in 0usize..4, insert in proptest::collection::vec(any::<u8>(), 0..4),
    ) {
        let bytes = Draft::send(&buyer()).sign(&buyer());
        let start = place.index(bytes.len());
        let end = (start + cut).min(bytes.len());
        let mut changed = bytes.clone();
        changed.splice(start..end, insert);
        if changed != bytes {
            prop_assert!(Chain::new().run(&changed).is_err());
        }
    }
}
