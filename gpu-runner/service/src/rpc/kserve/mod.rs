//! KServe v2 `inference.GRPCInferenceService`: health, metadata, unpaid inference, streams, the repository.
//!
//! A model's name is the name of its folder, its version is its root in hex.

mod describe;
mod repository;
mod request;
mod response;
mod stream;

#[cfg(test)]
mod tests;

use std::{
    net::IpAddr,
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::Stream;
use stoa_proto::inference::{
    ModelConfigRequest, ModelConfigResponse, ModelInferRequest, ModelInferResponse,
    ModelMetadataRequest, ModelMetadataResponse, ModelReadyRequest, ModelReadyResponse,
    ModelStatisticsRequest, ModelStatisticsResponse, ModelStreamInferResponse,
    RepositoryIndexRequest, RepositoryIndexResponse, RepositoryModelLoadRequest,
    RepositoryModelLoadResponse, RepositoryModelUnloadRequest, RepositoryModelUnloadResponse,
    ServerLiveRequest, ServerLiveResponse, ServerMetadataRequest, ServerMetadataResponse,
    ServerReadyRequest, ServerReadyResponse, grpc_inference_service_server::GrpcInferenceService,
};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Request, Response, Status, Streaming, metadata::MetadataMap};

use super::{code, deadline, status};
use crate::{
    RelayerToken, RunnerError,
    access::{Access, Caller},
    metrics::Metrics,
    models::{self, Answer, Models, Served},
};
use request::Question;

/// Input tensor: one text.
const TEXT_INPUT: &str = "text_input";
/// Output tensor: the answer as one text.
const TEXT_OUTPUT: &str = "text_output";
/// Output tensor: the ids of the answer's tokens.
const OUTPUT_TOKEN_IDS: &str = "output_token_ids";
/// KServe's type for texts.
const BYTES: &str = "BYTES";
/// KServe's type for 32-bit unsigned integers.
const UINT32: &str = "UINT32";
/// A dimension of any size.
const VARIABLE: i64 = -1;
/// Extensions of the protocol that are served.
const EXTENSIONS: [&str; 5] = [
    "model_configuration",
    "model_repository",
    "model_repository(unload_dependents)",
    "statistics",
    "stoa_exact",
];

/// What the service works with.
#[derive(Clone)]
pub struct KserveDeps {
    /// Answer.
    pub models: Arc<Models>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// Decides who may ask.
    pub access: Access,
    /// What loads and unloads models.
    pub operator: Option<RelayerToken>,
    /// Whether inference is answered without payment.
    pub serve_unpaid: bool,
    /// Longest time of a request.
    pub patience: Duration,
    /// Cancelled when no new work is taken.
    pub closing: CancellationToken,
}

/// The service over the models.
#[derive(Clone)]
pub struct KserveService {
    deps: KserveDeps,
}

impl KserveService {
    /// Serves every model; with `serve_unpaid` off, inference is refused.
    pub fn new(deps: KserveDeps) -> Self {
        Self { deps }
    }

    /// Lets in who may ask.
    fn admit(&self, metadata: &MetadataMap, peer: Option<IpAddr>) -> Result<Caller, RunnerError> {
        let authorization = metadata.get("authorization").and_then(|value| value.to_str().ok());
        let caller = self.deps.access.admit(authorization, peer)?;
        if !self.deps.serve_unpaid {
            return Err(RunnerError::PaidOnly);
        }
        if self.deps.closing.is_cancelled() {
            return Err(RunnerError::ShuttingDown);
        }
        Ok(caller)
    }

    /// Lets the operator in.
    fn admit_operator(&self, metadata: &MetadataMap) -> Result<(), RunnerError> {
        let is_operator = |token: &RelayerToken| token.is_carried_by(metadata);
        let is_let_in = self.deps.operator.as_ref().is_some_and(is_operator);
        is_let_in.then_some(()).ok_or(RunnerError::NotTheOperator)
    }

    /// Queues a question.
    async fn ask(
        &self,
        request: ModelInferRequest,
        caller: Caller,
        deadline: Option<Instant>,
    ) -> Result<(Arc<Served>, Question, Answer), RunnerError> {
        let served = self.deps.models.get(&request.model_name, &request.model_version)?;
        let longest = Instant::now() + self.deps.patience;
        let deadline = deadline.map_or(longest, |deadline| deadline.min(longest));
        let encoding = Arc::clone(&served);
        // A tokenizer takes its time for a long prompt.
        let read =
            tokio::task::spawn_blocking(move || Question::read(request, encoding.port.as_ref()));
        let question = read.await.map_err(|_| RunnerError::Lost)??;
        let answer = served.ask(models::Question {
            request: question.request.clone(),
            caller,
            deadline: Some(deadline),
            candidates: None,
        })?;
        Ok((served, question, answer))
    }

    async fn infer(
        &self,
        request: Request<ModelInferRequest>,
    ) -> Result<ModelInferResponse, RunnerError> {
        let caller = self.admit(request.metadata(), peer(&request))?;
        let deadline = deadline::of(request.metadata());
        let (served, question, answer) = self.ask(request.into_inner(), caller, deadline).await?;
        Ok(response::encode(served.port.model(), question, answer.whole().await?))
    }

