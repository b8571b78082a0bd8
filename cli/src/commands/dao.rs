//! `stoa dao`.

use clap::{Args, Subcommand, ValueEnum};
use cosmwasm_std::{CosmosMsg, WasmMsg};
use serde_json::json;
use stoa_dao_types::{ExecuteMsg, ProposalResponse, Vote};
use stoa_primitives::ProposalId;

use super::{PAGE, done};
use crate::{
    context::Context,
    error::CliError,
    output::{Block, Output},
    share::{Share, show_share},
};

#[derive(Subcommand, Debug)]
pub(crate) enum DaoCommand {
    /// Proposals by number
    Proposals,
    /// Members and their weights
    Members,
    /// Propose another protocol fee of the marketplace (members only)
    ProposeFee(ProposeFeeArgs),
    /// Vote on an open proposal
    Vote {
        /// Its number
        proposal_id: ProposalId,
        /// The choice
        vote: Choice,
    },
    /// Run the messages of a passed proposal
    Execute {
        /// Its number
        proposal_id: ProposalId,
    },
}

#[derive(Args, Debug)]
pub(crate) struct ProposeFeeArgs {
    /// The new fee, e.g. 2.5% or 250 (basis points)
    #[arg(long)]
    fee: Share,
    /// One line [default: made from the fee]
    #[arg(long)]
    title: Option<String>,
    /// Reasons
    #[arg(long, default_value = "")]
    description: String,
}

/// A vote as it is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Choice {
    /// For
    Yes,
    /// Against
    No,
    /// Counts for the quorum only
    Abstain,
}

pub(crate) async fn run(context: &Context, command: DaoCommand) -> Result<Output, CliError> {
    match command {
        DaoCommand::Proposals => proposals(context).await,
        DaoCommand::Members => members(context).await,
        DaoCommand::ProposeFee(args) => propose_fee(context, args).await,
        DaoCommand::Vote { proposal_id, vote } => {
            let vote = match vote {
                Choice::Yes => Vote::Yes,
                Choice::No => Vote::No,
                Choice::Abstain => Vote::Abstain,
            };
            let what = format!("voted {vote:?} on proposal {proposal_id}").to_lowercase();
            act(context, ExecuteMsg::Vote { proposal_id, vote }, what).await
        }
        DaoCommand::Execute { proposal_id } => {
            let what = format!("executed proposal {proposal_id}");
            act(context, ExecuteMsg::Execute { proposal_id }, what).await
        }
    }
}

async fn proposals(context: &Context) -> Result<Output, CliError> {
    let dao = context.reader().await?.dao()?;
    let mut proposals: Vec<ProposalResponse> = Vec::new();
    loop {
        let start_after = proposals.last().map(|proposal| proposal.proposal_id);
        let page = dao.proposals(start_after, Some(PAGE)).await?;
        let is_last = page.len() < PAGE as usize;
        proposals.extend(page);
        if is_last {
            break;
        }
    }
    let rows = proposals.iter().map(|proposal| {
        let tally = proposal.tally;
        vec![
            proposal.proposal_id.to_string(),
            proposal.title.clone(),
            format!("{:?}", proposal.status).to_lowercase(),
            format!("{} / {} / {}", tally.yes, tally.no, tally.abstain),
            proposal.total_weight.to_string(),
            proposal.ends_height.to_string(),
        ]
    });
    let headers = vec!["ID", "Title", "State", "Yes / no / abstain", "Of", "Ends at"];
    let table = Block::Table { headers, rows: rows.collect() };
    Output::new(&proposals, vec![table])
}

async fn members(context: &Context) -> Result<Output, CliError> {
    let dao = context.reader().await?.dao()?;
    let rules = dao.config().await?;
    let members = dao.members(None, Some(PAGE)).await?;
    let rows = members.iter().map(|member| vec![member.address.clone(), member.weight.to_string()]);
    let blocks = vec![
        Block::Table { headers: vec!["Member", "Weight"], rows: rows.collect() },
        Block::Pairs(vec![
            ("total weight", rules.total_weight.to_string()),
            ("quorum", show_share(rules.quorum)),
            ("threshold", show_share(rules.threshold)),
            ("voting period", format!("{} blocks", rules.voting_period_blocks)),
        ]),
    ];
    Output::new(&json!({ "members": members, "rules": rules }), blocks)
}

async fn propose_fee(context: &Context, args: ProposeFeeArgs) -> Result<Output, CliError> {
    let client = context.signer().await?;
    let message = stoa_marketplace_types::ExecuteMsg::SetProtocolFee { protocol_fee: args.fee.0 };
    let call: CosmosMsg = WasmMsg::Execute {
        contract_addr: client.marketplace()?.address().to_owned(),
        msg: serde_json::to_vec(&message)?.into(),
        funds: Vec::new(),
    }
    .into();
    let title =
        args.title.unwrap_or_else(|| format!("Set the protocol fee to {}", show_share(args.fee.0)));
    let message =
        ExecuteMsg::Propose { title, description: args.description, messages: vec![call] };
    let progress = context.progress("proposing");
    let tx = client.dao()?.execute(&message).await?;
    drop(progress);
    let proposal_id = tx.attribute("wasm", "proposal_id").map(str::to_owned);
    let what = format!("opened proposal {}", proposal_id.as_deref().unwrap_or("?"));
    let number = proposal_id.and_then(|id| id.parse::<ProposalId>().ok());
    Output::new(&json!({ "proposal_id": number, "tx": tx }), done(what, &tx))
}

async fn act(context: &Context, message: ExecuteMsg, what: String) -> Result<Output, CliError> {
    let dao = context.signer().await?.dao()?;
    let progress = context.progress("sending");
    let tx = dao.execute(&message).await?;
    drop(progress);
    Output::new(&tx, done(what, &tx))
}
