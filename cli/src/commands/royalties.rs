//! `stoa royalties`.

use clap::Subcommand;
use serde_json::json;
use stoa_client::{Provenance, Uint128};
use stoa_primitives::ContentHash;
use stoa_provenance_types::{ChildResponse, ExecuteMsg, MAX_COLLECTED_CHILDREN};

use super::{PAGE, done};
use crate::{
    amount::show_stoa,
    context::Context,
    error::CliError,
    output::{Block, Output},
};

#[derive(Subcommand, Debug)]
pub(crate) enum RoyaltiesCommand {
    /// What an asset has earned and what its children owe it
    Show {
        /// Its hash
        asset: ContentHash,
    },
    /// Collect from the children and pay the owner (you) everything
    Claim {
        /// Its hash
        asset: ContentHash,
    },
}

pub(crate) async fn run(context: &Context, command: RoyaltiesCommand) -> Result<Output, CliError> {
    match command {
        RoyaltiesCommand::Show { asset } => show(context, asset).await,
        RoyaltiesCommand::Claim { asset } => claim(context, asset).await,
    }
}

async fn show(context: &Context, hash: ContentHash) -> Result<Output, CliError> {
    let registry = context.reader().await?.provenance()?;
    let asset = registry.asset(hash).await?;
    let claimable = registry.claimable(hash).await?.amount;
    let children = children(&registry, hash).await?;
    let collectable: Uint128 = children.iter().map(|child| child.collectable).sum();
    let rows = children
        .iter()
        .map(|child| vec![child.content_hash.to_string(), show_stoa(child.collectable)]);
    let blocks = vec![
        Block::Pairs(vec![
            ("asset", asset.name.clone()),
            ("earned", show_stoa(asset.received)),
            ("paid out", show_stoa(asset.claimed)),
            ("claimable", show_stoa(claimable)),
            ("owed by children", show_stoa(collectable)),
        ]),
        Block::Table { headers: vec!["Derived asset", "Owes"], rows: rows.collect() },
    ];
    let json = json!({
        "asset": asset,
        "claimable": claimable,
        "collectable": collectable,
        "children": children,
    });
    Output::new(&json, blocks)
}

async fn claim(context: &Context, asset: ContentHash) -> Result<Output, CliError> {
    let registry = context.signer().await?.provenance()?;
    let progress = context.progress("claiming");
    let mut owing = children(&registry, asset).await?;
    owing.retain(|child| !child.collectable.is_zero());
    // The largest debts first; what does not fit is left for the next claim.
    owing.sort_by_key(|child| std::cmp::Reverse(child.collectable));
    let collect_from =
        owing.iter().take(MAX_COLLECTED_CHILDREN).map(|child| child.content_hash).collect();
    let tx = registry.execute(&ExecuteMsg::Claim { asset, collect_from }, &[]).await?;
    drop(progress);
    let amount = tx.attribute("wasm", "amount").and_then(|amount| amount.parse::<Uint128>().ok());
    let what = match amount {
        Some(amount) => format!("claimed {} for {asset}", show_stoa(amount)),
        None => format!("claimed for {asset}"),
    };
    Output::new(&json!({ "amount": amount, "tx": tx }), done(what, &tx))
}

async fn children(
    registry: &Provenance,
    parent: ContentHash,
) -> Result<Vec<ChildResponse>, CliError> {
    let mut children: Vec<ChildResponse> = Vec::new();
    loop {
        let start_after = children.last().map(|child| child.content_hash);
        let page = registry.children(parent, start_after, Some(PAGE)).await?;
        let is_last = page.len() < PAGE as usize;
        children.extend(page);
        if is_last {
            return Ok(children);
        }
    }
}
