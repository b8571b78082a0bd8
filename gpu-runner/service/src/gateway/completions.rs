//! `POST /v1/completions`: texts or token ids, continued.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Gateway,
    choice::{Piece, Token},
    error::ApiError,
    fields::Fields,
    params::Params,
    reply::Shape,
    request::{Prepared, encode},
};
use crate::models::{MAX_CANDIDATES, Served};

/// Tokens when a request does not say, as in OpenAI's API.
const DEFAULT_MAX_TOKENS: u32 = 16;
/// Most prompts of one request.
const MAX_PROMPTS: usize = 16;

#[derive(Deserialize)]
#[serde(untagged)]
enum Prompt {
    Text(String),
    Ids(Vec<u32>),
    Texts(Vec<String>),
    IdLists(Vec<Vec<u32>>),
}

async fn encode_all(served: &Arc<Served>, prompt: Prompt) -> Result<Vec<Vec<u32>>, ApiError> {
    let texts = match prompt {
        Prompt::Ids(ids) => return Ok(vec![ids]),
        Prompt::IdLists(lists) => return within_limit(lists),
        Prompt::Text(text) => vec![text],
        Prompt::Texts(texts) => within_limit(texts)?,
    };
    let mut prompts = Vec::new();
    for text in texts {
        prompts.push(encode(served, "prompt", text, false).await?);
    }
    Ok(prompts)
}

fn within_limit<T>(prompts: Vec<T>) -> Result<Vec<T>, ApiError> {
    if (1..=MAX_PROMPTS).contains(&prompts.len()) {
        return Ok(prompts);
    }
    let message = format!("there are {} prompts, 1 to {MAX_PROMPTS} are taken", prompts.len());
    Err(ApiError::invalid("prompt", message))
}

/// The shape of `text_completion` objects.
#[derive(Default)]
pub struct Completions;

impl Shape for Completions {
    const CALL: &str = "completions";

    async fn prepare(gateway: &Gateway, body: &[u8]) -> Result<Prepared, ApiError> {
        let mut fields = Fields::parse(body)?;
        let params = Params::take(&mut fields, gateway.random_seed()?)?;
        let prompt: Prompt = fields.required("prompt")?;
        let logprobs = fields.within("logprobs", 0, MAX_CANDIDATES as u64)?;
        fields.only("echo", &[json!(false)], "the prompt is not sent back")?;
        fields.only("suffix", &[json!("")], "the model only continues texts")?;
        fields.end()?;
        let served = gateway.models.get(&params.model, "")?;
        Ok(Prepared {
            prompts: encode_all(&served, prompt).await?,
            served,
            params,
            candidates: logprobs.and_then(|count| usize::try_from(count).ok()),
            default_tokens: Some(DEFAULT_MAX_TOKENS),
            id: gateway.new_id("cmpl")?,
            created: super::now_seconds(),
        })
    }

    fn object(&self, _is_chunk: bool) -> &'static str {
        "text_completion"
    }

    fn choice(&self, prepared: &Prepared, piece: &Piece, shown: usize, is_chunk: bool) -> Value {
        let mut choice = json!({
            "index": piece.index,
            "text": piece.text,
            "logprobs": logprobs(prepared, &piece.tokens, shown),
            "finish_reason": piece.finish,
        });
        if prepared.params.return_token_ids
            && let Value::Object(fields) = &mut choice
        {
            let ids: Vec<u32> = piece.tokens.iter().map(|token| token.id).collect();
            fields.insert("token_ids".to_owned(), json!(ids));
            if !is_chunk {
                fields
                    .insert("prompt_token_ids".to_owned(), json!(prepared.prompt_of(piece.index)));
            }
        }
        choice
    }
}

fn logprobs(prepared: &Prepared, tokens: &[Token], shown: usize) -> Value {
    if prepared.candidates.is_none() {
        return Value::Null;
    }
    let text_of = |id: u32| prepared.served.port.token_text(id).unwrap_or_default();
    let (mut texts, mut values, mut tops, mut offsets) = (vec![], vec![], vec![], vec![]);
    let mut offset = shown;
    for token in tokens {
        let text = text_of(token.id);
        offsets.push(offset);
        offset += text.chars().count();
        let Some(logprobs) = &token.logprobs else { continue };
        let top = logprobs.top.iter().map(|top| (text_of(top.token_id), json!(top.logprob)));
        tops.push(Value::Object(top.collect()));
        values.push(logprobs.chosen.logprob);
        texts.push(text);
    }
    json!({
        "tokens": texts,
        "token_logprobs": values,
        "top_logprobs": tops,
        "text_offset": offsets,
    })
}
