//! An answer to `ModelInferResponse`, in `contents` or raw like the request.

use std::collections::HashMap;

use stoa_engine::{FinishReason, Generation, ModelInfo, TokenEvent};
use stoa_proto::inference::{
    InferParameter, InferTensorContents, ModelInferResponse, infer_parameter::ParameterChoice,
    model_infer_response::InferOutputTensor,
};

use super::{BYTES, TEXT_OUTPUT, UINT32, request::Question};

/// Parameter of the last response of an answer, as the Triton server names it.
const FINAL: &str = "triton_final_response";

/// Writes the tensors that were asked for.
pub fn encode(model: &ModelInfo, question: Question, generation: Generation) -> ModelInferResponse {
    let mut response = head(model, &question);
    let reason = text_parameter(finish_reason(generation.finish_reason));
    response.parameters.insert("finish_reason".to_owned(), reason);
    fill(&mut response, &question, &generation.text, &generation.output_token_ids);
    response
}

/// One token of a stream.
pub fn token(model: &ModelInfo, question: &Question, token: &TokenEvent) -> ModelInferResponse {
    let mut response = head(model, question);
    fill(&mut response, question, &token.text, &[token.token_id]);
    response.parameters.insert(FINAL.to_owned(), bool_parameter(false));
    response
}

/// The end of an answer of a stream: why it ended, and no tensors.
pub fn end(model: &ModelInfo, question: &Question, reason: FinishReason) -> ModelInferResponse {
    let mut response = head(model, question);
    let reason = text_parameter(finish_reason(reason));
    response.parameters.insert("finish_reason".to_owned(), reason);
    response.parameters.insert(FINAL.to_owned(), bool_parameter(true));
    response
}

/// What every response says: the model, and that its answers are exact.
fn head(model: &ModelInfo, question: &Question) -> ModelInferResponse {
    let version = ParameterChoice::Int64Param(model.semantics_version.into());
    let version = InferParameter { parameter_choice: Some(version) };
    ModelInferResponse {
        model_name: model.name.clone(),
        model_version: model.model_root.to_string(),
        id: question.id.clone(),
        parameters: HashMap::from([
            ("exact".to_owned(), bool_parameter(true)),
            ("semantics_version".to_owned(), version),
        ]),
        ..ModelInferResponse::default()
    }
}

fn fill(response: &mut ModelInferResponse, question: &Question, answer: &str, ids: &[u32]) {
    for name in &question.outputs {
        let (mut tensor, raw) = if name == TEXT_OUTPUT {
            text(name.clone(), answer)
        } else {
            token_ids(name.clone(), ids)
        };
        if question.is_raw {
            tensor.contents = None;
            response.raw_output_contents.push(raw);
        }
        response.outputs.push(tensor);
    }
}

fn text(name: String, answer: &str) -> (InferOutputTensor, Vec<u8>) {
    let text = answer.as_bytes();
    // A text of 4 GiB cannot come out of 4,096 tokens; saturation keeps this total.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let contents =
        InferTensorContents { bytes_contents: vec![text.to_vec()], ..Default::default() };
    (tensor(name, BYTES, 1, contents), [&length.to_le_bytes(), text].concat())
}

fn token_ids(name: String, ids: &[u32]) -> (InferOutputTensor, Vec<u8>) {
    let raw = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    let contents = InferTensorContents { uint_contents: ids.to_vec(), ..Default::default() };
    (tensor(name, UINT32, ids.len(), contents), raw)
}

fn tensor(
    name: String,
    datatype: &str,
    elements: usize,
    contents: InferTensorContents,
) -> InferOutputTensor {
    InferOutputTensor {
        name,
        datatype: datatype.to_owned(),
        shape: vec![i64::try_from(elements).unwrap_or(i64::MAX)],
        contents: Some(contents),
        ..InferOutputTensor::default()
    }
}

const fn finish_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::Cancelled => "cancelled",
    }
}

fn text_parameter(text: &str) -> InferParameter {
    InferParameter { parameter_choice: Some(ParameterChoice::StringParam(text.to_owned())) }
}

fn bool_parameter(value: bool) -> InferParameter {
    InferParameter { parameter_choice: Some(ParameterChoice::BoolParam(value)) }
}
