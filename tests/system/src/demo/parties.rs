//! Everyone whose balance the story can change, and what each should gain.

use anyhow::{Context, Result, anyhow};
use cosmrs::AccountId;
use stoa_client::Client;
use stoa_primitives::{BECH32_PREFIX, BasisPoints, ContentHash};

use super::{
    fees,
    ledger::{self, Entry, display},
    terms::{self, LineageSplit, Split},
};
use crate::{accounts, stage::Stage};

/// Module account that collects network fees.
const FEE_COLLECTOR: &str = "fee_collector";
/// Length of a module account's address in bytes.
const ADDRESS_BYTES: usize = 20;

/// A party and its balance before the story.
pub struct Party {
    who: &'static str,
    address: String,
    before: u128,
    fees_before: u128,
}

/// Parties in the order of the ledger; the roles of development accounts come first.
const ROLES: [&str; 7] =
    ["buyer", "provider", "model-owner", "dataset-owner", "member-1", "member-2", "member-3"];

/// Address of a module account: the first 20 bytes of its name's SHA-256 (Cosmos SDK `x/auth`).
fn module_address(name: &str) -> Result<String> {
    let hash = ContentHash::sha256(name.as_bytes());
    let (bytes, _) = hash.as_bytes().split_at(ADDRESS_BYTES);
    let address = AccountId::new(BECH32_PREFIX, bytes).map_err(|error| anyhow!("{error}"))?;
    Ok(address.to_string())
}

/// Reads every party's balance before the story.
pub async fn before(stage: &Stage, client: &Client) -> Result<Vec<Party>> {
    let mut parties = Vec::new();
    for who in ROLES {
        parties.push((who, accounts::named(who)?.address));
    }
    let network = &stage.network;
    parties.push(("treasury (dao)", network.dao.clone().context("no dao")?));
    parties.push(("marketplace", network.marketplace.clone().context("no marketplace")?));
    parties.push(("provenance", network.provenance.clone().context("no provenance")?));
    parties.push(("validators' fees", module_address(FEE_COLLECTOR)?));
    let mut read = Vec::new();
    for (who, address) in parties {
        let before = ledger::balance(client, &address).await?;
        let fees_before = fees::paid_by(&stage.network.rpc, &address).await?;
        read.push(Party { who, address, before, fees_before });
    }
    Ok(read)
}

/// Reads every party's balance after the story beside what the story's arithmetic expects.
pub async fn after(stage: &Stage, client: &Client, parties: Vec<Party>) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for Party { who, address, before, fees_before } in parties {
        let after = ledger::balance(client, &address).await?;
        let fees_paid = fees::paid_by(&stage.network.rpc, &address).await? - fees_before;
        let (expected, why) = expectation(who)?;
        entries.push(Entry { who, address, before, after, fees_paid, expected, why });
    }
    let all_fees: u128 = entries.iter().map(|entry| entry.fees_paid).sum();
    if let Some(validators) = entries.last_mut() {
        validators.expected = i128::try_from(all_fees)?;
    }
    Ok(entries)
}

/// What a party gains by the story, before network fees, and why.
fn expectation(who: &str) -> Result<(i128, String)> {
    let royalty = BasisPoints::new(terms::MODEL_ROYALTY_BASIS_POINTS)?;
    let first =
        terms::split(terms::PRICE, BasisPoints::new(terms::FIRST_FEE_BASIS_POINTS)?, royalty);
    let second =
        terms::split(terms::PRICE, BasisPoints::new(terms::SECOND_FEE_BASIS_POINTS)?, royalty);
    let both = |part: fn(&Split) -> u128| part(&first) + part(&second);
    let LineageSplit { datasets, model } = terms::lineage(
        both(|split| split.royalty),
        u128::try_from(Stage::datasets()?.len())?,
        BasisPoints::new(terms::DATASET_ROYALTY_BASIS_POINTS)?,
    );
    let signed = |amount: u128| -> Result<i128> { Ok(i128::try_from(amount)?) };
    Ok(match who {
        "buyer" => (
            -signed(2 * terms::PRICE)?,
            format!("two orders at {}", display(signed(terms::PRICE)?)),
        ),
        "provider" => (
            signed(both(|split| split.provider))? - signed(terms::BOND)?,
            format!(
                "two jobs: {}; bond: -{}",
                display(signed(both(|split| split.provider))?),
                display(signed(terms::BOND)?)
            ),
        ),
        "model-owner" => (signed(model)?, "royalties of the model, after its datasets".to_owned()),
        "dataset-owner" => (signed(datasets)?, "royalties of the datasets".to_owned()),
        "treasury (dao)" => (
            signed(both(|split| split.fee))?,
            "protocol fee: 2 % of the first order, 1 % of the second".to_owned(),
        ),
        "marketplace" => {
            (signed(terms::BOND)?, "holds the provider's bond, no escrow left".to_owned())
        }
        "provenance" => (0, "every royalty was claimed".to_owned()),
        "validators' fees" => (0, "all network fees of this table".to_owned()),
        _ => (0, "votes".to_owned()),
    })
}
