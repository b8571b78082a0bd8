//! Keys made of several keys.

use super::*;

use cosmos_sdk_proto::cosmos::{
    crypto::multisig::{
        LegacyAminoPubKey,
        v1beta1::{CompactBitArray, MultiSignature},
    },
    tx::v1beta1::mode_info::Multi,
};
use stoa_modules::auth::MultisigKey;

const AMINO: SignMode = SignMode::LegacyAminoJson;

/// Members 11, 12, … with one account between them.
struct Group {
    members: Vec<Owner>,
    key: PublicKey,
}

impl Group {
    fn new(threshold: u32, members: impl IntoIterator<Item = u8>) -> Self {
        let members: Vec<Owner> = members.into_iter().map(Owner::new).collect();
        let keys = members.iter().map(Owner::public).collect();
        let key = PublicKey::Multisig(MultisigKey::new(threshold, keys).unwrap());
        Self { members, key }
    }

    /// Two of three.
    fn usual() -> Self {
        Self::new(2, [11, 12, 13])
    }

    fn address(&self) -> AccAddress {
        self.key.address()
    }
}

/// A chain on which the group's account has number 3 and 100,000ustoa.
fn chain(group: &Group) -> Chain {
    let mut chain = Chain::new();
    let amount = "100000ustoa".parse().unwrap();
    bank::send(&mut chain.ctx, &buyer().address(), &group.address(), &amount).unwrap();
    chain
}

fn draft(group: &Group) -> Draft {
    Draft::send(&buyer()).with(|draft| {
        let send = MsgSend {
            from_address: group.address().to_string(),
            to_address: attacker().address().to_string(),
            amount: vec![coin(1)],
        };
        draft.body.messages[0].value = send.encode_to_vec();
        draft.mode = AMINO;
    })
}

fn bits(signed: &[bool]) -> CompactBitArray {
    let mut elems = vec![0u8; signed.len().div_ceil(8)];
    for (place, _) in signed.iter().enumerate().filter(|(_, signed)| **signed) {
        elems[place / 8] |= 0x80 >> (place % 8);
    }
    CompactBitArray { extra_bits_stored: u32::try_from(signed.len() % 8).unwrap(), elems }
}

fn single(mode: SignMode) -> ModeInfo {
    ModeInfo { sum: Some(Sum::Single(Single { mode: mode.into() })) }
}

/// The group's mode with one mode for each of `modes`.
fn info(group: &Group, signed: &[bool], modes: &[SignMode]) -> SignerInfo {
    let mode_infos = modes.iter().map(|mode| single(*mode)).collect();
    let multi = Multi { bitarray: Some(bits(signed)), mode_infos };
    SignerInfo {
        public_key: Some(group.key.to_any()),
        mode_info: Some(ModeInfo { sum: Some(Sum::Multi(multi)) }),
        sequence: 0,
    }
}

fn join(signatures: Vec<Vec<u8>>) -> Vec<u8> {
    MultiSignature { signatures }.encode_to_vec()
}

/// A transaction whose bit array is `signed` and that the members at `signers` signed, in that order.
fn sign(group: &Group, draft: &Draft, signed: &[bool], signers: &[usize]) -> Vec<u8> {
    let mut raw = draft.unsigned(vec![info(group, signed, &vec![AMINO; signers.len()])]);
    let document = draft.document(&raw, 3, 0);
    let signatures = signers.iter().map(|place| group.members[*place].sign(&document));
    raw.signatures = vec![join(signatures.collect())];
    raw.encode_to_vec()
}

fn refusal(group: &Group, bytes: &[u8]) -> u32 {
    let mut chain = chain(group);
    let before = chain.money(&group.address());
    let code = chain.code(bytes);
    assert_eq!(chain.money(&group.address()), before);
    code
}

#[test]
fn enough_members_sign_and_more_than_enough_may() {
    let group = Group::usual();
    for signers in [&[0, 1][..], &[0, 2], &[1, 2], &[0, 1, 2]] {
        let signed: Vec<bool> = (0..3).map(|place| signers.contains(&place)).collect();
        let mut chain = chain(&group);
        chain.run(&sign(&group, &draft(&group), &signed, signers)).unwrap();
        assert_eq!(chain.money(&group.address()), 95_000);
        let ctx = Context { gas: GasMeter::unlimited(), ..chain.ctx.clone() };
        let account = auth::account(&ctx, &group.address()).unwrap().unwrap();
        assert_eq!((account.sequence, account.number), (1, 3));
        assert_eq!(account.key, Some(group.key.clone()));
    }
}

