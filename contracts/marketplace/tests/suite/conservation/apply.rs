//! Sends what a step asks for. A refusal is as good as an acceptance: the books must be right after both.

use std::collections::BTreeSet;

use cosmwasm_std::{BankMsg, Coin, CosmosMsg, Uint128, coin, coins, wasm_execute};
use stoa_dao_types::{ExecuteMsg as DaoMsg, Member};
use stoa_marketplace_types::{ExecuteMsg as MarketMsg, JobResponse, JobStatus};
use stoa_provenance_types::{AssetKind, ExecuteMsg as RegistryMsg};
use stoa_receipt::{Receipt, sign};

use super::{
    ledger::{Ledger, pick},
    step::{Forgery, Funds, Step, Wish},
};
use crate::world::{DENOM, MINIMUM_BOND, OTHER_DENOM, PROVIDER_KEY, hash, key, offer, points};

impl Ledger {
    pub fn apply(&mut self, step: Step) {
        match step {
            Step::Advance(blocks) => self.world.advance_blocks(blocks),
            Step::RegisterService { .. }
            | Step::UpdateService { .. }
            | Step::CloseService { .. }
            | Step::SetProtocolFee { .. } => self.apply_to_services(step),
            Step::Order { .. }
            | Step::Deliver { .. }
            | Step::Settle { .. }
            | Step::Refund { .. } => {
                self.apply_to_jobs(step);
            }
            Step::Register { .. }
            | Step::Pay { .. }
            | Step::Collect { .. }
            | Step::Claim { .. } => {
                self.apply_to_lineage(step);
            }
            Step::Propose { .. }
            | Step::Vote { .. }
            | Step::Execute { .. }
            | Step::UpdateMembers { .. } => self.apply_to_government(step),
        }
    }

    fn apply_to_services(&mut self, step: Step) {
        let services = self.services();
        match step {
            Step::RegisterService { who, model, price, funds } => {
                let Some(asset) = pick(&self.assets(), model) else { return };
                let mut msg = offer(asset.content_hash);
                if let MarketMsg::RegisterService { price: asked, .. } = &mut msg {
                    *asked = Uint128::from(price);
                }
                let sender = self.person(who);
                self.market(&sender, &msg, &coins_of(funds, MINIMUM_BOND));
            }
            Step::UpdateService { who, service, price } => {
                let Some(service) = pick(&services, service) else { return };
                let sender = self.sender(who, &service.provider);
                let price = Some(Uint128::from(price));
                let service_id = service.service_id;
                let msg = MarketMsg::UpdateService { service_id, price, endpoint: None };
                self.market(&sender, &msg, &[]);
            }
            Step::CloseService { who, service, funds } => {
                let Some(service) = pick(&services, service) else { return };
                let sender = self.sender(who, &service.provider);
                let msg = MarketMsg::CloseService { service_id: service.service_id };
                let is_accepted = self.market(&sender, &msg, &coins_of(funds, 0));
                let may_close = sender.as_str() == service.provider && service.open_jobs == 0;
                assert!(!is_accepted || may_close, "{service:?} was closed by {sender}");
            }
            Step::SetProtocolFee { who, fee } => {
                let sender = self.person(who);
                let msg = MarketMsg::SetProtocolFee { protocol_fee: points(fee) };
                assert!(!self.market(&sender, &msg, &[]), "only the DAO changes the fee");
            }
            _ => unreachable!("{step:?} is not about services"),
        }
    }

    fn apply_to_jobs(&mut self, step: Step) {
        match step {
            Step::Order { who, service, deadline_blocks, funds } => {
                let Some(service) = pick(&self.services(), service) else { return };
                let sender = self.person(who);
                let service_id = service.service_id;
                let msg =
                    MarketMsg::Order { service_id, input_hash: hash("input"), deadline_blocks };
                let is_accepted =
                    self.market(&sender, &msg, &coins_of(funds, service.price.u128()));
                assert!(!is_accepted || matches!(funds, Funds::Right), "{funds:?} was accepted");
            }
            Step::Deliver { who, job, forgery } => {
                let Some(job) = pick(&self.jobs(), job) else { return };
                let sender = self.sender(who, &job.provider);
                let receipt = self.receipt(&job, forgery);
                let is_accepted = self.market(&sender, &MarketMsg::Deliver { receipt }, &[]);
                assert!(
                    !is_accepted || sender.as_str() == job.provider,
                    "{sender} delivered {job:?}"
                );
                assert!(
                    !is_accepted || matches!(forgery, Forgery::Honest),
                    "{forgery:?} was accepted"
                );
            }
            Step::Settle { who, job, funds } => {
                let Some(job) = pick(&self.jobs(), job) else { return };
                let sender = self.person(who);
                let msg = MarketMsg::Settle { job_id: job.job_id };
                let is_accepted = self.market(&sender, &msg, &coins_of(funds, 0));
                let height = self.world.height();
                let may_settle = matches!(
                    job.status,
                    JobStatus::Delivered { settleable_height, .. } if height >= settleable_height
                );
                assert!(!is_accepted || may_settle, "{job:?} was settled at {height}");
            }
            Step::Refund { who, job, funds } => {
                let Some(job) = pick(&self.jobs(), job) else { return };
                let sender = self.person(who);
                let msg = MarketMsg::Refund { job_id: job.job_id };
                let is_accepted = self.market(&sender, &msg, &coins_of(funds, 0));
                let height = self.world.height();
                let is_missed = job.status == JobStatus::Ordered {} && height > job.deadline_height;
                assert!(!is_accepted || is_missed, "{job:?} was refunded at {height}");
            }
            _ => unreachable!("{step:?} is not about jobs"),
        }
    }

