//! A service in this process, over the fake engine unless a test passes another.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use stoa_engine::{BackendKind, Encoder};
use stoa_job::UncheckedJobInput;
use stoa_primitives::ContentHash;
use stoa_proto::{
    inference::grpc_inference_service_client::GrpcInferenceServiceClient,
    runner::v1::{
        Completed, GenerateRequest, GenerateResponse, JobKey, Token, WatchRequest,
        generate_response, runner_service_client::RunnerServiceClient, watch_response,
    },
};
use stoa_runner::{
    Access, Config, Deps, FakeInference, InferencePort, JobStore, KeyRing, Listeners, ReceiptKey,
    RelayerToken, Secrets, ServeError, Wallets, run, tls_acceptor,
};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::{Status, Streaming, transport::Channel};

pub struct Runner {
    pub channel: Channel,
    pub grpc: SocketAddr,
    pub http: SocketAddr,
    pub admin: SocketAddr,
    pub key: ReceiptKey,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

pub fn config() -> Config {
    Config { shutdown_grace_seconds: 1, ..Config::default() }
}

impl Runner {
    pub async fn start(data_dir: &Path, port: Arc<dyn InferencePort>, config: Config) -> Self {
        let listeners = Listeners {
            grpc: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            http: Some(TcpListener::bind("127.0.0.1:0").await.unwrap()),
            admin: Some(TcpListener::bind("127.0.0.1:0").await.unwrap()),
        };
        let local = |listener: &TcpListener| listener.local_addr().unwrap();
        let address = local(&listeners.grpc);
        let http = listeners.http.as_ref().map(local).unwrap();
        let admin = listeners.admin.as_ref().map(local).unwrap();
        let key = ReceiptKey::from_text(&"07".repeat(32)).unwrap();
        let certificate = config.tls_certificate_file.as_deref();
        let tls = certificate.zip(config.tls_key_file.as_deref());
        let deps = Deps {
            port,
            model_dir: PathBuf::new(),
            loader: Arc::new(load_fake),
            encoders: encoders(&config),
            key: key.clone(),
            secrets: secrets(&config),
            store: open_store(data_dir).await,
            tls: tls.map(|(certificate, key)| tls_acceptor(certificate, key).unwrap()),
            listeners,
        };
        let (stop, stopped) = oneshot::channel();
        let served = tokio::spawn(async move {
            run(&config, deps, async {
                let _ = stopped.await;
            })
            .await
        });
        let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect_lazy();
        Self { channel, grpc: address, http, admin, key, stop, served }
    }

    pub async fn stop(self) {
        self.stop.send(()).unwrap();
        drop(self.channel);
        tokio::time::timeout(Duration::from_secs(20), self.served).await.unwrap().unwrap().unwrap();
    }

    /// A path of the gateway.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.http)
    }

    /// The metrics page.
    pub async fn metrics(&self) -> String {
        let page = reqwest::get(format!("http://{}/metrics", self.admin)).await.unwrap();
        page.text().await.unwrap()
    }

    /// Waits until the metrics page has a line.
    pub async fn until(&self, line: &str) {
        for _ in 0..600 {
            if self.metrics().await.lines().any(|found| found == line) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{line} did not come within 30 s:\n{}", self.metrics().await);
    }

    pub fn jobs(&self) -> RunnerServiceClient<Channel> {
        RunnerServiceClient::new(self.channel.clone())
    }

    pub fn kserve(&self) -> GrpcInferenceServiceClient<Channel> {
        GrpcInferenceServiceClient::new(self.channel.clone())
    }

    pub async fn generate(&self, request: GenerateRequest) -> Result<Answer, Status> {
        answer_of(self.jobs().generate(request).await?.into_inner()).await
    }

    pub async fn watch(&self, job: JobKey, wait_seconds: u32) -> Result<Answer, Status> {
        let request = WatchRequest { job: Some(job), wait_seconds };
        let mut stream = self.jobs().watch(request).await?.into_inner();
        let mut tokens = Vec::new();
        while let Some(response) = stream.message().await? {
            match response.event.unwrap() {
                watch_response::Event::Token(token) => tokens.push(token),
                watch_response::Event::Completed(completed) => {
                    return Ok(Answer { tokens, completed });
                }
            }
        }
        panic!("the stream ended without a result");
    }
}

pub async fn answer_of(mut stream: Streaming<GenerateResponse>) -> Result<Answer, Status> {
    let mut tokens = Vec::new();
    while let Some(response) = stream.message().await? {
        match response.event.unwrap() {
            generate_response::Event::Token(token) => tokens.push(token),
            generate_response::Event::Completed(completed) => {
                return Ok(Answer { tokens, completed });
            }
        }
    }
    panic!("the stream ended without a result");
}

fn secrets(config: &Config) -> Secrets {
    let token =
        |file: &Option<PathBuf>| file.as_deref().map(|path| RelayerToken::from_file(path).unwrap());
    let keys = config.keys_file.as_deref().map(|path| KeyRing::from_file(path).unwrap());
    let wallets = config.wallet_audience.clone().map(|audience| Wallets::new(audience, None));
    Secrets {
        relayer: token(&config.relayer_token_file),
        operator: token(&config.operator_token_file),
        access: Access::new(keys, wallets.map(Result::unwrap)),
    }
}

fn encoders(config: &Config) -> Vec<Encoder> {
    let load = |folder: &PathBuf| Encoder::load(folder, BackendKind::Cpu).unwrap();
    config.encoder_dirs.iter().map(load).collect()
}

/// A fake model with the folder's name.
fn load_fake(folder: &Path) -> Result<Arc<dyn InferencePort>, stoa_engine::EngineError> {
    let name = folder.file_name().unwrap().to_string_lossy();
    Ok(Arc::new(FakeInference::named(&name)))
}

/// Connections of a stopped service may hold its store open for a moment.
async fn open_store(data_dir: &Path) -> JobStore {
    for _ in 0..100 {
        if let Ok(store) = JobStore::open(data_dir) {
            return store;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    JobStore::open(data_dir).unwrap()
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub tokens: Vec<Token>,
    pub completed: Completed,
}

pub fn job(job_id: u64) -> JobKey {
    JobKey { chain_id: "stoa-test-1".to_owned(), marketplace: "stoa1market".to_owned(), job_id }
}

pub fn document(prompt: &str, max_new_tokens: u32) -> Vec<u8> {
    let input = UncheckedJobInput {
        prompt: prompt.to_owned(),
        max_new_tokens,
        temperature_milli: 0,
        top_k: 0,
        seed: 7,
        top_p_milli: 0,
    };
    input.check().unwrap().to_bytes().unwrap()
}

pub fn order(job_id: u64, input: Vec<u8>, model_root: ContentHash) -> GenerateRequest {
    GenerateRequest {
        job: Some(job(job_id)),
        input_hash: ContentHash::sha256(&input).as_bytes().to_vec(),
        input,
        model_root: model_root.as_bytes().to_vec(),
    }
}

pub fn fake_order(job_id: u64, prompt: &str) -> GenerateRequest {
    order(job_id, document(prompt, 4), FakeInference::default().model().model_root)
}
