//! Transactions: built as bytes here, sent by [`crate::Client`].

mod build;
mod outcome;
mod policy;
mod send;

pub use build::Message;
pub(crate) use build::{Unsigned, to_proto, transaction_hash};
pub use outcome::{Account, TxOutcome, TxRefusal};
pub use policy::TxPolicy;