#[test]
fn the_key_may_be_left_out_once_it_is_known() {
    let group = Group::usual();
    let mut chain = chain(&group);
    chain.run(&sign(&group, &draft(&group), &[true, true, false], &[0, 1])).unwrap();
    let mut next = draft(&group);
    next.sequence = 1;
    let mut signer = info(&group, &[false, true, true], &[AMINO; 2]);
    (signer.sequence, signer.public_key) = (1, None);
    let mut raw = next.unsigned(vec![signer]);
    let document = next.document(&raw, 3, 1);
    raw.signatures =
        vec![join(vec![group.members[1].sign(&document), group.members[2].sign(&document)])];
    chain.run(&raw.encode_to_vec()).unwrap();
}

#[test]
fn each_signature_costs_gas_and_is_told_to_indexers() {
    let group = Group::usual();
    let gas = |signed: &[bool], signers: &[usize]| {
        let mut chain = chain(&group);
        let bytes = sign(&group, &draft(&group), signed, signers);
        chain.run(&bytes).unwrap();
        let signatures = chain.ctx.events.iter().flat_map(|event| &event.attributes);
        let signatures = signatures.filter(|attribute| attribute.key == "signature").count();
        assert_eq!(signatures, signers.len() + 1, "each, and all together");
        chain.ctx.gas.used() - 10 * u64::try_from(bytes.len()).unwrap()
    };
    let two = gas(&[true, true, false], &[0, 1]);
    assert_eq!(gas(&[true, true, true], &[0, 1, 2]), two + 1_000);
}

#[test]
fn too_few_doubled_and_displaced_signatures_are_refused() {
    let group = Group::usual();
    let refused = |signed: &[bool], signers: &[usize]| {
        refusal(&group, &sign(&group, &draft(&group), signed, signers))
    };
    assert_eq!(refused(&[true, false, false], &[0]), 4, "below the threshold");
    assert_eq!(refused(&[false, false, false], &[]), 4, "nobody");
    assert_eq!(refused(&[true, true, false], &[0, 0]), 4, "one member twice");
    assert_eq!(refused(&[true, true, false], &[1, 0]), 4, "out of order");
    assert_eq!(refused(&[true, true, false], &[0, 2]), 4, "another member's place");
    assert_eq!(refused(&[true, true, true], &[0, 1]), 4, "a bit without a signature");
    assert_eq!(refused(&[true, false, false], &[0, 1]), 4, "a signature without a bit");
    assert_eq!(refused(&[true, true, false], &[0, 1, 2]), 4, "a signature too many");
}

#[test]
fn bit_arrays_of_another_length_are_refused() {
    let group = Group::usual();
    let refused = |signed: &[bool]| refusal(&group, &sign(&group, &draft(&group), signed, &[0, 1]));
    assert_eq!(refused(&[true, true]), 4);
    assert_eq!(refused(&[true, true, false, false]), 4);
    assert_eq!(refused(&[&[true, true, false][..], &[false; 8]].concat()), 4);

    for array in [
        CompactBitArray { extra_bits_stored: 11, elems: vec![0xc0] },
        CompactBitArray { extra_bits_stored: 3, elems: vec![0xc0, 0] },
        CompactBitArray { extra_bits_stored: 3, elems: Vec::new() },
        CompactBitArray { extra_bits_stored: u32::MAX, elems: vec![0xff; 100] },
    ] {
        let draft = draft(&group);
        let mut signer = info(&group, &[true, true, false], &[AMINO; 2]);
        let Some(ModeInfo { sum: Some(Sum::Multi(multi)) }) = &mut signer.mode_info else {
            panic!()
        };
        multi.bitarray = Some(array);
        let mut raw = draft.unsigned(vec![signer]);
        let document = draft.document(&raw, 3, 0);
        let signatures = group.members.iter().take(2).map(|member| member.sign(&document));
        raw.signatures = vec![join(signatures.collect())];
        assert_eq!(refusal(&group, &raw.encode_to_vec()), 4);
    }
}

#[test]
fn one_key_twice_has_two_votes_and_signs_twice() {
    let group = Group::new(2, [11, 11, 12]);
    let mut chain = chain(&group);
    chain.run(&sign(&group, &draft(&group), &[true, true, false], &[0, 1])).unwrap();
    let once = sign(&group, &draft(&group), &[true, false, false], &[0]);
    assert_eq!(refusal(&group, &once), 4);
}

