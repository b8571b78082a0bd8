//! What models and datasets share: one registry, one way to show and to register.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use stoa_primitives::ContentHash;
use stoa_provenance_types::{AssetKind, AssetResponse, ExecuteMsg};

use super::{PAGE, done};
use crate::{
    amount::show_stoa,
    context::Context,
    error::CliError,
    output::{Block, Output},
    share::{Share, show_share},
};

/// An asset to register.
#[derive(Args, Debug)]
pub(crate) struct RegisterArgs {
    /// SHA-256 that names it in hex (for a model: the runner's model root)
    #[arg(long)]
    hash: Option<ContentHash>,
    /// File whose SHA-256 names it, instead of --hash
    #[arg(long)]
    file: Option<PathBuf>,
    /// Human-readable name
    #[arg(long)]
    name: String,
    /// SPDX licence expression, e.g. "MIT OR Apache-2.0"
    #[arg(long)]
    license: String,
    /// Asset that it is derived from (repeat for several)
    #[arg(long = "parent", value_name = "HASH")]
    parents: Vec<ContentHash>,
    /// Its part of what anything derived from it earns, e.g. 2.5% or 250 (basis points)
    #[arg(long, default_value = "0")]
    royalty: Share,
}

pub(crate) async fn register(
    context: &Context,
    kind: AssetKind,
    args: RegisterArgs,
) -> Result<Output, CliError> {
    let content_hash = match (args.hash, args.file) {
        (Some(hash), None) => hash,
        (None, Some(path)) => {
            let bytes = std::fs::read(&path).map_err(|source| CliError::File { path, source })?;
            ContentHash::sha256(&bytes)
        }
        _ => return Err(CliError::FileOrHash),
    };
    let message = ExecuteMsg::Register {
        content_hash,
        kind,
        name: args.name.clone(),
        license: args.license,
        parents: args.parents,
        royalty: args.royalty.0,
    };
    let registry = context.signer().await?.provenance()?;
    let progress = context.progress("registering");
    let tx = registry.execute(&message, &[]).await?;
    drop(progress);
    let json = json!({ "content_hash": content_hash, "tx": tx });
    Output::new(&json, done(format!("registered {} as {content_hash}", args.name), &tx))
}

/// Every asset of one kind.
pub(crate) async fn list(context: &Context, kind: AssetKind) -> Result<Output, CliError> {
    let registry = context.reader().await?.provenance()?;
    let mut assets = Vec::new();
    let mut start_after = None;
    loop {
        let page = registry.assets(start_after, Some(PAGE)).await?;
        let is_last = page.len() < PAGE as usize;
        start_after = page.last().map(|asset| asset.content_hash);
        assets.extend(page.into_iter().filter(|asset| asset.kind == kind));
        if is_last {
            break;
        }
    }
    let rows = assets.iter().map(row).collect();
    let headers = vec!["Hash", "Name", "License", "Royalty", "Parents", "Earned"];
    Output::new(&assets, vec![Block::Table { headers, rows }])
}

pub(crate) async fn show(context: &Context, hash: ContentHash) -> Result<Output, CliError> {
    let asset = context.reader().await?.provenance()?.asset(hash).await?;
    let mut blocks = vec![Block::Pairs(vec![
        ("hash", asset.content_hash.to_string()),
        ("kind", format!("{:?}", asset.kind).to_lowercase()),
        ("name", asset.name.clone()),
        ("license", asset.license.clone()),
        ("owner", asset.owner.clone()),
        ("royalty", show_share(asset.royalty)),
        ("registered at", asset.registered_height.to_string()),
        ("earned", show_stoa(asset.received)),
        ("paid out", show_stoa(asset.claimed)),
    ])];
    if !asset.parents.is_empty() {
        let rows = asset
            .parents
            .iter()
            .map(|parent| vec![parent.content_hash.to_string(), show_share(parent.share)]);
        let headers = vec!["Derived from", "Its share"];
        blocks.push(Block::Table { headers, rows: rows.collect() });
    }
    Output::new(&asset, blocks)
}

fn row(asset: &AssetResponse) -> Vec<String> {
    vec![
        asset.content_hash.to_string(),
        asset.name.clone(),
        asset.license.clone(),
        show_share(asset.royalty),
        asset.parents.len().to_string(),
        show_stoa(asset.received),
    ]
}
