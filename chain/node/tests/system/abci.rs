//! CometBFT's side of the ABCI socket: one connection, one request in flight.

use std::{
    io::{self, Read as _, Write as _},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use prost::Message as _;
use stoa_app::{Block, InitChain};
use tendermint_proto::{
    google::protobuf::Timestamp,
    v0_38::abci::{
        Request, RequestCheckTx, RequestCommit, RequestFinalizeBlock, RequestInfo,
        RequestInitChain, RequestQuery, Response, ResponseCheckTx, ResponseFinalizeBlock,
        ResponseInfo, ResponseQuery, request::Value as Ask, response::Value as Answer,
    },
};

/// Generous, because machines that run tests are busy.
const TIMEOUT: Duration = Duration::from_secs(300);
const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A connection; every call fails once the other side has died.
pub struct Connection(UnixStream);

macro_rules! call {
    ($connection:expr, $kind:ident, $request:expr) => {
        match $connection.call(Ask::$kind($request))? {
            Answer::$kind(response) => Ok(response),
            other => panic!("{} answered with {other:?}", stringify!($kind)),
        }
    };
}

impl Connection {
    pub fn open(socket: &Path) -> io::Result<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self(stream))
    }

    pub fn info(&mut self) -> io::Result<ResponseInfo> {
        call!(self, Info, RequestInfo::default())
    }

    pub fn init_chain(&mut self, genesis: &InitChain) -> io::Result<()> {
        let request = RequestInitChain {
            chain_id: genesis.chain_id.clone(),
            time: Some(timestamp(genesis.time_nanos)),
            initial_height: genesis.initial_height as i64,
            consensus_params: Some(genesis.consensus_params.clone()),
            validators: genesis.validators.clone(),
            app_state_bytes: genesis.app_state.clone().into(),
        };
        let answer: io::Result<_> = call!(self, InitChain, request);
        answer.map(drop)
    }

    pub fn finalize(&mut self, block: &Block) -> io::Result<ResponseFinalizeBlock> {
        let request = RequestFinalizeBlock {
            height: block.height as i64,
            time: Some(timestamp(block.time_nanos)),
            txs: block.txs.iter().cloned().map(Into::into).collect(),
            ..RequestFinalizeBlock::default()
        };
        call!(self, FinalizeBlock, request)
    }

    pub fn commit(&mut self) -> io::Result<()> {
        let answer: io::Result<_> = call!(self, Commit, RequestCommit {});
        answer.map(drop)
    }

    pub fn check(&mut self, tx: &[u8]) -> io::Result<ResponseCheckTx> {
        call!(self, CheckTx, RequestCheckTx { tx: tx.to_vec().into(), r#type: 0 })
    }

    pub fn query(&mut self, request: RequestQuery) -> io::Result<ResponseQuery> {
        call!(self, Query, request)
    }

    fn call(&mut self, value: Ask) -> io::Result<Answer> {
        let request = Request { value: Some(value) };
        self.0.write_all(&request.encode_length_delimited_to_vec())?;
        let mut frame = vec![0; self.length()?];
        self.0.read_exact(&mut frame)?;
        let answer = Response::decode(frame.as_slice()).ok().and_then(|response| response.value);
        Ok(answer.expect("an answer"))
    }

    fn length(&mut self) -> io::Result<usize> {
        let (mut length, mut shift) = (0, 0);
        loop {
            let mut byte = [0];
            self.0.read_exact(&mut byte)?;
            length |= usize::from(byte[0] & 0x7f) << shift;
            shift += 7;
            if byte[0] & 0x80 == 0 {
                return Ok(length);
            }
        }
    }
}

fn timestamp(nanos: u64) -> Timestamp {
    let seconds = (nanos / NANOS_PER_SECOND) as i64;
    Timestamp { seconds, nanos: (nanos % NANOS_PER_SECOND) as i32 }
}
