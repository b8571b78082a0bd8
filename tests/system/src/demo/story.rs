//! The story, step by step.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use stoa_client::{Client, Dao, Marketplace, Message};
use stoa_dao_types::ProposalStatus;
use stoa_marketplace_types::JobStatus;
use stoa_primitives::{BasisPoints, JobId};
use stoa_provenance_types::ExecuteMsg;

use super::{ledger, parties, stoa, terms};
use crate::{ports::Ports, stage::Stage};

/// How long a job may take from order to settlement.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(600);
/// Pause between two looks at a job.
const POLL_INTERVAL: Duration = Duration::from_millis(200);
/// Tokens of each completion.
const TOKENS: &str = "48";

/// Plays the whole story and checks the ledger.
pub async fn play(stage: &Stage) -> Result<()> {
    stoa::import_keys(&stage.localnet.home)?;
    let reader = Client::connect_read_only(&stage.network).await?;
    cast(stage, &reader).await?;
    let parties = parties::before(stage, &reader).await?;

    lineage(stage).await?;
    service(stage)?;
    order(stage, 1, "Ownership is a set of rules that")?;
    settlement(stage, &reader, 1).await?;
    vote(stage, &reader).await?;
    order(stage, 2, "A trait is similar to")?;
    settlement(stage, &reader, 2).await?;
    royalties(stage).await?;

    step("Ledger");
    ledger::settle_accounts(&parties::after(stage, &reader, parties).await?)
}

fn step(title: &str) {
    println!("\n── {title} {}", "─".repeat(76usize.saturating_sub(title.len())));
}

/// Who and what takes part.
async fn cast(stage: &Stage, reader: &Client) -> Result<()> {
    step("The stage");
    let height = reader.height().await?;
    println!("chain        {} at height {height}", stage.network.chain_id);
    println!("GPU adapter  {}", stoa::adapter(stage.localnet.ports()?.runner).await?);
    println!("model        {} (root {})", stage.model.name, stage.model.model_root);
    for (name, address) in [
        ("marketplace", &stage.network.marketplace),
        ("provenance", &stage.network.provenance),
        ("dao", &stage.network.dao),
    ] {
        println!("{name:<13}{}", address.as_deref().unwrap_or_default());
    }
    Ok(())
}

/// Datasets and model are registered.
async fn lineage(stage: &Stage) -> Result<()> {
    step("Lineage: the datasets, and the model derived from them");
    stage.register_datasets().await?;
    let datasets = Stage::datasets()?;
    println!(
        "(one transaction registers the {} datasets of models/*/lineage.json)",
        datasets.len()
    );
    let hashes: Vec<String> = datasets.iter().map(|dataset| dataset.sha256.to_string()).collect();
    let royalty = percent(terms::MODEL_ROYALTY_BASIS_POINTS);
    let mut arguments = vec!["models", "register", "--name", &stage.model.name];
    arguments.extend(["--hash", &stage.model.model_root, "--license", "MIT OR Apache-2.0"]);
    arguments.extend(["--royalty", &royalty]);
    for hash in &hashes {
        arguments.extend(["--parent", hash]);
    }
    stoa::show(&stage.localnet.home, "model-owner", &arguments)
}

/// The provider offers the model and posts a bond.
fn service(stage: &Stage) -> Result<()> {
    step("A service and its bond");
    let name = format!("{} completions", stage.model.name);
    let price = format!("{}ustoa", terms::PRICE);
    let bond = format!("{}ustoa", terms::BOND);
    let endpoint = Ports::http(stage.localnet.ports()?.runner);
    let mut arguments = vec!["services", "register", "--name", &name];
    arguments.extend([
        "--model",
        &stage.model.model_root,
        "--price",
        &price,
        "--bond",
        &bond,
        "--endpoint",
        &endpoint,
    ]);
    stoa::show(&stage.localnet.home, "provider", &arguments)
}

