use proptest::prelude::*;
use stoa_proto::inference::{
    InferTensorContents, ModelInferRequest,
    infer_parameter::ParameterChoice,
    model_infer_request::{InferInputTensor, InferRequestedOutputTensor},
};

use super::{request::Question, *};
use crate::FakeInference;

fn read(request: ModelInferRequest) -> Result<Question, RunnerError> {
    Question::read(request, &FakeInference::default())
}

fn request(text: &[u8]) -> ModelInferRequest {
    ModelInferRequest {
        inputs: vec![InferInputTensor {
            name: TEXT_INPUT.to_owned(),
            datatype: BYTES.to_owned(),
            shape: vec![1],
            contents: Some(InferTensorContents {
                bytes_contents: vec![text.to_vec()],
                ..Default::default()
            }),
            ..Default::default()
        }],
        ..Default::default()
    }
}

fn raw_request(raw: Vec<u8>) -> ModelInferRequest {
    let mut request = request(b"");
    request.inputs[0].contents = None;
    request.raw_input_contents = vec![raw];
    request
}

fn with_parameter(name: &str, choice: ParameterChoice) -> ModelInferRequest {
    let mut request = request(b"hello");
    let parameter = stoa_proto::inference::InferParameter { parameter_choice: Some(choice) };
    request.parameters.insert(name.to_owned(), parameter);
    request
}

fn refusal(request: ModelInferRequest) -> String {
    read(request).unwrap_err().to_string()
}

#[test]
fn contents_and_raw_contents_ask_the_same_question() {
    let plain = read(request(b"hello")).unwrap();
    let raw = read(raw_request([&5u32.to_le_bytes()[..], b"hello"].concat()));
    let raw = raw.unwrap();
    assert_eq!(plain.request, raw.request);
    assert!(raw.is_raw && !plain.is_raw);
    assert_eq!(plain.outputs, [TEXT_OUTPUT, OUTPUT_TOKEN_IDS]);
}

#[test]
fn a_wrong_tensor_is_refused_by_name() {
    let mut renamed = request(b"a");
    renamed.inputs[0].name = "prompt".to_owned();
    assert!(refusal(renamed).contains("text_input"));

    let mut retyped = request(b"a");
    retyped.inputs[0].datatype = "FP32".to_owned();
    assert!(refusal(retyped).contains("datatype of text_input is FP32, it must be BYTES"));

    let mut reshaped = request(b"a");
    reshaped.inputs[0].shape = vec![2];
    assert!(refusal(reshaped).contains("[2], it must be [1]"));

    assert!(refusal(ModelInferRequest::default()).contains("the number of input tensors is 0"));
    assert!(refusal(request(b"\xff")).contains("UTF-8"));

    let mut unknown = request(b"a");
    unknown.outputs =
        vec![InferRequestedOutputTensor { name: "logits".to_owned(), ..Default::default() }];
    assert!(refusal(unknown).contains("logits"));
}

#[test]
fn contents_together_with_raw_contents_are_refused() {
    let mut both = request(b"a");
    both.raw_input_contents = vec![vec![0, 0, 0, 0]];
    assert!(refusal(both).contains("in both"));
    let mut neither = request(b"a");
    neither.inputs[0].contents = None;
    assert!(refusal(neither).contains("empty"));
}

#[test]
fn parameters_are_bounded_and_unknown_ones_are_refused() {
    let three = read(with_parameter("max_tokens", ParameterChoice::Int64Param(3)));
    assert_eq!(three.unwrap().request.max_new_tokens, 3);
    let largest = with_parameter("seed", ParameterChoice::Uint64Param(u64::MAX));
    assert_eq!(read(largest).unwrap().request.sampler.seed, u64::MAX);

    assert!(refusal(with_parameter("max_tokens", ParameterChoice::Int64Param(-1))).contains("-1"));
    assert!(
        refusal(with_parameter("max_tokens", ParameterChoice::Int64Param(0))).contains("between 1")
    );
    assert!(refusal(with_parameter("top_k", ParameterChoice::BoolParam(true))).contains("top_k"));
    assert!(refusal(with_parameter("stop", ParameterChoice::Int64Param(1))).contains("stop"));
}

proptest! {
    #[test]
    fn no_raw_bytes_panic(raw in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = read(raw_request(raw));
    }
}
