//! ABCI 2.0 requests of CometBFT 0.38, translated to methods of [`App`] and back.
//!
//! Requests are taken in their protobuf form. The checked types of `tendermint` refuse, for example, a
//! query at a negative height by failing the whole connection, on which CometBFT stops: any client could
//! halt the node. Here every request has an answer. Only [`AppError`] on the consensus connection has none:
//! this node can no longer agree with the others, and the caller must halt it.

mod consensus;
mod event;
mod info;
mod mempool;
mod snapshot;
mod votes;

pub(crate) use event::events;

use tendermint_proto::v0_38::abci::{
    Request, RequestCheckTx, Response, ResponseFlush, request::Value as Ask,
    response::Value as Answer,
};

use crate::{app::App, error::AppError};

/// Answers requests that came one after the other, in their order. Those that ask for admission together are
/// read and verified on several cores.
pub fn answers(app: &App, requests: Vec<Request>) -> Result<Vec<Response>, AppError> {
    let mut answers = Vec::with_capacity(requests.len());
    let mut asking: Vec<RequestCheckTx> = Vec::new();
    for request in requests {
        match request.value {
            Some(Ask::CheckTx(request)) => asking.push(request),
            value => {
                answers.extend(admissions(app, std::mem::take(&mut asking)));
                answers.push(answer(app, Request { value })?);
            }
        }
    }
    answers.extend(admissions(app, asking));
    Ok(answers)
}

fn admissions(app: &App, requests: Vec<RequestCheckTx>) -> impl Iterator<Item = Response> {
    let answers = mempool::check_txs(app, &requests);
    answers.into_iter().map(|answer| Response { value: Some(Answer::CheckTx(answer)) })
}

/// Answers one request.
pub fn answer(app: &App, request: Request) -> Result<Response, AppError> {
    let value = match request.value {
        Some(Ask::Flush(_)) => Answer::Flush(ResponseFlush {}),
        Some(Ask::Echo(request)) => Answer::Echo(info::echo(request)),
        Some(Ask::Info(_)) => Answer::Info(info::info(app)?),
        Some(Ask::Query(request)) => Answer::Query(info::query(app, request)),
        Some(Ask::CheckTx(request)) => Answer::CheckTx(mempool::check_tx(app, &request)),
        Some(Ask::InitChain(request)) => Answer::InitChain(consensus::init_chain(app, request)?),
        Some(Ask::PrepareProposal(request)) => {
            Answer::PrepareProposal(consensus::prepare_proposal(app, request)?)
        }
        Some(Ask::ProcessProposal(request)) => {
            Answer::ProcessProposal(consensus::process_proposal(app, request)?)
        }
        Some(Ask::ExtendVote(_)) => Answer::ExtendVote(consensus::extend_vote(app)?),
        Some(Ask::VerifyVoteExtension(request)) => {
            Answer::VerifyVoteExtension(consensus::verify_vote_extension(app, &request)?)
        }
        Some(Ask::FinalizeBlock(request)) => {
            Answer::FinalizeBlock(consensus::finalize_block(app, request)?)
        }
        Some(Ask::Commit(_)) => Answer::Commit(consensus::commit(app)?),
        Some(Ask::ListSnapshots(_)) => Answer::ListSnapshots(snapshot::list(app)),
        Some(Ask::OfferSnapshot(request)) => Answer::OfferSnapshot(snapshot::offer(app, request)?),
        Some(Ask::LoadSnapshotChunk(request)) => {
            Answer::LoadSnapshotChunk(snapshot::load_chunk(app, request))
        }
        Some(Ask::ApplySnapshotChunk(request)) => {
            Answer::ApplySnapshotChunk(snapshot::apply_chunk(app, request)?)
        }
        None => return Err(AppError::UnexpectedRequest { kind: "without a known kind" }),
    };
    Ok(Response { value: Some(value) })
}
