//! One connection of CometBFT.

use std::{io, sync::Arc};

use prost::Message as _;
use stoa_app::{App, AppError, server};
use tendermint_proto::v0_38::abci::{
    Request, Response, ResponseException, ResponseQuery, request::Value as Ask,
    response::Value as Answer,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, BufWriter},
    sync::watch,
};

use super::{frame, stopped};

/// First byte of a `Request` that holds a query: field 6, length-delimited.
const QUERY_TAG: u8 = 6 << 3 | 2;
/// Most requests that are answered together: the first waits for the last.
const MAX_TOGETHER: usize = 64;
/// Bytes of requests that are taken off the socket at once.
const INPUT_BYTES: usize = 64 * 1024;
/// ABCI code of a request that cannot be read, in codespace `sdk`.
const INVALID_REQUEST: u32 = 18;

/// Answers requests until the other side closes or `shutdown` is true. Only what must halt the node is
/// an error; a broken connection is logged.
pub(super) async fn run(
    app: Arc<App>,
    read: impl AsyncRead + Unpin,
    write: impl AsyncWrite + Unpin,
    mut shutdown: watch::Receiver<bool>,
) -> Result<(), AppError> {
    let (mut input, mut output) =
        (BufReader::with_capacity(INPUT_BYTES, read), BufWriter::new(write));
    loop {
        let next = tokio::select! {
            () = stopped(&mut shutdown) => return Ok(()),
            next = together(&mut input) => next,
        };
        let Together { requests, unreadable } = match next {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(()),
            Err(error) => return broken(&error),
        };
        let is_flush = |request: &Request| matches!(request.value, Some(Ask::Flush(_)));
        let flushes =
            requests.iter().any(is_flush) || unreadable.is_some() || input.buffer().is_empty();
        // The state machine blocks: it computes and waits for the disk.
        let mut answers = tokio::task::block_in_place(|| server::answers(&app, requests))?;
        let is_fatal = unreadable
            .as_ref()
            .is_some_and(|answer| matches!(answer.value, Some(Answer::Exception(_))));
        answers.extend(unreadable);
        if let Err(error) = send(&mut output, &answers, flushes).await {
            return broken(&error);
        }
        if is_fatal {
            return Ok(());
        }
    }
}

/// Requests that have arrived together.
#[derive(Default)]
struct Together {
    requests: Vec<Request>,
    /// What there is to say to something behind them that cannot be read.
    unreadable: Option<Response>,
}

/// Waits for a request. Those that ask for admission to the mempool come with all behind them that have
/// arrived, up to the first that asks for something else; none when the other side has closed.
async fn together(input: &mut BufReader<impl AsyncRead + Unpin>) -> io::Result<Option<Together>> {
    let mut together = Together::default();
    let mut next = frame::read(input).await?;
    while let Some(frame) = next.take() {
        match Request::decode(frame.as_slice()) {
            Ok(request) => {
                let is_admission = matches!(request.value, Some(Ask::CheckTx(_)));
                together.requests.push(request);
                let has_room = together.requests.len() < MAX_TOGETHER;
                if is_admission && has_room && frame::is_whole(input.buffer()) {
                    next = frame::read(input).await?;
                }
            }
            Err(error) => together.unreadable = Some(unreadable(&frame, &error)),
        }
    }
    let is_end = together.requests.is_empty() && together.unreadable.is_none();
    Ok((!is_end).then_some(together))
}

/// The other side will come again.
fn broken(error: &io::Error) -> Result<(), AppError> {
    tracing::warn!(%error, "a connection broke");
    Ok(())
}

async fn send(
    output: &mut (impl AsyncWrite + Unpin),
    answers: &[Response],
    flushes: bool,
) -> io::Result<()> {
    for answer in answers {
        frame::write(output, &answer.encode_to_vec()).await?;
    }
    if flushes { output.flush().await } else { Ok(()) }
}

/// A query may hold what a client sent, such as a path that is no UTF-8: that must not cost the node its
/// connection. Anything else unreadable comes from a consensus engine of another version.
fn unreadable(frame: &[u8], error: &prost::DecodeError) -> Response {
    tracing::warn!(%error, "a request cannot be read");
    let value = if frame.first() == Some(&QUERY_TAG) {
        Answer::Query(ResponseQuery {
            code: INVALID_REQUEST,
            codespace: "sdk".to_owned(),
            log: format!("{error}: invalid request"),
            ..ResponseQuery::default()
        })
    } else {
        Answer::Exception(ResponseException { error: error.to_string() })
    };
    Response { value: Some(value) }
}

#[cfg(test)]
mod tests {
    use tendermint_proto::v0_38::abci::RequestQuery;

    use super::*;

    #[test]
    fn a_query_whose_path_is_no_text_is_answered() {
        let query = RequestQuery { path: "ab".to_owned(), ..RequestQuery::default() };
        let request = Request { value: Some(Ask::Query(query)) };
        let mut bytes = request.encode_to_vec();
        *bytes.last_mut().unwrap() = 0xff;
        let error = Request::decode(bytes.as_slice()).unwrap_err();
        let answer = unreadable(&bytes, &error);
        assert!(matches!(answer.value, Some(Answer::Query(answer)) if answer.code == 18));
    }
}
