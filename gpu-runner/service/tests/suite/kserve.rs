//! KServe v2, health and reflection as stock clients use them.

use std::{sync::Arc, time::Duration};

use crate::support::{Runner, config, fake_order, job};
use stoa_proto::inference::{
    InferParameter, InferTensorContents, ModelInferRequest, ModelMetadataRequest,
    ModelReadyRequest, ServerLiveRequest, ServerMetadataRequest, ServerReadyRequest,
    infer_parameter::ParameterChoice, model_infer_request::InferInputTensor,
};
use stoa_runner::{Config, FakeInference};
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

pub fn question(model_name: &str, text: &str) -> ModelInferRequest {
    let max_tokens = InferParameter { parameter_choice: Some(ParameterChoice::Int64Param(3)) };
    ModelInferRequest {
        model_name: model_name.to_owned(),
        id: "call-1".to_owned(),
        parameters: [("max_tokens".to_owned(), max_tokens)].into(),
        inputs: vec![InferInputTensor {
            name: "text_input".to_owned(),
            datatype: "BYTES".to_owned(),
            shape: vec![1],
            contents: Some(InferTensorContents {
                bytes_contents: vec![text.as_bytes().to_vec()],
                ..Default::default()
            }),
            ..Default::default()
        }],
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_live_ready_and_describes_its_model() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let mut client = runner.kserve();
    assert!(client.server_live(ServerLiveRequest {}).await.unwrap().into_inner().live);
    assert!(client.server_ready(ServerReadyRequest {}).await.unwrap().into_inner().ready);
    let server = client.server_metadata(ServerMetadataRequest {}).await.unwrap().into_inner();
    assert_eq!(server.name, "stoa-runner");

    let named = |name: &str| ModelReadyRequest { name: name.to_owned(), version: String::new() };
    assert!(client.model_ready(named("fake")).await.unwrap().into_inner().ready);
    assert!(!client.model_ready(named("other")).await.unwrap().into_inner().ready);
    let asked = ModelMetadataRequest { name: "fake".to_owned(), version: String::new() };
    let model = client.model_metadata(asked).await.unwrap().into_inner();
    assert_eq!(model.inputs[0].name, "text_input");
    assert_eq!(model.outputs[1].shape, [-1]);
    assert_eq!(model.versions[0].len(), 64);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_with_text_and_token_ids() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let answer = runner.kserve().model_infer(question("fake", "a bb")).await.unwrap().into_inner();
    assert_eq!(answer.id, "call-1");
    let text = answer.outputs[0].contents.as_ref().unwrap();
    assert_eq!(text.bytes_contents, [b" a bb a".to_vec()]);
    assert_eq!(answer.outputs[1].shape, [3]);
    assert_eq!(answer.outputs[1].contents.as_ref().unwrap().uint_contents, [1, 2, 1]);

    let mut raw = question("fake", "");
    raw.inputs[0].contents = None;
    raw.raw_input_contents = vec![[&4u32.to_le_bytes()[..], b"a bb"].concat()];
    let answer = runner.kserve().model_infer(raw).await.unwrap().into_inner();
    assert!(answer.outputs.iter().all(|tensor| tensor.contents.is_none()));
    assert_eq!(answer.raw_output_contents[0], [&7u32.to_le_bytes()[..], b" a bb a"].concat());
    assert_eq!(answer.raw_output_contents[1].len(), 12);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_model_is_not_found_and_the_served_one_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    let refused = runner.kserve().model_infer(question("other", "a")).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    assert!(refused.message().contains("served: \"fake\""), "{}", refused.message());
    let mut other_version = question("fake", "a");
    other_version.model_version = "0".repeat(64);
    let refused = runner.kserve().model_infer(other_version).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unpaid_inference_can_be_turned_off() {
    let dir = tempfile::tempdir().unwrap();
    let paid_only = Config { serve_unpaid: false, ..config() };
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), paid_only).await;
    let refused = runner.kserve().model_infer(question("fake", "a")).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_broken_off_when_its_client_leaves_and_a_paid_job_overtakes_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let fake = Arc::new(FakeInference::default());
    fake.close();
    let one = Config { batch_answers: 1, ..config() };
    let runner = Runner::start(dir.path(), fake.clone(), one).await;
    let mut client = runner.kserve();
    let impatient =
        tokio::time::timeout(Duration::from_millis(300), client.model_infer(question("fake", "a")));
    assert!(impatient.await.is_err());
    let mut second = runner.kserve();
    let abandoned =
        tokio::time::timeout(Duration::from_millis(200), second.model_infer(question("fake", "b")));
    assert!(abandoned.await.is_err());
    tokio::time::sleep(Duration::from_millis(200)).await;
    fake.open();
    runner.generate(fake_order(1, "c")).await.unwrap();
    // The first call and the job; the second call left before its turn came.
    assert_eq!(fake.executions(), 2);
    runner.watch(job(1), 0).await.unwrap();
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_reflection_answer() {
    let dir = tempfile::tempdir().unwrap();
    let runner = Runner::start(dir.path(), Arc::new(FakeInference::default()), config()).await;
    for service in ["", "stoa.runner.v1.RunnerService", "inference.GRPCInferenceService"] {
        let asked = HealthCheckRequest { service: service.to_owned() };
        let health = HealthClient::new(runner.channel.clone()).check(asked).await.unwrap();
        assert_eq!(health.into_inner().status, 1, "{service}");
    }

    let list = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut stream = ServerReflectionClient::new(runner.channel.clone())
        .server_reflection_info(futures::stream::iter([list]))
        .await
        .unwrap()
        .into_inner();
    let listed = stream.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(services) = listed else { panic!("{listed:?}") };
    let names: Vec<_> = services.service.into_iter().map(|service| service.name).collect();
    assert!(names.contains(&"stoa.runner.v1.RunnerService".to_owned()), "{names:?}");
    assert!(names.contains(&"inference.GRPCInferenceService".to_owned()), "{names:?}");
    drop(stream);
    runner.stop().await;
}
