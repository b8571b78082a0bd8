//! Keys: derivation from words, addresses, and files that hold them.

mod file;
mod key;
mod store;

pub(crate) use file::write_new_or_replace;
pub use key::Key;
pub use store::{KeyRecord, KeyStore};
