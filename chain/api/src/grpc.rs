//! gRPC and gRPC-web without stubs: bytes in, bytes out.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Router,
    extract::{Request, State},
    http,
    response::{IntoResponse, Response},
};
use bytes::{Buf as _, BufMut as _, Bytes};
use tonic::{
    body::BoxBody,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    codegen::Service,
    server::{Grpc, UnaryService},
};

use tonic_reflection::server::Error;

use crate::{
    answer::Sources,
    limits::{MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES},
    reflection,
    status::Status,
};

/// Metadata that asks for, and tells, the height of the state.
pub(crate) const HEIGHT: &str = "x-cosmos-block-height";

pub(crate) fn router(sources: Sources) -> Result<Router, Error> {
    Ok(reflection::routes()?.fallback(handle).with_state(sources))
}

async fn handle(State(sources): State<Sources>, request: Request) -> Response {
    // Without gRPC's own content type and framing, tonic answers with the right gRPC status itself.
    let request = request.map(tonic::body::boxed);
    match tonic_web::enable(Unary { sources }).call(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    }
}

/// One unary call to any path.
#[derive(Clone)]
struct Unary {
    sources: Sources,
}

impl Service<http::Request<BoxBody>> for Unary {
    type Response = http::Response<BoxBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<BoxBody>) -> Self::Future {
        let call = Call { sources: self.sources.clone(), path: request.uri().path().to_owned() };
        Box::pin(async move {
            let mut grpc = Grpc::new(RawCodec)
                .max_decoding_message_size(MAX_REQUEST_BYTES)
                .max_encoding_message_size(MAX_RESPONSE_BYTES);
            Ok(grpc.unary(call, request).await)
        })
    }
}

struct Call {
    sources: Sources,
    path: String,
}

impl UnaryService<Bytes> for Call {
    type Response = Bytes;
    type Future =
        Pin<Box<dyn Future<Output = Result<tonic::Response<Bytes>, tonic::Status>> + Send>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let (sources, path) = (self.sources.clone(), self.path.clone());
        Box::pin(async move {
            let text = request.metadata().get(HEIGHT).map(|value| value.as_bytes());
            let height = parse_height(text).map_err(|status| status.to_tonic())?;
            let data = request.into_inner().to_vec();
            let answer =
                sources.ask(&path, data, height).await.map_err(|status| status.to_tonic())?;
            let mut response = tonic::Response::new(Bytes::from(answer.bytes));
            if let Ok(value) = answer.height.to_string().parse() {
                response.metadata_mut().insert(HEIGHT, value);
            }
            Ok(response)
        })
    }
}

/// The height that `text` asks for; zero, the last, if there is none.
pub(crate) fn parse_height(text: Option<&[u8]>) -> Result<u64, Status> {
    let Some(text) = text else { return Ok(0) };
    let height = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    height.ok_or_else(|| Status::invalid(format!("invalid {HEIGHT}")))
}

/// Passes messages through.
#[derive(Clone, Copy)]
struct RawCodec;

impl Codec for RawCodec {
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

impl Encoder for RawCodec {
    type Item = Bytes;
    type Error = tonic::Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), tonic::Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Bytes;
    type Error = tonic::Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, tonic::Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
