//! `tokenizer.json`: text to ids and, token by token, back.

use std::{path::PathBuf, sync::Arc};

use stoa_primitives::ContentHash;
use tokenizers::Tokenizer;

use super::config::ModelConfig;
use crate::EngineError;

/// Most bytes of a prompt: far above any context, below anything that could exhaust memory.
pub const MAX_PROMPT_BYTES: usize = 1 << 20;

/// The tokenizer of a folder and the hash of its file.
pub struct Text {
    path: PathBuf,
    tokenizer: Tokenizer,
    hash: ContentHash,
    bos: Option<u32>,
}

impl Text {
    /// Reads the bytes of a `tokenizer.json`; `path` is the file that a refusal names.
    pub fn parse(path: PathBuf, bytes: &[u8], config: &ModelConfig) -> Result<Self, EngineError> {
        let tokenizer = Tokenizer::from_bytes(bytes)
            .map_err(|source| EngineError::Tokenizer { path: path.clone(), source })?;
        let tokens =
            tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id.saturating_add(1));
        if tokens > config.vocab {
            return Err(EngineError::TokenizerMismatch { path, tokens, vocab_size: config.vocab });
        }
        Ok(Self { path, tokenizer, hash: ContentHash::sha256(bytes), bos: config.bos })
    }

    /// Hash of the file.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Ids of a prompt, the start token in front.
    pub fn encode(&self, prompt: &str) -> Result<Vec<u32>, EngineError> {
        let encoding = self
            .tokenizer
            .encode_fast(prompt, true)
            .map_err(|source| EngineError::Tokenizer { path: self.path.clone(), source })?;
        let mut ids = encoding.get_ids().to_vec();
        if let Some(bos) = self.bos
            && ids.first() != Some(&bos)
        {
            ids.insert(0, bos);
        }
        Ok(ids)
    }

    /// Ids of a text that brings its own start token, as chat templates write it.
    pub fn encode_plain(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        let encoding = self
            .tokenizer
            .encode_fast(text, false)
            .map_err(|source| EngineError::Tokenizer { path: self.path.clone(), source })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of one id by itself; special tokens are named.
    pub fn token(&self, id: u32) -> Result<String, EngineError> {
        self.tokenizer
            .decode(&[id], false)
            .map_err(|source| EngineError::Tokenizer { path: self.path.clone(), source })
    }

    /// A decoder of one answer.
    pub fn decoder(self: &Arc<Self>) -> AnswerDecoder {
        AnswerDecoder { text: Arc::clone(self), ids: Vec::new(), start: 0, emitted: 0 }
    }
}

/// Turns ids into text piece by piece, holding back bytes in the middle of a character.
pub struct AnswerDecoder {
    text: Arc<Text>,
    ids: Vec<u32>,
    /// First id of the window that is decoded: everything before it has been emitted.
    start: usize,
    /// Bytes of the window's text that have been emitted.
    emitted: usize,
}

impl AnswerDecoder {
    /// Adds a token and returns the text that became complete; empty inside a UTF-8 sequence.
    pub fn push(&mut self, id: u32) -> Result<String, EngineError> {
        self.ids.push(id);
        let window = self.decode(&self.ids[self.start..])?;
        if window.ends_with(char::REPLACEMENT_CHARACTER) || window.len() <= self.emitted {
            return Ok(String::new());
        }
        let delta = window.get(self.emitted..).unwrap_or_default().to_owned();
        // Keep the last token as context: some decoders treat the first token of a text differently.
        self.start = self.ids.len() - 1;
        self.emitted = self.decode(&self.ids[self.start..])?.len();
        Ok(delta)
    }

    fn decode(&self, ids: &[u32]) -> Result<String, EngineError> {
        self.text
            .tokenizer
            .decode(ids, true)
            .map_err(|source| EngineError::Tokenizer { path: self.text.path.clone(), source })
    }
}
