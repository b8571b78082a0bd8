//! `POST /v1/chat/completions`: messages, made a prompt by the model's own template, continued.

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
use crate::{
    RunnerError,
    models::{Candidate, ChatMessage, MAX_CANDIDATES},
};

/// Most messages of one request.
const MAX_MESSAGES: usize = 1_024;

#[derive(Deserialize)]
struct Message {
    role: String,
    content: Option<Content>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    text: String,
}

fn messages(messages: Vec<Message>) -> Result<Vec<ChatMessage>, ApiError> {
    if !(1..=MAX_MESSAGES).contains(&messages.len()) {
        let message =
            format!("there are {} messages, 1 to {MAX_MESSAGES} are taken", messages.len());
        return Err(ApiError::invalid("messages", message));
    }
    messages.into_iter().map(plain).collect()
}

/// Texts only; `developer` is the newer name of `system`, which templates know.
fn plain(message: Message) -> Result<ChatMessage, ApiError> {
    let role = match message.role.as_str() {
        "developer" => "system".to_owned(),
        _ => message.role,
    };
    let content = match message.content {
        None => String::new(),
        Some(Content::Text(text)) => text,
        Some(Content::Parts(parts)) => {
            if let Some(part) = parts.iter().find(|part| part.kind != "text") {
                let reason = format!("the model reads text, not {}", part.kind);
                return Err(ApiError::unsupported("messages", reason));
            }
            parts.into_iter().map(|part| part.text).collect()
        }
    };
    Ok(ChatMessage { role, content })
}

fn candidates(fields: &mut Fields) -> Result<Option<usize>, ApiError> {
    let is_wanted = fields.take("logprobs")?.unwrap_or(false);
    let top = fields.within("top_logprobs", 0, MAX_CANDIDATES as u64)?;
    match (is_wanted, top) {
        (false, Some(_)) => Err(ApiError::invalid("top_logprobs", "top_logprobs needs logprobs")),
        (false, None) => Ok(None),
        (true, top) => Ok(usize::try_from(top.unwrap_or(0)).ok()),
    }
}

/// The shape of `chat.completion` and `chat.completion.chunk` objects.
#[derive(Default)]
pub struct Chat;

impl Shape for Chat {
    const CALL: &str = "chat.completions";

    async fn prepare(gateway: &Gateway, body: &[u8]) -> Result<Prepared, ApiError> {
        let mut fields = Fields::parse(body)?;
        let params = Params::take(&mut fields, gateway.random_seed()?)?;
        let messages = messages(fields.required("messages")?)?;
        let candidates = candidates(&mut fields)?;
        fields.only("tools", &[json!([])], "the model calls no tools")?;
        fields.only("tool_choice", &[json!("none"), json!("auto")], "the model calls no tools")?;
        fields.only("response_format", &[json!({"type": "text"})], "answers are plain text")?;
        fields.only("modalities", &[json!(["text"])], "answers are plain text")?;
        fields.end()?;
        let served = gateway.models.get(&params.model, "")?;
        let missing = || RunnerError::NoChatTemplate { model: params.model.clone() };
        let template = served.template.clone().ok_or_else(missing)?;
        let prompt = template.render(&messages).map_err(RunnerError::from)?;
        let brings_start_token = template.brings_start_token(&prompt);
        Ok(Prepared {
            prompts: vec![encode(&served, "messages", prompt, brings_start_token).await?],
            served,
            params,
            candidates,
            default_tokens: None,
            id: gateway.new_id("chatcmpl")?,
            created: super::now_seconds(),
        })
    }

    fn object(&self, is_chunk: bool) -> &'static str {
        if is_chunk { "chat.completion.chunk" } else { "chat.completion" }
    }

    fn opening(&self, index: usize) -> Option<Value> {
        let delta = json!({"role": "assistant", "content": ""});
        Some(json!({"index": index, "delta": delta, "logprobs": null, "finish_reason": null}))
    }

    fn choice(&self, prepared: &Prepared, piece: &Piece, _shown: usize, is_chunk: bool) -> Value {
        let (name, message) = if is_chunk {
            let is_empty = piece.text.is_empty();
            ("delta", if is_empty { json!({}) } else { json!({"content": piece.text}) })
        } else {
            let content = &piece.text;
            ("message", json!({"role": "assistant", "content": content, "refusal": null}))
        };
        let mut choice = json!({
            "index": piece.index,
            name: message,
            "logprobs": logprobs(prepared, &piece.tokens),
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

fn logprobs(prepared: &Prepared, tokens: &[Token]) -> Value {
    if prepared.candidates.is_none() {
        return Value::Null;
    }
    let entry = |candidate: &Candidate| {
        let text = prepared.served.port.token_text(candidate.token_id).unwrap_or_default();
        // A piece of a character has no text of its own, and its bytes are not known here.
        let is_whole = !text.contains(char::REPLACEMENT_CHARACTER);
        let bytes = is_whole.then(|| text.as_bytes().to_vec());
        json!({"token": text, "logprob": candidate.logprob, "bytes": bytes})
    };
    let content: Vec<Value> = tokens
        .iter()
        .filter_map(|token| token.logprobs.as_ref())
        .map(|logprobs| {
            let mut chosen = entry(&logprobs.chosen);
            let top: Vec<Value> = logprobs.top.iter().map(entry).collect();
            if let Value::Object(fields) = &mut chosen {
                fields.insert("top_logprobs".to_owned(), json!(top));
            }
            chosen
        })
        .collect();
    json!({"content": content, "refusal": null})
}
