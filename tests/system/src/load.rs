//! Random transfers, while something else is tested.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use anyhow::Result;
use stoa_client::{Client, Key, Network, coins};
use stoa_primitives::BASE_DENOM;
use tokio::task::JoinHandle;

use crate::{accounts, random::Random};

/// Accounts that send to one another.
const SENDERS: [&str; 3] = ["alice", "bob", "buyer"];
/// Most of one transfer, in `ustoa`.
const MAX_AMOUNT: u64 = 1_000;

/// Transfers between development accounts, until told to stop.
pub struct Load {
    is_over: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    senders: Vec<JoinHandle<()>>,
}

impl Load {
    /// Begins to send through the node that `network` names.
    pub async fn start(network: &Network, random: &mut Random) -> Result<Self> {
        let (is_over, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let addresses: Vec<String> =
            SENDERS.iter().map(|name| Ok(accounts::named(name)?.address)).collect::<Result<_>>()?;
        let mut senders = Vec::new();
        for name in SENDERS {
            let key = Key::from_mnemonic(&accounts::named(name)?.mnemonic)?;
            let client = Client::connect(network, key).await?;
            let mut random = Random::from_seed(random.below(u64::MAX));
            let (is_over, sent) = (Arc::clone(&is_over), Arc::clone(&sent));
            let addresses = addresses.clone();
            senders.push(tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let place = usize::try_from(random.below(addresses.len() as u64));
                    let Some(to) = place.ok().and_then(|place| addresses.get(place)) else { break };
                    let amount = coins(u128::from(1 + random.below(MAX_AMOUNT)), BASE_DENOM);
                    // A transaction may miss its time while a proposer is dead; the next one goes on.
                    if client.send(to, &amount).await.is_ok() {
                        sent.fetch_add(1, Ordering::Relaxed);
                    }
                }
            }));
        }
        Ok(Self { is_over, sent, senders })
    }

    /// How many transfers were decided so far.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Stops; returns how many transfers were decided.
    pub async fn stop(self) -> Result<u64> {
        self.is_over.store(true, Ordering::Relaxed);
        for sender in self.senders {
            sender.await?;
        }
        Ok(self.sent.load(Ordering::Relaxed))
    }
}
