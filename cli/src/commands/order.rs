//! `stoa order`: from a prompt to a verified answer.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stoa_client::{Client, Marketplace};
use stoa_job::{DocumentError, JobInput, UncheckedJobInput};
use stoa_marketplace_types::ServiceResponse;
use stoa_primitives::{JobId, ServiceId};

use super::{
    answer::{delivered, fetch, wait_for_delivery},
    done,
};
use crate::{
    amount::{parse_fixed_point, show_stoa},
    context::Context,
    error::CliError,
    output::Output,
    runner::Runner,
};

/// Decimal places of a temperature.
const TEMPERATURE_DECIMALS: u32 = 3;

#[derive(Args, Debug)]
pub(crate) struct OrderArgs {
    /// Number of the service
    pub service_id: ServiceId,
    /// Text to continue
    #[arg(long, required_unless_present = "prompt_file")]
    prompt: Option<String>,
    /// File with the text to continue
    #[arg(long, value_name = "FILE", conflicts_with = "prompt")]
    prompt_file: Option<PathBuf>,
    /// Tokens to generate at most
    #[arg(long, default_value_t = 64)]
    max_tokens: u32,
    /// Sampling temperature; 0 takes the likeliest token
    #[arg(long, default_value = "0", value_parser = parse_milli)]
    temperature: u32,
    /// Sample among this many likeliest tokens; 0 means all
    #[arg(long, default_value_t = 0)]
    top_k: u32,
    /// Sample among the fewest likeliest tokens with this share of the probability, above 0 to 1
    #[arg(long, default_value = "1", value_parser = parse_top_p)]
    top_p: u32,
    /// Key of the sampler's random stream
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Blocks from now within which the provider must deliver
    #[arg(long, default_value_t = 100)]
    deadline_blocks: u64,
    /// Show the text while the runner produces it
    #[arg(long)]
    stream: bool,
    /// Return as soon as the order is in a block
    #[arg(long, conflicts_with = "stream")]
    no_wait: bool,
}

impl OrderArgs {
    /// The input document for `prompt`.
    pub fn input(&self, prompt: String) -> Result<JobInput, DocumentError> {
        let input = UncheckedJobInput {
            prompt,
            max_new_tokens: self.max_tokens,
            temperature_milli: self.temperature,
            top_k: self.top_k,
            seed: self.seed,
            // All of the probability is written as none.
            top_p_milli: self.top_p % 1000,
        };
        input.check()
    }

    fn prompt(&self) -> Result<String, CliError> {
        match &self.prompt_file {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| CliError::File { path: path.clone(), source }),
            None => Ok(self.prompt.clone().unwrap_or_default()),
        }
    }
}

fn parse_milli(text: &str) -> Result<u32, String> {
    let milli = parse_fixed_point(text, TEMPERATURE_DECIMALS)?;
    u32::try_from(milli).map_err(|_| "it is too large".to_owned())
}

fn parse_top_p(text: &str) -> Result<u32, String> {
    match parse_milli(text)? {
        share @ 1..=1000 => Ok(share),
        _ => Err("it must be above 0 and at most 1".to_owned()),
    }
}

pub(crate) async fn run(context: &Context, args: OrderArgs) -> Result<Output, CliError> {
    let input = args.input(args.prompt()?)?.to_bytes()?;
    let client = context.signer().await?;
    let marketplace = client.marketplace()?;
    let service = marketplace.service(args.service_id).await?;
    let progress = context.progress("storing the input");
    // Before the order: the provider looks for it as soon as the order is in a block.
    let input_hash = context.content()?.put(input.into()).await?;
    progress.step(format!("ordering for {}", show_stoa(service.price)));
    let (job_id, tx) = marketplace.order(&service, input_hash, args.deadline_blocks).await?;
    if args.no_wait {
        drop(progress);
        let json = json!({ "job_id": job_id, "input_hash": input_hash, "tx": tx });
        return Output::new(&json, done(format!("ordered job {job_id}"), &tx));
    }
    progress.step(format!("job {job_id}: waiting for the runner"));
    let is_streamed = args.stream && !context.is_json();
    if is_streamed {
        drop(progress);
        stream(&client, &marketplace, &service, job_id).await;
    }
    let progress = context.progress(format!("job {job_id}: waiting for delivery"));
    let job = wait_for_delivery(&client, &marketplace, job_id).await?;
    drop(progress);
    let receipt = delivered(&job)?;
    fetch(context, &client, &marketplace, &job, receipt, !is_streamed).await
}

/// A show only: what counts is what is delivered, so a failure is told and the order goes on.
async fn stream(
    client: &Client,
    marketplace: &Marketplace,
    service: &ServiceResponse,
    job_id: JobId,
) {
    let chain_id = &client.network().chain_id;
    let shown = async {
        let mut runner = Runner::connect(&service.endpoint).await?;
        runner.stream(chain_id, marketplace.address(), job_id, &mut std::io::stdout()).await
    };
    if let Err(error) = shown.await {
        eprintln!("cannot stream, waiting for delivery instead: {error}");
    }
}