/// The buyer pays, reads the text as it is made, and the answer is checked against the chain.
fn order(stage: &Stage, job_id: JobId, prompt: &str) -> Result<()> {
    step(&format!("Order {job_id}: paid, streamed, delivered, verified"));
    let mut arguments = vec!["order", "1", "--prompt", prompt, "--max-tokens", TOKENS];
    arguments.extend(["--temperature", "0.6", "--seed", "7", "--stream"]);
    stoa::show(&stage.localnet.home, "buyer", &arguments)
}

/// The challenge window passes and the relayer settles.
async fn settlement(stage: &Stage, reader: &Client, job_id: JobId) -> Result<()> {
    step(&format!("Settlement of order {job_id}, after the challenge window"));
    let address = stage.network.marketplace.clone().context("no marketplace")?;
    let marketplace = Marketplace::new(reader.clone(), address);
    let started = tokio::time::Instant::now();
    loop {
        match marketplace.job(job_id).await?.status {
            JobStatus::Settled { .. } => break,
            JobStatus::Refunded {} => bail!("order {job_id} was refunded instead of settled"),
            status if started.elapsed() > SETTLE_TIMEOUT => bail!(
                "order {job_id} is not settled after {} s: {status:?}\nthe relayer's log ends with:\n{}",
                SETTLE_TIMEOUT.as_secs(),
                stage.relayer.log_tail()
            ),
            JobStatus::Ordered {} | JobStatus::Delivered { .. } => {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
    }
    stoa::show(&stage.localnet.home, "buyer", &["jobs", "show", &job_id.to_string()])
}

/// The DAO lowers the fee.
async fn vote(stage: &Stage, reader: &Client) -> Result<()> {
    step("The DAO votes the protocol fee from 2 % to 1 %");
    let home = &stage.localnet.home;
    let fee = percent(terms::SECOND_FEE_BASIS_POINTS);
    stoa::show(home, "member-1", &["dao", "propose-fee", "--fee", &fee])?;
    stoa::show(home, "member-1", &["dao", "vote", "1", "yes"])?;
    stoa::show(home, "member-2", &["dao", "vote", "1", "yes"])?;
    let address = stage.network.dao.clone().context("no dao")?;
    let dao = Dao::new(reader.clone(), address);
    let started = tokio::time::Instant::now();
    while dao.proposal(1).await?.status == ProposalStatus::Open {
        if started.elapsed() > SETTLE_TIMEOUT {
            bail!("the vote does not end");
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
    stoa::show(home, "member-3", &["dao", "execute", "1"])
}

/// Owners pull what they earned.
async fn royalties(stage: &Stage) -> Result<()> {
    step("Owners claim their royalties");
    let home = &stage.localnet.home;
    let datasets = Stage::datasets()?;
    let (first, others) = datasets.split_first().context("the model has no dataset")?;
    stoa::show(home, "dataset-owner", &["royalties", "claim", &first.sha256.to_string()])?;

    let owner = stage.client("dataset-owner").await?;
    let provenance = stage.network.provenance.clone().context("no provenance contract")?;
    let model = stage.model.model_root.parse()?;
    let claims = others
        .iter()
        .map(|dataset| {
            let claim = ExecuteMsg::Claim { asset: dataset.sha256, collect_from: vec![model] };
            let json = serde_json::to_vec(&claim)?;
            Ok(Message::execute(owner.address()?, &provenance, json, &[]))
        })
        .collect::<Result<_>>()?;
    owner.broadcast(claims).await.context("claiming for the other datasets")?;
    println!("(one transaction claims for the other {} datasets)", others.len());
    stoa::show(home, "model-owner", &["royalties", "claim", &stage.model.model_root])
}

/// `2.50%` for 250 basis points.
fn percent(basis_points: u16) -> String {
    let share = BasisPoints::new(basis_points).unwrap_or_default().get();
    format!("{}.{:02}%", share / 100, share % 100)
}
