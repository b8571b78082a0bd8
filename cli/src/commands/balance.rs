//! `stoa balance`.

use clap::Args;
use serde_json::json;

use crate::{
    amount::show_coin,
    context::Context,
    error::CliError,
    output::{Block, Output},
};

#[derive(Args, Debug)]
pub(crate) struct BalanceArgs {
    /// Address or key name [default: the signing key]
    address: Option<String>,
}

pub(crate) async fn run(context: &Context, args: BalanceArgs) -> Result<Output, CliError> {
    let address = context.address(args.address.as_deref())?;
    let coins = context.reader().await?.balances(&address).await?;
    let shown = match coins.as_slice() {
        [] => "nothing".to_owned(),
        coins => coins.iter().map(show_coin).collect::<Vec<_>>().join("\n"),
    };
    let blocks = vec![Block::Pairs(vec![("address", address.clone()), ("balance", shown)])];
    Output::new(&json!({ "address": address, "balances": coins }), blocks)
}
