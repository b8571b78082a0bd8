//! Encoders beside the models that continue text: each with a queue and a thread of its own.
//!
//! Purpose: embeddings with the same fairness and the same bounds as answers.
//! Place: between the gateway and `stoa-engine`'s encoders.
//! Invariants: a request has one piece of at most a pass in the queue, so a long one does not hold up its neighbours; a
//! piece whose client left is not computed; the bits do not depend on who shares the machine.

mod queue;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use stoa_engine::{
    Encoder, ModelInfo,
    encoder::{EmbeddingRow, PASS_TOKENS, Tokens},
};

use crate::{RunnerError, access::Caller};
use queue::Queue;
pub use queue::QueueLimits;

/// A loaded encoder and what serves it.
pub struct ServedEncoder {
    /// The engine.
    pub encoder: Arc<Encoder>,
    /// Seconds since 1970 at which it was loaded.
    pub loaded_seconds: u64,
    queue: Queue,
    in_flight: AtomicU64,
}

/// Counts a request until it is answered or dropped.
struct InFlight<'a>(&'a AtomicU64);

impl<'a> InFlight<'a> {
    fn count(requests: &'a AtomicU64) -> Self {
        requests.fetch_add(1, Ordering::SeqCst);
        Self(requests)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ServedEncoder {
    /// Identity and size of the model.
    pub fn model(&self) -> &ModelInfo {
        self.encoder.model()
    }

    /// The result of every text, in order; refuses the whole request before anything is computed.
    pub async fn run(
        &self,
        caller: &Caller,
        texts: Vec<Tokens>,
    ) -> Result<Vec<EmbeddingRow>, RunnerError> {
        let _in_flight = InFlight::count(&self.in_flight);
        for text in &texts {
            self.encoder.check(text)?;
        }
        let mut rows = Vec::with_capacity(texts.len());
        for piece in pieces(texts) {
            rows.extend(self.queue.run(caller, piece).await?);
        }
        Ok(rows)
    }
}

/// Texts in order, as many together as fit one pass.
fn pieces(texts: Vec<Tokens>) -> Vec<Vec<Tokens>> {
    let mut pieces: Vec<Vec<Tokens>> = Vec::new();
    let mut tokens = 0;
    for text in texts {
        tokens += text.ids.len();
        match pieces.last_mut() {
            Some(piece) if tokens <= PASS_TOKENS => piece.push(text),
            _ => {
                tokens = text.ids.len();
                pieces.push(vec![text]);
            }
        }
    }
    pieces
}

/// All of them, by name.
#[derive(Default)]
pub struct Encoders(BTreeMap<String, ServedEncoder>);

impl Encoders {
    /// Starts a thread for each.
    pub fn start(loaded: Vec<Encoder>, limits: QueueLimits) -> std::io::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut all = BTreeMap::new();
        for encoder in loaded {
            let encoder = Arc::new(encoder);
            let queue = Queue::start(Arc::clone(&encoder), limits)?;
            let name = encoder.model().name.clone();
            let in_flight = AtomicU64::new(0);
            let served = ServedEncoder { encoder, loaded_seconds: now, queue, in_flight };
            all.insert(name, served);
        }
        Ok(Self(all))
    }

    /// The encoder with that name.
    pub fn get(&self, name: &str) -> Option<&ServedEncoder> {
        self.0.get(name)
    }

    /// Every encoder, by name.
    pub fn all(&self) -> impl Iterator<Item = &ServedEncoder> {
        self.0.values()
    }

    /// Requests that wait or run.
    pub fn in_flight(&self) -> u64 {
        self.all().map(|served| served.in_flight.load(Ordering::SeqCst)).sum()
    }

    /// Ends every thread. Blocks for at most a pass.
    pub fn end(&self) {
        self.all().for_each(|served| served.queue.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_keep_every_text_in_order_and_fit_a_pass(lengths in proptest::collection::vec(1usize..2000, 0..40)) {
            let texts: Vec<Tokens> =
                lengths.iter().map(|length| Tokens::of_ids(vec![0; *length])).collect();
            let pieces = pieces(texts.clone());
            prop_assert_eq!(pieces.concat(), texts);
            for piece in &pieces {
                let tokens: usize = piece.iter().map(|text| text.ids.len()).sum();
                prop_assert!(!piece.is_empty() && (tokens <= PASS_TOKENS || piece.len() == 1));
            }
            // No two neighbours would have fitted one pass: a request is not cut finer than it must be.
            let first = |piece: &Vec<Tokens>| piece[0].ids.len();
            for pair in pieces.windows(2) {
                let tokens: usize = pair[0].iter().map(|text| text.ids.len()).sum();
                prop_assert!(tokens + first(&pair[1]) > PASS_TOKENS);
            }
        }
    }
}
