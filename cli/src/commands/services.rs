//! `stoa services`.

use clap::{Args, Subcommand};
use serde_json::json;
use stoa_marketplace_types::{ExecuteMsg, ServiceResponse};
use stoa_primitives::{ContentHash, ServiceId};

use super::{PAGE, done};
use crate::{
    amount::{Amount, show_stoa},
    context::Context,
    error::CliError,
    output::{Block, Output},
    runner::Runner,
    share::show_share,
};

#[derive(Subcommand, Debug)]
pub(crate) enum ServicesCommand {
    /// All services
    List,
    /// One service
    Show {
        /// Its number
        service_id: ServiceId,
    },
    /// Offer a registered model as a service
    Register(RegisterArgs),
    /// Change what your service asks; open orders keep their terms
    Update {
        /// Its number
        service_id: ServiceId,
        /// New price of one job, e.g. 0.5STOA
        #[arg(long)]
        price: Option<Amount>,
        /// New gRPC address of the runner
        #[arg(long)]
        endpoint: Option<String>,
    },
    /// End your service and get its bond back
    Close {
        /// Its number
        service_id: ServiceId,
    },
}

#[derive(Args, Debug)]
pub(crate) struct RegisterArgs {
    /// Human-readable name
    #[arg(long)]
    name: String,
    /// The model's hash in the provenance registry
    #[arg(long, value_name = "HASH")]
    model: ContentHash,
    /// Version of the exact-inference semantics that the runner executes (`stoa model inspect` prints it)
    #[arg(long, default_value_t = stoa_exact::SEMANTICS_VERSION)]
    semantics_version: u32,
    /// Price of one job, e.g. 0.5STOA
    #[arg(long)]
    price: Amount,
    /// gRPC address of the runner, e.g. http://127.0.0.1:8001
    #[arg(long)]
    endpoint: String,
    /// Public key that signs receipts, 33 bytes in hex [default: the one that the runner names]
    #[arg(long, value_name = "HEX", value_parser = parse_key)]
    receipt_key: Option<ReceiptKey>,
    /// Bond, e.g. 10STOA
    #[arg(long)]
    bond: Amount,
}

/// A compressed public key given in hex.
#[derive(Clone, Debug)]
pub(crate) struct ReceiptKey(Vec<u8>);

fn parse_key(text: &str) -> Result<ReceiptKey, String> {
    let bytes = hex::decode(text).map_err(|error| error.to_string())?;
    if bytes.len() != stoa_receipt::PUBLIC_KEY_BYTES {
        return Err(format!("a compressed key has 33 bytes, this has {}", bytes.len()));
    }
    Ok(ReceiptKey(bytes))
}

pub(crate) async fn run(context: &Context, command: ServicesCommand) -> Result<Output, CliError> {
    match command {
        ServicesCommand::List => list(context).await,
        ServicesCommand::Show { service_id } => show(context, service_id).await,
        ServicesCommand::Register(args) => register(context, args).await,
        ServicesCommand::Update { service_id, price, endpoint } => {
            let price = price.map(|Amount(coin)| coin.amount);
            let message = ExecuteMsg::UpdateService { service_id, price, endpoint };
            change(context, message, format!("updated service {service_id}")).await
        }
        ServicesCommand::Close { service_id } => {
            let message = ExecuteMsg::CloseService { service_id };
            change(context, message, format!("closed service {service_id}")).await
        }
    }
}

async fn list(context: &Context) -> Result<Output, CliError> {
    let marketplace = context.reader().await?.marketplace()?;
    let mut services: Vec<ServiceResponse> = Vec::new();
    loop {
        let start_after = services.last().map(|service| service.service_id);
        let page = marketplace.services(start_after, Some(PAGE)).await?;
        let is_last = page.len() < PAGE as usize;
        services.extend(page);
        if is_last {
            break;
        }
    }
    let rows = services.iter().map(|service| {
        let state = if service.is_active { "active" } else { "closed" };
        vec![
            service.service_id.to_string(),
            service.name.clone(),
            show_stoa(service.price),
            show_stoa(service.bond),
            service.open_jobs.to_string(),
            state.to_owned(),
            service.endpoint.clone(),
        ]
    });
    let headers = vec!["ID", "Name", "Price", "Bond", "Open jobs", "State", "Endpoint"];
    let table = Block::Table { headers, rows: rows.collect() };
    Output::new(&services, vec![table])
}

async fn show(context: &Context, service_id: ServiceId) -> Result<Output, CliError> {
    let service = context.reader().await?.marketplace()?.service(service_id).await?;
    let blocks = vec![Block::Pairs(vec![
        ("service", service.service_id.to_string()),
        ("name", service.name.clone()),
        ("provider", service.provider.clone()),
        ("model", service.model.to_string()),
        ("semantics version", service.semantics_version.to_string()),
        ("price", show_stoa(service.price)),
        ("royalty", show_share(service.royalty)),
        ("bond", show_stoa(service.bond)),
        ("open jobs", service.open_jobs.to_string()),
        ("active", service.is_active.to_string()),
        ("endpoint", service.endpoint.clone()),
        ("receipt key", hex::encode(service.receipt_key.as_slice())),
    ])];
    Output::new(&service, blocks)
}

async fn register(context: &Context, args: RegisterArgs) -> Result<Output, CliError> {
    let progress = context.progress("asking the runner for its key");
    let receipt_key = match args.receipt_key {
        Some(ReceiptKey(bytes)) => bytes,
        None => Runner::connect(&args.endpoint).await?.receipt_key().await?,
    };
    progress.step("registering");
    let message = ExecuteMsg::RegisterService {
        name: args.name.clone(),
        model: args.model,
        semantics_version: args.semantics_version,
        price: args.price.0.amount,
        endpoint: args.endpoint,
        receipt_key: receipt_key.into(),
    };
    let marketplace = context.signer().await?.marketplace()?;
    let (service_id, tx) = marketplace.register_service(&message, args.bond.0).await?;
    drop(progress);
    let json = json!({ "service_id": service_id, "tx": tx });
    Output::new(&json, done(format!("registered {} as service {service_id}", args.name), &tx))
}

async fn change(context: &Context, message: ExecuteMsg, what: String) -> Result<Output, CliError> {
    let marketplace = context.signer().await?.marketplace()?;
    let progress = context.progress("sending");
    let tx = marketplace.execute(&message, &[]).await?;
    drop(progress);
    Output::new(&tx, done(what, &tx))
}
