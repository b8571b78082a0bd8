//! `stoa answer`.

use std::time::Duration;

use clap::Args;
use serde_json::json;
use stoa_client::{Client, Marketplace};
use stoa_job::JobOutput;
use stoa_marketplace_types::{JobResponse, JobStatus};
use stoa_primitives::JobId;
use stoa_receipt::Receipt;

use crate::{
    context::Context,
    error::CliError,
    output::{Block, Output},
    verify::{Check, receipt_of, verify_answer},
};

/// Pause between two looks at a job.
const POLL: Duration = Duration::from_millis(500);

#[derive(Args, Debug)]
pub(crate) struct AnswerArgs {
    /// Number of the job
    job_id: JobId,
    /// Wait for delivery, until the deadline at the longest
    #[arg(long)]
    wait: bool,
}

pub(crate) async fn run(context: &Context, args: AnswerArgs) -> Result<Output, CliError> {
    let client = context.reader().await?;
    let marketplace = client.marketplace()?;
    let job = if args.wait {
        let progress = context.progress("waiting for delivery");
        let job = wait_for_delivery(&client, &marketplace, args.job_id).await?;
        drop(progress);
        job
    } else {
        marketplace.job(args.job_id).await?
    };
    let receipt = delivered(&job)?;
    fetch(context, &client, &marketplace, &job, receipt, true).await
}

/// Looks at the job until it is delivered or cannot be any more.
pub(crate) async fn wait_for_delivery(
    client: &Client,
    marketplace: &Marketplace,
    job_id: JobId,
) -> Result<JobResponse, CliError> {
    loop {
        // The height first: the job is at least as new.
        let height = client.height().await?;
        let job = marketplace.job(job_id).await?;
        if !matches!(job.status, JobStatus::Ordered {}) {
            return Ok(job);
        }
        if height >= job.deadline_height {
            return Err(CliError::Expired { job_id, deadline_height: job.deadline_height });
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The receipt, or why there is none.
pub(crate) fn delivered(job: &JobResponse) -> Result<&Receipt, CliError> {
    let job_id = job.job_id;
    receipt_of(job).ok_or(match job.status {
        JobStatus::Refunded {} => CliError::Refunded { job_id },
        _ => CliError::NotDelivered { job_id, deadline_height: job.deadline_height },
    })
}

/// Fetches the output by its hash, verifies it, and shows it; the text only if `with_text`.
pub(crate) async fn fetch(
    context: &Context,
    client: &Client,
    marketplace: &Marketplace,
    job: &JobResponse,
    receipt: &Receipt,
    with_text: bool,
) -> Result<Output, CliError> {
    let bytes = context.content()?.get(receipt.statement.output_hash).await?;
    let chain_id = &client.network().chain_id;
    let checks = verify_answer(chain_id, marketplace.address(), job, receipt, &bytes);
    let failed = failed_of(&checks);
    let output = JobOutput::from_bytes(&bytes)?;
    let json = json!({
        "job_id": job.job_id,
        "text": output.text,
        "finish_reason": output.finish_reason,
        "output_token_ids": output.output_token_ids,
        "is_verified": failed.is_empty(),
        "checks": checks,
        "receipt": receipt,
    });
    let mut blocks = vec![table_of(&checks, "On the chain")];
    if with_text {
        blocks.insert(0, Block::Text(format!("{}\n", output.text)));
    }
    let mut result = Output::new(&json, blocks)?;
    if !failed.is_empty() {
        result.failure = Some(CliError::Unverified { job_id: job.job_id, failed });
    }
    Ok(result)
}

/// The checks that failed.
pub(crate) fn failed_of(checks: &[Check]) -> Vec<&'static str> {
    checks.iter().filter(|check| !check.is_ok).map(|check| check.what).collect()
}

/// The checks for people.
pub(crate) fn table_of(checks: &[Check], expected: &'static str) -> Block {
    let rows = checks.iter().map(|check| {
        let verdict = if check.is_ok { "ok" } else { "FAILED" };
        vec![check.what.to_owned(), verdict.to_owned(), check.expected.clone()]
    });
    let headers = vec!["Check", "Verdict", expected];
    Block::Table { headers, rows: rows.collect() }
}
