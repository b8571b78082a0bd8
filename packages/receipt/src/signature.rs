//! Signing and verifying outside contracts.

use k256::ecdsa::{
    Signature, SigningKey, VerifyingKey,
    signature::hazmat::{PrehashSigner, PrehashVerifier},
};

use crate::{PUBLIC_KEY_BYTES, Receipt, SIGNATURE_BYTES, Statement};

/// Why a receipt is not accepted, or cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The key is not a compressed secp256k1 point.
    #[error("the public key is not a compressed secp256k1 key of {PUBLIC_KEY_BYTES} bytes")]
    PublicKey,
    /// The signature is not 64 bytes `r || s` with a low `s`.
    #[error("the signature is not a compact low-s ECDSA signature of 64 bytes")]
    SignatureFormat,
    /// The signature does not match the statement and the key.
    #[error("the signature does not match the statement and the provider's key")]
    Mismatch,
    /// The signer refused.
    #[error("the key could not sign: {0}")]
    Signer(#[source] k256::ecdsa::Error),
}

/// Signs `statement` (deterministic ECDSA, RFC 6979, low `s`).
pub fn sign(statement: Statement, key: &SigningKey) -> Result<Receipt, ReceiptError> {
    let signature = sign_digest(&statement.digest(), key)?;
    Ok(Receipt { statement, signature: signature.to_vec().into() })
}

/// Checks that `public_key` (compressed, 33 bytes) signed exactly this statement.
pub fn verify(receipt: &Receipt, public_key: &[u8]) -> Result<(), ReceiptError> {
    verify_digest(&receipt.statement.digest(), &receipt.signature, public_key)
}

/// Signs the digest of another statement of the runner, which has a domain of its own: a trace claim.
pub fn sign_digest(
    digest: &[u8; 32],
    key: &SigningKey,
) -> Result<[u8; SIGNATURE_BYTES], ReceiptError> {
    let signature: Signature = key.sign_prehash(digest).map_err(ReceiptError::Signer)?;
    Ok(signature.normalize_s().unwrap_or(signature).to_bytes().into())
}

/// Checks that `public_key` (compressed, 33 bytes) signed this digest, in the one form with a low `s`.
pub fn verify_digest(
    digest: &[u8; 32],
    signature: &[u8],
    public_key: &[u8],
) -> Result<(), ReceiptError> {
    if public_key.len() != PUBLIC_KEY_BYTES {
        return Err(ReceiptError::PublicKey);
    }
    let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| ReceiptError::PublicKey)?;
    let signature = Signature::from_slice(signature).map_err(|_| ReceiptError::SignatureFormat)?;
    if signature.normalize_s().is_some() {
        return Err(ReceiptError::SignatureFormat);
    }
    key.verify_prehash(digest, &signature).map_err(|_| ReceiptError::Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use stoa_primitives::ContentHash;

    fn statement() -> Statement {
        Statement {
            chain_id: "stoa-local-1".to_owned(),
            marketplace: "stoa1market".to_owned(),
            job_id: 7,
            model_root: ContentHash::sha256(b"model"),
            semantics_version: 1,
            input_hash: ContentHash::sha256(b"in"),
            output_hash: ContentHash::sha256(b"out"),
        }
    }

    fn key() -> SigningKey {
        SigningKey::from_slice(&[7; 32]).unwrap()
    }

    fn public_key(key: &SigningKey) -> Vec<u8> {
        key.verifying_key().to_encoded_point(true).as_bytes().to_vec()
    }

    #[test]
    fn a_signed_receipt_verifies_under_its_key_only() {
        let receipt = sign(statement(), &key()).unwrap();
        verify(&receipt, &public_key(&key())).unwrap();
        let other = SigningKey::from_slice(&[8; 32]).unwrap();
        assert!(matches!(verify(&receipt, &public_key(&other)), Err(ReceiptError::Mismatch)));
    }

    #[test]
    fn every_field_is_bound_by_the_signature() {
        let receipt = sign(statement(), &key()).unwrap();
        let tampers: [fn(&mut Statement); 7] = [
            |s| s.chain_id.push('x'),
            |s| s.marketplace.push('x'),
            |s| s.job_id += 1,
            |s| s.model_root = ContentHash::sha256(b"x"),
            |s| s.semantics_version += 1,
            |s| s.input_hash = ContentHash::sha256(b"x"),
            |s| s.output_hash = ContentHash::sha256(b"x"),
        ];
        for tamper in tampers {
            let mut forged = receipt.clone();
            tamper(&mut forged.statement);
            assert!(matches!(verify(&forged, &public_key(&key())), Err(ReceiptError::Mismatch)));
        }
    }

    #[test]
    fn a_receipt_is_no_signature_of_anything_else() {
        let receipt = sign(statement(), &key()).unwrap();
        let digest = statement().digest();
        assert_eq!(sign_digest(&digest, &key()).unwrap().as_slice(), receipt.signature.as_slice());
        verify_digest(&digest, &receipt.signature, &public_key(&key())).unwrap();
        let other = *ContentHash::sha256(b"stoa/trace-claim/v1").as_bytes();
        let refused = verify_digest(&other, &receipt.signature, &public_key(&key()));
        assert!(matches!(refused, Err(ReceiptError::Mismatch)));
    }

    #[test]
    fn moving_a_character_between_the_two_strings_changes_the_digest() {
        let mut moved = statement();
        moved.chain_id.push('s');
        moved.marketplace.remove(0);
        assert_ne!(moved.digest(), statement().digest());
    }

    proptest! {
        #[test]
        fn a_flipped_bit_of_the_signature_is_refused(byte in 0usize..64, bit in 0u8..8) {
            let mut receipt = sign(statement(), &key()).unwrap();
            let mut bytes = receipt.signature.to_vec();
            bytes[byte] ^= 1 << bit;
            receipt.signature = bytes.into();
            prop_assert!(verify(&receipt, &public_key(&key())).is_err());
        }
    }
}
