//! Paid jobs over gRPC: one execution, durable results, refusals that name the limit.

use std::{sync::Arc, time::Duration};

use crate::support::{Runner, config, document, fake_order, job, order};
use futures::future::join_all;
use stoa_job::JobOutput;
use stoa_primitives::ContentHash;
use stoa_proto::runner::v1::{GenerateRequest, GetDeviceRequest, WatchRequest};
use stoa_receipt::Receipt;
use stoa_runner::{Config, FakeInference};
use tonic::Code;

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_calls_for_one_job_share_one_execution() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    fake.close();
    let runner = Runner::start(dir.path(), fake.clone(), config()).await;

    let generates = join_all((0..8).map(|_| runner.generate(fake_order(1, "a bb ccc"))));
    let watches = join_all((0..8).map(|_| runner.watch(job(1), 10)));
    let opener = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        fake.open();
    };
    let (generated, watched, ()) = tokio::join!(generates, watches, opener);

    assert_eq!(fake.executions(), 1);
    let first = generated[0].clone().unwrap();
    assert_eq!(first.tokens.iter().map(|token| token.index).collect::<Vec<_>>(), [0, 1, 2, 3]);
    for answer in generated.into_iter().chain(watched) {
        assert_eq!(answer.unwrap(), first);
    }
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_receipt_verifies_under_the_announced_key_and_names_the_job() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let request = fake_order(7, "a bb ccc");
    let answer = runner.generate(request.clone()).await.unwrap();

    let device = runner.jobs().get_device(GetDeviceRequest {}).await.unwrap().into_inner();
    assert_eq!(device.receipt_key, runner.key.public_key());
    let receipt = Receipt::try_from(answer.completed.receipt.unwrap()).unwrap();
    stoa_receipt::verify(&receipt, &device.receipt_key).unwrap();
    let statement = receipt.statement;
    assert_eq!((statement.job_id, statement.chain_id.as_str()), (7, "stoa-test-1"));
    assert_eq!(statement.input_hash.as_bytes().as_slice(), request.input_hash);
    assert_eq!(statement.output_hash, ContentHash::sha256(&answer.completed.output));
    let output = JobOutput::from_bytes(&answer.completed.output).unwrap();
    assert_eq!(output.output_token_ids, [1, 2, 3, 1]);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_job_is_served_again_after_a_restart_without_executing() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let first = runner.generate(fake_order(1, "a bb")).await.unwrap();
    runner.stop().await;

    let fresh = Arc::new(FakeInference::default());
    let runner = Runner::start(dir.path(), fresh.clone(), config()).await;
    assert_eq!(runner.generate(fake_order(1, "a bb")).await.unwrap(), first);
    assert_eq!(runner.watch(job(1), 0).await.unwrap(), first);
    assert_eq!(fresh.executions(), 0);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_a_shutdown_broke_off_runs_again_and_gives_one_result() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    fake.close();
    let hasty = Config { shutdown_grace_seconds: 0, ..config() };
    let runner = Runner::start(dir.path(), fake.clone(), hasty).await;
    let mut stream = runner.jobs().generate(fake_order(1, "a bb")).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    // Long after the service has broken the job off, which hears of it at its next token.
    let opener = async {
        tokio::time::sleep(Duration::from_secs(6)).await;
        fake.open();
    };
    let broken_off = async {
        while let Ok(Some(_)) = stream.message().await {}
        drop(stream);
    };
    tokio::join!(runner.stop(), broken_off, opener);

    let fresh = Arc::new(FakeInference::default());
    let runner = Runner::start(dir.path(), fresh.clone(), config()).await;
    let refused = runner.generate(fake_order(1, "another")).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert_eq!(runner.generate(fake_order(1, "a bb")).await.unwrap().tokens.len(), 4);
    assert_eq!(fresh.executions(), 1);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_to_its_end_when_its_client_leaves() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    fake.close();
    let runner = Runner::start(dir.path(), fake.clone(), config()).await;
    let mut stream = runner.jobs().generate(fake_order(1, "a bb")).await.unwrap().into_inner();
    assert!(stream.message().await.unwrap().is_some());
    drop(stream);
    fake.open();
    assert_eq!(runner.watch(job(1), 10).await.unwrap().tokens.len(), 4);
    assert_eq!(fake.executions(), 1);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_input_under_a_known_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    runner.generate(fake_order(1, "a")).await.unwrap();
    let refused = runner.generate(fake_order(1, "b")).await.unwrap_err();
    assert_eq!(refused.code(), Code::AlreadyExists);
    assert!(refused.message().contains("input_hash"), "{}", refused.message());
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_is_answered_with_its_limit_and_takes_jobs_again_later() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    fake.close();
    let small = Config { queue_jobs: 1, batch_answers: 1, ..config() };
    let runner = Runner::start(dir.path(), fake.clone(), small).await;
    let mut running = runner.jobs().generate(fake_order(1, "a")).await.unwrap().into_inner();
    assert!(running.message().await.unwrap().is_some());
    let waiting = runner.jobs().generate(fake_order(2, "b")).await.unwrap();
    let refused = runner.generate(fake_order(3, "c")).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert!(refused.message().contains("1 requests"), "{}", refused.message());

    fake.open();
    drop((running, waiting));
    runner.watch(job(2), 10).await.unwrap();
    runner.generate(fake_order(3, "c")).await.unwrap();
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_waits_for_the_job_and_gives_up_in_time() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    assert_eq!(runner.watch(job(1), 0).await.unwrap_err().code(), Code::NotFound);
    let too_long = WatchRequest { job: Some(job(1)), wait_seconds: 301 };
    let refused = runner.jobs().watch(too_long).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("300"), "{}", refused.message());

    let later = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        runner.generate(fake_order(1, "a")).await
    };
    let (watched, generated) = tokio::join!(runner.watch(job(1), 10), later);
    assert_eq!(watched.unwrap(), generated.unwrap());
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_are_refused_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    let runner = Runner::start(dir.path(), fake.clone(), config()).await;
    let good = fake_order(1, "a");
    let not_json = order(1, b"{".to_vec(), ContentHash::sha256(b"fake model"));
    let unknown_model = order(1, document("a", 1), ContentHash::sha256(b"other"));
    let long = order(1, vec![b' '; (1 << 20) + 1], ContentHash::sha256(b"fake model"));
    let cases = [
        (GenerateRequest { job: None, ..good.clone() }, Code::InvalidArgument, "job is missing"),
        (GenerateRequest { job: Some(job(0)), ..good.clone() }, Code::InvalidArgument, "from 1"),
        (
            GenerateRequest { input_hash: vec![0; 31], ..good.clone() },
            Code::InvalidArgument,
            "input_hash has 31 bytes",
        ),
        (
            GenerateRequest { input_hash: vec![0; 32], ..good },
            Code::InvalidArgument,
            "the input hashes to",
        ),
        (not_json, Code::InvalidArgument, "not valid"),
        (long, Code::InvalidArgument, "1048576"),
        (unknown_model, Code::FailedPrecondition, "this runner serves"),
    ];
    for (request, code, words) in cases {
        let refused = runner.generate(request).await.unwrap_err();
        assert_eq!(refused.code(), code, "{}", refused.message());
        assert!(refused.message().contains(words), "{}", refused.message());
    }
    assert_eq!(fake.executions(), 0);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engines_refusal_names_its_limit_and_a_panic_costs_one_job() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let refused = runner.generate(fake_order(1, &"a ".repeat(200))).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("at most 127"), "{}", refused.message());
    let failed = runner.generate(fake_order(2, "!panic")).await.unwrap_err();
    assert_eq!(failed.code(), Code::Internal);
    runner.generate(fake_order(3, "a")).await.unwrap();
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_token_only_the_relayer_hands_in_jobs_and_everybody_may_watch() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("relayer.token");
    std::fs::write(&file, "0123456789abcdef").unwrap();
    let guarded = Config { relayer_token_file: Some(file), ..config() };
    let fake = Arc::new(FakeInference::default());
    let runner = Runner::start(&dir.path().join("data"), fake.clone(), guarded).await;
    let refused = runner.generate(fake_order(1, "a")).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert_eq!(fake.executions(), 0);

    let mut request = tonic::Request::new(fake_order(1, "a"));
    request.metadata_mut().insert("authorization", "Bearer 0123456789abcdef".parse().unwrap());
    runner.jobs().generate(request).await.unwrap();
    runner.watch(job(1), 10).await.unwrap();
    runner.stop().await;
}
