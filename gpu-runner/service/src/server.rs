//! Wiring: the services over one executor, one book and one listener.

use std::{future::Future, path::PathBuf, sync::Arc, time::Duration};

use stoa_engine::Encoder;
use stoa_proto::{
    inference::grpc_inference_service_server::GrpcInferenceServiceServer,
    runner::v1::runner_service_server::RunnerServiceServer,
};
use tokio::{net::TcpListener, sync::Semaphore, task::JoinHandle};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tonic::transport::{
    Server,
    server::{Router, TcpIncoming},
};

use crate::{
    Config, InferencePort, JobStore, ReceiptKey, RelayerToken,
    access::Access,
    admin,
    encoders::{Encoders, QueueLimits},
    gateway::{self, Gateway},
    jobs::{JobBook, JobBookDeps},
    listener,
    metrics::Metrics,
    models::{ChatTemplate, Loader, Models, ModelsError, Shelf},
    rpc::{KserveDeps, KserveService, MAX_REQUEST_BYTES, MAX_RESPONSE_BYTES, RunnerRpc},
    scheduler::Limits,
    tls,
};

/// Calls that one connection may have open.
const MAX_STREAMS_PER_CONNECTION: u32 = 128;
/// Idle time after which a connection is probed.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// How often the shutdown looks whether the last answer has ended.
const DRAIN_POLL: Duration = Duration::from_millis(50);

type RunnerServer = RunnerServiceServer<RunnerRpc>;
type KserveServer = GrpcInferenceServiceServer<KserveService>;

/// What the service works with; tests pass fakes.
pub struct Deps {
    /// The loaded model.
    pub port: Arc<dyn InferencePort>,
    /// Folder that it was loaded from: its chat template stands there.
    pub model_dir: PathBuf,
    /// Loads more models.
    pub loader: Loader,
    /// Encoders beside the model.
    pub encoders: Vec<Encoder>,
    /// Signs receipts.
    pub key: ReceiptKey,
    /// Secrets that callers carry.
    pub secrets: Secrets,
    /// Keeps results.
    pub store: JobStore,
    /// Encrypts gRPC and the gateway.
    pub tls: Option<TlsAcceptor>,
    /// Where clients connect.
    pub listeners: Listeners,
}

/// Secrets that callers carry.
#[derive(Clone, Default)]
pub struct Secrets {
    /// What `Generate` must carry; `None` lets every caller hand in jobs.
    pub relayer: Option<RelayerToken>,
    /// What loads and unloads models; `None` lets nobody.
    pub operator: Option<RelayerToken>,
    /// Who may ask without payment; without keys everybody.
    pub access: Access,
}

/// Where clients connect.
pub struct Listeners {
    /// gRPC.
    pub grpc: TcpListener,
    /// The gateway.
    pub http: Option<TcpListener>,
    /// Metrics and health.
    pub admin: Option<TcpListener>,
}

