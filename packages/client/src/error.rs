//! Everything that can go wrong between a client and the chain.

use std::{path::PathBuf, time::Duration};

use stoa_primitives::ContentHash;

use crate::tx::TxRefusal;

/// Why a call of this crate failed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The node did not answer, or not with what CometBFT 0.38 answers.
    #[error("the node at {endpoint} did not answer: {source}")]
    Rpc {
        /// The RPC address that was asked.
        endpoint: String,
        /// What the transport said; boxed, because it is large.
        source: Box<tendermint_rpc::Error>,
    },
    /// The node serves another chain than the network file names.
    #[error("the node serves chain {actual}, the network file names {expected}")]
    WrongChain {
        /// Chain id of the network file.
        expected: String,
        /// Chain id that the node reports.
        actual: String,
    },
    /// The application refused a query.
    #[error("query {path} was refused ({codespace} {code}): {log}")]
    Query {
        /// ABCI path of the query.
        path: &'static str,
        /// Namespace of the code.
        codespace: String,
        /// Error number within the namespace.
        code: u32,
        /// The application's explanation.
        log: String,
    },
    /// The account has never received anything, so the chain does not know it.
    #[error("account {address} does not exist on the chain yet: send it some tokens first")]
    AccountMissing {
        /// Bech32 address.
        address: String,
    },
    /// The transaction failed in simulation: nothing was sent and nothing was paid.
    #[error("the transaction would fail: {0}")]
    Simulation(TxRefusal),
    /// The node did not accept the transaction: nothing was paid.
    #[error("the node refused the transaction: {0}")]
    Refused(TxRefusal),
    /// The transaction is in a block and failed there; its fee is spent.
    #[error("transaction {hash} failed in block {height}: {refusal}")]
    Failed {
        /// Hash in upper-case hex.
        hash: String,
        /// Block that holds it.
        height: u64,
        /// Why.
        refusal: TxRefusal,
    },
    /// The transaction was accepted by a node and is not in a block yet; it may still get there.
    #[error("transaction {hash} is in no block after {} s; it may still be included", waited.as_secs())]
    NotIncluded {
        /// Hash in upper-case hex.
        hash: String,
        /// How long inclusion was awaited.
        waited: Duration,
    },
    /// The chain's answer lacks something that it must hold.
    #[error("the chain's answer lacks {missing}")]
    Incomplete {
        /// What was looked for.
        missing: &'static str,
    },
    /// The client was made without a key and is asked to sign.
    #[error("this client has no key and cannot sign")]
    ReadOnly,
    /// A protobuf answer does not decode.
    #[error("the chain's answer does not decode: {0}")]
    Decode(#[from] prost::DecodeError),
    /// A JSON document does not encode or decode.
    #[error("{what} is not the expected JSON: {source}")]
    Json {
        /// Which document.
        what: &'static str,
        /// Where it fails.
        source: serde_json::Error,
    },
    /// The words are not a BIP-39 mnemonic.
    #[error("the words are not a BIP-39 mnemonic: {0}")]
    Mnemonic(#[from] bip39::Error),
    /// No key can be derived from the seed.
    #[error("no key can be derived from these words: {reason}")]
    Derivation {
        /// What the derivation refused.
        reason: String,
    },
    /// A key name that cannot be a file name.
    #[error("key name {name:?} is not 1 to 64 of the characters a-z A-Z 0-9 - _")]
    KeyName {
        /// The refused name.
        name: String,
    },
    /// No such key.
    #[error("there is no key {name:?} in {folder}")]
    KeyMissing {
        /// The name.
        name: String,
        /// The key store's folder.
        folder: PathBuf,
    },
    /// A key of that name exists and is not overwritten.
    #[error("a key {name:?} exists already in {folder}")]
    KeyExists {
        /// The name.
        name: String,
        /// The key store's folder.
        folder: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A network file does not parse.
    #[error("{path} is not a network file: {reason}")]
    NetworkFile {
        /// The file.
        path: PathBuf,
        /// Where it fails.
        reason: String,
    },
    /// A gas price such as `0.025ustoa` does not parse.
    #[error("gas price {text:?} is not a decimal number followed by a denomination")]
    GasPrice {
        /// The refused text.
        text: String,
    },
    /// The network file does not name this contract.
    #[error("the network file names no {contract} contract")]
    NoContract {
        /// `marketplace`, `provenance` or `dao`.
        contract: &'static str,
    },
    /// The address of a content store is not usable.
    #[error(
        "content store {url:?} is not usable: {reason} (expected file:///folder or s3://bucket/prefix?endpoint=https://host&region=name)"
    )]
    ContentStoreUrl {
        /// The refused address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The store has no such content.
    #[error("the content store has nothing under {hash}")]
    ContentMissing {
        /// What was asked for.
        hash: ContentHash,
    },
    /// The stored bytes are not what their name says.
    #[error("the content store returned {actual} for {expected}: the stored bytes were changed")]
    ContentCorrupt {
        /// The name.
        expected: ContentHash,
        /// Hash of the bytes found.
        actual: ContentHash,
    },
    /// The content exceeds the bound.
    #[error("the content has {actual_bytes} bytes, the limit is {limit_bytes}")]
    ContentTooLarge {
        /// Size found.
        actual_bytes: u64,
        /// The bound.
        limit_bytes: u64,
    },
    /// The store failed.
    #[error("the content store failed: {0}")]
    ContentStore(#[from] object_store::Error),
}

impl ClientError {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Rpc { .. } | Self::NotIncluded { .. } | Self::ContentStore(_) => true,
            Self::Simulation(refusal) | Self::Refused(refusal) => {
                refusal.is_sequence_conflict() || refusal.is_mempool_full()
            }
            _ => false,
        }
    }
}
