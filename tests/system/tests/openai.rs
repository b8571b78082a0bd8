//! Unmodified OpenAI clients, of npm and of PyPI, against the runner's binary: `tests/openai`.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::Path,
    process::Command,
    time::Duration,
};

use stoa_system::{
    binaries,
    process::{Process, run},
};

/// Name of the model that the repository ships.
const MODEL: &str = "stoa-rustdoc-2M";
/// Encoder beside it: the golden one of the engine's tests.
const ENCODER: &str = "bert-mean-f32";
/// Key of the one caller who is let in.
const KEY: &str = "a key of sixteen bytes or more";
/// Time that the runner has to load the model on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(120);

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A runner on the CPU with a gateway, one caller and a chat template, configured by a file.
fn start(folder: &Path, http: SocketAddr, grpc: SocketAddr) -> Process {
    fs::write(folder.join("runner.key"), "07".repeat(32)).unwrap();
    fs::write(folder.join("callers.keys"), format!("tests {}\n", KEY.replace(' ', "-"))).unwrap();
    let repository = binaries::repository();
    let path = |path: std::path::PathBuf| path.display().to_string();
    let settings = toml::toml! {
        backend = "cpu"
        batch_answers = 4
    };
    let mut settings = settings;
    let mut set = |name: &str, value: String| {
        settings.insert(name.to_owned(), toml::Value::String(value));
    };
    set("model_dir", path(repository.join("models").join(MODEL)));
    set("listen", grpc.to_string());
    set("http_listen", http.to_string());
    set("key_file", path(folder.join("runner.key")));
    set("data_dir", path(folder.join("data")));
    set("keys_file", path(folder.join("callers.keys")));
    set("chat_template_file", path(repository.join("tests/openai/chat_template.jinja")));
    let encoder = repository.join("gpu-runner/engine/tests/golden").join(ENCODER);
    settings.insert("encoder_dirs".to_owned(), toml::Value::from(vec![path(encoder)]));
    let config = folder.join("runner.toml");
    fs::write(&config, toml::to_string(&settings).unwrap()).unwrap();
    let mut command = Command::new(binaries::workspace("gpu-runner").unwrap());
    command.arg("serve").arg("--config").arg(&config);
    let mut runner = Process::start("gpu-runner", &mut command, folder).unwrap();
    let is_open = || std::net::TcpStream::connect(grpc).is_ok();
    runner.wait_until("serving", START_TIMEOUT, is_open).unwrap();
    runner
}

#[test]
fn stock_openai_clients_chat_stream_complete_and_understand_errors() {
    let folder = tempfile::tempdir().unwrap();
    let (http, grpc) = (free_address(), free_address());
    let _runner = start(folder.path(), http, grpc);
    let scripts = binaries::repository().join("tests/openai");
    let prepared = |program: &Path| {
        let mut command = Command::new(program);
        command
            .current_dir(&scripts)
            .env("STOA_OPENAI_URL", format!("http://{http}/v1"))
            .env("STOA_OPENAI_KEY", KEY.replace(' ', "-"))
            .env("STOA_OPENAI_MODEL", MODEL)
            .env("STOA_OPENAI_ENCODER", ENCODER);
        command
    };

    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&scripts)).unwrap();
    let report = run(prepared(Path::new("node")).args(["--test", "--test-reporter=tap"])).unwrap();
    println!("{report}");
    assert!(!report.contains("\n# pass 0\n"), "no test of the npm client ran");
    assert!(report.contains("\n# skipped 0\n"), "a test of the npm client was skipped");

    // Kept in the build folder: installing it takes longer than using it.
    let environment = binaries::repository().join("target/openai-python");
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment)).unwrap();
    let python = environment.join("bin/python");
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(scripts.join("requirements.txt")))
    .unwrap();
    run(prepared(&python).arg("client.py")).unwrap();
}