    fn receipt(&self, job: &JobResponse, forgery: Forgery) -> Receipt {
        let mut statement = self.world.statement(job.job_id);
        if matches!(forgery, Forgery::OtherChain) {
            statement.chain_id.push('x');
        }
        let seed = if matches!(forgery, Forgery::OtherKey) { 9 } else { PROVIDER_KEY };
        let mut receipt = sign(statement, &key(seed)).unwrap();
        match forgery {
            Forgery::OtherOutputAfterSigning => receipt.statement.output_hash = hash("forged"),
            Forgery::OtherJobAfterSigning => receipt.statement.job_id += 1,
            Forgery::Honest | Forgery::OtherKey | Forgery::OtherChain => {}
        }
        receipt
    }

    fn apply_to_lineage(&mut self, step: Step) {
        let assets = self.assets();
        match step {
            Step::Register { who, parents, royalty, is_model } => {
                let name = format!("asset {}", assets.len());
                let parents: BTreeSet<_> = parents
                    .iter()
                    .filter_map(|index| pick(&assets, *index))
                    .map(|asset| asset.content_hash)
                    .collect();
                let msg = RegistryMsg::Register {
                    content_hash: hash(&name),
                    kind: if is_model { AssetKind::Model } else { AssetKind::Dataset },
                    name,
                    license: "MIT".to_owned(),
                    parents: parents.into_iter().collect(),
                    royalty: points(royalty),
                };
                let sender = self.person(who);
                self.registry(&sender, &msg, &[]);
            }
            Step::Pay { who, asset, amount, funds } => {
                let Some(asset) = pick(&assets, asset) else { return };
                let sender = self.person(who);
                let msg = RegistryMsg::Pay { asset: asset.content_hash };
                self.registry(&sender, &msg, &coins_of(funds, amount.into()));
            }
            Step::Collect { who, asset, parent } => {
                let Some(child) = pick(&assets, asset) else { return };
                let Some(parent) = pick(&child.parents, parent) else { return };
                let sender = self.person(who);
                let (child, parent) = (child.content_hash, parent.content_hash);
                self.registry(&sender, &RegistryMsg::Collect { child, parent }, &[]);
            }
            Step::Claim { who, asset, is_collecting, funds } => {
                let Some(asset) = pick(&assets, asset) else { return };
                let sender = self.sender(who, &asset.owner);
                let children = self.children(asset.content_hash).children;
                let collect_from = if is_collecting {
                    children.into_iter().map(|child| child.content_hash).collect()
                } else {
                    Vec::new()
                };
                let msg = RegistryMsg::Claim { asset: asset.content_hash, collect_from };
                let is_accepted = self.registry(&sender, &msg, &coins_of(funds, 0));
                assert!(
                    !is_accepted || sender.as_str() == asset.owner,
                    "{sender} claimed {asset:?}"
                );
            }
            _ => unreachable!("{step:?} is not about lineage"),
        }
    }

    fn apply_to_government(&mut self, step: Step) {
        match step {
            Step::Propose { who, wish } => {
                let sender = self.person(who);
                let messages = vec![self.message_for(wish)];
                let title = format!("{wish:?}");
                self.dao(&sender, &DaoMsg::Propose { title, description: String::new(), messages });
            }
            Step::Vote { who, proposal, vote } => {
                let sender = self.person(who);
                self.dao(&sender, &DaoMsg::Vote { proposal_id: proposal, vote });
            }
            Step::Execute { who, proposal } => {
                let sender = self.person(who);
                self.dao(&sender, &DaoMsg::Execute { proposal_id: proposal });
            }
            Step::UpdateMembers { who, weight } => {
                let sender = self.person(who);
                let members = vec![Member { address: sender.to_string(), weight }];
                let is_accepted = self.dao(&sender, &DaoMsg::UpdateMembers { members });
                assert!(!is_accepted, "only the DAO changes its members");
            }
            _ => unreachable!("{step:?} is not about government"),
        }
    }

    fn message_for(&self, wish: Wish) -> CosmosMsg {
        match wish {
            Wish::Fee(fee) => {
                let msg = MarketMsg::SetProtocolFee { protocol_fee: points(fee) };
                wasm_execute(&self.world.marketplace, &msg, vec![]).unwrap().into()
            }
            Wish::Spend(amount) => BankMsg::Send {
                to_address: self.world.attacker.to_string(),
                amount: coins(amount.into(), DENOM),
            }
            .into(),
            Wish::Weight(member, weight) => {
                let members = vec![Member { address: self.person(member).to_string(), weight }];
                wasm_execute(&self.world.dao, &DaoMsg::UpdateMembers { members }, vec![])
                    .unwrap()
                    .into()
            }
        }
    }
}

fn coins_of(funds: Funds, amount: u128) -> Vec<Coin> {
    let coins = match funds {
        Funds::Right => vec![coin(amount, DENOM)],
        Funds::None => vec![],
        Funds::Less => vec![coin(amount.saturating_sub(1), DENOM)],
        Funds::More => vec![coin(amount + 1, DENOM)],
        Funds::OtherDenom => vec![coin(amount.max(1), OTHER_DENOM)],
        Funds::TwoCoins => vec![coin(amount.max(1), DENOM), coin(1, OTHER_DENOM)],
    };
    // The bank refuses empty coins before a contract sees them.
    coins.into_iter().filter(|coin| !coin.amount.is_zero()).collect()
}
