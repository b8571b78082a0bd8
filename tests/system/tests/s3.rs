//! Inputs and outputs travel through a bucket instead of a folder.
//!
//! The server is a real one (Versity S3 Gateway over a folder); it checks every request's signature.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use stoa_system::{
    binaries, comet::BlockTime, demo::stoa, ports::Ports, process::Process, services,
    services::Backend, stage::Stage,
};

const BUCKET: &str = "stoa";
const PREFIX: &str = "jobs/2026";
const ACCESS_KEY: &str = "provider-and-buyer";
/// For this test alone; the server listens on loopback and dies with the test.
const SECRET_KEY: &str = "not-a-secret-test-only";
const START_TIMEOUT: Duration = Duration::from_secs(120);

/// Starts the server on `data`, whose sub-folders are the buckets.
fn start_gateway(data: &Path, port: u16, logs: &Path) -> Process {
    fs::create_dir_all(data.join(BUCKET)).unwrap();
    let mut command = Command::new(binaries::s3_gateway().unwrap());
    command.args(["--access", ACCESS_KEY, "--secret", SECRET_KEY]);
    command.args(["--port", &format!("127.0.0.1:{port}"), "--region", "us-east-1"]);
    command.arg("posix").arg(data);
    let mut gateway = Process::start("versitygw", &mut command, logs).unwrap();
    let is_serving = || TcpStream::connect(("127.0.0.1", port)).is_ok();
    gateway.wait_until("serving", START_TIMEOUT, is_serving).unwrap();
    gateway
}

fn with_credentials(mut command: Command, secret: &str) -> Command {
    command.env("AWS_ACCESS_KEY_ID", ACCESS_KEY).env("AWS_SECRET_ACCESS_KEY", secret);
    command
}

fn order(stage: &Stage, secret: &str) -> Output {
    let arguments = ["order", "1", "--prompt", "A slice is", "--max-tokens", "8"];
    let command = stoa::command(&stage.localnet.home, "buyer", &arguments).unwrap();
    with_credentials(command, secret).output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_ordered_executed_and_read_through_a_bucket() {
    let folder = tempfile::tempdir().unwrap();
    let ports = Ports::free().unwrap();
    let mut stage =
        Stage::set_up(&folder.path().join("home"), ports, BlockTime::FAST, Backend::Cpu)
            .await
            .unwrap();
    let home = stage.localnet.home.clone();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let data = folder.path().join("s3");
    let _gateway = start_gateway(&data, port, &home.logs());

    let address =
        format!("s3://{BUCKET}/{PREFIX}?endpoint=http://127.0.0.1:{port}&region=us-east-1");
    stage.network.content_store = Some(address);
    stage.network.save(&home.network()).unwrap();
    stage.relayer.stop().unwrap();
    let relayer = services::relayer(&home, &ports).unwrap();
    let mut relayer = with_credentials(relayer, SECRET_KEY);
    stage.relayer = Process::start("stoa-relayer", &mut relayer, &home.logs()).unwrap();
    stage.register_datasets().await.unwrap();
    stage.register_model().await.unwrap();
    stage.register_service().await.unwrap();
    stoa::import_keys(&home).unwrap();

    // A stranger's key opens nothing, and nothing is paid.
    let refused = order(&stage, "guessed");
    let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success());
    assert!(complaint.contains("content store"), "{complaint}");

    let ordered = order(&stage, SECRET_KEY);
    let errors = String::from_utf8_lossy(&ordered.stderr);
    assert!(ordered.status.success(), "{errors}\n{}", stage.relayer.log_tail());
    let objects = fs::read_dir(data.join(BUCKET).join(PREFIX)).unwrap().count();
    assert_eq!(objects, 2, "the input and the output of the one paid job");
    assert_eq!(fs::read_dir(home.content()).unwrap().count(), 0, "nothing went to the folder");
}
