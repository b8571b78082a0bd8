//! `stoa send`.

use clap::Args;

use super::done;
use crate::{
    amount::{Amount, show_coin},
    context::Context,
    error::CliError,
    output::Output,
};

#[derive(Args, Debug)]
pub(crate) struct SendArgs {
    /// Address or key name of the receiver
    to: String,
    /// Amount, e.g. 1.5STOA or 10ustoa
    amount: Amount,
}

pub(crate) async fn run(context: &Context, args: SendArgs) -> Result<Output, CliError> {
    let to = context.address(Some(&args.to))?;
    let client = context.signer().await?;
    let Amount(coin) = args.amount;
    let progress = context.progress("sending");
    let tx = client.send(&to, std::slice::from_ref(&coin)).await?;
    drop(progress);
    Output::new(&tx, done(format!("sent {} to {to}", show_coin(&coin)), &tx))
}