/// Why the service could not start or ended early.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listening socket cannot be used.
    #[error("the listening socket cannot be used")]
    Listener(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The model cannot be served.
    #[error(transparent)]
    Models(#[from] ModelsError),
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
    models: Arc<Models>,
    encoders: Arc<Encoders>,
    book: Arc<JobBook>,
    metrics: Arc<Metrics>,
    closing: CancellationToken,
    stop: CancellationToken,
}

/// Serves until `shutdown` resolves; then takes nothing new, lets jobs and requests end for
/// `shutdown_grace_seconds`, breaks off what is left and returns.
pub async fn run(
    config: &Config,
    deps: Deps,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let Deps { port, model_dir, loader, encoders, key, secrets, store, tls, listeners } = deps;
    let public_key = key.public_key();
    let models = shelve(config, Arc::clone(&port), model_dir, loader)?;
    let encoders = Arc::new(start_encoders(config, encoders)?);
    let core = start(config, models, encoders, key, store);
    let runner =
        RunnerRpc::new(Arc::clone(&core.book), port.as_ref(), &public_key, secrets.relayer.clone());
    let kserve = KserveService::new(kserve_deps(config, &core, &secrets));
    let (mut health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<RunnerServer>().await;
    health.set_serving::<KserveServer>().await;
    let side_doors = side_doors(config, &core, &secrets, &tls, listeners.http, listeners.admin);
    let router = router(runner, kserve)?.add_service(health_service);
    let server = serve_grpc(router, listeners.grpc, tls, core.closing.clone());

    let grace = Duration::from_secs(config.shutdown_grace_seconds);
    let ending = core.clone();
    let closed = async move {
        shutdown.await;
        ending.closing.cancel();
        health.set_not_serving::<RunnerServer>().await;
        health.set_not_serving::<KserveServer>().await;
        drain(&ending, grace).await;
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
        () = &mut closed => tokio::time::timeout(listener::CLOSE_GRACE, server).await.unwrap_or(Ok(())),
    };
    end(core, side_doors).await;
    served
}

fn shelve(
    config: &Config,
    port: Arc<dyn InferencePort>,
    model_dir: PathBuf,
    loader: Loader,
) -> Result<(Arc<Models>, Arc<Metrics>), ServeError> {
    let metrics = Arc::new(Metrics::default());
    let template = config.chat_template_file.as_deref();
    let template = template.map(|file| ChatTemplate::of_file(file, &model_dir)).transpose();
    let shelf = Shelf {
        repository: config.model_repository.clone(),
        max_loaded: config.max_loaded_models,
        template: template.map_err(ModelsError::from)?,
        limits: Limits {
            paid: config.queue_jobs,
            unpaid: config.queue_infer,
            per_caller: config.queue_per_caller,
            batch: config.batch_limits(),
        },
        loader,
    };
    Ok((Arc::new(Models::new(port, &model_dir, shelf, Arc::clone(&metrics))?), metrics))
}

/// Their queues have the bounds of the models' unpaid ones.
fn start_encoders(config: &Config, loaded: Vec<Encoder>) -> Result<Encoders, ServeError> {
    let limits = QueueLimits { waiting: config.queue_infer, per_caller: config.queue_per_caller };
    Encoders::start(loaded, limits).map_err(|source| ModelsError::Thread(source).into())
}

fn start(
    config: &Config,
    (models, metrics): (Arc<Models>, Arc<Metrics>),
    encoders: Arc<Encoders>,
    signer: ReceiptKey,
    store: JobStore,
) -> Core {
    let (closing, stop) = (CancellationToken::new(), CancellationToken::new());
    let book = JobBook::new(JobBookDeps {
        models: Arc::clone(&models),
        store,
        signer,
        max_streams: config.max_streams,
        closing: closing.clone(),
    });
    Core { models, encoders, book, metrics, closing, stop }
}

fn kserve_deps(config: &Config, core: &Core, secrets: &Secrets) -> KserveDeps {
    KserveDeps {
        models: Arc::clone(&core.models),
        metrics: Arc::clone(&core.metrics),
        access: secrets.access.clone(),
        operator: secrets.operator.clone(),
        serve_unpaid: config.serve_unpaid,
        patience: patience(config),
        closing: core.closing.clone(),
    }
}

fn patience(config: &Config) -> Duration {
    Duration::from_secs(config.request_timeout_seconds as u64)
}

/// The ways in over HTTP, each a task that ends after `closing`.
fn side_doors(
    config: &Config,
    core: &Core,
    secrets: &Secrets,
    tls: &Option<TlsAcceptor>,
    http: Option<TcpListener>,
    admin: Option<TcpListener>,
) -> Vec<JoinHandle<()>> {
    let gateway = Arc::new(Gateway {
        models: Arc::clone(&core.models),
        encoders: Arc::clone(&core.encoders),
        access: secrets.access.clone(),
        metrics: Arc::clone(&core.metrics),
        serve_unpaid: config.serve_unpaid,
        patience: patience(config),
        max_requests: config.max_requests,
        open: Arc::new(Semaphore::new(config.max_requests)),
        closing: core.closing.clone(),
    });
    let admin_router = admin::router(Arc::clone(&core.metrics), Arc::clone(&gateway));
    let doors = [
        (http, tls.clone(), gateway::router(gateway)),
        (admin, None, admin_router), // for the operator's own network: never encrypted
    ];
    let listening = doors.into_iter().filter_map(|(listener, tls, router)| {
        let (closing, stop) = (core.closing.clone(), core.stop.clone());
        Some(tokio::spawn(listener::serve(listener?, tls, router, closing, stop)))
    });
    listening.collect()
}

async fn serve_grpc(
    router: Router,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    closing: CancellationToken,
) -> Result<(), ServeError> {
    let closed = closing.cancelled_owned();
    let Some(tls) = tls else {
        let incoming =
            TcpIncoming::from_listener(listener, true, None).map_err(ServeError::Listener)?;
        return Ok(router.serve_with_incoming_shutdown(incoming, closed).await?);
    };
    let incoming = tls::incoming(listener, tls);
    Ok(router.serve_with_incoming_shutdown(incoming, closed).await?)
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

/// Stops the inference threads; their last writes reach the store before this returns.
async fn end(core: Core, side_doors: Vec<JoinHandle<()>>) {
    core.closing.cancel();
    core.stop.cancel();
    for door in side_doors {
        if door.await.is_err() {
            tracing::error!("an HTTP listener ended with a panic");
        }
    }
    let ended = tokio::task::spawn_blocking(move || {
        core.models.end();
        core.encoders.end();
    });
    if ended.await.is_err() {
        tracing::error!("waiting for the inference threads failed");
    }
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(stoa_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

async fn drain(core: &Core, grace: Duration) {
    let in_flight =
        || core.models.in_flight() + core.encoders.in_flight() + core.book.live_jobs() as u64;
    tracing::info!(in_flight = in_flight(), "shutting down");
    let all_ended = async {
        while in_flight() > 0 {
            tokio::time::sleep(DRAIN_POLL).await;
        }
    };
    if tokio::time::timeout(grace, all_ended).await.is_err() {
        tracing::warn!(in_flight = in_flight(), "breaking off what still runs");
    }
}
