//! `tokenizer.json` of an encoder: texts and pairs of texts to ids and segments.

use std::path::{Path, PathBuf};

use stoa_primitives::ContentHash;
use tokenizers::{EncodeInput, Tokenizer};

use super::{config::EncoderConfig, forward::Tokens};
use crate::{EngineError, folder::read_file};

/// The tokenizer of a folder and the hash of its file.
pub struct Text {
    path: PathBuf,
    tokenizer: Tokenizer,
    hash: ContentHash,
    segments: u32,
}

impl Text {
    /// Reads `dir/tokenizer.json`; `None` when the folder has none (only token ids can be run).
    ///
    /// Cutting and padding that the file asks for are switched off: a text that is too long is refused, not cut
    /// in silence, and there is no padding, because every text is computed on its own.
    pub fn read(dir: &Path, config: &EncoderConfig) -> Result<Option<Self>, EngineError> {
        let path = dir.join("tokenizer.json");
        let bytes = match read_file(&path) {
            Ok(bytes) => bytes,
            Err(EngineError::MissingFile { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let invalid = |source| EngineError::Tokenizer { path: path.clone(), source };
        let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(invalid)?;
        tokenizer.with_truncation(None).map_err(invalid)?;
        tokenizer.with_padding(None);
        let tokens = tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id + 1);
        if tokens > config.vocab {
            return Err(EngineError::TokenizerMismatch { path, tokens, vocab_size: config.vocab });
        }
        let hash = ContentHash::sha256(&bytes);
        Ok(Some(Self { path, tokenizer, hash, segments: config.segments }))
    }

    /// Hash of the file.
    pub fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Ids and segments of a text or a pair, special tokens included.
    pub fn encode<'s>(&self, input: impl Into<EncodeInput<'s>>) -> Result<Tokens, EngineError> {
        let encoding = self
            .tokenizer
            .encode_fast(input, true)
            .map_err(|source| EngineError::Tokenizer { path: self.path.clone(), source })?;
        // A model with one kind of segment (RoBERTa) gives it to every token.
        let last = self.segments - 1;
        let segments = encoding.get_type_ids().iter().map(|segment| last.min(*segment)).collect();
        Ok(Tokens { ids: encoding.get_ids().to_vec(), segments })
    }
}
