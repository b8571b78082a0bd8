//! All keys of a store with a prefix.
//!
//! The answer is that of the SDK's IAVL store: protobuf `Pairs` (`cosmos.store.internal.kv.v1beta1`) in
//! the order of keys, never proven. The SDK reads the last height whatever was asked; here it is the
//! height that was asked. The SDK's answer has no bound; this one refuses what would be too long.

use prost::Message;
use stoa_store::{KeyRange, Order};

use super::{
    Failure, QueryResponse, pruned,
    stored::{mounted, refused, store_code},
};
use crate::app::App;

/// Most keys of one answer.
const MAX_PAIRS: usize = 10_000;
/// Most bytes of the keys and values of one answer.
const MAX_BYTES: usize = 4 * 1024 * 1024;

#[derive(Clone, PartialEq, Message)]
struct Pairs {
    #[prost(message, repeated, tag = "1")]
    pairs: Vec<Pair>,
}

#[derive(Clone, PartialEq, Message)]
struct Pair {
    #[prost(bytes = "vec", tag = "1")]
    key: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

impl App {
    pub(super) fn subspace(
        &self,
        name: &str,
        prefix: &[u8],
        height: u64,
    ) -> Result<QueryResponse, Failure> {
        let store = mounted(self, name, prefix)?;
        let (_, snapshot) = self.database.at(height).map_err(pruned)?;
        let (mut rest, mut pairs, mut bytes) = (KeyRange::prefix(prefix), Vec::new(), 0usize);
        while let Some((key, value)) = snapshot.first(store, &rest, Order::Ascending)? {
            bytes = bytes.saturating_add(key.len()).saturating_add(value.len());
            if pairs.len() >= MAX_PAIRS || bytes > MAX_BYTES {
                let log = format!(
                    "more than {MAX_PAIRS} keys or {MAX_BYTES} bytes begin so; ask for a longer prefix: invalid request"
                );
                return Err(refused(store_code::INVALID_REQUEST, log));
            }
            rest = rest.after(&key, Order::Ascending);
            pairs.push(Pair { key, value });
        }
        let value = Pairs { pairs }.encode_to_vec();
        let key = prefix.to_vec();
        Ok(QueryResponse { key, value, height, ..QueryResponse::default() })
    }
}
