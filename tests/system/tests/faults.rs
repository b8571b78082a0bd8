//! Kills the provider's processes, and the whole chain, while jobs are under way.
//!
//! The moments come from a seed; `STOA_SEED=<number> cargo test -p stoa-system --test faults` replays it.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{collections::BTreeMap, path::Path, time::Duration};

use cosmwasm_std::{Uint128, coin};
use stoa_client::{Client, Marketplace, open};
use stoa_job::UncheckedJobInput;
use stoa_marketplace_types::{ExecuteMsg, JobResponse, JobStatus};
use stoa_primitives::{BASE_DENOM, BasisPoints};
use stoa_system::{
    binaries,
    comet::BlockTime,
    demo::terms,
    ports::Ports,
    random::Random,
    services::{self, Backend},
    stage::Stage,
};

/// Jobs ordered in one run.
const JOBS: u64 = 6;
/// Times that something is killed.
const KILLS: u64 = 6;
/// Blocks within which a job must be delivered: more than are made while the slowest machine computes.
const DEADLINE_BLOCKS: u64 = 50_000;
/// How long all jobs may take to be settled.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn no_job_is_lost_or_paid_twice_when_processes_are_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut stage = set_up(folder.path()).await;
    let mut random = Random::seeded("-p stoa-system --test faults");
    let buyer = stage.client("buyer").await.unwrap();
    let marketplace = marketplace(&stage, &buyer);
    let provider_before = escrow_and_treasury(&stage, &buyer).await;

    let mut killed = 0;
    for job in 0..JOBS {
        order(&stage, &buyer, &marketplace, job).await;
        if killed < KILLS {
            tokio::time::sleep(Duration::from_millis(random.below(900))).await;
            kill_something(&mut stage, random.below(4)).await;
            killed += 1;
        }
    }
    let jobs = wait_until_settled(&marketplace).await;

    assert_eq!(jobs.len(), usize::try_from(JOBS).unwrap());
    for job in &jobs {
        let JobStatus::Settled { fee, royalty, provider_income, receipt } = &job.status else {
            panic!("job {} is {:?}", job.job_id, job.status);
        };
        assert_eq!(*fee + *royalty + *provider_income, job.price);
        stoa_receipt::verify(receipt, &job.receipt_key).unwrap();
    }
    let obligations = marketplace.obligations().await.unwrap();
    assert_eq!(obligations.escrowed, Uint128::zero());
    let (escrow, treasury) = escrow_and_treasury(&stage, &buyer).await;
    assert_eq!(escrow, obligations.bonded.u128(), "the contract holds what it owes");
    let fee = terms::split(
        terms::PRICE,
        BasisPoints::new(terms::FIRST_FEE_BASIS_POINTS).unwrap(),
        BasisPoints::new(terms::MODEL_ROYALTY_BASIS_POINTS).unwrap(),
    )
    .fee;
    assert_eq!(treasury - provider_before.1, fee * u128::from(JOBS), "each job was paid once");
}

async fn set_up(folder: &Path) -> Stage {
    let ports = Ports::free().unwrap();
    let stage = Stage::set_up(folder, ports, BlockTime::FAST, Backend::Cpu).await.unwrap();
    stage.register_datasets().await.unwrap();
    stage.register_model().await.unwrap();
    stage.register_service().await.unwrap();
    stage
}

fn marketplace(stage: &Stage, client: &Client) -> Marketplace {
    Marketplace::new(client.clone(), stage.network.marketplace.clone().unwrap())
}

/// Balances of the marketplace contract and of the treasury, in `ustoa`.
async fn escrow_and_treasury(stage: &Stage, client: &Client) -> (u128, u128) {
    let mut balances = Vec::new();
    for address in [&stage.network.marketplace, &stage.network.dao] {
        balances.push(client.balance(address.as_ref().unwrap(), BASE_DENOM).await.unwrap().u128());
    }
    (balances[0], balances[1])
}

async fn order(stage: &Stage, buyer: &Client, marketplace: &Marketplace, number: u64) {
    let input = UncheckedJobInput {
        prompt: format!("Ownership rule {number}:"),
        max_new_tokens: 24,
        temperature_milli: 0,
        top_k: 0,
        seed: number,
        top_p_milli: 0,
    };
    let bytes = input.check().unwrap().to_bytes().unwrap();
    let content = open(stage.network.content_store.as_ref().unwrap()).unwrap();
    let input_hash = content.put(bytes.into()).await.unwrap();
    let message = ExecuteMsg::Order { service_id: 1, input_hash, deadline_blocks: DEADLINE_BLOCKS };
    let price = [coin(terms::PRICE, BASE_DENOM)];
    buyer.execute(marketplace.address(), &message, &price).await.unwrap();
}

/// Kills one of the processes as a power cut would, and starts it again.
async fn kill_something(stage: &mut Stage, which: u64) {
    let ports = stage.localnet.ports().unwrap();
    match which {
        0 => {
            println!("killing the relayer");
            stage.relayer.kill_hard().unwrap();
            stage.relayer = services::start_relayer(&stage.localnet.home, &ports).unwrap();
        }
        1 => {
            println!("killing the runner");
            stage.runner.kill_hard().unwrap();
            stage.runner = start_runner(stage);
        }
        2 => {
            println!("killing relayer and runner");
            stage.relayer.kill_hard().unwrap();
            stage.runner.kill_hard().unwrap();
            stage.runner = start_runner(stage);
            stage.relayer = services::start_relayer(&stage.localnet.home, &ports).unwrap();
        }
        _ => {
            println!("killing the chain");
            stage.localnet.nodes[0].kill_hard().unwrap();
            stage.localnet.nodes[0].restart().unwrap();
            stage.localnet.wait_for_blocks(1).await.unwrap();
        }
    }
}

fn start_runner(stage: &Stage) -> stoa_system::process::Process {
    let model = binaries::shipped_model().unwrap();
    let ports = stage.localnet.ports().unwrap();
    services::start_runner(&stage.localnet.home, &ports, &model, Backend::Cpu).unwrap()
}

async fn wait_until_settled(marketplace: &Marketplace) -> Vec<JobResponse> {
    let started = tokio::time::Instant::now();
    loop {
        let jobs = marketplace.jobs(None, None).await.unwrap();
        if jobs.iter().all(|job| matches!(job.status, JobStatus::Settled { .. })) {
            return jobs;
        }
        let states: BTreeMap<_, _> = jobs.iter().map(|job| (job.job_id, &job.status)).collect();
        assert!(started.elapsed() < SETTLE_TIMEOUT, "not settled in time: {states:?}");
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}
