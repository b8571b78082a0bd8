//! KServe v2 `inference.GRPCInferenceService`: health, metadata, unpaid inference.
//!
//! A model's name is the name of its folder, its version is its root in hex.

mod request;
mod response;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use stoa_engine::{Generation, ModelInfo};
use stoa_proto::inference::{
    ModelInferRequest, ModelInferResponse, ModelMetadataRequest, ModelMetadataResponse,
    ModelReadyRequest, ModelReadyResponse, ServerLiveRequest, ServerLiveResponse,
    ServerMetadataRequest, ServerMetadataResponse, ServerReadyRequest, ServerReadyResponse,
    grpc_inference_service_server::GrpcInferenceService, model_metadata_response::TensorMetadata,
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use super::status;
use crate::{
    RunnerError,
    executor::{Executor, Lane, Task},
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

/// The service over the executor's unpaid lane.
pub struct KserveService {
    executor: Arc<Executor>,
    model: ModelInfo,
    serve_unpaid: bool,
    closing: CancellationToken,
}

impl KserveService {
    /// Serves `model`; with `serve_unpaid` off, `ModelInfer` is refused.
    pub fn new(
        executor: Arc<Executor>,
        model: ModelInfo,
        serve_unpaid: bool,
        closing: CancellationToken,
    ) -> Self {
        Self { executor, model, serve_unpaid, closing }
    }

    fn check_model(&self, name: &str, version: &str) -> Result<(), RunnerError> {
        let served = self.model.model_root.to_string();
        if name == self.model.name && (version.is_empty() || version == served) {
            return Ok(());
        }
        Err(RunnerError::UnknownModel {
            name: name.to_owned(),
            version: version.to_owned(),
            served: format!("{:?} in version {served:?}", self.model.name),
        })
    }

    async fn infer(&self, request: ModelInferRequest) -> Result<ModelInferResponse, RunnerError> {
        self.check_model(&request.model_name, &request.model_version)?;
        if !self.serve_unpaid {
            return Err(RunnerError::PaidOnly);
        }
        let question = Question::try_from(request)?;
        let generation = self.generate(&question).await?;
        Ok(response::encode(&self.model, question, generation))
    }

    async fn generate(&self, question: &Question) -> Result<Generation, RunnerError> {
        if self.closing.is_cancelled() {
            return Err(RunnerError::ShuttingDown);
        }
        let slot = self.executor.reserve(Lane::Unpaid)?;
        let cancel = CancellationToken::new();
        // Dropped with this future when the client goes away.
        let _guard = cancel.clone().drop_guard();
        let (answer, outcome) = oneshot::channel();
        slot.submit(Task {
            request: question.request.clone(),
            cancel,
            on_token: Box::new(|_| ()),
            on_done: Box::new(move |outcome| {
                // The client may have left; then nobody needs the outcome.
                let _ = answer.send(outcome);
            }),
        });
        outcome.await.unwrap_or(Err(RunnerError::Lost))
    }

    fn metadata(&self) -> ModelMetadataResponse {
        let tensor = |name: &str, datatype: &str, shape: i64| TensorMetadata {
            name: name.to_owned(),
            datatype: datatype.to_owned(),
            shape: vec![shape],
        };
        ModelMetadataResponse {
            name: self.model.name.clone(),
            versions: vec![self.model.model_root.to_string()],
            platform: format!("stoa_exact_v{}", self.model.semantics_version),
            inputs: vec![tensor(TEXT_INPUT, BYTES, 1)],
            outputs: vec![
                tensor(TEXT_OUTPUT, BYTES, 1),
                tensor(OUTPUT_TOKEN_IDS, UINT32, VARIABLE),
            ],
        }
    }
}

#[tonic::async_trait]
impl GrpcInferenceService for KserveService {
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
        Ok(Response::new(ServerReadyResponse { ready: !self.closing.is_cancelled() }))
    }

    async fn model_ready(
        &self,
        request: Request<ModelReadyRequest>,
    ) -> Result<Response<ModelReadyResponse>, Status> {
        let ModelReadyRequest { name, version } = request.into_inner();
        let is_served = self.check_model(&name, &version).is_ok();
        let ready = is_served && !self.closing.is_cancelled();
        Ok(Response::new(ModelReadyResponse { ready }))
    }

    async fn server_metadata(
        &self,
        _request: Request<ServerMetadataRequest>,
    ) -> Result<Response<ServerMetadataResponse>, Status> {
        Ok(Response::new(ServerMetadataResponse {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            extensions: Vec::new(),
        }))
    }

    async fn model_metadata(
        &self,
        request: Request<ModelMetadataRequest>,
    ) -> Result<Response<ModelMetadataResponse>, Status> {
        let ModelMetadataRequest { name, version } = request.into_inner();
        self.check_model(&name, &version).map_err(|error| status(&error))?;
        Ok(Response::new(self.metadata()))
    }

    #[tracing::instrument(skip_all)]
    async fn model_infer(
        &self,
        request: Request<ModelInferRequest>,
    ) -> Result<Response<ModelInferResponse>, Status> {
        let answer = self.infer(request.into_inner()).await;
        answer.map(Response::new).map_err(|error| status(&error))
    }
}
