//! Offers a model as a service.

use cosmwasm_std::{Binary, Deps, DepsMut, MessageInfo, Response, Uint128, to_json_binary};
use stoa_marketplace_types::{MAX_ENDPOINT_BYTES, MAX_NAME_BYTES};
use stoa_primitives::{BasisPoints, ContentHash};
use stoa_provenance_types::{AssetKind, AssetResponse, QueryMsg};
use stoa_receipt::PUBLIC_KEY_BYTES;

use crate::{
    ContractError, funds,
    state::{CONFIG, Config, LAST_SERVICE_ID, OBLIGATIONS, SERVICES, Service, next_id},
};

/// What a message asks to offer.
pub struct UncheckedService {
    /// Human-readable name.
    pub name: String,
    /// The model's content hash.
    pub model: ContentHash,
    /// Version of the exact-inference semantics.
    pub semantics_version: u32,
    /// Price of one job.
    pub price: Uint128,
    /// gRPC endpoint of the runner.
    pub endpoint: String,
    /// Key that signs receipts.
    pub receipt_key: Binary,
}

impl UncheckedService {
    /// Checks what needs no storage.
    fn check(&self) -> Result<(), ContractError> {
        if !(1..=MAX_NAME_BYTES).contains(&self.name.len()) {
            return Err(ContractError::NameLength { actual: self.name.len() });
        }
        check_price(self.price)?;
        check_endpoint(&self.endpoint)?;
        let is_compressed = matches!(self.receipt_key.first(), Some(2 | 3));
        if self.receipt_key.len() != PUBLIC_KEY_BYTES || !is_compressed {
            return Err(ContractError::ReceiptKey { actual_bytes: self.receipt_key.len() });
        }
        Ok(())
    }
}

/// A job is never free: a free one would let anyone fill a provider's queue.
pub fn check_price(price: Uint128) -> Result<(), ContractError> {
    if price.is_zero() {
        return Err(ContractError::ZeroPrice {});
    }
    Ok(())
}

/// Bounded, printable ASCII. What answers there is the client's to find out.
pub fn check_endpoint(endpoint: &str) -> Result<(), ContractError> {
    if !(1..=MAX_ENDPOINT_BYTES).contains(&endpoint.len()) {
        return Err(ContractError::EndpointLength { actual: endpoint.len() });
    }
    if !endpoint.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ContractError::EndpointCharacter {});
    }
    Ok(())
}

/// The sender becomes the provider, the attached funds the bond.
pub fn register_service(
    deps: DepsMut<'_>,
    info: &MessageInfo,
    service: UncheckedService,
) -> Result<Response, ContractError> {
    service.check()?;
    let config = CONFIG.load(deps.storage)?;
    let bond = funds::amount_of(info, &config.denom)?;
    if bond < config.minimum_bond {
        return Err(ContractError::BondTooSmall { minimum: config.minimum_bond, actual: bond });
    }
    let royalty = royalty_of(deps.as_ref(), &config, service.model)?;

    let service_id = next_id(deps.storage, &LAST_SERVICE_ID)?;
    let service = Service {
        name: service.name,
        provider: info.sender.clone(),
        model: service.model,
        semantics_version: service.semantics_version,
        price: service.price,
        endpoint: service.endpoint,
        receipt_key: service.receipt_key,
        bond,
        royalty,
        open_jobs: 0,
        is_active: true,
    };
    SERVICES.save(deps.storage, service_id, &service)?;
    let mut obligations = OBLIGATIONS.load(deps.storage)?;
    obligations.bonded = obligations.bonded.checked_add(bond)?;
    OBLIGATIONS.save(deps.storage, &obligations)?;

    Ok(Response::new()
        .set_data(to_json_binary(&service_id)?)
        .add_attribute("action", "register_service")
        .add_attribute("service_id", service_id.to_string())
        .add_attribute("provider", service.provider)
        .add_attribute("model", service.model.to_string())
        .add_attribute("price", service.price)
        .add_attribute("bond", bond))
}

fn royalty_of(
    deps: Deps<'_>,
    config: &Config,
    model: ContentHash,
) -> Result<BasisPoints, ContractError> {
    let question = QueryMsg::Asset { content_hash: model };
    // The registry was seen to answer at instantiation: a failure means that it lacks the asset.
    let asset: AssetResponse = deps
        .querier
        .query_wasm_smart(&config.provenance, &question)
        .map_err(|_| ContractError::UnknownModel { model })?;
    match asset.kind {
        AssetKind::Model => Ok(asset.royalty),
        AssetKind::Dataset => Err(ContractError::NotAModel { model }),
    }
}
