//! What chat and plain completions have in common: how much, how drawn, how many, where to stop.

use serde::Deserialize;
use serde_json::{Value, json};
use stoa_engine::Sampler;
use stoa_job::MAX_NEW_TOKENS;

use super::{error::ApiError, fields::Fields, stop::MAX_STOPS};

/// Most answers of one request.
pub const MAX_CHOICES: u64 = 8;
/// Highest temperature of OpenAI's API.
const MAX_TEMPERATURE: f64 = 2.0;
/// Longest stop sequence in bytes.
const MAX_STOP_BYTES: usize = 256;
/// Why penalties and biases are not taken.
const LOGITS: &str = "changing logits is not part of the exact semantics";

/// Checked parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// Name of the model.
    pub model: String,
    /// Tokens to produce at most; `None` leaves it to the way in.
    pub max_tokens: Option<u32>,
    /// Temperature, `top_k`, `top_p` and the seed of the first answer.
    pub sampler: Sampler,
    /// Answers for each prompt.
    pub choices: u32,
    /// Texts that end an answer.
    pub stops: Vec<String>,
    /// Whether tokens are sent as they come.
    pub is_stream: bool,
    /// Whether a stream ends with the number of tokens.
    pub include_usage: bool,
    /// Whether ids of prompt and answer are sent (the name is vLLM's).
    pub return_token_ids: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stops {
    One(String),
    Many(Vec<String>),
}

#[derive(Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

impl Params {
    /// Takes the common fields; `random_seed` is used when the request has none.
    pub fn take(fields: &mut Fields, random_seed: u64) -> Result<Self, ApiError> {
        let max = u64::from(MAX_NEW_TOKENS);
        let newer = fields.within("max_completion_tokens", 1, max)?;
        let max_tokens = newer.or(fields.within("max_tokens", 1, max)?);
        for name in ["presence_penalty", "frequency_penalty"] {
            fields.only(name, &[json!(0)], LOGITS)?;
        }
        fields.only("logit_bias", &[json!({})], LOGITS)?;
        let is_stream = fields.take("stream")?.unwrap_or(false);
        let options: Option<StreamOptions> = fields.take("stream_options")?;
        if options.is_some() && !is_stream {
            return Err(ApiError::invalid("stream_options", "stream_options needs stream"));
        }
        let top_k = fields.within("top_k", 0, u32::MAX.into())?.unwrap_or(0);
        let choices = fields.within("n", 1, MAX_CHOICES)?.unwrap_or(1);
        fields.only("best_of", &[json!(choices)], "every answer that is computed is sent")?;
        Ok(Self {
            model: fields.required("model")?,
            max_tokens: max_tokens.and_then(|tokens| u32::try_from(tokens).ok()),
            sampler: Sampler {
                temperature_milli: temperature_milli(fields)?,
                top_k: u32::try_from(top_k).unwrap_or(u32::MAX),
                top_p_milli: top_p_milli(fields)?,
                seed: seed(fields)?.unwrap_or(random_seed),
            },
            choices: u32::try_from(choices).unwrap_or(1),
            stops: stops(fields)?,
            is_stream,
            include_usage: options.unwrap_or_default().include_usage,
            return_token_ids: fields.take("return_token_ids")?.unwrap_or(false),
        })
    }

    /// The sampler of one answer: each has the seed after the one before.
    pub fn sampler_of(&self, choice: u32) -> Sampler {
        Sampler { seed: self.sampler.seed.wrapping_add(choice.into()), ..self.sampler }
    }
}

fn temperature_milli(fields: &mut Fields) -> Result<u32, ApiError> {
    let temperature = fields.take::<f64>("temperature")?.unwrap_or(1.0);
    if !(0.0..=MAX_TEMPERATURE).contains(&temperature) {
        let message = format!("temperature is {temperature}, it must be between 0 and 2");
        return Err(ApiError::invalid("temperature", message));
    }
    Ok((temperature * 1000.0).round() as u32)
}

/// The share in thousandths, as the semantics take it: 0 stands for all.
fn top_p_milli(fields: &mut Fields) -> Result<u32, ApiError> {
    let top_p = fields.take::<f64>("top_p")?.unwrap_or(1.0);
    if !(top_p > 0.0 && top_p <= 1.0) {
        let message = format!("top_p is {top_p}, it must be above 0 and at most 1");
        return Err(ApiError::invalid("top_p", message));
    }
    // 1000 is all of it; a share that rounds to nothing is the least there is.
    Ok((top_p * 1000.0).round().max(1.0) as u32 % 1000)
}

/// OpenAI's seeds are signed 64-bit integers; unsigned ones are taken, too. The bits are the key's.
fn seed(fields: &mut Fields) -> Result<Option<u64>, ApiError> {
    let Some(value) = fields.take::<Value>("seed")? else { return Ok(None) };
    let bits = value.as_u64().or(value.as_i64().map(i64::cast_unsigned));
    bits.map(Some).ok_or_else(|| ApiError::invalid("seed", "seed must be an integer of 64 bits"))
}

fn stops(fields: &mut Fields) -> Result<Vec<String>, ApiError> {
    let stops = match fields.take("stop")? {
        None => return Ok(Vec::new()),
        Some(Stops::One(stop)) => vec![stop],
        Some(Stops::Many(stops)) => stops,
    };
    if stops.len() > MAX_STOPS {
        let message = format!("there are {} stop sequences, the limit is {MAX_STOPS}", stops.len());
        return Err(ApiError::invalid("stop", message));
    }
    if stops.iter().any(|stop| stop.is_empty() || stop.len() > MAX_STOP_BYTES) {
        let message = format!("a stop sequence has 1 to {MAX_STOP_BYTES} bytes");
        return Err(ApiError::invalid("stop", message));
    }
    Ok(stops)
}
