//! The loaded encoder: `load`, `embed`, `rank`.

use std::path::{Path, PathBuf};

use stoa_exact::SEMANTICS_VERSION;
use stoa_simd::Isa;

use super::{
    config::{EncoderConfig, Head},
    forward::{Pass, Tokens},
    model::EncoderModel,
    root::encoder_root,
    text::Text,
};
use crate::{
    AdapterReport, BackendKind, EngineError, ModelInfo, ModelKind,
    engine::{check_bytes, cpu_report, folder_name},
    folder::weights::Weights,
};

/// Most texts of one call.
pub const MAX_TEXTS: usize = 2048;
/// Tokens of one pass, as far as texts are shorter: bounds its memory, and uses each weight often.
pub const PASS_TOKENS: usize = 1024;

/// An embedding: a row of unit length in Q30.
pub type EmbeddingRow = Vec<i32>;

/// A document with its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ranked {
    /// Its place among the documents that were asked about.
    pub index: usize,
    /// The score, a fixed value (Q14.16); larger means closer to the query.
    pub score: i32,
}

/// An encoder on the CPU. `Send + Sync`, and calls run side by side.
pub struct Encoder {
    info: ModelInfo,
    adapter: AdapterReport,
    model: EncoderModel,
    text: Option<Text>,
    dir: PathBuf,
}

impl Encoder {
    /// Loads and quantises the folder. There are no kernels for graphics adapters: asking for one is refused.
    pub fn load(dir: &Path, backend: BackendKind) -> Result<Self, EngineError> {
        let config = EncoderConfig::read(dir)?;
        let architecture = config.architecture;
        if backend == BackendKind::Gpu {
            return Err(EngineError::CpuOnly { architecture: architecture.to_owned() });
        }
        let text = Text::read(dir, &config)?;
        let model = EncoderModel::build(config, &Weights::of_folder(dir)?)?;
        let info = ModelInfo {
            name: folder_name(dir),
            architecture: architecture.to_owned(),
            model_root: encoder_root(&model, text.as_ref().map(Text::hash)),
            semantics_version: SEMANTICS_VERSION,
            context_tokens: model.config.context,
            vocab_size: model.config.vocab,
            parameter_count: model.parameter_count(),
        };
        tracing::info!(model = info.name, model_root = %info.model_root, "encoder loaded");
        Ok(Self { info, adapter: cpu_report(), model, text, dir: dir.to_owned() })
    }

    /// Identity and size of the model.
    pub fn model(&self) -> &ModelInfo {
        &self.info
    }

    /// What the engine sees of its adapter.
    pub fn adapter(&self) -> &AdapterReport {
        &self.adapter
    }

    /// Where it computes.
    pub fn backend(&self) -> BackendKind {
        BackendKind::Cpu
    }

    /// What it is for: embeddings or ranking.
    pub fn kind(&self) -> ModelKind {
        match self.model.config.head {
            Head::Embedding(_) => ModelKind::Embedding,
            Head::Ranking => ModelKind::Ranking,
        }
    }

    /// Width of an embedding.
    pub fn dimensions(&self) -> u32 {
        self.model.config.hidden
    }

