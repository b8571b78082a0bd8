//! `tokenizer.json` and the chat template out of the metadata of a GGUF file.
//!
//! A file that carries its `tokenizer.json` is taken at its word. Otherwise one is made of the vocabulary: byte-level
//! pair encoding with the pattern that `tokenizer.ggml.pre` names, or SentencePiece's pair encoding, whose merges
//! follow from the scores as Hugging Face's converter makes them.

mod merges;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{GgufError, metadata::Metadata};

const TOKENS: &str = "tokenizer.ggml.tokens";
/// Kinds of tokens: llama.cpp's numbers.
const CONTROL: u64 = 3;
const USER_DEFINED: u64 = 4;

/// How a byte-level vocabulary cuts a text before merging, by the name that `tokenizer.ggml.pre` gives it.
struct Pattern {
    names: &'static [&'static str],
    /// `None`: GPT-2's, which the library has built in.
    regex: Option<&'static str>,
    /// Whether digits stand alone before the pattern is asked.
    splits_digits: bool,
    /// Unicode's composed form first.
    composes: bool,
    /// A whole word that is a token needs no merges.
    ignores_merges: bool,
    /// Whether a start token is put in front where the file does not say.
    adds_start: bool,
}

const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

const PATTERNS: [Pattern; 4] = [
    Pattern {
        names: &["llama-bpe", "llama3", "llama-v3"],
        regex: Some(LLAMA3),
        splits_digits: false,
        composes: false,
        ignores_merges: true,
        adds_start: true,
    },
    Pattern {
        names: &["qwen2", "deepseek-r1-qwen"],
        regex: Some(QWEN2),
        splits_digits: false,
        composes: true,
        ignores_merges: false,
        adds_start: false,
    },
    Pattern {
        names: &["gpt-2", "gpt2", "mpt", "olmo"],
        regex: None,
        splits_digits: false,
        composes: false,
        ignores_merges: false,
        adds_start: false,
    },
    Pattern {
        names: &["smollm", "starcoder", "refact", "command-r"],
        regex: None,
        splits_digits: true,
        composes: false,
        ignores_merges: false,
        adds_start: false,
    },
];

/// The text of `tokenizer.json`; `None` where the file has no vocabulary.
pub fn read(metadata: &Metadata) -> Result<Option<Vec<u8>>, GgufError> {
    if let Some(text) = metadata.text("tokenizer.huggingface.json")? {
        return Ok(Some(text.as_bytes().to_vec()));
    }
    let tokenizer = match model(metadata)? {
        None => return Ok(None),
        Some("gpt2") => byte_level(metadata)?,
        Some(_) => sentence_piece(metadata)?,
    };
    Ok(Some(sorted(tokenizer).to_string().into_bytes()))
}

/// `tokenizer_config.json`: chat template and special tokens, for who renders chats.
pub fn read_chat(metadata: &Metadata) -> Result<Vec<(String, Vec<u8>)>, GgufError> {
    let mut fields = Map::new();
    if let Some(template) = metadata.text("tokenizer.chat_template")? {
        fields.insert("chat_template".to_owned(), template.into());
    }
    let tokens = metadata.texts(TOKENS)?.unwrap_or_default();
    for name in ["bos", "eos"] {
        let id = metadata.token(&format!("tokenizer.ggml.{name}_token_id"))?;
        if let Some(token) = id.and_then(|id| tokens.get(id as usize)) {
            fields.insert(format!("{name}_token"), (*token).into());
        }
    }
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let text = sorted(Value::Object(fields)).to_string();
    Ok(vec![("tokenizer_config.json".to_owned(), text.into_bytes())])
}

/// Whether prompts begin with the start token.
pub fn adds_start(metadata: &Metadata) -> Result<bool, GgufError> {
    if let Some(said) = metadata.flag("tokenizer.ggml.add_bos_token")? {
        return Ok(said);
    }
    Ok(match model(metadata)? {
        None => false,
        Some("gpt2") => pattern(metadata)?.adds_start,
        Some(_) => true,
    })
}

