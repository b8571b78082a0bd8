use super::*;
use cosmos_sdk_proto::{Any, cosmos::crypto::multisig::LegacyAminoPubKey};
use prost::{Message as _, Name as _};
use serde::Deserialize;

/// A key as unmodified CosmJS encodes it (`tests/cosmjs/src/multisig-golden.mjs`).
#[derive(Deserialize)]
struct Golden {
    name: String,
    any: String,
    amino: String,
    address: String,
}

fn any(value: Vec<u8>) -> Any {
    Any { type_url: LegacyAminoPubKey::type_url(), value }
}

fn member(byte: u8) -> PublicKey {
    PublicKey::from_compressed(&[&[2][..], &[byte; 32]].concat()).unwrap()
}

fn nested(levels: usize) -> Any {
    (0..levels).fold(member(1).to_any(), |inner, _| {
        let key = LegacyAminoPubKey { threshold: 1, public_keys: vec![inner] };
        any(key.encode_to_vec())
    })
}

#[test]
fn encodings_and_addresses_are_those_of_cosmjs() {
    let golden: Vec<Golden> =
        serde_json::from_str(include_str!("../../../../testdata/multisig-cosmjs.json")).unwrap();
    assert_eq!(golden.len(), 5);
    for case in golden {
        let wire = any(hex::decode(&case.any).unwrap());
        let key = PublicKey::from_any(&wire).unwrap();
        assert_eq!(hex::encode(key.to_amino()), case.amino, "{}", case.name);
        assert_eq!(key.address().to_string(), case.address, "{}", case.name);
        assert_eq!(key.to_any(), wire, "{}", case.name);
        assert!(!key.verifies(b"", b""), "{}", case.name);
    }
}

#[test]
fn thresholds_out_of_reach_are_refused() {
    for (threshold, members) in [(0, 2), (3, 2), (1, 0), (0, 0), (u32::MAX, 2)] {
        let members = (0..members).map(|byte| member(byte).to_any()).collect();
        let key = LegacyAminoPubKey { threshold, public_keys: members };
        assert!(PublicKey::from_any(&any(key.encode_to_vec())).is_err(), "{threshold}");
    }
}

#[test]
fn members_and_levels_are_bounded() {
    let members = vec![member(1); MAX_MULTISIG_MEMBERS + 1];
    assert!(MultisigKey::new(1, members.clone()).is_err());
    let public_keys = members.iter().map(PublicKey::to_any).collect();
    let key = LegacyAminoPubKey { threshold: 1, public_keys };
    assert!(PublicKey::from_any(&any(key.encode_to_vec())).is_err());
    assert_eq!(PublicKey::from_any(&nested(3)).unwrap().signature_count(), 1);
    assert!(PublicKey::from_any(&nested(4)).is_err());
    assert!(PublicKey::from_any(&nested(40)).is_err());
}

#[test]
fn signatures_are_counted_through_all_levels() {
    let inner = MultisigKey::new(1, vec![member(1), member(2)]).unwrap();
    let outer = MultisigKey::new(1, vec![PublicKey::Multisig(inner), member(3)]).unwrap();
    assert_eq!(PublicKey::Multisig(outer).signature_count(), 3);
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let foreign = Any { type_url: "/cosmos.crypto.sr25519.PubKey".to_owned(), value: vec![10, 0] };
    assert!(PublicKey::from_any(&foreign).is_err());
    let key = LegacyAminoPubKey { threshold: 1, public_keys: vec![foreign] };
    assert!(PublicKey::from_any(&any(key.encode_to_vec())).is_err());
    assert!(PublicKey::from_any(&any(vec![0xff])).is_err());
}
