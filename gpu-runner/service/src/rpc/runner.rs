//! `stoa.runner.v1.RunnerService`.

use std::{pin::Pin, sync::Arc, time::Instant};

use futures::{Stream, TryStreamExt};
use stoa_engine::BackendKind;
use stoa_proto::{
    JobKey,
    runner::v1::{
        Backend, GenerateRequest, GenerateResponse, GetDeviceRequest, GetDeviceResponse,
        WatchRequest, WatchResponse, generate_response, runner_service_server::RunnerService,
        watch_response,
    },
};
use tonic::{Request, Response, Status};

use super::{deadline, status};
use crate::{
    InferencePort, RelayerToken, RunnerError,
    jobs::{JobBook, JobEvent, JobStream, Order},
};

/// The service over the job book.
pub struct RunnerRpc {
    book: Arc<JobBook>,
    device: GetDeviceResponse,
    relayer_token: Option<RelayerToken>,
}

impl RunnerRpc {
    /// Serves `book`; `receipt_key` is the compressed public key.
    pub fn new(
        book: Arc<JobBook>,
        port: &dyn InferencePort,
        receipt_key: &[u8],
        relayer_token: Option<RelayerToken>,
    ) -> Self {
        let adapter = port.adapter().clone();
        let backend = match port.backend() {
            BackendKind::Gpu => Backend::Gpu,
            BackendKind::Cpu => Backend::Cpu,
        };
        let device = GetDeviceResponse {
            name: adapter.name,
            api: adapter.api,
            driver: adapter.driver,
            is_software: adapter.is_software,
            backend: backend.into(),
            receipt_key: receipt_key.to_vec(),
        };
        Self { book, device, relayer_token }
    }
}

type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Follows a job until its end or the caller's; the job itself goes on.
fn events<T>(
    stream: JobStream,
    wrap: fn(JobEvent) -> T,
    deadline: Option<Instant>,
) -> Response<Events<T>>
where
    T: Send + 'static,
{
    let events = stream.into_events().map_ok(wrap).map_err(|error| status(&error));
    Response::new(Box::pin(deadline::until(events, deadline)))
}

fn generate_event(event: JobEvent) -> GenerateResponse {
    GenerateResponse {
        event: Some(match event {
            JobEvent::Token(token) => generate_response::Event::Token(token),
            JobEvent::Completed(completed) => generate_response::Event::Completed(completed),
        }),
    }
}

fn watch_event(event: JobEvent) -> WatchResponse {
    WatchResponse {
        event: Some(match event {
            JobEvent::Token(token) => watch_response::Event::Token(token),
            JobEvent::Completed(completed) => watch_response::Event::Completed(completed),
        }),
    }
}

fn submit(book: &Arc<JobBook>, request: GenerateRequest) -> Result<JobStream, RunnerError> {
    book.submit(Order::try_from(request)?)
}

#[tonic::async_trait]
impl RunnerService for RunnerRpc {
    type GenerateStream = Events<GenerateResponse>;
    type WatchStream = Events<WatchResponse>;

    #[tracing::instrument(skip_all)]
    async fn generate(
        &self,
        request: Request<GenerateRequest>,
    ) -> Result<Response<Self::GenerateStream>, Status> {
        if let Some(token) = &self.relayer_token {
            token.check(request.metadata()).map_err(|error| status(&error))?;
        }
        let deadline = deadline::of(request.metadata());
        let book = Arc::clone(&self.book);
        // Hashing and the store's disk writes stay off the async threads.
        let submitted =
            tokio::task::spawn_blocking(move || submit(&book, request.into_inner())).await;
        match submitted.unwrap_or(Err(RunnerError::Lost)) {
            Ok(stream) => Ok(events(stream, generate_event, deadline)),
            Err(error) => Err(status(&error)),
        }
    }

    #[tracing::instrument(skip_all)]
    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let deadline = deadline::of(request.metadata());
        let WatchRequest { job, wait_seconds } = request.into_inner();
        let key = JobKey::try_from(job).map_err(|error| status(&error.into()))?;
        match self.book.watch(key, wait_seconds).await {
            Ok(stream) => Ok(events(stream, watch_event, deadline)),
            Err(error) => Err(status(&error)),
        }
    }

    async fn get_device(
        &self,
        _request: Request<GetDeviceRequest>,
    ) -> Result<Response<GetDeviceResponse>, Status> {
        Ok(Response::new(self.device.clone()))
    }
}
