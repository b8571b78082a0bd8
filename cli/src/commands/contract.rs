//! `stoa contract`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::done;
use crate::{
    amount::Amount,
    context::Context,
    error::CliError,
    output::{Block, Output},
};

#[derive(Subcommand, Debug)]
pub(crate) enum ContractCommand {
    /// Upload Wasm; prints the code's number
    Upload {
        /// File with the Wasm, uncompressed
        file: PathBuf,
    },
    /// Make a contract from uploaded code; prints its address
    Instantiate(InstantiateArgs),
    /// Send any message to any contract
    Execute {
        /// Address of the contract
        contract: String,
        /// The message in JSON
        message: String,
        /// Attached funds (repeat for several)
        #[arg(long, value_name = "AMOUNT")]
        funds: Vec<Amount>,
    },
    /// Ask any contract
    Query {
        /// Address of the contract
        contract: String,
        /// The question in JSON
        query: String,
    },
}

#[derive(Args, Debug)]
pub(crate) struct InstantiateArgs {
    /// Number of the code
    code_id: u64,
    /// The instantiate message in JSON
    message: String,
    /// Human-readable label
    #[arg(long)]
    label: String,
    /// Who may migrate the contract [default: nobody]
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<String>,
    /// Attached funds (repeat for several)
    #[arg(long, value_name = "AMOUNT")]
    funds: Vec<Amount>,
}

pub(crate) async fn run(context: &Context, command: ContractCommand) -> Result<Output, CliError> {
    match command {
        ContractCommand::Upload { file } => {
            let wasm = std::fs::read(&file)
                .map_err(|source| CliError::File { path: file.clone(), source })?;
            let client = context.signer().await?;
            let progress = context.progress(format!("uploading {} bytes", wasm.len()));
            let code = client.store_code(wasm).await?;
            drop(progress);
            let what = format!("uploaded {} as code {}", file.display(), code.code_id);
            let blocks = done(what, &code.tx);
            Output::new(&code, blocks)
        }
        ContractCommand::Instantiate(args) => instantiate(context, args).await,
        ContractCommand::Execute { contract, message, funds } => {
            let message: Value = serde_json::from_str(&message)?;
            let client = context.signer().await?;
            let funds: Vec<_> = funds.into_iter().map(|Amount(coin)| coin).collect();
            let tx = client.execute(&contract, &message, &funds).await?;
            Output::new(&tx, done(format!("executed {contract}"), &tx))
        }
        ContractCommand::Query { contract, query } => {
            let query: Value = serde_json::from_str(&query)?;
            let answer: Value = context.reader().await?.smart_query(&contract, &query).await?;
            Output::new(&answer, vec![Block::Text(format!("{answer:#}"))])
        }
    }
}

async fn instantiate(context: &Context, args: InstantiateArgs) -> Result<Output, CliError> {
    let message: Value = serde_json::from_str(&args.message)?;
    let admin = args.admin.map(|admin| context.address(Some(&admin))).transpose()?;
    let funds: Vec<_> = args.funds.into_iter().map(|Amount(coin)| coin).collect();
    let client = context.signer().await?;
    let progress = context.progress("instantiating");
    let made =
        client.instantiate(args.code_id, &message, &args.label, admin.as_deref(), &funds).await?;
    drop(progress);
    let blocks = done(format!("instantiated {} at {}", args.label, made.address), &made.tx);
    Output::new(&json!({ "address": made.address, "tx": made.tx }), blocks)
}
