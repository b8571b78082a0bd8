//! One connection: length-prefixed protobuf, one request in flight.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use anyhow::{Context as _, Result, bail, ensure};
use prost::Message as _;
use tendermint_proto::v0_38::abci::{
    Request, RequestCheckTx, RequestCommit, RequestEcho, RequestFinalizeBlock, RequestFlush,
    RequestInitChain, RequestQuery, Response, ResponseCheckTx, ResponseFinalizeBlock,
    ResponseInitChain, request::Value as Ask, response::Value as Answer,
};

use super::lossy;

/// Longest answer: a block's results with room to spare.
const MAX_FRAME_BYTES: u64 = 256 * 1024 * 1024;
/// Most bytes of a varint.
const MAX_VARINT_BYTES: u32 = 10;

/// What a query answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Zero for success.
    pub code: u32,
    /// Where `code` has its meaning.
    pub codespace: String,
    /// Why there is no answer.
    pub log: String,
    /// The answer.
    pub value: Vec<u8>,
}

/// A connection to an application.
pub struct Client(TcpStream);

macro_rules! call {
    ($client:expr, $kind:ident, $request:expr) => {
        match $client.call(Ask::$kind($request))? {
            Answer::$kind(response) => Ok(response),
            Answer::Exception(exception) => {
                bail!("{}: {}", stringify!($kind), exception.error)
            }
            other => bail!("{} answered with {other:?}", stringify!($kind)),
        }
    };
}

impl Client {
    /// Connects and says hello.
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let mut client = Self(stream);
        let echo: Result<_> = call!(client, Echo, RequestEcho { message: "oracle".to_owned() });
        ensure!(echo?.message == "oracle", "the application does not echo");
        Ok(client)
    }

    /// Starts the chain.
    pub fn init_chain(&mut self, request: RequestInitChain) -> Result<ResponseInitChain> {
        call!(self, InitChain, request)
    }

    /// Whether the mempool would take a transaction.
    pub fn check_tx(&mut self, tx: &[u8]) -> Result<ResponseCheckTx> {
        call!(self, CheckTx, RequestCheckTx { tx: tx.to_vec().into(), r#type: 0 })
    }

    /// Executes a block and commits it.
    pub fn block(&mut self, request: RequestFinalizeBlock) -> Result<ResponseFinalizeBlock> {
        let results: Result<ResponseFinalizeBlock> = call!(self, FinalizeBlock, request);
        let committed: Result<_> = call!(self, Commit, RequestCommit {});
        committed?;
        results
    }

    /// Asks about the last height.
    pub fn query(&mut self, path: &str, data: Vec<u8>) -> Result<Query> {
        let request =
            RequestQuery { path: path.to_owned(), data: data.into(), ..RequestQuery::default() };
        let answer: Result<_> = call!(self, Query, request);
        let answer = answer?;
        Ok(Query {
            code: answer.code,
            codespace: answer.codespace,
            log: answer.log,
            value: answer.value.to_vec(),
        })
    }

    /// Every request is followed by a flush: wasmd answers nothing before.
    fn call(&mut self, value: Ask) -> Result<Answer> {
        let mut bytes = Request { value: Some(value) }.encode_length_delimited_to_vec();
        let flush = Request { value: Some(Ask::Flush(RequestFlush {})) };
        flush.encode_length_delimited(&mut bytes)?;
        self.0.write_all(&bytes)?;
        let answer = self.read()?;
        ensure!(matches!(self.read()?, Answer::Flush(_)), "a flush is not answered by a flush");
        Ok(answer)
    }

    fn read(&mut self) -> Result<Answer> {
        let length = self.read_varint().context("the application closed the connection")?;
        ensure!(length <= MAX_FRAME_BYTES, "an answer of {length} bytes");
        let mut frame = vec![0; usize::try_from(length)?];
        self.0.read_exact(&mut frame)?;
        match Response::decode(frame.as_slice()) {
            Ok(response) => response.value.context("an answer without content"),
            Err(error) => lossy::decode(&frame).ok_or(error.into()),
        }
    }

    fn read_varint(&mut self) -> Result<u64> {
        let mut value = 0u64;
        for position in 0..MAX_VARINT_BYTES {
            let mut byte = [0];
            self.0.read_exact(&mut byte)?;
            value |= u64::from(byte[0] & 0x7f) << (7 * position);
            if byte[0] & 0x80 == 0 {
                return Ok(value);
            }
        }
        bail!("a length without an end")
    }
}
