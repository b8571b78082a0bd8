//! Registers an asset with its lineage.

use std::collections::BTreeSet;

use cosmwasm_std::{DepsMut, Env, MessageInfo, Response, Storage, Uint128};
use stoa_primitives::{BasisPoints, ContentHash};
use stoa_provenance_types::{AssetKind, MAX_LICENSE_BYTES, MAX_NAME_BYTES, MAX_PARENTS};

use crate::{
    ContractError, funds,
    license::check_license,
    lineage::sum_of_shares,
    state::{ASSETS, Account, Asset, EDGES, Edge, Parent, save_account},
};

/// What a message asks to register.
pub struct UncheckedAsset {
    /// Its name on the chain.
    pub content_hash: ContentHash,
    /// Dataset or model.
    pub kind: AssetKind,
    /// Human-readable name.
    pub name: String,
    /// SPDX licence expression.
    pub license: String,
    /// What it is derived from.
    pub parents: Vec<ContentHash>,
    /// Its share of everything derived from it.
    pub royalty: BasisPoints,
}

impl UncheckedAsset {
    /// Checks what needs no storage.
    fn check(&self) -> Result<(), ContractError> {
        if !(1..=MAX_NAME_BYTES).contains(&self.name.len()) {
            return Err(ContractError::NameLength { actual: self.name.len() });
        }
        if self.license.len() > MAX_LICENSE_BYTES {
            return Err(ContractError::LicenseLength { actual: self.license.len() });
        }
        check_license(&self.license).map_err(|source| ContractError::InvalidLicense {
            license: self.license.clone(),
            source,
        })?;
        if self.parents.len() > MAX_PARENTS {
            return Err(ContractError::TooManyParents { actual: self.parents.len() });
        }
        let mut seen = BTreeSet::new();
        for parent in &self.parents {
            // A registered parent cannot have this asset as an ancestor, because it was registered
            // before: the asset itself is the only cycle that can be asked for.
            if *parent == self.content_hash {
                return Err(ContractError::LineageCycle { content_hash: self.content_hash });
            }
            if !seen.insert(parent) {
                return Err(ContractError::DuplicateParent { parent: *parent });
            }
        }
        Ok(())
    }
}

/// The sender becomes the owner.
pub fn register(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    asset: UncheckedAsset,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    asset.check()?;
    let content_hash = asset.content_hash;
    if ASSETS.has(deps.storage, *content_hash.as_bytes()) {
        return Err(ContractError::AlreadyRegistered { content_hash });
    }
    let parents = load_parents(deps.storage, &asset.parents)?;
    sum_of_shares(parents.iter().map(|parent| parent.share))
        .map_err(|actual| ContractError::RoyaltySum { actual })?;

    for parent in &parents {
        let key = (parent.content_hash.as_bytes().as_slice(), *content_hash.as_bytes());
        EDGES.save(deps.storage, key, &Edge { share: parent.share, collected: Uint128::zero() })?;
    }
    save_account(deps.storage, content_hash, &Account::default())?;
    let asset = Asset {
        kind: asset.kind,
        name: asset.name,
        license: asset.license,
        owner: info.sender.clone(),
        parents,
        royalty: asset.royalty,
        registered_height: env.block.height,
    };
    ASSETS.save(deps.storage, *content_hash.as_bytes(), &asset)?;

    Ok(Response::new()
        .add_attribute("action", "register")
        .add_attribute("asset", content_hash.to_string())
        .add_attribute("owner", asset.owner)
        .add_attribute("royalty_basis_points", asset.royalty.get().to_string()))
}

fn load_parents(
    storage: &dyn Storage,
    parents: &[ContentHash],
) -> Result<Vec<Parent>, ContractError> {
    let load = |parent: &ContentHash| {
        let asset = ASSETS.may_load(storage, *parent.as_bytes())?;
        let asset = asset.ok_or(ContractError::UnknownParent { parent: *parent })?;
        Ok(Parent { content_hash: *parent, share: asset.royalty })
    };
    parents.iter().map(load).collect()
}
