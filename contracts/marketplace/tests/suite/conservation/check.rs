//! What must hold after every step, and at the end.

use cosmwasm_std::{Addr, Uint128};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};
use stoa_dao_types::{ConfigResponse as DaoConfig, QueryMsg as DaoQuery};
use stoa_marketplace_types::{ExecuteMsg as MarketMsg, JobResponse, JobStatus};
use stoa_provenance_types::{
    ClaimableResponse, ExecuteMsg as RegistryMsg, QueryMsg as RegistryQuery,
};

use super::ledger::Ledger;

impl Ledger {
    pub fn check(&self) -> Result<(), TestCaseError> {
        let world = &self.world;
        prop_assert_eq!(self.total_balance(), self.supply, "the sum of all balances");

        let owed = world.obligations();
        let owed = (owed.escrowed + owed.bonded).u128();
        prop_assert_eq!(world.balance(&world.marketplace), owed, "the marketplace's balance");
        let jobs = self.jobs();
        for job in &jobs {
            if let JobStatus::Settled { fee, royalty, provider_income, .. } = &job.status {
                prop_assert_eq!(*fee + royalty + provider_income, job.price);
            }
        }
        let open: Vec<_> = jobs.iter().filter(|job| is_open(job)).collect();
        let escrowed: Uint128 = open.iter().map(|job| job.price).sum();
        prop_assert_eq!(world.obligations().escrowed, escrowed, "prices of open jobs");
        let counted: u64 = self.services().iter().map(|service| service.open_jobs).sum();
        prop_assert_eq!(counted, open.len() as u64, "open jobs by service");

        let held = world.balance(&world.registry);
        prop_assert_eq!(
            held,
            self.paid_to_registry - self.claimed_from_registry,
            "the registry's balance"
        );
        let mut owed = 0;
        for asset in self.assets() {
            let content_hash = asset.content_hash;
            let question = RegistryQuery::Claimable { asset: content_hash };
            owed += self.ask_registry::<ClaimableResponse>(&question).amount.u128();
            let children = self.children(content_hash).children;
            owed += children.iter().map(|child| child.collectable.u128()).sum::<u128>();
        }
        prop_assert!(owed <= held, "the registry owes {} and holds {}", owed, held);

        let rules: DaoConfig =
            world.app.wrap().query_wasm_smart(&world.dao, &DaoQuery::Config {}).unwrap();
        prop_assert!(rules.total_weight > 0, "the DAO has a weight");
        Ok(())
    }

    /// Ends every job, closes every service, claims every income.
    pub fn wind_up(&mut self) -> Result<(), TestCaseError> {
        self.world.advance_blocks(100);
        let anyone = self.person(0);
        for job in self.jobs().into_iter().filter(is_open) {
            let job_id = job.job_id;
            let is_settled = self.market(&anyone, &MarketMsg::Settle { job_id }, &[]);
            let is_ended = is_settled || self.market(&anyone, &MarketMsg::Refund { job_id }, &[]);
            prop_assert!(is_ended, "job {} is stuck", job_id);
        }
        for service in self.services().into_iter().filter(|service| service.is_active) {
            let provider = Addr::unchecked(&service.provider);
            let msg = MarketMsg::CloseService { service_id: service.service_id };
            prop_assert!(self.market(&provider, &msg, &[]), "a bond is stuck");
        }
        prop_assert_eq!(self.world.balance(&self.world.marketplace), 0);

        // Royalties move one edge at a time: as many rounds as the longest lineage can have.
        let assets = self.assets();
        for _ in &assets {
            for asset in &assets {
                for parent in &asset.parents {
                    let (child, parent) = (asset.content_hash, parent.content_hash);
                    self.registry(&anyone, &RegistryMsg::Collect { child, parent }, &[]);
                }
            }
        }
        for asset in &assets {
            let owner = Addr::unchecked(&asset.owner);
            let msg = RegistryMsg::Claim { asset: asset.content_hash, collect_from: vec![] };
            self.registry(&owner, &msg, &[]);
        }
        let edges: usize = assets.iter().map(|asset| asset.parents.len()).sum();
        let waiting = self.world.balance(&self.world.registry);
        prop_assert!(waiting <= edges as u128, "{} units wait on {} edges", waiting, edges);
        self.check()
    }
}

fn is_open(job: &JobResponse) -> bool {
    matches!(job.status, JobStatus::Ordered {} | JobStatus::Delivered { .. })
}