    /// Ids of a text as the model reads it, special tokens included.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        Ok(self.tokens_of(text)?.ids)
    }

    /// One embedding a text. Which texts share a call cannot change a bit.
    pub fn embed(&self, texts: &[&str]) -> Result<Vec<EmbeddingRow>, EngineError> {
        self.expect(ModelKind::Embedding)?;
        check_count(texts.len())?;
        let texts = texts.iter().map(|text| self.tokens_of(text)).collect::<Result<Vec<_>, _>>()?;
        self.run(&texts)
    }

    /// [`Encoder::embed`] of texts in ids, special tokens included.
    pub fn embed_ids(&self, texts: &[Vec<u32>]) -> Result<Vec<EmbeddingRow>, EngineError> {
        self.expect(ModelKind::Embedding)?;
        check_count(texts.len())?;
        let texts = texts.iter().map(|ids| Tokens::of_ids(ids.clone()));
        self.run(&texts.collect::<Vec<_>>())
    }

    /// The documents by their score for the query, best first; of equals the first asked about.
    pub fn rank(&self, query: &str, documents: &[&str]) -> Result<Vec<Ranked>, EngineError> {
        self.expect(ModelKind::Ranking)?;
        check_count(documents.len())?;
        let pairs = documents.iter().map(|document| self.pair(query, document));
        let scores = self.run(&pairs.collect::<Result<Vec<_>, _>>()?)?;
        let score = |(index, row): (usize, EmbeddingRow)| Ranked {
            index,
            score: row.first().copied().unwrap_or_default(),
        };
        let mut ranked: Vec<Ranked> = scores.into_iter().enumerate().map(score).collect();
        ranked.sort_by_key(|entry| (std::cmp::Reverse(entry.score), entry.index));
        Ok(ranked)
    }

    /// The score of a pair in ids with their segments, a fixed value.
    pub fn score_ids(&self, ids: &[u32], segments: &[u32]) -> Result<i32, EngineError> {
        self.expect(ModelKind::Ranking)?;
        let pair = Tokens { ids: ids.to_vec(), segments: segments.to_vec() };
        let rows = self.run(&[pair])?;
        Ok(rows.first().and_then(|row| row.first()).copied().unwrap_or_default())
    }

    /// A text as the model reads it.
    pub fn tokens_of(&self, text: &str) -> Result<Tokens, EngineError> {
        check_text(text)?;
        self.tokenizer()?.encode(text)
    }

    fn pair(&self, query: &str, document: &str) -> Result<Tokens, EngineError> {
        check_text(query)?;
        check_text(document)?;
        self.tokenizer()?.encode((query, document))
    }

    fn tokenizer(&self) -> Result<&Text, EngineError> {
        let path = || self.dir.join("tokenizer.json");
        self.text.as_ref().ok_or_else(|| EngineError::NoTokenizer { path: path() })
    }

    /// The result of every text: an embedding, or one score. Which texts share a call cannot change a bit.
    pub fn run(&self, texts: &[Tokens]) -> Result<Vec<EmbeddingRow>, EngineError> {
        texts.iter().try_for_each(|text| self.check(text))?;
        let pass = Pass { model: &self.model, isa: Isa::best() };
        let mut results = Vec::with_capacity(texts.len());
        let mut rest = texts;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(fitting(rest));
            results.extend(pass.run(now));
            rest = later;
        }
        Ok(results)
    }

    /// Refuses what [`Encoder::run`] would refuse.
    pub fn check(&self, text: &Tokens) -> Result<(), EngineError> {
        let config = &self.model.config;
        let (tokens, limit) = (text.ids.len() as u32, config.context);
        if tokens == 0 {
            return Err(EngineError::EmptyPrompt);
        }
        if tokens > limit {
            return Err(EngineError::PromptTooLong { tokens, limit });
        }
        if let Some(token_id) = text.ids.iter().find(|id| **id >= config.vocab) {
            let (token_id, vocab_size) = (*token_id, config.vocab);
            return Err(EngineError::UnknownToken { token_id, vocab_size });
        }
        let known = text.segments.iter().all(|segment| *segment < config.segments);
        if text.segments.len() != text.ids.len() || !known {
            return Err(EngineError::InvalidSegments { segments: config.segments });
        }
        Ok(())
    }

    /// Refuses what the model is not made for.
    pub fn expect(&self, asked: ModelKind) -> Result<(), EngineError> {
        match self.kind() {
            kind if kind == asked => Ok(()),
            kind => Err(EngineError::OtherKind { asked, kind }),
        }
    }
}

/// How many of the texts the next pass takes, at least one.
fn fitting(texts: &[Tokens]) -> usize {
    let mut tokens = 0;
    let fits = |text: &&Tokens| {
        tokens += text.ids.len();
        tokens <= PASS_TOKENS
    };
    texts.iter().take_while(fits).count().max(1)
}

fn check_count(texts: usize) -> Result<(), EngineError> {
    if (1..=MAX_TEXTS).contains(&texts) {
        return Ok(());
    }
    Err(EngineError::TextCount { texts, limit: MAX_TEXTS })
}

fn check_text(text: &str) -> Result<(), EngineError> {
    if text.is_empty() {
        return Err(EngineError::EmptyPrompt);
    }
    check_bytes(text)
}
