//! `stoa refund`.

use clap::Args;
use stoa_marketplace_types::ExecuteMsg;
use stoa_primitives::JobId;

use super::done;
use crate::{context::Context, error::CliError, output::Output};

#[derive(Args, Debug)]
pub(crate) struct RefundArgs {
    /// Number of the job
    job_id: JobId,
}

pub(crate) async fn run(context: &Context, args: RefundArgs) -> Result<Output, CliError> {
    let job_id = args.job_id;
    let marketplace = context.signer().await?.marketplace()?;
    let progress = context.progress("refunding");
    let tx = marketplace.execute(&ExecuteMsg::Refund { job_id }, &[]).await?;
    drop(progress);
    Output::new(&tx, done(format!("refunded job {job_id}"), &tx))
}
