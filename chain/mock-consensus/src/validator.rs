//! Someone with a consensus key.

use ed25519_consensus::SigningKey;
use sha2::{Digest as _, Sha256};
use stoa_app::extension::{VotePlace, sign_bytes};
use stoa_modules::{
    beacon::{BeaconKey, Seed},
    validators::ConsensusAddress,
};
use stoa_proto::beacon::v1::ExtendedVote;
use tendermint_proto::v0_38::{
    abci::ValidatorUpdate,
    crypto::{PublicKey, public_key::Sum},
};

/// A validator, named by the role that it plays in a test. The same role always has the same keys.
#[derive(Clone, Debug)]
pub struct Validator {
    key: SigningKey,
    seed: Seed,
    power: i64,
}

impl Validator {
    /// The validator of a role, e.g. `honest`, with a voting power.
    #[must_use]
    pub fn new(role: &str, power: i64) -> Self {
        let secret = |what: &str| -> [u8; 32] {
            Sha256::new_with_prefix("stoa test ")
                .chain_update(what)
                .chain_update(role)
                .finalize()
                .into()
        };
        let (key, seed) = (secret("validator "), secret("seed "));
        Self { key: SigningKey::from(key), seed: Seed::new(seed), power }
    }

    /// The same validator after its seed was lost and made anew.
    #[must_use]
    pub fn with_new_seed(mut self) -> Self {
        self.seed = Seed::new(Sha256::digest(self.key.as_bytes()).into());
        self
    }

    /// Consensus address.
    #[must_use]
    pub fn address(&self) -> ConsensusAddress {
        ConsensusAddress::of_key(&self.key.verification_key().to_bytes())
    }

    /// Its power in the genesis file.
    #[must_use]
    pub fn power(&self) -> u64 {
        u64::try_from(self.power).unwrap_or(0)
    }

    /// Its ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verification_key().to_bytes()
    }

    /// With what its node contributes.
    pub(crate) fn beacon_key(&self) -> BeaconKey {
        BeaconKey { validator: self.address(), seed: self.seed.clone() }
    }

    /// As the genesis file names it.
    #[must_use]
    pub fn update(&self) -> ValidatorUpdate {
        let key = self.key.verification_key().to_bytes().to_vec();
        let key = PublicKey { sum: Some(Sum::Ed25519(key)) };
        ValidatorUpdate { pub_key: Some(key), power: self.power }
    }

    /// A vote with `extension`, signed for `place`.
    #[must_use]
    pub fn vote(&self, place: VotePlace<'_>, extension: Vec<u8>) -> ExtendedVote {
        let signature = self.key.sign(&sign_bytes(place, &extension)).to_bytes().to_vec();
        ExtendedVote { validator: self.address().as_bytes().to_vec(), extension, signature }
    }
}
