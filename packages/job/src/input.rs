//! What the buyer asks.

use serde::{Deserialize, Serialize};

use crate::document::{DocumentError, decode, encode};

/// Longest prompt in UTF-8 bytes.
pub const MAX_PROMPT_BYTES: usize = 256 * 1024;
/// Most tokens one job may ask for; a model's context may be smaller.
pub const MAX_NEW_TOKENS: u32 = 4_096;
/// Highest temperature in thousandths.
pub const MAX_TEMPERATURE_MILLI: u32 = 10_000;

/// A completion request as it arrives; [`UncheckedJobInput::check`] makes a [`JobInput`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UncheckedJobInput {
    /// Text to continue.
    pub prompt: String,
    /// Tokens to generate at most, 1 to [`MAX_NEW_TOKENS`].
    pub max_new_tokens: u32,
    /// Sampling temperature in thousandths; 0 takes the likeliest token.
    pub temperature_milli: u32,
    /// Sample among the `top_k` likeliest tokens; 0 means all.
    pub top_k: u32,
    /// Key of the sampler's random stream.
    pub seed: u64,
    /// Sample among the fewest of these tokens whose probabilities sum to this many thousandths, 1 to 999; 0 means
    /// all. Documents without it are version 1 and keep their bytes: it is only written when it is not 0, and a
    /// reader of version 1 refuses it by name.
    #[serde(default, skip_serializing_if = "is_all")]
    pub top_p_milli: u32,
}

fn is_all(top_p_milli: &u32) -> bool {
    *top_p_milli == 0
}

/// Largest share of the sampler in thousandths: all of it is written 0.
pub const MAX_TOP_P_MILLI: u32 = 999;

/// A completion request whose every field is within its bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobInput(UncheckedJobInput);

impl UncheckedJobInput {
    /// Refuses an empty or over-long prompt and numbers out of range.
    pub fn check(self) -> Result<JobInput, DocumentError> {
        within("prompt length in bytes", self.prompt.len() as u64, 1, MAX_PROMPT_BYTES as u64)?;
        within("max_new_tokens", self.max_new_tokens.into(), 1, MAX_NEW_TOKENS.into())?;
        within(
            "temperature_milli",
            self.temperature_milli.into(),
            0,
            MAX_TEMPERATURE_MILLI.into(),
        )?;
        within("top_p_milli", self.top_p_milli.into(), 0, MAX_TOP_P_MILLI.into())?;
        Ok(JobInput(self))
    }
}

impl JobInput {
    /// Parses and checks a document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DocumentError> {
        decode::<UncheckedJobInput>(bytes)?.check()
    }

    /// The document's bytes; their SHA-256 is the `input_hash` of the order.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DocumentError> {
        encode(&self.0)
    }

    /// The checked fields.
    pub const fn fields(&self) -> &UncheckedJobInput {
        &self.0
    }
}

fn within(
    field: &'static str,
    actual: u64,
    minimum: u64,
    maximum: u64,
) -> Result<(), DocumentError> {
    if (minimum..=maximum).contains(&actual) {
        return Ok(());
    }
    Err(DocumentError::OutOfRange { field, actual, minimum, maximum })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample() -> UncheckedJobInput {
        UncheckedJobInput {
            prompt: "The borrow checker".to_owned(),
            max_new_tokens: 32,
            temperature_milli: 0,
            top_k: 0,
            seed: 7,
            top_p_milli: 0,
        }
    }

    #[test]
    fn the_bytes_of_a_request_are_fixed() {
        let bytes = sample().check().unwrap().to_bytes().unwrap();
        let expected = r#"{"prompt":"The borrow checker","max_new_tokens":32,"temperature_milli":0,"top_k":0,"seed":7}"#;
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        let nucleus = UncheckedJobInput { top_p_milli: 900, ..sample() }.check().unwrap();
        let expected = expected.replace('}', r#","top_p_milli":900}"#);
        assert_eq!(String::from_utf8(nucleus.to_bytes().unwrap()).unwrap(), expected);
        let all = UncheckedJobInput { top_p_milli: 1000, ..sample() }.check();
        assert!(matches!(all, Err(DocumentError::OutOfRange { field: "top_p_milli", .. })));
    }

    #[test]
    fn unknown_fields_empty_prompts_and_zero_tokens_are_refused() {
        let with_extra =
            br#"{"prompt":"a","max_new_tokens":1,"temperature_milli":0,"top_k":0,"seed":0,"x":1}"#;
        assert!(matches!(JobInput::from_bytes(with_extra), Err(DocumentError::Malformed(_))));
        let empty = UncheckedJobInput { prompt: String::new(), ..sample() };
        assert!(matches!(empty.check(), Err(DocumentError::OutOfRange { .. })));
        let none = UncheckedJobInput { max_new_tokens: 0, ..sample() };
        assert!(matches!(
            none.check(),
            Err(DocumentError::OutOfRange { field: "max_new_tokens", .. })
        ));
    }

    proptest! {
        #[test]
        fn a_request_round_trips(prompt in ".{1,64}", max_new_tokens in 1u32..=4096, seed: u64, top_p_milli in 0u32..1000) {
            let input = UncheckedJobInput { prompt, max_new_tokens, seed, top_p_milli, ..sample() };
            let input = input.check().unwrap();
            prop_assert_eq!(JobInput::from_bytes(&input.to_bytes().unwrap()).unwrap(), input);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
            let _ = JobInput::from_bytes(&bytes);
        }
    }
}
