//! Log-in with a wallet: a text to sign (ADR-36, as Keplr's `signArbitrary` does it), and a session for the signature.
//!
//! A challenge names the runner and the wallet, can be used once and soon ends, so that a signature for one runner
//! opens nothing at another.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use cosmrs::crypto::PublicKey;
use k256::ecdsa::{Signature, VerifyingKey, signature::Verifier};
use stoa_primitives::{BECH32_PREFIX, ContentHash};

use super::keys::{AllowList, KeyRingError};
use crate::RunnerError;

/// Time that a wallet has to sign.
pub const CHALLENGE_LIFETIME: Duration = Duration::from_secs(300);
/// Time after which a wallet has to sign anew.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(3_600);
/// Challenges and sessions that are kept, each; beyond it nobody new is let in until old ones end.
const MAX_KEPT: usize = 10_000;
/// Challenges or sessions of one wallet.
const MAX_OF_ONE: usize = 16;
/// Random bytes of a challenge and of a session's token.
const SECRET_BYTES: usize = 32;
/// Longest address in bytes.
const MAX_ADDRESS_BYTES: usize = 128;

/// Something that a wallet holds until it ends.
struct Held {
    address: String,
    until: Instant,
}

#[derive(Default)]
struct Books {
    challenges: BTreeMap<ContentHash, Held>,
    sessions: BTreeMap<ContentHash, Held>,
}

/// Wallets that log in.
pub struct Wallets {
    audience: String,
    allowed: Option<AllowList>,
    books: Mutex<Books>,
}

/// What a wallet sends back.
pub struct Signed {
    /// The challenge.
    pub challenge: String,
    /// The wallet's address.
    pub address: String,
    /// Its public key, compressed, in base64.
    pub public_key: String,
    /// The signature (`r || s`), in base64.
    pub signature: String,
}

impl Wallets {
    /// Lets wallets log in at `audience` (the runner's public name): those of the list, or all.
    pub fn new(audience: String, allowed: Option<&std::path::Path>) -> Result<Self, KeyRingError> {
        let allowed = allowed.map(AllowList::from_file).transpose()?;
        Ok(Self { audience, allowed, books: Mutex::default() })
    }

    /// A text for the wallet to sign.
    pub fn challenge(&self, address: &str, now: Instant) -> Result<String, RunnerError> {
        let is_allowed = self.allowed.as_ref().is_none_or(|list| list.contains(address));
        if address.len() > MAX_ADDRESS_BYTES || !is_allowed {
            return Err(RunnerError::WalletRefused { reason: "this wallet is not allowed here" });
        }
        let nonce = secret()?;
        let audience = &self.audience;
        let text = format!("Log in at {audience} as {address}. Nonce: {nonce}");
        let mut books = self.books();
        keep(&mut books.challenges, &text, address, now + CHALLENGE_LIFETIME, now)?;
        Ok(text)
    }

    /// The token of a session, for a challenge that the wallet signed.
    pub fn session(&self, signed: &Signed, now: Instant) -> Result<String, RunnerError> {
        let hash = ContentHash::sha256(signed.challenge.as_bytes());
        // Taken out whatever comes: a challenge is tried once.
        let held = self.books().challenges.remove(&hash);
        let known = held.filter(|held| held.until > now && held.address == signed.address);
        if known.is_none() {
            let reason = "the challenge is not known, has ended or was for another wallet";
            return Err(RunnerError::WalletRefused { reason });
        }
        verify(signed)?;
        let token = secret()?;
        let mut books = self.books();
        keep(&mut books.sessions, &token, &signed.address, now + SESSION_LIFETIME, now)?;
        Ok(token)
    }

    /// The wallet behind a session's token.
    pub fn address_of(&self, token: &str, now: Instant) -> Option<String> {
        let books = self.books();
        let held = books.sessions.get(&ContentHash::sha256(token.as_bytes()))?;
        (held.until > now).then(|| held.address.clone())
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Remembers the hash of a secret, within the bounds.
fn keep(
    book: &mut BTreeMap<ContentHash, Held>,
    secret: &str,
    address: &str,
    until: Instant,
    now: Instant,
) -> Result<(), RunnerError> {
    book.retain(|_, held| held.until > now);
    if book.len() >= MAX_KEPT {
        return Err(RunnerError::TooManyRequests { limit: MAX_KEPT });
    }
    if book.values().filter(|held| held.address == address).count() >= MAX_OF_ONE {
        return Err(RunnerError::TooManyRequests { limit: MAX_OF_ONE });
    }
    let held = Held { address: address.to_owned(), until };
    book.insert(ContentHash::sha256(secret.as_bytes()), held);
    Ok(())
}

fn secret() -> Result<String, RunnerError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| RunnerError::NoRandomness)?;
    Ok(hex::encode(bytes))
}

