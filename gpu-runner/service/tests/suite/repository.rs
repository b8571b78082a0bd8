//! The whole of KServe v2 beyond one question: streams, the repository, configuration and statistics.

use std::{fs, path::Path, sync::Arc};

use stoa_proto::inference::{
    ModelConfigRequest, ModelInferRequest, ModelReadyRequest, ModelStatisticsRequest,
    ModelStreamInferResponse, RepositoryIndexRequest, RepositoryModelLoadRequest,
    RepositoryModelUnloadRequest, infer_parameter::ParameterChoice,
};
use stoa_runner::{Config, FakeInference};
use tonic::{Code, Request};

use crate::{
    kserve::question,
    support::{Runner, config},
};

const TOKEN: &str = "fedcba9876543210";

async fn streamed(runner: &Runner, asked: Vec<ModelInferRequest>) -> Vec<ModelStreamInferResponse> {
    let mut client = runner.kserve();
    let mut stream =
        client.model_stream_infer(futures::stream::iter(asked)).await.unwrap().into_inner();
    let mut responses = Vec::new();
    while let Some(response) = stream.message().await.unwrap() {
        responses.push(response);
    }
    responses
}

fn is_final(response: &ModelStreamInferResponse) -> bool {
    let response = response.infer_response.as_ref().unwrap();
    let parameter = response.parameters["triton_final_response"].parameter_choice.clone();
    parameter == Some(ParameterChoice::BoolParam(true))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_answers_token_by_token_and_survives_a_refused_question() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let asked = vec![question("fake", "a bb"), question("other", "a"), question("fake", "cc dd")];
    let responses = streamed(&runner, asked).await;
    assert_eq!(responses.len(), 9, "two answers of three tokens and an end, one error");
    let text = |response: &ModelStreamInferResponse| {
        let outputs = &response.infer_response.as_ref().unwrap().outputs;
        String::from_utf8(outputs[0].contents.as_ref().unwrap().bytes_contents[0].clone()).unwrap()
    };
    assert_eq!(responses[..3].iter().map(text).collect::<String>(), " a bb a");
    assert!(is_final(&responses[3]) && !is_final(&responses[2]));
    assert!(responses[4].error_message.contains("there is no model \"other\""));
    assert_eq!(responses[5..8].iter().map(text).collect::<String>(), " cc dd cc");
    assert!(is_final(&responses[8]));
    runner.stop().await;
}

fn with_token<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let header = format!("Bearer {TOKEN}").parse().unwrap();
    request.metadata_mut().insert("authorization", header);
    request
}

fn load(name: &str) -> RepositoryModelLoadRequest {
    RepositoryModelLoadRequest { model_name: name.to_owned(), ..Default::default() }
}

fn unload(name: &str) -> RepositoryModelUnloadRequest {
    RepositoryModelUnloadRequest { model_name: name.to_owned(), ..Default::default() }
}

fn repository(dir: &Path) -> Config {
    for name in ["alpha", "beta"] {
        fs::create_dir_all(dir.join("models").join(name)).unwrap();
        fs::write(dir.join("models").join(name).join("config.json"), "{}").unwrap();
    }
    fs::write(dir.join("operator"), TOKEN).unwrap();
    Config {
        model_repository: Some(dir.join("models")),
        operator_token_file: Some(dir.join("operator")),
        ..config()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_loads_and_unloads_models_and_nobody_else_does() {
    let dir = tempfile::tempdir().unwrap();
    let config = repository(dir.path());
    let fake = Arc::new(FakeInference::default());
    let runner = Runner::start(&dir.path().join("data"), fake, config).await;
    let mut client = runner.kserve();
    let refused = client.repository_model_load(load("alpha")).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);

    client.repository_model_load(with_token(load("alpha"))).await.unwrap();
    let full = client.repository_model_load(with_token(load("beta"))).await.unwrap_err();
    assert_eq!(full.code(), Code::ResourceExhausted);
    let missing = client.repository_model_load(with_token(load("../data"))).await.unwrap_err();
    assert_eq!(missing.code(), Code::NotFound);

    let index = client.repository_index(RepositoryIndexRequest::default()).await.unwrap();
    let states: Vec<_> =
        index.into_inner().models.into_iter().map(|model| (model.name, model.state)).collect();
    let state = |name: &str, state: &str| (name.to_owned(), state.to_owned());
    let expected = [state("alpha", "READY"), state("beta", "UNAVAILABLE"), state("fake", "READY")];
    assert_eq!(states, expected);
    client.model_infer(question("alpha", "a")).await.unwrap();

    client.repository_model_unload(with_token(unload("alpha"))).await.unwrap();
    let named = ModelReadyRequest { name: "alpha".to_owned(), version: String::new() };
    assert!(!client.model_ready(named).await.unwrap().into_inner().ready);
    let gone = client.model_infer(question("alpha", "a")).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    client.repository_model_load(with_token(load("beta"))).await.unwrap();
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_unloaded_ends_the_answers_that_run_and_takes_no_more() {
    let dir = tempfile::tempdir().unwrap();
    let config = repository(dir.path());
    let fake = Arc::new(FakeInference::default());
    let runner = Runner::start(&dir.path().join("data"), fake.clone(), config).await;
    fake.close();
    let mut client = runner.kserve();
    let running = tokio::spawn(async move { client.model_infer(question("fake", "a bb")).await });
    runner.until("stoa_runner_running_answers 1").await;
    let mut client = runner.kserve();
    let unloading =
        tokio::spawn(
            async move { client.repository_model_unload(with_token(unload("fake"))).await },
        );
    let mut client = runner.kserve();
    let named = || ModelReadyRequest { name: "fake".to_owned(), version: String::new() };
    while client.model_ready(named()).await.unwrap().into_inner().ready {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let refused = client.model_infer(question("fake", "a")).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert!(!unloading.is_finished(), "it waits for the answer that runs");
    fake.open();
    let answer = running.await.unwrap().unwrap().into_inner();
    assert_eq!(answer.outputs[1].contents.as_ref().unwrap().uint_contents, [1, 2, 1]);
    unloading.await.unwrap().unwrap();
    runner.until("stoa_runner_cache_positions_limit 0").await;
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_repository_nothing_can_be_loaded() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { model_repository: None, ..repository(dir.path()) };
    let fake = Arc::new(FakeInference::default());
    let runner = Runner::start(&dir.path().join("data"), fake, config).await;
    let refused = runner.kserve().repository_model_load(with_token(load("alpha"))).await;
    assert_eq!(refused.unwrap_err().code(), Code::Unimplemented);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_and_statistics_describe_the_model_and_its_past() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let mut client = runner.kserve();
    for _ in 0..2 {
        client.model_infer(question("fake", "a bb")).await.unwrap();
    }
    let asked = ModelConfigRequest { name: "fake".to_owned(), version: String::new() };
    let config = client.model_config(asked).await.unwrap().into_inner().config.unwrap();
    assert_eq!(config.parameters["exact"].string_value, "true");
    assert!(config.model_transaction_policy.unwrap().decoupled);

    let statistics = client.model_statistics(ModelStatisticsRequest::default()).await.unwrap();
    let model = statistics.into_inner().model_stats.remove(0);
    assert_eq!((model.inference_count, model.execution_count), (2, 6));
    let stats = model.inference_stats.unwrap();
    assert_eq!(stats.success.unwrap().count, 2);
    assert_eq!(stats.queue.unwrap().count, 2);
    assert_eq!(model.batch_stats[0].compute_infer.unwrap().count, 6);
    assert!(model.last_inference > 0);
    runner.stop().await;
}
