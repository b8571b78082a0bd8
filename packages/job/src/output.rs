//! What the runner answers.

use serde::{Deserialize, Serialize};

use crate::document::{DocumentError, decode, encode};

/// Why generation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model produced its end-of-sequence token.
    Stop,
    /// The requested number of tokens, or the model's context, is used up.
    Length,
}

/// A completion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobOutput {
    /// Ids of the prompt's tokens.
    pub prompt_token_ids: Vec<u32>,
    /// Ids of the generated tokens, in order: the slashable statement.
    pub output_token_ids: Vec<u32>,
    /// The generated tokens as text.
    pub text: String,
    /// Why generation ended.
    pub finish_reason: FinishReason,
}

impl JobOutput {
    /// Parses a document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DocumentError> {
        decode(bytes)
    }

    /// The document's bytes; their SHA-256 is the `output_hash` of the delivery.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DocumentError> {
        encode(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_an_answer_are_fixed_and_round_trip() {
        let output = JobOutput {
            prompt_token_ids: vec![1, 2],
            output_token_ids: vec![3],
            text: "é".to_owned(),
            finish_reason: FinishReason::Length,
        };
        let bytes = output.to_bytes().unwrap();
        let expected = r#"{"prompt_token_ids":[1,2],"output_token_ids":[3],"text":"é","finish_reason":"length"}"#;
        assert_eq!(bytes, expected.as_bytes());
        assert_eq!(JobOutput::from_bytes(&bytes).unwrap(), output);
    }
}
