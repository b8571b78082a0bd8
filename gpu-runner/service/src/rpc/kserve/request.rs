//! `ModelInferRequest` to a question: one text, in `contents` or raw, and five parameters.

use std::collections::HashMap;

use stoa_engine::SequenceRequest;
use stoa_job::UncheckedJobInput;
use stoa_proto::inference::{
    InferParameter, ModelInferRequest,
    infer_parameter::ParameterChoice,
    model_infer_request::{InferInputTensor, InferRequestedOutputTensor},
};

use super::{BYTES, OUTPUT_TOKEN_IDS, TEXT_INPUT, TEXT_OUTPUT};
use crate::{InferencePort, RunnerError, jobs::request_of};

/// Tokens that are generated when the request does not say.
const DEFAULT_MAX_TOKENS: u32 = 64;
/// Longest identifier of a request in bytes.
const MAX_ID_BYTES: usize = 256;
/// Bytes of the length in front of a raw BYTES element (little-endian).
const RAW_LENGTH_BYTES: usize = 4;

/// A checked request.
#[derive(Debug, PartialEq)]
pub struct Question {
    /// Identifier that comes back.
    pub id: String,
    /// What the engine is asked.
    pub request: SequenceRequest,
    /// Whether the request was raw; then the answer is, too.
    pub is_raw: bool,
    /// Names of the tensors that are asked for, in order.
    pub outputs: Vec<String>,
}

fn refuse(subject: impl Into<String>, actual: impl ToString, rule: &'static str) -> RunnerError {
    RunnerError::Tensor { subject: subject.into(), actual: actual.to_string(), rule }
}

impl Question {
    /// Checks a request and makes token ids of its text.
    pub fn read(request: ModelInferRequest, port: &dyn InferencePort) -> Result<Self, RunnerError> {
        if request.id.len() > MAX_ID_BYTES {
            return Err(refuse("the length of id", request.id.len(), "at most 256 bytes"));
        }
        let is_raw = !request.raw_input_contents.is_empty();
        let prompt = prompt(request.inputs, request.raw_input_contents)?;
        let input = with_parameters(prompt, request.parameters)?.check()?;
        let outputs = outputs(request.outputs)?;
        Ok(Self { id: request.id, request: request_of(&input, port)?, is_raw, outputs })
    }
}

fn prompt(inputs: Vec<InferInputTensor>, raw: Vec<Vec<u8>>) -> Result<String, RunnerError> {
    let count = inputs.len();
    let Ok([tensor]) = <[InferInputTensor; 1]>::try_from(inputs) else {
        return Err(refuse("the number of input tensors", count, "1: text_input"));
    };
    if tensor.name != TEXT_INPUT {
        return Err(refuse("the name of the input tensor", tensor.name, TEXT_INPUT));
    }
    if tensor.datatype != BYTES {
        return Err(refuse("the datatype of text_input", tensor.datatype, BYTES));
    }
    if tensor.shape != [1] {
        return Err(refuse("the shape of text_input", format!("{:?}", tensor.shape), "[1]"));
    }
    let text = match (tensor.contents, raw.as_slice()) {
        (Some(contents), []) => {
            let count = contents.bytes_contents.len();
            let Ok([text]) = <[Vec<u8>; 1]>::try_from(contents.bytes_contents) else {
                return Err(refuse("the number of bytes_contents", count, "1"));
            };
            text
        }
        (None, [raw]) => raw_element(raw)?.to_vec(),
        (None, []) => return Err(refuse("text_input", "empty", "in contents or raw")),
        (Some(_), _) => {
            return Err(refuse("text_input", "in both", "in contents or in raw_input_contents"));
        }
        (None, many) => {
            return Err(refuse("the number of raw_input_contents", many.len(), "1"));
        }
    };
    String::from_utf8(text).map_err(|error| refuse("text_input", error.utf8_error(), "UTF-8"))
}

fn raw_element(raw: &[u8]) -> Result<&[u8], RunnerError> {
    let refused = || {
        refuse("raw text_input", format!("{} bytes", raw.len()), "a 4-byte length and its bytes")
    };
    let (length, text) = raw.split_first_chunk::<RAW_LENGTH_BYTES>().ok_or_else(refused)?;
    if usize::try_from(u32::from_le_bytes(*length)) != Ok(text.len()) {
        return Err(refused());
    }
    Ok(text)
}

fn with_parameters(
    prompt: String,
    parameters: HashMap<String, InferParameter>,
) -> Result<UncheckedJobInput, RunnerError> {
    let mut input = UncheckedJobInput {
        prompt,
        max_new_tokens: DEFAULT_MAX_TOKENS,
        temperature_milli: 0,
        top_k: 0,
        seed: 0,
        top_p_milli: 0,
    };
    for (name, parameter) in parameters {
        match name.as_str() {
            "max_tokens" => input.max_new_tokens = small(&name, parameter)?,
            "temperature_milli" => input.temperature_milli = small(&name, parameter)?,
            "top_k" => input.top_k = small(&name, parameter)?,
            "top_p_milli" => input.top_p_milli = small(&name, parameter)?,
            "seed" => input.seed = integer(&name, parameter)?,
            _ => {
                let rule = "max_tokens, temperature_milli, top_k, top_p_milli or seed";
                return Err(refuse("the name of a parameter", name, rule));
            }
        }
    }
    Ok(input)
}

fn small(name: &str, parameter: InferParameter) -> Result<u32, RunnerError> {
    let value = integer(name, parameter)?;
    u32::try_from(value).map_err(|_| refuse(format!("parameter {name}"), value, "below 4294967296"))
}

fn integer(name: &str, parameter: InferParameter) -> Result<u64, RunnerError> {
    let rule = "an int64 from 0, or a uint64";
    match parameter.parameter_choice {
        Some(ParameterChoice::Uint64Param(value)) => Ok(value),
        Some(ParameterChoice::Int64Param(value)) => {
            u64::try_from(value).map_err(|_| refuse(format!("parameter {name}"), value, rule))
        }
        other => Err(refuse(format!("parameter {name}"), format!("{other:?}"), rule)),
    }
}

fn outputs(requested: Vec<InferRequestedOutputTensor>) -> Result<Vec<String>, RunnerError> {
    let all = [TEXT_OUTPUT, OUTPUT_TOKEN_IDS];
    if requested.is_empty() {
        return Ok(all.map(str::to_owned).to_vec());
    }
    if requested.len() > all.len() {
        return Err(refuse("the number of outputs", requested.len(), "at most 2"));
    }
    let names = requested.into_iter().map(|tensor| tensor.name);
    names
        .map(|name| {
            if all.contains(&name.as_str()) {
                return Ok(name);
            }
            Err(refuse("the name of an output tensor", name, "text_output or output_token_ids"))
        })
        .collect()
}
