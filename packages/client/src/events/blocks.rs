//! A wake-up per block: by subscription while it lasts, by polling while it does not.

use std::time::Duration;

use futures::StreamExt;
use tendermint_rpc::{
    SubscriptionClient, WebSocketClient,
    event::EventData,
    query::{EventType, Query},
};
use tokio::{sync::watch, task::JoinHandle};

use crate::Client;

/// First pause after a lost connection; doubles up to [`MAX_BACKOFF`].
const MIN_BACKOFF: Duration = Duration::from_millis(500);
/// Longest pause between two attempts to subscribe.
const MAX_BACKOFF: Duration = Duration::from_secs(15);
/// A subscription silent for this long is taken for dead: some proxies drop it without a word.
const SILENCE: Duration = Duration::from_secs(20);

/// Follows the chain's height.
///
/// The height is a hint to look again, never an input to a decision: a missed event costs time only.
#[derive(Debug)]
pub struct BlockWatcher {
    heights: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl BlockWatcher {
    /// Starts following `client`'s node; works through the node's restarts. Needs a tokio runtime.
    pub fn start(client: Client) -> Self {
        let (sender, heights) = watch::channel(0);
        let url = websocket_url(&client.network().rpc);
        let task = tokio::spawn(follow(url, client, sender));
        Self { heights, task }
    }

    /// Waits for a height that was not seen before and returns it.
    pub async fn next(&mut self) -> u64 {
        if self.heights.changed().await.is_err() {
            // The task never ends by itself; should it, waiting is all that is left.
            std::future::pending::<()>().await;
        }
        *self.heights.borrow_and_update()
    }
}

impl Drop for BlockWatcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn follow(url: String, client: Client, heights: watch::Sender<u64>) {
    let mut backoff = MIN_BACKOFF;
    loop {
        match subscribe(&url, &heights).await {
            Ok(()) => backoff = MIN_BACKOFF,
            Err(error) => {
                tracing::debug!(%error, "no block subscription, polling instead");
            }
        }
        // One poll per attempt keeps blocks coming while the subscription does not.
        if let Ok(height) = client.height().await {
            advance(&heights, height);
        }
        tokio::time::sleep(backoff).await;
        backoff = (backoff * 2).min(MAX_BACKOFF);
        if *heights.borrow() > 0 {
            // The node answers polls: do not let it get more than a block or two ahead.
            backoff = backoff.min(Duration::from_secs(2));
        }
    }
}

/// Returns when the subscription, having worked, ends.
async fn subscribe(url: &str, heights: &watch::Sender<u64>) -> Result<(), tendermint_rpc::Error> {
    let (client, driver) = WebSocketClient::new(url).await?;
    let driver = tokio::spawn(driver.run());
    let mut blocks = client.subscribe(Query::from(EventType::NewBlock)).await?;
    while let Ok(Some(event)) = tokio::time::timeout(SILENCE, blocks.next()).await {
        match event {
            Ok(event) => match event.data {
                EventData::NewBlock { block: Some(block), .. } => {
                    advance(heights, block.header.height.value());
                }
                // A block that this version cannot read is still a block.
                _ => heights.send_modify(|height| *height += 1),
            },
            Err(_) => break,
        }
    }
    let _ = client.close();
    driver.abort();
    Ok(())
}

fn advance(heights: &watch::Sender<u64>, height: u64) {
    heights.send_if_modified(|seen| {
        let is_new = height > *seen;
        *seen = height.max(*seen);
        is_new
    });
}

fn websocket_url(rpc: &str) -> String {
    let rpc = rpc.trim_end_matches('/');
    let swapped = rpc
        .strip_prefix("https://")
        .map(|rest| format!("wss://{rest}"))
        .or_else(|| rpc.strip_prefix("http://").map(|rest| format!("ws://{rest}")))
        .unwrap_or_else(|| rpc.to_owned());
    format!("{swapped}/websocket")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subscription_goes_to_the_rpc_address_s_websocket() {
        assert_eq!(websocket_url("http://127.0.0.1:26657"), "ws://127.0.0.1:26657/websocket");
        assert_eq!(websocket_url("https://rpc.stoa.example/"), "wss://rpc.stoa.example/websocket");
    }

    #[test]
    fn heights_only_grow() {
        let (sender, receiver) = watch::channel(5);
        advance(&sender, 4);
        assert!(!receiver.has_changed().unwrap());
        advance(&sender, 6);
        assert_eq!(*receiver.borrow(), 6);
    }
}
