//! Wiring: the services over one executor, one book and one listener.

use std::{future::Future, sync::Arc, time::Duration};

use stoa_proto::{
    inference::grpc_inference_service_server::GrpcInferenceServiceServer,
    runner::v1::runner_service_server::RunnerServiceServer,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::transport::{
    Server,
    server::{Router, TcpIncoming},
};

use crate::{
    Config, InferencePort, JobStore, ReceiptKey, RelayerToken,
    executor::{Executor, QueueLimits},
    jobs::{JobBook, JobBookDeps},
    rpc::{KserveService, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, RunnerRpc},
};

/// Calls that one connection may have open.
const MAX_STREAMS_PER_CONNECTION: u32 = 128;
/// Idle time after which a connection is probed.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// How often the shutdown looks whether the last job has ended.
const DRAIN_POLL: Duration = Duration::from_millis(50);
/// Time that connections get to close after the last job.
const CLOSE_GRACE: Duration = Duration::from_secs(2);

type RunnerServer = RunnerServiceServer<RunnerRpc>;
type KserveServer = GrpcInferenceServiceServer<KserveService>;

/// What the service works with; tests pass fakes.
pub struct Deps {
    /// The loaded model.
    pub port: Arc<dyn InferencePort>,
    /// Signs receipts.
    pub key: ReceiptKey,
    /// What `Generate` must carry; `None` lets every caller hand in jobs.
    pub relayer_token: Option<RelayerToken>,
    /// Keeps results.
    pub store: JobStore,
    /// Where clients connect.
    pub listener: TcpListener,
}

/// Why the service could not start or ended early.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listening socket cannot be used.
    #[error("the listening socket cannot be used")]
    Listener(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The inference thread could not be started.
    #[error("the inference thread could not be started")]
    Thread(#[source] std::io::Error),
    /// The compiled descriptors are damaged.
    #[error("the reflection service could not be built")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// The transport failed.
    #[error("the gRPC server failed")]
    Transport(#[from] tonic::transport::Error),
}

/// What computes and keeps, and the two signals that end it: first no new work, then no work.
#[derive(Clone)]
struct Core {
    executor: Arc<Executor>,
    book: Arc<JobBook>,
    closing: CancellationToken,
    stop: CancellationToken,
}

/// Serves until `shutdown` resolves; then takes nothing new, lets the running jobs end for
/// `shutdown_grace_seconds`, breaks off what is left and returns.
pub async fn run(
    config: &Config,
    deps: Deps,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let Deps { port, key, relayer_token, store, listener } = deps;
    let public_key = key.public_key();
    let core = start(config, &port, key, store)?;
    let runner = RunnerRpc::new(Arc::clone(&core.book), port.as_ref(), &public_key, relayer_token);
    let kserve = KserveService::new(
        Arc::clone(&core.executor),
        port.model().clone(),
        config.serve_unpaid,
        core.closing.clone(),
    );
    let (mut health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<RunnerServer>().await;
    health.set_serving::<KserveServer>().await;
    let incoming =
        TcpIncoming::from_listener(listener, true, None).map_err(ServeError::Listener)?;
    let server = router(runner, kserve)?
        .add_service(health_service)
        .serve_with_incoming_shutdown(incoming, core.closing.clone().cancelled_owned());

    let grace = Duration::from_secs(config.shutdown_grace_seconds);
    let ending = core.clone();
    let closed = async move {
        shutdown.await;
        ending.closing.cancel();
        health.set_not_serving::<RunnerServer>().await;
        health.set_not_serving::<KserveServer>().await;
        drain(&ending.book, grace).await;
        ending.stop.cancel();
    };
    tokio::pin!(server, closed);
    let served = tokio::select! {
        served = &mut server => {
            if core.closing.is_cancelled() {
                closed.await; // no client is left, but jobs may still run
            }
            served
        }
        // A client that keeps its connection open does not keep the process.
        () = &mut closed => tokio::time::timeout(CLOSE_GRACE, server).await.unwrap_or(Ok(())),
    };
    end(core).await;
    Ok(served?)
}

fn start(
    config: &Config,
    port: &Arc<dyn InferencePort>,
    signer: ReceiptKey,
    store: JobStore,
) -> Result<Core, ServeError> {
    let (closing, stop) = (CancellationToken::new(), CancellationToken::new());
    let limits = QueueLimits { paid: config.queue_jobs, unpaid: config.queue_infer };
    let executor = Executor::start(Arc::clone(port), limits, stop.clone());
    let executor = Arc::new(executor.map_err(ServeError::Thread)?);
    let book = JobBook::new(JobBookDeps {
        executor: Arc::clone(&executor),
        store,
        signer,
        model: port.model().clone(),
        max_streams: config.max_streams,
        closing: closing.clone(),
    });
    Ok(Core { executor, book, closing, stop })
}

fn router(runner: RunnerRpc, kserve: KserveService) -> Result<Router, ServeError> {
    let router = Server::builder()
        .max_concurrent_streams(MAX_STREAMS_PER_CONNECTION)
        .http2_keepalive_interval(Some(KEEPALIVE))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(
            RunnerServer::new(runner)
                .max_decoding_message_size(MAX_REQUEST_BYTES)
                .max_encoding_message_size(MAX_RESPONSE_BYTES),
        )
        .add_service(
            KserveServer::new(kserve)
                .max_decoding_message_size(MAX_REQUEST_BYTES)
                .max_encoding_message_size(MAX_RESPONSE_BYTES),
        );
    Ok(router)
}

/// Stops the inference thread; its last writes reach the store before this returns.
async fn end(core: Core) {
    core.closing.cancel();
    core.stop.cancel();
    if tokio::task::spawn_blocking(move || core.executor.join()).await.is_err() {
        tracing::error!("waiting for the inference thread failed");
    }
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(stoa_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

async fn drain(book: &JobBook, grace: Duration) {
    tracing::info!(live_jobs = book.live_jobs(), "shutting down");
    let all_ended = async {
        while book.live_jobs() > 0 {
            tokio::time::sleep(DRAIN_POLL).await;
        }
    };
    if tokio::time::timeout(grace, all_ended).await.is_err() {
        tracing::warn!(live_jobs = book.live_jobs(), "breaking off what still runs");
    }
}
