//! `stoa jobs`.

use clap::{Args, Subcommand};
use stoa_marketplace_types::{JobResponse, JobStatus};
use stoa_primitives::JobId;

use crate::{
    amount::show_stoa,
    context::Context,
    error::CliError,
    output::{Block, Output},
};

#[derive(Subcommand, Debug)]
pub(crate) enum JobsCommand {
    /// Jobs by number
    List(ListArgs),
    /// One job and where it is on its way
    Show {
        /// Its number
        job_id: JobId,
    },
}

#[derive(Args, Debug)]
pub(crate) struct ListArgs {
    /// Start after this job
    #[arg(long, value_name = "JOB_ID")]
    start_after: Option<JobId>,
    /// Jobs on this page, at most 100
    #[arg(long, default_value_t = super::PAGE)]
    limit: u32,
    /// Only open jobs of this provider (address or key name)
    #[arg(long, value_name = "PROVIDER", conflicts_with_all = ["start_after", "limit"])]
    open_of: Option<String>,
}

pub(crate) async fn run(context: &Context, command: JobsCommand) -> Result<Output, CliError> {
    let marketplace = context.reader().await?.marketplace()?;
    match command {
        JobsCommand::List(args) => {
            let jobs = match args.open_of {
                Some(provider) => marketplace.open_jobs(&context.address(Some(&provider))?).await?,
                None => marketplace.jobs(args.start_after, Some(args.limit)).await?,
            };
            Output::new(&jobs, vec![table(&jobs)])
        }
        JobsCommand::Show { job_id } => {
            let job = marketplace.job(job_id).await?;
            Output::new(&job, vec![describe(&job)])
        }
    }
}

fn table(jobs: &[JobResponse]) -> Block {
    let rows = jobs.iter().map(|job| {
        vec![
            job.job_id.to_string(),
            job.service_id.to_string(),
            state_name(&job.status).to_owned(),
            show_stoa(job.price),
            job.ordered_height.to_string(),
            job.deadline_height.to_string(),
            job.buyer.clone(),
        ]
    });
    let headers = vec!["ID", "Service", "State", "Price", "Ordered", "Deadline", "Buyer"];
    Block::Table { headers, rows: rows.collect() }
}

pub(crate) fn state_name(status: &JobStatus) -> &'static str {
    match status {
        JobStatus::Ordered {} => "ordered",
        JobStatus::Delivered { .. } => "delivered",
        JobStatus::Settled { .. } => "settled",
        JobStatus::Refunded {} => "refunded",
    }
}

/// Everything that people want to know about a job.
pub(crate) fn describe(job: &JobResponse) -> Block {
    let mut pairs = vec![
        ("job", job.job_id.to_string()),
        ("state", state_name(&job.status).to_owned()),
        ("service", job.service_id.to_string()),
        ("buyer", job.buyer.clone()),
        ("provider", job.provider.clone()),
        ("model", job.model.to_string()),
        ("price", show_stoa(job.price)),
        ("input hash", job.input_hash.to_string()),
        ("ordered at", job.ordered_height.to_string()),
        ("deadline", job.deadline_height.to_string()),
    ];
    match &job.status {
        JobStatus::Ordered {} | JobStatus::Refunded {} => {}
        JobStatus::Delivered { delivered_height, settleable_height, receipt } => {
            pairs.push(("delivered at", delivered_height.to_string()));
            pairs.push(("settleable from", settleable_height.to_string()));
            pairs.push(("output hash", receipt.statement.output_hash.to_string()));
        }
        JobStatus::Settled { fee, royalty, provider_income, receipt } => {
            pairs.push(("fee", show_stoa(*fee)));
            pairs.push(("royalties", show_stoa(*royalty)));
            pairs.push(("provider's income", show_stoa(*provider_income)));
            pairs.push(("output hash", receipt.statement.output_hash.to_string()));
        }
    }
    Block::Pairs(pairs)
}
