//! Bytes under a key of a store, and proofs of them.
//!
//! A light client verifies an answer of height `h` against the app hash in the header of `h + 1`, as with
//! the Cosmos SDK: `ics23:iavl` leads from the key to the store's root, `ics23:simple` from there to the
//! app hash. Codes and texts are those of the SDK's root multistore.

use prost::Message as _;
use stoa_store::{StoreError, StoreName};

use super::{Failure, ProofOp, QueryResponse, pruned};
use crate::{
    app::App,
    error::{Refusal, sdk_code},
};

/// Type of the proof inside a store.
const IAVL: &str = "ics23:iavl";
/// Type of the proof that a store's root is in the app hash.
const SIMPLE: &str = "ics23:simple";
/// Up to this height the SDK serves no proof.
const LAST_HEIGHT_WITHOUT_PROOF: u64 = 1;

/// Codespace of the SDK's stores (`store/types/errors.go`), and its codes.
pub(super) mod store_code {
    pub(in crate::query) const CODESPACE: &str = "store";
    pub(in crate::query) const TX_DECODE: u32 = 3;
    pub(in crate::query) const UNKNOWN_REQUEST: u32 = 4;
    pub(in crate::query) const INVALID_REQUEST: u32 = 7;
}

/// The store of a question about some `data`.
pub(super) fn mounted(app: &App, name: &str, data: &[u8]) -> Result<StoreName, Failure> {
    let Some(store) = app.stores().into_iter().find(|store| store.0 == name) else {
        let log = format!("no such store: {name}: unknown request");
        return Err(refused(store_code::UNKNOWN_REQUEST, log));
    };
    if data.is_empty() {
        let log = "query cannot be zero length: tx parse error";
        return Err(refused(store_code::TX_DECODE, log));
    }
    Ok(store)
}

pub(super) fn refused(code: u32, log: impl Into<String>) -> Failure {
    Refusal { codespace: store_code::CODESPACE, code, log: log.into() }.into()
}

impl App {
    pub(super) fn stored(
        &self,
        name: &str,
        key: &[u8],
        height: u64,
        prove: bool,
    ) -> Result<QueryResponse, Failure> {
        if prove && height <= LAST_HEIGHT_WITHOUT_PROOF {
            let log = "cannot query with proof when height <= 1; please provide a valid height: invalid request";
            return Err(Refusal::sdk(sdk_code::INVALID_REQUEST, log).into());
        }
        let store = mounted(self, name, key)?;
        let (value, proof_ops) = if prove {
            self.proven(store, key, height)?
        } else {
            let (_, snapshot) = self.database.at(height).map_err(pruned)?;
            (snapshot.get(store, key)?, Vec::new())
        };
        let (key, value) = (key.to_vec(), value.unwrap_or_default());
        Ok(QueryResponse { key, value, height, proof_ops, ..QueryResponse::default() })
    }

    fn proven(
        &self,
        store: StoreName,
        key: &[u8],
        height: u64,
    ) -> Result<(Option<Vec<u8>>, Vec<ProofOp>), Failure> {
        let proven = self.database.prove(height, store, key).map_err(|error| match error {
            StoreError::UnknownHeight { .. } => {
                let log = "proof is unexpectedly empty; ensure height has not been pruned: invalid request";
                refused(store_code::INVALID_REQUEST, log)
            }
            other => other.into(),
        })?;
        let in_store = proven.in_store.encode_to_vec();
        let of_store = proven.of_store.encode_to_vec();
        let operations = vec![
            ProofOp { kind: IAVL, key: key.to_vec(), data: in_store },
            ProofOp { kind: SIMPLE, key: store.0.as_bytes().to_vec(), data: of_store },
        ];
        Ok((proven.value, operations))
    }
}
