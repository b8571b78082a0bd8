//! Unmodified CosmJS against a live node: `tests/cosmjs`, run by Node.js.

// A failing helper fails its test.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use stoa_system::{
    accounts, binaries, comet::BlockTime, localnet::Localnet, ports::Ports, process::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn stock_cosmjs_connects_sends_uploads_instantiates_executes_and_queries() {
    let folder = tempfile::tempdir().unwrap();
    let ports = Ports::free().unwrap();
    let localnet = Localnet::create(folder.path(), &[ports], BlockTime::FAST).await.unwrap();
    let scripts = binaries::repository().join("tests/cosmjs");
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(&scripts)).unwrap();

    let report = run(Command::new("node")
        .args(["--test", "--test-reporter=tap"])
        .current_dir(&scripts)
        .env("STOA_RPC", Ports::http(ports.rpc))
        .env("STOA_LCD", Ports::http(ports.lcd))
        .env("STOA_REGISTRY", localnet.home.registry())
        .env("STOA_GRPC", format!("127.0.0.1:{}", ports.grpc))
        .env("STOA_MNEMONIC_ALICE", accounts::named("alice").unwrap().mnemonic)
        .env("STOA_MNEMONIC_BOB", accounts::named("bob").unwrap().mnemonic)
        .env("STOA_MNEMONIC_CAROL", accounts::named("member-1").unwrap().mnemonic)
        .env("STOA_MNEMONIC_DIRECT", accounts::named("member-2").unwrap().mnemonic)
        .env("STOA_MNEMONIC_AMINO", accounts::named("member-3").unwrap().mnemonic)
        .env("STOA_PROBE", binaries::repository().join("chain/modules/testdata/probe.wasm.gz"))
        .env("STOA_CONTRACT_WASM", binaries::contract("dao").unwrap()))
    .unwrap();
    println!("{report}");
    assert!(!report.contains("\n# pass 0\n"), "no CosmJS test ran");
    assert!(report.contains("\n# skipped 0\n"), "a CosmJS test was skipped");
}
