//! The handle on one chain, with or without a key.

use std::{fmt, sync::Arc};

use tendermint_rpc::HttpClient;
use tokio::sync::Mutex;

use crate::{error::ClientError, keys::Key, network::Network, tx::TxPolicy};

/// One chain, and the key that signs; cheap to clone, clones share the queue of transactions.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    rpc: HttpClient,
    network: Network,
    key: Option<Key>,
    policy: TxPolicy,
    /// Held from reading the sequence number to inclusion.
    sending: Mutex<()>,
}

impl Client {
    /// Connects with a key; refuses a node that serves another chain.
    pub async fn connect(network: &Network, key: Key) -> Result<Self, ClientError> {
        Self::connect_with(network, Some(key), TxPolicy::default()).await
    }

    /// Connects for questions only.
    pub async fn connect_read_only(network: &Network) -> Result<Self, ClientError> {
        Self::connect_with(network, None, TxPolicy::default()).await
    }

    /// Connects with chosen bounds.
    pub async fn connect_with(
        network: &Network,
        key: Option<Key>,
        policy: TxPolicy,
    ) -> Result<Self, ClientError> {
        let client = Self::offline(network, key, policy)?;
        let actual = client.status().await?.chain_id;
        if actual != network.chain_id {
            return Err(ClientError::WrongChain { expected: network.chain_id.clone(), actual });
        }
        Ok(client)
    }

    /// A client that has not talked to the node yet: for services that start before their chain.
    pub fn offline(
        network: &Network,
        key: Option<Key>,
        policy: TxPolicy,
    ) -> Result<Self, ClientError> {
        let rpc = HttpClient::new(network.rpc.as_str()).map_err(|source| ClientError::Rpc {
            endpoint: network.rpc.clone(),
            source: Box::new(source),
        })?;
        let network = network.clone();
        Ok(Self { inner: Arc::new(Inner { rpc, network, key, policy, sending: Mutex::new(()) }) })
    }

    /// The network that this client was made for.
    pub fn network(&self) -> &Network {
        &self.inner.network
    }

    /// The signing address.
    pub fn address(&self) -> Result<&str, ClientError> {
        Ok(self.key()?.address())
    }

    pub(crate) fn rpc(&self) -> &HttpClient {
        &self.inner.rpc
    }

    pub(crate) fn rpc_error(&self, source: tendermint_rpc::Error) -> ClientError {
        ClientError::Rpc { endpoint: self.inner.network.rpc.clone(), source: Box::new(source) }
    }

    pub(crate) fn key(&self) -> Result<&Key, ClientError> {
        self.inner.key.as_ref().ok_or(ClientError::ReadOnly)
    }

    pub(crate) fn policy(&self) -> &TxPolicy {
        &self.inner.policy
    }
    pub(crate) fn sending(&self) -> &Mutex<()> {
        &self.inner.sending
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("chain_id", &self.inner.network.chain_id)
            .field("rpc", &self.inner.network.rpc)
            .field("key", &self.inner.key)
            .finish()
    }
}
