//! gRPC as `grpcurl` does it: types from the node's own reflection.

use anyhow::{Context as _, Result};
use bytes::{Buf as _, BufMut as _, Bytes};
use prost::Message as _;
use prost_reflect::DynamicMessage;
use serde_json::Value;
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    transport::Endpoint,
};

use super::{Answer, Asker};

impl Asker {
    pub(super) async fn grpc(
        &self,
        path: &str,
        request: &str,
        height: Option<u64>,
    ) -> Result<Answer> {
        let (service, rpc) =
            path.trim_start_matches('/').split_once('/').context("no method in the path")?;
        let method = self.descriptors.method(service, rpc)?;
        let message = DynamicMessage::parse_text_format(method.input(), request)
            .with_context(|| format!("{path} {request}"))?;
        let mut request = Request::new(Bytes::from(message.encode_to_vec()));
        if let Some(height) = height {
            request.metadata_mut().insert("x-cosmos-block-height", height.to_string().parse()?);
        }
        let address = format!("http://127.0.0.1:{}", self.node.ports.grpc);
        let mut client = Grpc::new(Endpoint::from_shared(address)?.connect().await?);
        client.ready().await?;
        Ok(match client.unary(request, path.parse()?, Raw).await {
            Ok(response) => {
                let read = DynamicMessage::decode(method.output(), response.into_inner())?;
                Answer { status: 0, body: self.descriptors.to_json(&read)? }
            }
            Err(status) => Answer {
                status: u16::try_from(i32::from(status.code()))?,
                body: Value::String(status.message().to_owned()),
            },
        })
    }
}

/// Passes messages through.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
