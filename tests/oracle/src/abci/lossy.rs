//! Results whose log is no text: wasmd prints bytes of addresses into some, and protobuf's strings must be
//! UTF-8.

use prost::Message as _;
use tendermint_proto::v0_38::abci::{
    Event, ExecTxResult, ResponseCheckTx, ResponseFinalizeBlock, ResponseQuery,
    response::Value as Answer,
};

#[derive(Clone, PartialEq, prost::Message)]
struct Response {
    #[prost(message, optional, tag = "7")]
    query: Option<QueryAnswer>,
    #[prost(message, optional, tag = "9")]
    check_tx: Option<TxResult>,
    #[prost(message, optional, tag = "21")]
    finalize_block: Option<FinalizeBlock>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct QueryAnswer {
    #[prost(uint32, tag = "1")]
    code: u32,
    #[prost(bytes = "vec", tag = "3")]
    log: Vec<u8>,
    #[prost(bytes = "vec", tag = "7")]
    value: Vec<u8>,
    #[prost(int64, tag = "9")]
    height: i64,
    #[prost(string, tag = "10")]
    codespace: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct FinalizeBlock {
    #[prost(message, repeated, tag = "2")]
    tx_results: Vec<TxResult>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TxResult {
    #[prost(uint32, tag = "1")]
    code: u32,
    #[prost(bytes = "vec", tag = "2")]
    data: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    log: Vec<u8>,
    #[prost(int64, tag = "5")]
    gas_wanted: i64,
    #[prost(int64, tag = "6")]
    gas_used: i64,
    #[prost(message, repeated, tag = "7")]
    events: Vec<Event>,
    #[prost(string, tag = "8")]
    codespace: String,
}

/// An answer with a log, with replacement characters where that is no text; nothing for other answers.
pub(super) fn decode(frame: &[u8]) -> Option<Answer> {
    match Response::decode(frame).ok()? {
        Response { query: Some(answer), .. } => Some(Answer::Query(ResponseQuery {
            code: answer.code,
            log: text(&answer.log),
            value: answer.value.into(),
            height: answer.height,
            codespace: answer.codespace,
            ..ResponseQuery::default()
        })),
        Response { check_tx: Some(check), .. } => Some(Answer::CheckTx(ResponseCheckTx {
            code: check.code,
            data: check.data.into(),
            log: text(&check.log),
            gas_wanted: check.gas_wanted,
            gas_used: check.gas_used,
            events: check.events,
            codespace: check.codespace,
            ..ResponseCheckTx::default()
        })),
        Response { finalize_block: Some(block), .. } => Some(results(block)),
        _ => None,
    }
}

fn text(log: &[u8]) -> String {
    String::from_utf8_lossy(log).into_owned()
}

fn results(block: FinalizeBlock) -> Answer {
    let result = |result: TxResult| ExecTxResult {
        code: result.code,
        data: result.data.into(),
        log: text(&result.log),
        info: String::new(),
        gas_wanted: result.gas_wanted,
        gas_used: result.gas_used,
        events: result.events,
        codespace: result.codespace,
    };
    let tx_results = block.tx_results.into_iter().map(result).collect();
    let block = ResponseFinalizeBlock { tx_results, ..ResponseFinalizeBlock::default() };
    Answer::FinalizeBlock(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_is_no_text_does_not_hide_the_rest() {
        let broken =
            TxResult { code: 5, log: vec![b'a', 0xff], gas_used: 7, ..TxResult::default() };
        let block = FinalizeBlock { tx_results: vec![broken] };
        let frame = Response { finalize_block: Some(block), ..Response::default() }.encode_to_vec();
        assert!(tendermint_proto::v0_38::abci::Response::decode(frame.as_slice()).is_err());
        let Some(Answer::FinalizeBlock(read)) = decode(&frame) else { panic!("no block") };
        let result = &read.tx_results[0];
        assert_eq!((result.code, result.gas_used, result.log.as_str()), (5, 7, "a\u{fffd}"));
        let query = QueryAnswer { code: 6, log: vec![0xff], ..QueryAnswer::default() };
        let frame = Response { query: Some(query), ..Response::default() }.encode_to_vec();
        let Some(Answer::Query(read)) = decode(&frame) else { panic!("no answer") };
        assert_eq!((read.code, read.log.as_str()), (6, "\u{fffd}"));
    }
}
