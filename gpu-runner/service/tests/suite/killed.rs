//! The binary, killed without warning.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use stoa_engine::Engine;
use stoa_proto::runner::v1::runner_service_client::RunnerServiceClient;
use tonic::transport::Channel;

use crate::{
    real_engine::model_dir,
    support::{answer_of, document, order},
};

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().unwrap(); // SIGKILL
        self.0.wait().unwrap();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

async fn serve(model_dir: &str, dir: &Path) -> (Process, RunnerServiceClient<Channel>) {
    let address = free_address();
    // Read at run time: a shell script as RUSTC_WRAPPER drops names with a hyphen at compile time.
    let child = Command::new(std::env::var("CARGO_BIN_EXE_gpu-runner").unwrap())
        .args(["serve", "--backend", "cpu", "--model-dir", model_dir])
        .arg("--listen")
        .arg(address.to_string())
        .arg("--key-file")
        .arg(dir.join("key"))
        .arg("--data-dir")
        .arg(dir.join("data"))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let process = Process(child);
    for _ in 0..600 {
        if let Ok(jobs) = RunnerServiceClient::connect(format!("http://{address}")).await {
            return (process, jobs);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the runner did not listen on {address} within 60 s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_runner_loses_no_job_and_serves_a_finished_one_again() {
    let Some(model_dir) = model_dir() else { return };
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("key"), "07".repeat(32)).unwrap();
    let root = Engine::inspect(Path::new(&model_dir)).unwrap().model_root;
    let request = || order(1, document("The borrow checker", 24), root);

    let (runner, mut jobs) = serve(&model_dir, dir.path()).await;
    let mut stream = jobs.generate(request()).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    drop(runner); // in the middle of the answer

    let (runner, mut jobs) = serve(&model_dir, dir.path()).await;
    let stream = jobs.generate(request()).await.unwrap().into_inner();
    let first = answer_of(stream).await.unwrap();
    drop(runner); // right after the announcement

    let (_runner, mut jobs) = serve(&model_dir, dir.path()).await;
    let stream = jobs.generate(request()).await.unwrap().into_inner();
    assert_eq!(answer_of(stream).await.unwrap(), first);
}
