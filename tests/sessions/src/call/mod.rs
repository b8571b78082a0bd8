//! One request to one node.

mod grpc;
mod lcd;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::{descriptors::Descriptors, node::Node, session::Call};

/// What a node answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status, or gRPC code.
    pub status: u16,
    /// JSON; of gRPC what the node's own descriptors read in the bytes, or its message.
    pub body: Value,
}

/// A node that is being asked.
pub struct Asker {
    node: Node,
    http: reqwest::Client,
    descriptors: Descriptors,
}

impl Asker {
    /// Reads the node's descriptors by gRPC reflection.
    pub async fn new(node: &Node) -> Result<Self> {
        let descriptors = Descriptors::reflected(node.ports.grpc).await?;
        Ok(Self { node: node.clone(), http: reqwest::Client::new(), descriptors })
    }

    /// The node's descriptors.
    pub const fn descriptors(&self) -> &Descriptors {
        &self.descriptors
    }

    /// Sends a request.
    pub async fn ask(&self, call: &Call) -> Result<Answer> {
        let filled = |text: &String| self.node.fill(text);
        let (get, post, rpc, path) = (&call.get, &call.post, &call.rpc, &call.grpc);
        let params = call.params.as_ref().map(filled);
        let body = call.body.as_ref().map(filled);
        if let Some(path) = get {
            return self.lcd("GET", &filled(path), None, call.height).await;
        }
        if let Some(path) = post {
            return self.lcd("POST", &filled(path), body, call.height).await;
        }
        if let Some(method) = rpc {
            return self.rpc(method, params.as_deref().unwrap_or("{}")).await;
        }
        if let Some(path) = path {
            return self.grpc(path, &self.node.fill(&call.request), call.height).await;
        }
        bail!("a request that asks nothing")
    }
}
