//! An answer to `ModelInferResponse`, in `contents` or raw like the request.

use std::collections::HashMap;

use stoa_engine::{FinishReason, Generation, ModelInfo};
use stoa_proto::inference::{
    InferParameter, InferTensorContents, ModelInferResponse, infer_parameter::ParameterChoice,
    model_infer_response::InferOutputTensor,
};

use super::{BYTES, TEXT_OUTPUT, UINT32, request::Question};

/// Writes the tensors that were asked for.
pub fn encode(model: &ModelInfo, question: Question, generation: Generation) -> ModelInferResponse {
    let mut response = ModelInferResponse {
        model_name: model.name.clone(),
        model_version: model.model_root.to_string(),
        id: question.id,
        parameters: HashMap::from([(
            "finish_reason".to_owned(),
            text_parameter(finish_reason(generation.finish_reason)),
        )]),
        ..ModelInferResponse::default()
    };
    for name in question.outputs {
        let (mut tensor, raw) = if name == TEXT_OUTPUT {
            text(name, &generation)
        } else {
            token_ids(name, &generation)
        };
        if question.is_raw {
            tensor.contents = None;
            response.raw_output_contents.push(raw);
        }
        response.outputs.push(tensor);
    }
    response
}

fn text(name: String, generation: &Generation) -> (InferOutputTensor, Vec<u8>) {
    let text = generation.text.as_bytes();
    // A text of 4 GiB cannot come out of 4,096 tokens; saturation keeps this total.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let contents =
        InferTensorContents { bytes_contents: vec![text.to_vec()], ..Default::default() };
    (tensor(name, BYTES, 1, contents), [&length.to_le_bytes(), text].concat())
}

fn token_ids(name: String, generation: &Generation) -> (InferOutputTensor, Vec<u8>) {
    let ids = &generation.output_token_ids;
    let raw = ids.iter().flat_map(|id| id.to_le_bytes()).collect();
    let contents = InferTensorContents { uint_contents: ids.clone(), ..Default::default() };
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
