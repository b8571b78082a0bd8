//! Why a model folder or a request is refused; every variant names the file, the field or the limit.

use std::path::PathBuf;

use crate::ModelKind;

/// Refusals and failures of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The prompt leaves no room for one new token.
    #[error("the prompt has {tokens} tokens; this model takes at most {limit}")]
    PromptTooLong {
        /// Tokens of the prompt, the start token included.
        tokens: u32,
        /// The most tokens a prompt may have.
        limit: u32,
    },
    /// The prompt is longer than any context could hold.
    #[error("the prompt has {bytes} bytes; at most {limit} are accepted")]
    PromptTooManyBytes {
        /// Bytes of the prompt.
        bytes: usize,
        /// The most bytes a prompt may have.
        limit: usize,
    },
    /// Prompt and answer together would pass the model's context.
    #[error(
        "{requested} new tokens were asked for; after a prompt of {prompt_tokens} tokens at most {limit} fit"
    )]
    TooManyNewTokens {
        /// Tokens asked for.
        requested: u32,
        /// Tokens of the prompt.
        prompt_tokens: u32,
        /// The most new tokens that fit.
        limit: u32,
    },
    /// The prompt has no text or no token.
    #[error("the prompt is empty")]
    EmptyPrompt,
    /// Prompt and answer together need more keys and values than there is memory for.
    #[error(
        "prompt and answer need {positions} positions of the cache of keys and values; there is memory for {limit}"
    )]
    CacheTooSmall {
        /// Positions that are needed: tokens of the prompt and new ones.
        positions: u32,
        /// Positions that there are.
        limit: u64,
    },
    /// A defect of the engine showed on this input.
    #[error("the engine failed on this input; the service goes on")]
    Panicked,
    /// `max_new_tokens` is zero.
    #[error("max_new_tokens is 0; ask for at least 1")]
    NoNewTokens,
    /// A token id is not below the vocabulary size.
    #[error("token id {token_id} is not below the vocabulary size {vocab_size}")]
    UnknownToken {
        /// The refused id.
        token_id: u32,
        /// Number of ids of the model.
        vocab_size: u32,
    },
    /// A step of a back end breaks a rule of [`crate::Capacity`].
    #[error("the step is refused: {rule}")]
    InvalidStep {
        /// The rule.
        rule: &'static str,
    },
    /// The pages of the key-value cache are held by other sequences.
    #[error("the step needs {needed} pages of the cache, {free} are free")]
    CacheFull {
        /// Pages that the step needs.
        needed: u32,
        /// Pages that are free.
        free: u32,
    },
    /// A step begins behind what its sequence has cached, or the cache went with its device.
    #[error(
        "sequence {sequence} has {cached} positions cached, the step begins at {position}; begin again at {cached}"
    )]
    NotCached {
        /// Number of the sequence.
        sequence: u32,
        /// Where the step begins.
        position: u32,
        /// Positions that are there.
        cached: u32,
    },
    /// A call takes texts, but not none and not any number.
    #[error("there are {texts} texts; 1 to {limit} are taken")]
    TextCount {
        /// Texts of the call.
        texts: usize,
        /// Most texts of a call.
        limit: usize,
    },
    /// Segments are not one a token, or not below their number.
    #[error("every token has one segment below {segments}")]
    InvalidSegments {
        /// Kinds of segments that the model has.
        segments: u32,
    },
    /// An input of a classifier has another size, or a value beyond the fixed ones.
    #[error(
        "an input of {actual} values was given; it must have {expected}, each of at most 30 bits"
    )]
    InvalidInput {
        /// Values of the model's input.
        expected: usize,
        /// Values that were given.
        actual: usize,
    },
    /// The model does something else.
    #[error("this model is made for {kind}, not for {asked}")]
    OtherKind {
        /// What was asked for.
        asked: ModelKind,
        /// What the model does.
        kind: ModelKind,
    },
    /// There are no kernels for graphics adapters.
    #[error("{architecture} runs on the CPU back end only; use --backend cpu")]
    CpuOnly {
        /// Architecture as `config.json` names it.
        architecture: String,
    },
    /// The folder lacks a file.
    #[error("{} is missing", path.display())]
    MissingFile {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// A file exists and cannot be read.
    #[error("{} cannot be read", path.display())]
    UnreadableFile {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A small file of a model is longer than any that is known.
    #[error("{} has {bytes} bytes, the limit is {limit}", path.display())]
    FileTooLong {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        bytes: u64,
        /// The bound.
        limit: u64,
    },
    /// A GGUF file is damaged, hostile or of a kind that is not read.
    #[error("{}: {source}", path.display())]
    Gguf {
        /// The file.
        path: PathBuf,
        /// What the reader found.
        source: crate::GgufError,
    },
    /// A package is damaged, foreign or in the way.
    #[error("{}: {source}", path.display())]
    Package {
        /// The file or the folder.
        path: PathBuf,
        /// What is wrong.
        source: crate::PackageError,
    },
    /// A file or folder cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file or the folder.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// `config.json` (or the shard index) is not the JSON that was expected.
    #[error("{} is not valid: {source}", path.display())]
    InvalidJson {
        /// The file.
        path: PathBuf,
        /// Where the parser stopped and why.
        source: serde_json::Error,
    },
    /// The model is not a decoder of a known family, or uses a part that this engine does not run.
    #[error("{}: {field} is {found}; this engine runs {supported}", path.display())]
    UnsupportedArchitecture {
        /// The configuration file.
        path: PathBuf,
        /// Field of `config.json`.
        field: &'static str,
        /// What the file says.
        found: String,
        /// What would be accepted.
        supported: &'static str,
    },
    /// A number of `config.json` is outside the limits.
    #[error("{}: {field} is {actual}; it must be {rule}", path.display())]
    InvalidConfig {
        /// The configuration file.
        path: PathBuf,
        /// Field of `config.json`.
        field: &'static str,
        /// What the file says.
        actual: u64,
        /// The limit in words.
        rule: &'static str,
    },
    /// The container of the weights is damaged.
    #[error("{} is corrupt: {source}", path.display())]
    CorruptWeights {
        /// The weight file.
        path: PathBuf,
        /// What the reader found.
        source: safetensors::SafeTensorError,
    },
    /// A tensor of the architecture is not in the weight files.
    #[error("{} has no tensor {tensor}", path.display())]
    MissingTensor {
        /// The weight file (or the shard index).
        path: PathBuf,
        /// Hugging Face name of the tensor.
        tensor: String,
    },
    /// A tensor has another shape than `config.json` says.
    #[error("{}: {tensor} has shape {actual:?}, config.json asks for {expected:?}", path.display())]
    TensorShape {
        /// The weight file.
        path: PathBuf,
        /// Hugging Face name of the tensor.
        tensor: String,
        /// Shape that follows from the configuration.
        expected: Vec<usize>,
        /// Shape in the file.
        actual: Vec<usize>,
    },
    /// A tensor is stored in a type that this engine does not read.
    #[error("{}: {tensor} is stored as {dtype}; this engine reads F32, F16, BF16 and GGUF's Q4_0, Q4_1, Q8_0, Q4_K, Q5_K and Q6_K", path.display())]
    TensorType {
        /// The weight file.
        path: PathBuf,
        /// Hugging Face name of the tensor.
        tensor: String,
        /// Type in the file.
        dtype: String,
    },
    /// A tensor holds an infinity or a NaN.
    #[error("{}: {tensor} holds a value that is not finite", path.display())]
    NotFinite {
        /// The weight file.
        path: PathBuf,
        /// Hugging Face name of the tensor.
        tensor: String,
    },
    /// `tokenizer.json` is damaged or cannot encode or decode.
    #[error("{}: {source}", path.display())]
    Tokenizer {
        /// The tokenizer file.
        path: PathBuf,
        /// The tokenizer library's reason.
        source: tokenizers::Error,
    },
    /// The tokenizer knows ids that the model has no row for.
    #[error("{}: the tokenizer has {tokens} ids, the model {vocab_size}", path.display())]
    TokenizerMismatch {
        /// The tokenizer file.
        path: PathBuf,
        /// Ids of the tokenizer.
        tokens: u32,
        /// Rows of the model's embedding.
        vocab_size: u32,
    },
    /// The folder has no `tokenizer.json`, so text cannot be encoded; `logits` still works.
    #[error("{} is missing; without it only token ids can be run", path.display())]
    NoTokenizer {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// An integer of the exact semantics could overflow with these weights.
    #[error("{layer}: {bound} can reach {actual}, the limit is {limit}; the model is refused")]
    Overflow {
        /// Layer and tensor, as in `layers.3.down_proj`.
        layer: String,
        /// The named bound of `stoa_exact::bounds`.
        bound: &'static str,
        /// The largest value that the weights allow.
        actual: i128,
        /// The largest value that the semantics allow.
        limit: i128,
    },
    /// No graphics adapter answered.
    #[error(
        "no Vulkan, Metal or DX12 adapter was found; install a driver (Mesa's lavapipe works without a GPU) or use --backend cpu"
    )]
    NoAdapter,
    /// The model has a part for which one way of running it has no code.
    #[error("{what} has nothing for {part}; the CPU back end runs {architecture}")]
    MissingPart {
        /// The GPU back end, or the trace.
        what: &'static str,
        /// The first part of the model that is missing there.
        part: &'static str,
        /// Class of the model.
        architecture: &'static str,
    },
    /// The adapter exists and lacks a limit that the model needs.
    #[error("adapter {adapter}: {limit_name} is {available}, the model needs {required}")]
    AdapterLimit {
        /// Name of the adapter.
        adapter: String,
        /// Name of the limit.
        limit_name: &'static str,
        /// What the adapter offers.
        available: u64,
        /// What the model needs.
        required: u64,
    },
    /// The adapter did not give a device.
    #[error("adapter {adapter} refused to open: {source}")]
    DeviceRefused {
        /// Name of the adapter.
        adapter: String,
        /// The driver's reason.
        source: wgpu::RequestDeviceError,
    },
    /// The adapter computes a kernel differently from the CPU twin, so it may not serve exact inference.
    #[error("adapter {adapter}: kernel {kernel} differs from its CPU twin at element {element}")]
    SelfTest {
        /// Name of the adapter.
        adapter: String,
        /// Name of the kernel.
        kernel: &'static str,
        /// Index of the first element that differs.
        element: usize,
    },
    /// The device refused a command or ran out of memory.
    #[error("adapter {adapter} failed: {source}")]
    DeviceFailed {
        /// Name of the adapter.
        adapter: String,
        /// What wgpu or the driver said.
        source: wgpu::Error,
    },
    /// The device was lost or a result could not be read back.
    #[error("adapter {adapter} failed during {step}")]
    DeviceLost {
        /// Name of the adapter.
        adapter: String,
        /// What was being done.
        step: &'static str,
    },
}

impl EngineError {
    /// Whether the back end lost keys and values with its device.
    pub fn loses_the_cache(&self) -> bool {
        matches!(self, Self::NotCached { .. } | Self::DeviceLost { .. } | Self::DeviceFailed { .. })
    }
}
