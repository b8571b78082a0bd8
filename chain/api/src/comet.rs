//! Answers that come from CometBFT: blocks, validators, transactions.

mod abci;
mod block_txs;
mod blocks;
mod broadcast;
mod node;
mod txs;
mod validators;

use prost::Message;
use tendermint_rpc::{Error, HttpClient, error::ErrorDetail};

use crate::status::Status;

/// The node's CometBFT, by its RPC.
pub(crate) struct Comet {
    rpc: HttpClient,
}

impl Comet {
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        Ok(Self { rpc: HttpClient::new(url)? })
    }

    /// Answers the gRPC paths that CometBFT knows more about than the application; nothing for others.
    pub(crate) async fn answer(&self, path: &str, data: &[u8]) -> Option<Result<Vec<u8>, Status>> {
        if let Some(method) = path.strip_prefix("/cosmos.base.tendermint.v1beta1.Service/") {
            return Some(match method {
                "GetNodeInfo" => node::info(&self.rpc).await,
                "GetSyncing" => node::syncing(&self.rpc).await,
                "GetLatestBlock" => blocks::latest(&self.rpc).await,
                "GetBlockByHeight" => blocks::at(&self.rpc, data).await,
                "GetLatestValidatorSet" => validators::latest(&self.rpc, data).await,
                "GetValidatorSetByHeight" => validators::at(&self.rpc, data).await,
                "ABCIQuery" => abci::run(&self.rpc, data).await,
                _ => return None,
            });
        }
        match path {
            "/cosmos.base.node.v1beta1.Service/Status" => {
                return Some(node::status(&self.rpc).await);
            }
            "/cosmos.base.reflection.v2alpha1.ReflectionService/GetChainDescriptor" => {
                return Some(node::chain(&self.rpc).await);
            }
            _ => {}
        }
        Some(match path.strip_prefix("/cosmos.tx.v1beta1.Service/")? {
            "BroadcastTx" => broadcast::run(&self.rpc, data).await,
            "GetTx" => txs::one(&self.rpc, data).await,
            "GetTxsEvent" => txs::search(&self.rpc, data).await,
            "GetBlockWithTxs" => block_txs::run(&self.rpc, data).await,
            _ => return None,
        })
    }
}

fn read<M: Message + Default>(data: &[u8]) -> Result<M, Status> {
    M::decode(data).map_err(Status::invalid)
}

/// An error of CometBFT: what it refuses is about the request; otherwise it does not answer.
#[allow(clippy::needless_pass_by_value, reason = "used as a function of map_err")]
fn failed(error: Error) -> Status {
    match error.detail() {
        ErrorDetail::Response(refused) => {
            let source = &refused.source;
            let text = source.data().unwrap_or_else(|| source.message());
            if text.contains("must be less than or equal") || text.contains("is not available") {
                Status::invalid("requested block height is bigger then the chain length")
            } else {
                Status::unknown(text)
            }
        }
        // The error itself would also print where in this program it was made.
        detail => Status::unavailable(format!("CometBFT: {detail}")),
    }
}
