//! `stoa status`.

use serde_json::json;

use crate::{
    context::Context,
    error::CliError,
    output::{Block, Output},
};

pub(crate) async fn run(context: &Context) -> Result<Output, CliError> {
    let client = context.reader().await?;
    let (network, status) = (client.network().clone(), client.status().await?);
    let known = |value: &Option<String>| value.clone().unwrap_or_else(|| "not set".to_owned());
    let blocks = vec![Block::Pairs(vec![
        ("chain", status.chain_id.clone()),
        ("block", status.height.to_string()),
        ("block time", status.block_time.clone()),
        ("catching up", status.is_catching_up.to_string()),
        ("CometBFT", status.node_version.clone()),
        ("rpc", network.rpc.clone()),
        ("gas price", network.gas_price.to_string()),
        ("marketplace", known(&network.marketplace)),
        ("provenance", known(&network.provenance)),
        ("dao", known(&network.dao)),
        ("content store", known(&network.content_store)),
    ])];
    Output::new(&json!({ "status": status, "network": network }), blocks)
}
