//! One connection: length-prefixed protobuf, one request in flight.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};
use prost::Message as _;
use tendermint_proto::v0_38::abci::{
    CheckTxType, Request, RequestCheckTx, RequestCommit, RequestEcho, RequestFinalizeBlock,
    RequestFlush, RequestInfo, RequestInitChain, RequestQuery, Response, ResponseCheckTx,
    ResponseFinalizeBlock, ResponseInfo, ResponseInitChain, request::Value as Ask,
    response::Value as Answer,
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

/// An answer, and how long it took from the first byte sent to the last byte received.
#[derive(Clone, Debug)]
pub struct Timed<T> {
    /// The answer.
    pub answer: T,
    /// Wall time.
    pub elapsed: Duration,
}

/// A connection to an application.
pub struct Client(TcpStream);

macro_rules! read {
    ($kind:ident, $answer:expr) => {
        match $answer {
            Answer::$kind(response) => Ok(response),
            Answer::Exception(exception) => {
                bail!("{}: {}", stringify!($kind), exception.error)
            }
            other => bail!("{} answered with {other:?}", stringify!($kind)),
        }
    };
}

macro_rules! call {
    ($client:expr, $kind:ident, $request:expr) => {
        read!($kind, $client.call(Ask::$kind($request))?.answer)
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

    /// The same for many transactions, new ones or such that are looked at again after a block, of which `window`
    /// are on their way at a time.
    pub fn check_txs(
        &mut self,
        txs: &[Vec<u8>],
        kind: CheckTxType,
        window: usize,
    ) -> Result<Timed<Vec<ResponseCheckTx>>> {
        let (mut elapsed, mut answers) = (Duration::ZERO, Vec::with_capacity(txs.len()));
        for part in txs.chunks(window.max(1)) {
            let ask = |tx: &Vec<u8>| {
                Ask::CheckTx(RequestCheckTx { tx: tx.clone().into(), r#type: kind.into() })
            };
            let Timed { answer: frames, elapsed: own } = self.exchange(part.iter().map(ask))?;
            elapsed += own;
            for frame in frames {
                let answer: Result<ResponseCheckTx> = read!(CheckTx, decode(&frame)?);
                answers.push(answer?);
            }
        }
        Ok(Timed { answer: answers, elapsed })
    }

    /// Executes a block.
    pub fn finalize_block(
        &mut self,
        request: RequestFinalizeBlock,
    ) -> Result<Timed<ResponseFinalizeBlock>> {
        let Timed { answer, elapsed } = self.call(Ask::FinalizeBlock(request))?;
        let answer: Result<_> = read!(FinalizeBlock, answer);
        Ok(Timed { answer: answer?, elapsed })
    }

    /// Commits the executed block.
    pub fn commit(&mut self) -> Result<Duration> {
        let Timed { answer, elapsed } = self.call(Ask::Commit(RequestCommit {}))?;
        let answer: Result<_> = read!(Commit, answer);
        answer.map(|_| elapsed)
    }

    /// Executes a block and commits it.
    pub fn block(&mut self, request: RequestFinalizeBlock) -> Result<ResponseFinalizeBlock> {
        let results = self.finalize_block(request);
        self.commit()?;
        Ok(results?.answer)
    }

    /// Where the application stands.
    pub fn info(&mut self) -> Result<ResponseInfo> {
        call!(self, Info, RequestInfo::default())
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

    fn call(&mut self, value: Ask) -> Result<Timed<Answer>> {
        let Timed { answer: frames, elapsed } = self.exchange(std::iter::once(value))?;
        let frame = frames.first().context("no answer")?;
        Ok(Timed { answer: decode(frame)?, elapsed })
    }

    /// Requests are followed by a flush: wasmd answers nothing before. Nothing is encoded or decoded
    /// while the time runs.
    fn exchange(&mut self, values: impl Iterator<Item = Ask>) -> Result<Timed<Vec<Vec<u8>>>> {
        let (mut bytes, mut expected) = (Vec::new(), 0);
        for value in values {
            Request { value: Some(value) }.encode_length_delimited(&mut bytes)?;
            expected += 1;
        }
        let flush = Request { value: Some(Ask::Flush(RequestFlush {})) };
        flush.encode_length_delimited(&mut bytes)?;
        let started = Instant::now();
        self.0.write_all(&bytes)?;
        let mut frames = Vec::with_capacity(expected + 1);
        while frames.len() <= expected {
            frames.push(self.read()?);
        }
        let elapsed = started.elapsed();
        let last = frames.pop().context("no answer")?;
        ensure!(matches!(decode(&last)?, Answer::Flush(_)), "a flush is not answered by a flush");
        Ok(Timed { answer: frames, elapsed })
    }

    fn read(&mut self) -> Result<Vec<u8>> {
        let length = self.read_varint().context("the application closed the connection")?;
        ensure!(length <= MAX_FRAME_BYTES, "an answer of {length} bytes");
        let mut frame = vec![0; usize::try_from(length)?];
        self.0.read_exact(&mut frame)?;
        Ok(frame)
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

fn decode(frame: &[u8]) -> Result<Answer> {
    match Response::decode(frame) {
        Ok(response) => response.value.context("an answer without content"),
        Err(error) => lossy::decode(frame).ok_or(error.into()),
    }
}
