//! The consensus connection.

use stoa_modules::{slashing::Misbehaviour, validators::Validator};
use tendermint_proto::{
    google::protobuf::Timestamp,
    v0_38::abci::{
        ExecTxResult, Misbehavior as RawMisbehaviour, RequestFinalizeBlock, RequestInitChain,
        RequestPrepareProposal, RequestProcessProposal, RequestVerifyVoteExtension, ResponseCommit,
        ResponseExtendVote, ResponseFinalizeBlock, ResponseInitChain, ResponsePrepareProposal,
        ResponseProcessProposal, ResponseVerifyVoteExtension, response_process_proposal,
        response_verify_vote_extension,
    },
};

use super::{
    event::{events, gas},
    votes,
};
use crate::{
    app::App,
    block::{Block, TxResult},
    error::AppError,
    init_chain::InitChain,
};

const NANOS_PER_SECOND: u64 = 1_000_000_000;

pub(super) fn init_chain(
    app: &App,
    request: RequestInitChain,
) -> Result<ResponseInitChain, AppError> {
    let app_hash = app.init_chain(InitChain {
        chain_id: request.chain_id,
        time_nanos: time_nanos(request.time)?,
        initial_height: height(request.initial_height)?,
        consensus_params: request.consensus_params.unwrap_or_default(),
        validators: request.validators.clone(),
        app_state: request.app_state_bytes.to_vec(),
    })?;
    // The validators of the genesis file stay as they are.
    let validators = request.validators;
    Ok(ResponseInitChain { consensus_params: None, validators, app_hash: app_hash.to_vec().into() })
}

pub(super) fn prepare_proposal(
    app: &App,
    request: RequestPrepareProposal,
) -> Result<ResponsePrepareProposal, AppError> {
    let max_total_bytes = u64::try_from(request.max_tx_bytes).unwrap_or(0);
    let votes = votes::extended_commit(request.local_last_commit.unwrap_or_default())?;
    let txs = app.prepare_proposal(&owned(request.txs), max_total_bytes, votes)?;
    Ok(ResponsePrepareProposal { txs: txs.into_iter().map(Into::into).collect() })
}

pub(super) fn process_proposal(
    app: &App,
    request: RequestProcessProposal,
) -> Result<ResponseProcessProposal, AppError> {
    use response_process_proposal::ProposalStatus;
    let last_commit = votes::last_commit(request.proposed_last_commit.unwrap_or_default())?;
    let is_accepted = app.process_proposal(&owned(request.txs), &last_commit)?;
    let status = if is_accepted { ProposalStatus::Accept } else { ProposalStatus::Reject };
    Ok(ResponseProcessProposal { status: status as i32 })
}

pub(super) fn extend_vote(app: &App) -> Result<ResponseExtendVote, AppError> {
    Ok(ResponseExtendVote { vote_extension: app.extend_vote()?.into() })
}

pub(super) fn verify_vote_extension(
    app: &App,
    request: &RequestVerifyVoteExtension,
) -> Result<ResponseVerifyVoteExtension, AppError> {
    use response_verify_vote_extension::VerifyStatus;
    let validator = votes::address(&request.validator_address)?;
    let is_accepted = app.verify_vote_extension(&validator, &request.vote_extension)?;
    let status = if is_accepted { VerifyStatus::Accept } else { VerifyStatus::Reject };
    Ok(ResponseVerifyVoteExtension { status: status as i32 })
}

pub(super) fn finalize_block(
    app: &App,
    request: RequestFinalizeBlock,
) -> Result<ResponseFinalizeBlock, AppError> {
    let result = app.finalize_block(&Block {
        height: height(request.height)?,
        time_nanos: time_nanos(request.time)?,
        txs: owned(request.txs),
        votes: votes::votes(request.decided_last_commit.unwrap_or_default())?,
        misbehaviours: request
            .misbehavior
            .into_iter()
            .map(misbehaviour)
            .collect::<Result<_, _>>()?,
    })?;
    Ok(ResponseFinalizeBlock {
        events: events(result.events),
        tx_results: result.tx_results.into_iter().map(tx_result).collect(),
        validator_updates: result.validator_updates.iter().map(Validator::to_update).collect(),
        consensus_param_updates: result.consensus_params,
        app_hash: result.app_hash.to_vec().into(),
    })
}

pub(super) fn commit(app: &App) -> Result<ResponseCommit, AppError> {
    app.commit()?;
    // Zero: consensus keeps all blocks.
    Ok(ResponseCommit { retain_height: 0 })
}

fn misbehaviour(proof: RawMisbehaviour) -> Result<Misbehaviour, AppError> {
    let accused = proof.validator.unwrap_or_default();
    Ok(Misbehaviour {
        validator: votes::address(&accused.address)?,
        power: u64::try_from(accused.power).unwrap_or(0),
        height: height(proof.height)?,
        time_nanos: time_nanos(proof.time)?,
    })
}

fn tx_result(result: TxResult) -> ExecTxResult {
    let TxResult { code, codespace, log, data, gas_wanted, gas_used, events: emitted } = result;
    ExecTxResult {
        code,
        data: data.into(),
        log,
        info: String::new(),
        gas_wanted: gas(gas_wanted),
        gas_used: gas(gas_used),
        events: events(emitted),
        codespace,
    }
}

fn owned(txs: Vec<bytes::Bytes>) -> Vec<Vec<u8>> {
    txs.into_iter().map(Into::into).collect()
}

fn height(value: i64) -> Result<u64, AppError> {
    u64::try_from(value).map_err(|_| AppError::OutOfRange { field: "height", value })
}

fn time_nanos(time: Option<Timestamp>) -> Result<u64, AppError> {
    let Timestamp { seconds, nanos } = time.unwrap_or_default();
    let out_of_range = || AppError::OutOfRange { field: "block time", value: seconds };
    let whole = u64::try_from(seconds).ok().and_then(|s| s.checked_mul(NANOS_PER_SECOND));
    let part = u64::try_from(nanos).ok();
    whole.zip(part).and_then(|(whole, part)| whole.checked_add(part)).ok_or_else(out_of_range)
}
