//! The VM's cryptography.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::Actor;

/// Signatures that are right, wrong and malformed.
pub(super) fn all() -> Vec<(&'static str, Value)> {
    let function = |name: &str, parts: &[&[u8]]| {
        let parts: Vec<String> = parts.iter().map(|part| BASE64_STANDARD.encode(part)).collect();
        json!({"crypto": {"function": name, "parts": parts}})
    };
    let hex = |text: &str| hex::decode(text).unwrap_or_default();
    let (hash, signature, key) = signed();
    let other_hash = Sha256::digest(b"other").to_vec();
    // RFC 8032, 7.1, test 2.
    let ed_key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    let ed_signature = hex(concat!(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    ));
    // RFC 6979, A.2.5, SHA-256 of "sample".
    let r1_key = hex(concat!(
        "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6",
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
    ));
    let r1_signature = hex(concat!(
        "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    ));
    let r1_hash = Sha256::digest(b"sample").to_vec();
    // Generators of BLS12-381.
    let g1 = hex(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
    );
    let g2 = hex(concat!(
        "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e",
        "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    ));
    let (two_g1, two_g2) = ([g1.clone(), g1.clone()].concat(), [g2.clone(), g2.clone()].concat());
    vec![
        ("k1", function("secp256k1_verify", &[&hash, &signature, &key])),
        ("k1 wrong", function("secp256k1_verify", &[&other_hash, &signature, &key])),
        ("k1 short", function("secp256k1_verify", &[&hash, b"short", &key])),
        ("k1 recover", function("secp256k1_recover", &[&hash, &signature, &[0]])),
        ("k1 recover wrong", function("secp256k1_recover", &[&hash, &signature, &[9]])),
        ("r1", function("secp256r1_verify", &[&r1_hash, &r1_signature, &r1_key])),
        ("r1 wrong", function("secp256r1_verify", &[&other_hash, &r1_signature, &r1_key])),
        ("r1 recover", function("secp256r1_recover", &[&r1_hash, &r1_signature, &[0]])),
        ("ed25519", function("ed25519_verify", &[&[0x72], &ed_signature, &ed_key])),
        ("ed25519 wrong", function("ed25519_verify", &[&[0x73], &ed_signature, &ed_key])),
        ("ed25519 short", function("ed25519_verify", &[&[0x73], &[1], &ed_key])),
        (
            "batch",
            function(
                "ed25519_batch",
                &[&[0x72], &[0x72], &ed_signature, &ed_signature, &ed_key, &ed_key],
            ),
        ),
        (
            "batch wrong",
            function(
                "ed25519_batch",
                &[&[0x72], &[0x73], &ed_signature, &ed_signature, &ed_key, &ed_key],
            ),
        ),
        ("batch of nothing", function("ed25519_batch", &[])),
        ("aggregate g1", function("aggregate_g1", &[&two_g1])),
        ("aggregate g1 of nothing", function("aggregate_g1", &[&[]])),
        ("aggregate g2", function("aggregate_g2", &[&two_g2])),
        ("hash to g1", function("hash_to_g1", &[b"message", b"domain"])),
        ("hash to g2", function("hash_to_g2", &[b"message", b"domain"])),
        ("pairing", function("pairing", &[&g1, &g2, &g1, &g2])),
        ("pairing wrong", function("pairing", &[&two_g1, &two_g2, &g1, &g2])),
        ("pairing malformed", function("pairing", &[b"x", &g2, &g1, &g2])),
        ("debug", function("debug", &[])),
    ]
}

/// A message's hash, a signature over it and its key.
fn signed() -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let message = b"signed by alice";
    let alice = Actor::new("alice").ok();
    let signature = alice.as_ref().and_then(|alice| alice.sign(message).ok()).unwrap_or_default();
    let key = alice.map(|alice| alice.public_key()).unwrap_or_default();
    (Sha256::digest(message).to_vec(), signature, key)
}