/// Refuses a key that is not the address's, and a signature that is not the key's.
fn verify(signed: &Signed) -> Result<(), RunnerError> {
    let refused = |reason| RunnerError::WalletRefused { reason };
    let key = BASE64.decode(&signed.public_key).ok();
    let key = key.and_then(|bytes| VerifyingKey::from_sec1_bytes(&bytes).ok());
    let key = key.ok_or(refused("the public key is not a secp256k1 key in base64"))?;
    let address = PublicKey::from(key).account_id(BECH32_PREFIX);
    if address.map(|address| address.to_string()).ok().as_deref() != Some(&signed.address) {
        return Err(refused("the public key is not this wallet's"));
    }
    let signature = BASE64.decode(&signed.signature).ok();
    let signature = signature.and_then(|bytes| Signature::from_slice(&bytes).ok());
    let signature = signature.ok_or(refused("the signature is not 64 bytes in base64"))?;
    let document = sign_document(&signed.address, &signed.challenge);
    let verified = key.verify(document.as_bytes(), &signature);
    verified.map_err(|_| refused("the signature is not this wallet's under this challenge"))
}

/// The bytes that a wallet signs for a text: an amino document that no chain would execute (ADR-36).
fn sign_document(address: &str, text: &str) -> String {
    let data = BASE64.encode(text);
    // Names in order, no white space; address and base64 hold nothing that JSON escapes.
    format!(
        "{{\"account_number\":\"0\",\"chain_id\":\"\",\"fee\":{{\"amount\":[],\"gas\":\"0\"}},\"memo\":\"\",\
         \"msgs\":[{{\"type\":\"sign/MsgSignData\",\"value\":{{\"data\":\"{data}\",\"signer\":\"{address}\"}}}}],\
         \"sequence\":\"0\"}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use k256::ecdsa::{SigningKey, signature::Signer};

    fn wallets() -> Wallets {
        Wallets::new("https://runner.example".to_owned(), None).unwrap()
    }

    fn wallet(seed: u8) -> (SigningKey, String) {
        let key = SigningKey::from_slice(&[seed; 32]).unwrap();
        let address = PublicKey::from(*key.verifying_key()).account_id(BECH32_PREFIX).unwrap();
        (key, address.to_string())
    }

    fn signed(key: &SigningKey, address: &str, challenge: String) -> Signed {
        let signature: Signature = key.sign(sign_document(address, &challenge).as_bytes());
        Signed {
            challenge,
            address: address.to_owned(),
            public_key: BASE64.encode(key.verifying_key().to_encoded_point(true).as_bytes()),
            signature: BASE64.encode(signature.to_bytes()),
        }
    }

    #[test]
    fn a_signed_challenge_opens_one_session_that_ends() {
        let (wallets, now) = (wallets(), Instant::now());
        let (key, address) = wallet(7);
        let challenge = wallets.challenge(&address, now).unwrap();
        assert!(challenge.contains("https://runner.example") && challenge.contains(&address));
        let answer = signed(&key, &address, challenge);
        let token = wallets.session(&answer, now).unwrap();
        assert_eq!(wallets.address_of(&token, now), Some(address.clone()));
        assert!(wallets.address_of(&token, now + SESSION_LIFETIME).is_none());
        assert!(wallets.address_of("another", now).is_none());
        assert!(wallets.session(&answer, now).is_err(), "a challenge is used once");
    }

    #[test]
    fn late_foreign_and_changed_answers_are_refused() {
        let (wallets, now) = (wallets(), Instant::now());
        let (key, address) = wallet(7);
        let (other_key, other) = wallet(8);
        let ask = || wallets.challenge(&address, now).unwrap();
        let late = signed(&key, &address, ask());
        assert!(wallets.session(&late, now + CHALLENGE_LIFETIME).is_err());
        let foreign = signed(&other_key, &address, ask());
        assert!(wallets.session(&foreign, now).is_err());
        let for_another = signed(&other_key, &other, ask());
        assert!(wallets.session(&for_another, now).is_err());
        let invented = signed(&key, &address, "Log in at https://runner.example".to_owned());
        assert!(wallets.session(&invented, now).is_err());
        let mut changed = signed(&key, &address, ask());
        changed.signature = BASE64.encode([1u8; 64]);
        assert!(wallets.session(&changed, now).is_err());
    }

    #[test]
    fn what_is_kept_is_bounded_for_each_wallet() {
        let (wallets, now) = (wallets(), Instant::now());
        let ask = || wallets.challenge("stoa1one", now);
        assert!((0..MAX_OF_ONE).all(|_| ask().is_ok()));
        assert!(matches!(ask(), Err(RunnerError::TooManyRequests { .. })));
        wallets.challenge("stoa1two", now).unwrap();
        wallets.challenge("stoa1one", now + CHALLENGE_LIFETIME).unwrap();
    }

    #[test]
    fn only_wallets_of_the_list_are_let_in() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("wallets");
        std::fs::write(&file, "# partners\nstoa1one\n").unwrap();
        let wallets = Wallets::new("here".to_owned(), Some(&file)).unwrap();
        wallets.challenge("stoa1one", Instant::now()).unwrap();
        assert!(wallets.challenge("stoa1two", Instant::now()).is_err());
    }

    #[test]
    fn the_signed_document_is_the_one_of_adr_36() {
        assert_eq!(
            sign_document("stoa1x", "hi"),
            r#"{"account_number":"0","chain_id":"","fee":{"amount":[],"gas":"0"},"memo":"","msgs":[{"type":"sign/MsgSignData","value":{"data":"aGk=","signer":"stoa1x"}}],"sequence":"0"}"#
        );
    }
}