#[test]
fn a_threshold_of_zero_is_no_key() {
    let group = Group::usual();
    let draft = draft(&group);
    let members: Vec<Any> = group.members.iter().map(|member| member.public().to_any()).collect();
    for threshold in [0, 4] {
        let key = LegacyAminoPubKey { threshold, public_keys: members.clone() };
        let mut signer = info(&group, &[false, false, false], &[]);
        signer.public_key =
            Some(Any { type_url: LegacyAminoPubKey::type_url(), value: key.encode_to_vec() });
        let mut raw = draft.unsigned(vec![signer]);
        raw.signatures = vec![Vec::new()];
        assert_eq!(refusal(&group, &raw.encode_to_vec()), 8);
    }
}

#[test]
fn keys_of_more_members_than_signatures_are_allowed_are_refused() {
    let seven = Group::new(1, 11..18);
    let signed: Vec<bool> = (0..7).map(|place| place == 6).collect();
    chain(&seven).run(&sign(&seven, &draft(&seven), &signed, &[6])).unwrap();
    let eight = Group::new(1, 11..19);
    let signed: Vec<bool> = (0..8).map(|place| place == 0).collect();
    assert_eq!(refusal(&eight, &sign(&eight, &draft(&eight), &signed, &[0])), 14);
}

#[test]
fn a_single_signature_for_several_keys_and_several_for_one_are_refused() {
    let group = Group::usual();
    let member = &group.members[0];
    let mut draft = draft(&group);
    let signer = SignerInfo {
        public_key: Some(group.key.to_any()),
        mode_info: Some(single(AMINO)),
        sequence: 0,
    };
    let mut raw = draft.unsigned(vec![signer]);
    raw.signatures = vec![member.sign(&draft.document(&raw, 3, 0))];
    let refused = chain(&group).run(&raw.encode_to_vec()).unwrap_err();
    assert_eq!((refused.codespace(), refused.code()), ("undefined", 1));

    draft.body = Draft::send(&buyer()).body;
    let mut signer = info(&group, &[true], &[AMINO]);
    signer.public_key = Some(buyer().public().to_any());
    let mut raw = draft.unsigned(vec![signer]);
    raw.signatures = vec![join(vec![buyer().sign(&draft.document(&raw, 0, 0))])];
    assert_eq!(refusal(&group, &raw.encode_to_vec()), 4);
}

#[test]
fn members_sign_in_their_own_modes_and_groups_may_be_members() {
    let inner = Group::new(1, [21, 22]);
    let first = Owner::new(11);
    let keys = vec![first.public(), inner.key.clone()];
    let outer =
        Group { members: Vec::new(), key: PublicKey::Multisig(MultisigKey::new(2, keys).unwrap()) };
    let draft = draft(&outer);
    let mut signer = info(&outer, &[true, true], &[SignMode::Direct]);
    let Some(ModeInfo { sum: Some(Sum::Multi(multi)) }) = &mut signer.mode_info else { panic!() };
    let nested = Multi { bitarray: Some(bits(&[false, true])), mode_infos: vec![single(AMINO)] };
    multi.mode_infos.push(ModeInfo { sum: Some(Sum::Multi(nested)) });
    let mut raw = draft.unsigned(vec![signer]);
    let amino = draft.document(&raw, 3, 0);
    let direct = Draft { mode: SignMode::Direct, ..self::draft(&outer) }.document(&raw, 3, 0);
    let inner_signature = join(vec![inner.members[1].sign(&amino)]);
    raw.signatures = vec![join(vec![first.sign(&direct), inner_signature.clone()])];
    chain(&outer).run(&raw.encode_to_vec()).unwrap();
    raw.signatures = vec![join(vec![first.sign(&amino), inner_signature])];
    assert_eq!(refusal(&outer, &raw.encode_to_vec()), 4, "the mode of the other");
}

#[test]
fn a_simulation_estimates_about_what_the_transaction_uses() {
    let group = Group::usual();
    let mut real = chain(&group);
    real.run(&sign(&group, &draft(&group), &[true, true, false], &[0, 1])).unwrap();
    let single = SignerInfo {
        public_key: Some(group.key.to_any()),
        mode_info: Some(single(SignMode::Unspecified)),
        sequence: 0,
    };
    for signer in [single, info(&group, &[true, true, false], &[AMINO; 2])] {
        let raw = draft(&group).unsigned(vec![signer]);
        let mut simulated = chain(&group).mode(ExecMode::Simulate);
        simulated.run(&raw.encode_to_vec()).unwrap();
        let (estimate, used) = (simulated.ctx.gas.used(), real.ctx.gas.used());
        // As in wasmd, simulations do not count the transaction, which costs a real one some 1,600.
        assert!(estimate + 3_000 >= used && estimate < used + 20_000, "{estimate} for {used}");
    }
}