    /// Counts a call by its outcome.
    #[expect(clippy::result_large_err, reason = "tonic's own type of answers")]
    fn counted<T>(
        &self,
        call: &'static str,
        outcome: Result<T, RunnerError>,
    ) -> Result<Response<T>, Status> {
        let code = outcome.as_ref().err().map_or(Code::Ok, code);
        self.deps.metrics.called(call, format!("{code:?}"));
        outcome.map(Response::new).map_err(|error| status(&error))
    }
}

/// Address of the client, over either kind of connection.
fn peer<T>(request: &Request<T>) -> Option<IpAddr> {
    request.remote_addr().map(|address| address.ip())
}

#[tonic::async_trait]
impl GrpcInferenceService for KserveService {
    type ModelStreamInferStream =
        Pin<Box<dyn Stream<Item = Result<ModelStreamInferResponse, Status>> + Send>>;

    async fn server_live(
        &self,
        _request: Request<ServerLiveRequest>,
    ) -> Result<Response<ServerLiveResponse>, Status> {
        Ok(Response::new(ServerLiveResponse { live: true }))
    }

    async fn server_ready(
        &self,
        _request: Request<ServerReadyRequest>,
    ) -> Result<Response<ServerReadyResponse>, Status> {
        let ready = !self.deps.closing.is_cancelled() && !self.deps.models.all().is_empty();
        Ok(Response::new(ServerReadyResponse { ready }))
    }

    async fn model_ready(
        &self,
        request: Request<ModelReadyRequest>,
    ) -> Result<Response<ModelReadyResponse>, Status> {
        let ModelReadyRequest { name, version } = request.into_inner();
        let is_served = self.deps.models.get(&name, &version).is_ok();
        let ready = is_served && !self.deps.closing.is_cancelled();
        Ok(Response::new(ModelReadyResponse { ready }))
    }

    async fn server_metadata(
        &self,
        _request: Request<ServerMetadataRequest>,
    ) -> Result<Response<ServerMetadataResponse>, Status> {
        Ok(Response::new(ServerMetadataResponse {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            extensions: EXTENSIONS.map(str::to_owned).to_vec(),
        }))
    }

    async fn model_metadata(
        &self,
        request: Request<ModelMetadataRequest>,
    ) -> Result<Response<ModelMetadataResponse>, Status> {
        let ModelMetadataRequest { name, version } = request.into_inner();
        let served = self.deps.models.get(&name, &version);
        let described = served.map(|served| describe::metadata(served.port.model()));
        described.map(Response::new).map_err(|error| status(&error))
    }

    async fn model_config(
        &self,
        request: Request<ModelConfigRequest>,
    ) -> Result<Response<ModelConfigResponse>, Status> {
        let ModelConfigRequest { name, version } = request.into_inner();
        let served = self.deps.models.get(&name, &version);
        let config =
            served.map(|served| ModelConfigResponse { config: Some(describe::config(&served)) });
        config.map(Response::new).map_err(|error| status(&error))
    }

    async fn model_statistics(
        &self,
        request: Request<ModelStatisticsRequest>,
    ) -> Result<Response<ModelStatisticsResponse>, Status> {
        let ModelStatisticsRequest { name, version } = request.into_inner();
        let served = match name.is_empty() {
            true => Ok(self.deps.models.all()),
            false => self.deps.models.get(&name, &version).map(|served| vec![served]),
        };
        let statistics = served.map(|served| ModelStatisticsResponse {
            model_stats: served.iter().map(|served| describe::statistics(served)).collect(),
        });
        statistics.map(Response::new).map_err(|error| status(&error))
    }

    #[tracing::instrument(skip_all)]
    async fn model_infer(
        &self,
        request: Request<ModelInferRequest>,
    ) -> Result<Response<ModelInferResponse>, Status> {
        let answer = self.infer(request).await;
        self.counted("infer", answer)
    }

    async fn model_stream_infer(
        &self,
        request: Request<Streaming<ModelInferRequest>>,
    ) -> Result<Response<Self::ModelStreamInferStream>, Status> {
        let caller = self.admit(request.metadata(), peer(&request));
        let deadline = deadline::of(request.metadata());
        let responses = caller.map(|caller| {
            let asked = stream::Asked { caller, deadline, requests: request.into_inner() };
            Box::pin(deadline::until(stream::responses(self.clone(), asked), deadline)) as _
        });
        self.counted("stream_infer", responses)
    }

    async fn repository_index(
        &self,
        request: Request<RepositoryIndexRequest>,
    ) -> Result<Response<RepositoryIndexResponse>, Status> {
        let index = repository::index(&self.deps.models, &request.into_inner());
        self.counted("repository_index", index)
    }

    async fn repository_model_load(
        &self,
        request: Request<RepositoryModelLoadRequest>,
    ) -> Result<Response<RepositoryModelLoadResponse>, Status> {
        let loaded = match self.admit_operator(request.metadata()) {
            Ok(()) => repository::load(&self.deps.models, request.into_inner()).await,
            Err(refused) => Err(refused),
        };
        self.counted("repository_model_load", loaded)
    }

    async fn repository_model_unload(
        &self,
        request: Request<RepositoryModelUnloadRequest>,
    ) -> Result<Response<RepositoryModelUnloadResponse>, Status> {
        let unloaded = match self.admit_operator(request.metadata()) {
            Ok(()) => repository::unload(&self.deps.models, request.into_inner()).await,
            Err(refused) => Err(refused),
        };
        self.counted("repository_model_unload", unloaded)
    }
}
