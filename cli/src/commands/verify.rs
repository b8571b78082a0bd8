//! `stoa verify`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stoa_engine::Checker;
use stoa_job::{JobInput, JobOutput};
use stoa_primitives::JobId;

use super::answer::{delivered, failed_of, table_of};
use crate::{
    context::Context,
    error::CliError,
    output::Output,
    verify::{verify_answer, verify_generation},
};

#[derive(Args, Debug)]
pub(crate) struct VerifyArgs {
    /// Number of the job
    job_id: JobId,
    /// Folder of the job's model, on this machine
    #[arg(long)]
    model_dir: PathBuf,
}

/// Verifies an answer against the chain, and computes it again.
pub(crate) async fn run(context: &Context, args: VerifyArgs) -> Result<Output, CliError> {
    let client = context.reader().await?;
    let marketplace = client.marketplace()?;
    let job = marketplace.job(args.job_id).await?;
    let receipt = delivered(&job)?;
    let content = context.content()?;
    let output = content.get(receipt.statement.output_hash).await?;
    let input = content.get(job.input_hash).await?;
    let chain_id = &client.network().chain_id;
    let mut checks = verify_answer(chain_id, marketplace.address(), &job, receipt, &output);
    let (input, output) = (JobInput::from_bytes(&input)?, JobOutput::from_bytes(&output)?);
    let progress = context.progress("computing the answer again");
    let refused = |error| CliError::Engine(Box::new(error));
    let mut checker = Checker::load(&args.model_dir).map_err(refused)?;
    checks.extend(verify_generation(&mut checker, &job, &input, &output).map_err(refused)?);
    drop(progress);
    let failed = failed_of(&checks);
    let json = json!({
        "job_id": job.job_id,
        "is_verified": failed.is_empty(),
        "checks": checks,
    });
    let mut result = Output::new(&json, vec![table_of(&checks, "Expected")])?;
    if !failed.is_empty() {
        result.failure = Some(CliError::Unverified { job_id: job.job_id, failed });
    }
    Ok(result)
}
