//! Signatures that this node has verified before.
//!
//! A transaction's signatures are verified when the mempool admits it and again when its block is executed.
//! Whether a signature is right depends on key, message and signature alone, and here all three are hashed
//! together: what was right once is right for good. The message names chain, account number and sequence,
//! so nothing that was right for one chain, account or sequence is found for another. Wrong signatures are
//! not remembered.

use std::{
    collections::HashSet,
    mem,
    sync::{Mutex, PoisonError},
};

use sha2::{Digest as _, Sha256};
use stoa_modules::auth::PublicKey;

/// Signatures of a generation. There are two, of some 50 bytes a signature: the older one is forgotten when
/// the newer one is full. A mempool of CometBFT holds 5,000 transactions.
pub const MAX_GENERATION: usize = 1 << 16;

/// Hash of key, message and signature.
type Fingerprint = [u8; 32];

/// A bounded memory of right signatures. It changes how long a verification takes and nothing else.
#[derive(Default)]
pub struct Verified(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    newer: HashSet<Fingerprint>,
    older: HashSet<Fingerprint>,
}

impl Verified {
    /// Whether `signature` of `key` is over `message`, as [`PublicKey::verifies`] says.
    pub(super) fn verifies(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let fingerprint = fingerprint(key, message, signature);
        if self.knows(&fingerprint) {
            return true;
        }
        let is_right = key.verifies(message, signature);
        if is_right {
            self.remember(fingerprint);
        }
        is_right
    }

    fn knows(&self, fingerprint: &Fingerprint) -> bool {
        let generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        generations.newer.contains(fingerprint) || generations.older.contains(fingerprint)
    }

    fn remember(&self, fingerprint: Fingerprint) {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if generations.newer.len() >= MAX_GENERATION {
            generations.older = mem::take(&mut generations.newer);
        }
        generations.newer.insert(fingerprint);
    }
}

/// Every part comes behind its length: no two triples have the same bytes.
fn fingerprint(key: &PublicKey, message: &[u8], signature: &[u8]) -> Fingerprint {
    let mut hasher = Sha256::new();
    for part in [key.to_amino().as_slice(), message, signature] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use k256::ecdsa::{Signature, SigningKey, signature::Signer as _};

    use super::*;

    fn signer(byte: u8) -> (SigningKey, PublicKey) {
        let signer = SigningKey::from_slice(&[byte; 32]).unwrap();
        let point = signer.verifying_key().to_encoded_point(true);
        let key = PublicKey::from_compressed(point.as_bytes()).unwrap();
        (signer, key)
    }

    #[test]
    fn what_was_right_does_not_vouch_for_another_key_message_or_signature() {
        let verified = Verified::default();
        let ((signer, key), (other_signer, other)) = (signer(1), self::signer(2));
        let signature: Signature = signer.sign(b"chain-1, account 7, sequence 3");
        let signature = signature.to_bytes();
        let message = b"chain-1, account 7, sequence 3";
        for _ in 0..2 {
            assert!(verified.verifies(&key, message, &signature));
            assert!(!verified.verifies(&other, message, &signature));
            assert!(!verified.verifies(&key, b"chain-1, account 7, sequence 4", &signature));
            assert!(!verified.verifies(&key, b"chain-2, account 7, sequence 3", &signature));
            assert!(!verified.verifies(&key, &message[1..], &signature));
            let foreign: Signature = other_signer.sign(message);
            assert!(!verified.verifies(&key, message, &foreign.to_bytes()));
            assert!(!verified.verifies(&key, message, &[]));
        }
    }

    #[test]
    fn bytes_that_move_between_the_parts_are_another_question() {
        let (_, key) = signer(1);
        let whole = fingerprint(&key, b"ab", b"c");
        assert_ne!(whole, fingerprint(&key, b"a", b"bc"));
        assert_ne!(whole, fingerprint(&key, b"abc", b""));
    }

    #[test]
    fn the_memory_is_bounded_and_wrong_signatures_take_none_of_it() {
        let verified = Verified::default();
        let (_, key) = signer(1);
        assert!(!verified.verifies(&key, b"message", &[1; 64]));
        assert!(verified.0.lock().unwrap().newer.is_empty());
        for number in 0..3 * MAX_GENERATION as u64 {
            let mut fingerprint = [0; 32];
            fingerprint[..8].copy_from_slice(&number.to_be_bytes());
            verified.remember(fingerprint);
        }
        let generations = verified.0.lock().unwrap();
        assert!(generations.newer.len() + generations.older.len() <= 2 * MAX_GENERATION);
    }
}
