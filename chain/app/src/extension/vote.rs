//! One vote: its signature.

use ed25519_consensus::{Signature, VerificationKey};
use prost::Message as _;
use stoa_modules::validators::Validator;
use tendermint_proto::v0_38::types::CanonicalVoteExtension;

/// What a vote extension is signed for.
#[derive(Clone, Copy, Debug)]
pub struct VotePlace<'a> {
    /// The chain.
    pub chain_id: &'a str,
    /// Height of the vote.
    pub height: u64,
    /// Round of the vote.
    pub round: u32,
}

/// The bytes that a validator signs for `extension` (CometBFT `types.VoteExtensionSignBytes`).
pub fn sign_bytes(place: VotePlace<'_>, extension: &[u8]) -> Vec<u8> {
    CanonicalVoteExtension {
        extension: extension.to_vec(),
        height: i64::try_from(place.height).unwrap_or(i64::MAX),
        round: i64::from(place.round),
        chain_id: place.chain_id.to_owned(),
    }
    .encode_length_delimited_to_vec()
}

/// Whether `validator` signed `extension`, by the rules of ZIP 215, which are CometBFT's.
pub(super) fn is_signed(
    validator: &Validator,
    place: VotePlace<'_>,
    extension: &[u8],
    signature: &[u8],
) -> bool {
    let key = VerificationKey::try_from(validator.key);
    let signature = Signature::try_from(signature);
    let (Ok(key), Ok(signature)) = (key, signature) else { return false };
    key.verify(&signature, &sign_bytes(place, extension)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Laid out by hand from `tendermint/types/canonical.proto`, with its length in front. Signatures of
    /// a running CometBFT are verified in `chain/node/tests/system/beacon.rs`.
    #[test]
    fn the_sign_bytes_are_laid_out_as_cometbft_does() {
        let place = VotePlace { chain_id: "test_chain_id", height: 1, round: 1 };
        let expected = [
            &[0x2c, 0x0a, 0x09][..],
            b"extension",
            &[0x11, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0x19, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0x22, 0x0d],
            b"test_chain_id",
        ];
        assert_eq!(sign_bytes(place, b"extension"), expected.concat());
    }
}