/// The same value with the keys of every object in one order, whatever features `serde_json` was built with.
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let ordered: BTreeMap<String, Value> = map.into_iter().collect();
            Value::Object(ordered.into_iter().map(|(key, value)| (key, sorted(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn unsupported(key: &str, found: &str, supported: &'static str) -> GgufError {
    GgufError::Unsupported { key: key.to_owned(), found: format!("{found:?}"), supported }
}

/// `gpt2` or `llama`; `None` where the file has no vocabulary.
fn model(metadata: &Metadata) -> Result<Option<&str>, GgufError> {
    let key = "tokenizer.ggml.model";
    match metadata.text(key)? {
        None | Some("no_vocab" | "none") => Ok(None),
        Some(model @ ("gpt2" | "llama")) => Ok(Some(model)),
        Some(other) => Err(unsupported(key, other, "gpt2 and llama")),
    }
}

fn pattern(metadata: &Metadata) -> Result<&'static Pattern, GgufError> {
    let key = "tokenizer.ggml.pre";
    let name = metadata.text(key)?;
    let name = name.ok_or_else(|| GgufError::MissingKey { key: key.to_owned() })?;
    let found = PATTERNS.iter().find(|pattern| pattern.names.contains(&name));
    // Another pattern gives other tokens without a sign: an unknown one is refused.
    found.ok_or_else(|| unsupported(key, name, "the patterns of llama3, qwen2, gpt-2 and smollm"))
}

/// A vocabulary with the kind of every token.
struct Vocabulary<'a> {
    tokens: Vec<&'a str>,
    kinds: Vec<u64>,
}

impl<'a> Vocabulary<'a> {
    fn read(metadata: &'a Metadata) -> Result<Self, GgufError> {
        let missing = || GgufError::MissingKey { key: TOKENS.to_owned() };
        let tokens = metadata.texts(TOKENS)?.ok_or_else(missing)?;
        let key = "tokenizer.ggml.token_type";
        let kinds = metadata.numbers(key)?.unwrap_or_else(|| vec![1; tokens.len()]);
        if kinds.len() != tokens.len() {
            return Err(wrong(key, "a list as long as the vocabulary"));
        }
        Ok(Self { tokens, kinds })
    }

    /// Ids by text.
    fn ids(&self) -> Result<BTreeMap<&'a str, u32>, GgufError> {
        let mut ids = BTreeMap::new();
        for (id, token) in (0..).zip(&self.tokens) {
            if ids.insert(*token, id).is_some() {
                return Err(GgufError::Twice { name: format!("token {token:?}") });
            }
        }
        Ok(ids)
    }

    fn added(&self) -> Vec<Value> {
        let all = self.tokens.iter().zip(&self.kinds).enumerate();
        let added = all.filter(|(_, (_, kind))| matches!(**kind, CONTROL | USER_DEFINED));
        let entry = added.map(|(id, (token, kind))| {
            json!({
                "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": *kind == CONTROL,
            })
        });
        entry.collect()
    }
}

fn wrong(key: &str, expected: &'static str) -> GgufError {
    GgufError::WrongValue { key: key.to_owned(), expected }
}

fn byte_level(metadata: &Metadata) -> Result<Value, GgufError> {
    let pattern = pattern(metadata)?;
    let vocabulary = Vocabulary::read(metadata)?;
    let key = "tokenizer.ggml.merges";
    let merges = metadata.texts(key)?.unwrap_or_default();
    let pairs = merges.iter().map(|merge| merge.split_once(' ')).collect::<Option<Vec<_>>>();
    let pairs = pairs.ok_or_else(|| wrong(key, "a list of pairs"))?;
    let bytes = json!({
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
        "use_regex": pattern.regex.is_none(),
    });
    let mut steps = Vec::new();
    if pattern.splits_digits {
        steps.push(json!({ "type": "Digits", "individual_digits": true }));
    }
    if let Some(regex) = pattern.regex {
        steps.push(json!({
            "type": "Split", "pattern": { "Regex": regex }, "behavior": "Isolated", "invert": false,
        }));
    }
    steps.push(bytes.clone());
    let normalizer = pattern.composes.then(|| json!({ "type": "NFC" }));
    Ok(json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": vocabulary.added(),
        "normalizer": normalizer,
        "pre_tokenizer": { "type": "Sequence", "pretokenizers": steps },
        "post_processor": null, "decoder": bytes,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": pattern.ignores_merges, "vocab": vocabulary.ids()?, "merges": pairs,
        },
    }))
}

fn sentence_piece(metadata: &Metadata) -> Result<Value, GgufError> {
    let vocabulary = Vocabulary::read(metadata)?;
    let key = "tokenizer.ggml.scores";
    let scores =
        metadata.reals(key)?.ok_or_else(|| GgufError::MissingKey { key: key.to_owned() })?;
    if scores.len() != vocabulary.tokens.len() {
        return Err(wrong(key, "a list as long as the vocabulary"));
    }
    let ids = vocabulary.ids()?;
    let merges = merges::of_scores(&vocabulary.tokens, &vocabulary.kinds, &scores, &ids)?;
    let unknown = metadata.token("tokenizer.ggml.unknown_token_id")?.unwrap_or(0);
    let unknown = vocabulary.tokens.get(unknown as usize);
    let adds_space = metadata.flag("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
    let replace = |from: &str, to: &str| json!({ "type": "Replace", "pattern": { "String": from }, "content": to });
    let mut normalizers = vec![replace(" ", "▁")];
    let mut decoders =
        vec![replace("▁", " "), json!({ "type": "ByteFallback" }), json!({ "type": "Fuse" })];
    if adds_space {
        normalizers.insert(0, json!({ "type": "Prepend", "prepend": "▁" }));
        decoders.push(json!({ "type": "Strip", "content": " ", "start": 1, "stop": 0 }));
    }
    Ok(json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": vocabulary.added(),
        "normalizer": { "type": "Sequence", "normalizers": normalizers },
        "pre_tokenizer": null, "post_processor": null,
        "decoder": { "type": "Sequence", "decoders": decoders },
        "model": {
            "type": "BPE", "dropout": null, "unk_token": unknown, "continuing_subword_prefix": null,
            "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true,
            "ignore_merges": false, "vocab": ids, "merges": merges,
        },
    }))
}
