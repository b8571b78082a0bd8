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
    let (mut input, mut output) = (BufReader::new(read), BufWriter::new(write));
    loop {
        let next = tokio::select! {
            () = stopped(&mut shutdown) => return Ok(()),
            next = frame::read(&mut input) => next,
        };
        let frame = match next {
            Ok(Some(frame)) => frame,
            Ok(None) => return Ok(()),
            Err(error) => return broken(&error),
        };
        let request = match Request::decode(frame.as_slice()) {
            Ok(request) => request,
            Err(error) => {
                let response = unreadable(&frame, &error);
                let is_fatal = matches!(response.value, Some(Answer::Exception(_)));
                if let Err(error) = send(&mut output, &response, true).await {
                    return broken(&error);
                }
                if is_fatal {
                    return Ok(());
                }
                continue;
            }
        };
        let flushes = matches!(request.value, Some(Ask::Flush(_))) || input.buffer().is_empty();
        // The state machine blocks: it computes and waits for the disk.
        let response = tokio::task::block_in_place(|| server::answer(&app, request))?;
        if let Err(error) = send(&mut output, &response, flushes).await {
            return broken(&error);
        }
    }
}

/// The other side will come again.
fn broken(error: &io::Error) -> Result<(), AppError> {
    tracing::warn!(%error, "a connection broke");
    Ok(())
}

async fn send(
    output: &mut (impl AsyncWrite + Unpin),
    response: &Response,
    flushes: bool,
) -> io::Result<()> {
    frame::write(output, &response.encode_to_vec()).await?;
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
