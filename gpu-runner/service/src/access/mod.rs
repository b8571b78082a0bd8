//! Who calls, and whether they may.
//!
//! With neither a keys file nor wallets allowed, everybody may ask, told apart by address. With either, a call
//! must carry `authorization: Bearer <key or session>`.

mod keys;
mod wallets;

use std::{net::IpAddr, sync::Arc, time::Instant};

pub use keys::{KeyRing, KeyRingError};
pub use wallets::{CHALLENGE_LIFETIME, SESSION_LIFETIME, Signed, Wallets};

use crate::RunnerError;

/// Scheme in the `authorization` header (RFC 6750).
const SCHEME: &str = "Bearer ";

/// What decides a caller's share of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A job with an order on a chain.
    Paid,
    /// A caller with the operator's key, or with a wallet that logged in.
    Keyed,
    /// Anybody else.
    Anonymous,
}

impl Class {
    /// Shares of the engine when all wait; nobody is ever left without.
    pub const fn weight(self) -> u32 {
        match self {
            Self::Paid => 64,
            Self::Keyed => 4,
            Self::Anonymous => 1,
        }
    }

    /// Name in metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Keyed => "keyed",
            Self::Anonymous => "anonymous",
        }
    }
}

/// Whose task it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Decides the share.
    pub class: Class,
    /// Name of the caller; tasks of one name wait for one another.
    pub flow: String,
}

impl Caller {
    /// The chain: all paid jobs share one flow, in their order.
    pub fn paid() -> Self {
        Self { class: Class::Paid, flow: "paid".to_owned() }
    }

    /// Somebody with an address and no key.
    pub fn anonymous(address: Option<IpAddr>) -> Self {
        let flow = address.map_or("anonymous".to_owned(), |address| format!("address {address}"));
        Self { class: Class::Anonymous, flow }
    }

    /// Somebody who logged in with that wallet.
    pub fn wallet(address: &str) -> Self {
        Self { class: Class::Keyed, flow: format!("wallet {address}") }
    }

    /// Somebody with a key of that name.
    pub fn keyed(name: &str) -> Self {
        Self { class: Class::Keyed, flow: format!("key {name}") }
    }
}

/// The door: which callers are let in, and as whom.
#[derive(Clone, Default)]
pub struct Access {
    keys: Option<KeyRing>,
    wallets: Option<Arc<Wallets>>,
}

impl Access {
    /// Lets in who carries one of `keys` or a session of `wallets`; everybody when there is neither.
    pub fn new(keys: Option<KeyRing>, wallets: Option<Wallets>) -> Self {
        Self { keys, wallets: wallets.map(Arc::new) }
    }

    /// Wallets that log in, if they can.
    pub fn wallets(&self) -> Option<&Wallets> {
        self.wallets.as_deref()
    }

    /// The caller behind an `authorization` header.
    pub fn admit(
        &self,
        authorization: Option<&str>,
        address: Option<IpAddr>,
    ) -> Result<Caller, RunnerError> {
        if self.keys.is_none() && self.wallets.is_none() {
            return Ok(Caller::anonymous(address));
        }
        let given = authorization.and_then(|value| value.strip_prefix(SCHEME));
        let secret = given.ok_or(RunnerError::Unauthenticated)?;
        if let Some(name) = self.keys.as_ref().and_then(|keys| keys.name_of(secret)) {
            return Ok(Caller::keyed(name));
        }
        let wallets = self.wallets.as_ref();
        let wallet = wallets.and_then(|wallets| wallets.address_of(secret, Instant::now()));
        wallet.map(|address| Caller::wallet(&address)).ok_or(RunnerError::Unauthenticated)
    }
}
