//! Divides the price of a delivered job.

use cosmwasm_std::{
    Addr, BankMsg, CosmosMsg, DepsMut, Env, MessageInfo, Response, StdResult, Uint128, coins,
    wasm_execute,
};
use stoa_marketplace_types::JobStatus;
use stoa_primitives::JobId;
use stoa_provenance_types::ExecuteMsg as ProvenanceMsg;

use crate::{
    ContractError,
    division::{Division, Proportions, divide},
    funds,
    state::{CONFIG, Config, Job, end_job, load_job, name_of},
};

/// Anyone, once the challenge window is over.
pub fn settle(
    deps: DepsMut<'_>,
    env: &Env,
    info: &MessageInfo,
    job_id: JobId,
) -> Result<Response, ContractError> {
    funds::none(info)?;
    let mut job = load_job(deps.storage, job_id)?;
    let JobStatus::Delivered { settleable_height, receipt, .. } = &job.status else {
        return Err(ContractError::NotDelivered { job_id, status: name_of(&job.status) });
    };
    let (settleable_height, height) = (*settleable_height, env.block.height);
    if height < settleable_height {
        return Err(ContractError::ChallengeWindowOpen { settleable_height, height });
    }

    let proportions = Proportions { protocol_fee: job.protocol_fee, royalty: job.royalty };
    let division = divide(job.price, proportions);
    let Division { fee, royalty, provider_income } = division;
    job.status = JobStatus::Settled { fee, royalty, provider_income, receipt: receipt.clone() };
    end_job(deps.storage, job_id, &job)?;

    let config = CONFIG.load(deps.storage)?;
    Ok(Response::new()
        .add_messages(payments(&config, &job, &division)?)
        .add_attribute("action", "settle")
        .add_attribute("job_id", job_id.to_string())
        .add_attribute("service_id", job.service_id.to_string())
        .add_attribute("fee", fee)
        .add_attribute("royalty", royalty)
        .add_attribute("provider_income", provider_income))
}

/// One message for each part above zero: the bank refuses empty payments.
fn payments(config: &Config, job: &Job, division: &Division) -> StdResult<Vec<CosmosMsg>> {
    let amount = |units: Uint128| coins(units.u128(), &config.denom);
    let send = |to: &Addr, units: Uint128| {
        BankMsg::Send { to_address: to.to_string(), amount: amount(units) }.into()
    };
    let mut messages = Vec::with_capacity(3);
    if !division.provider_income.is_zero() {
        messages.push(send(&job.provider, division.provider_income));
    }
    if !division.royalty.is_zero() {
        let pay = ProvenanceMsg::Pay { asset: job.model };
        messages.push(wasm_execute(&config.provenance, &pay, amount(division.royalty))?.into());
    }
    if !division.fee.is_zero() {
        messages.push(send(&config.dao, division.fee));
    }
    Ok(messages)
}
