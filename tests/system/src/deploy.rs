//! Puts the three contracts on a chain.

use std::fs;

use anyhow::{Context, Result};
use cosmwasm_std::Uint128;
use stoa_client::{Client, Instantiated, Key, Network};
use stoa_dao_types as dao;
use stoa_marketplace_types as marketplace;
use stoa_primitives::{BASE_DENOM, BasisPoints};
use stoa_provenance_types as provenance;

use crate::{accounts, binaries, home::Home};

/// Rules of a freshly deployed Stoa.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Protocol fee at the start, in basis points.
    pub protocol_fee_basis_points: u16,
    /// Blocks between delivery and settlement.
    pub challenge_window_blocks: u64,
    /// Smallest bond of a service in `ustoa`.
    pub minimum_bond: u128,
    /// Blocks of a DAO vote.
    pub voting_period_blocks: u64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            protocol_fee_basis_points: 200,
            challenge_window_blocks: 5,
            minimum_bond: 50_000_000,
            voting_period_blocks: 20,
        }
    }
}

/// Uploads and instantiates dao, provenance and marketplace, and writes their addresses to the network file.
pub async fn contracts(home: &Home, network: &Network, rules: Rules) -> Result<Network> {
    let deployer = Key::from_mnemonic(&accounts::named("deployer")?.mnemonic)?;
    let client = Client::connect(network, deployer).await?;
    let dao = instantiate(&client, "dao", None, &dao_rules(rules)?).await?.address;
    let registry = provenance::InstantiateMsg { denom: BASE_DENOM.to_owned() };
    let provenance = instantiate(&client, "provenance", Some(&dao), &registry).await?.address;
    let terms = marketplace::InstantiateMsg {
        dao: dao.clone(),
        provenance: provenance.clone(),
        denom: BASE_DENOM.to_owned(),
        protocol_fee: BasisPoints::new(rules.protocol_fee_basis_points)?,
        challenge_window_blocks: rules.challenge_window_blocks,
        minimum_bond: Uint128::new(rules.minimum_bond),
    };
    let marketplace = instantiate(&client, "marketplace", Some(&dao), &terms).await?.address;
    let network = Network {
        marketplace: Some(marketplace),
        provenance: Some(provenance),
        dao: Some(dao),
        ..network.clone()
    };
    network.save(&home.network())?;
    Ok(network)
}

fn dao_rules(rules: Rules) -> Result<dao::InstantiateMsg> {
    let members = [("member-1", 40), ("member-2", 35), ("member-3", 25)];
    let members = members
        .into_iter()
        .map(|(name, weight)| Ok(dao::Member { address: accounts::named(name)?.address, weight }))
        .collect::<Result<_>>()?;
    Ok(dao::InstantiateMsg {
        members,
        quorum: BasisPoints::new(3_400)?,
        threshold: BasisPoints::new(5_000)?,
        voting_period_blocks: rules.voting_period_blocks,
    })
}

/// Uploads `target/contracts/<name>.wasm` and instantiates it; the DAO, once it exists, is its admin.
async fn instantiate(
    client: &Client,
    name: &str,
    admin: Option<&str>,
    message: &impl serde::Serialize,
) -> Result<Instantiated> {
    let path = binaries::contract(name)?;
    let wasm = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
    let code = client.store_code(wasm).await.with_context(|| format!("uploading {name}"))?;
    client
        .instantiate(code.code_id, message, name, admin, &[])
        .await
        .with_context(|| format!("instantiating {name}"))
}
