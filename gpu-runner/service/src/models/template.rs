//! Chat templates: Jinja as Hugging Face's `tokenizer_config.json` holds it.

use std::path::{Path, PathBuf};

use minijinja::{Environment, Error, ErrorKind, context};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest template in bytes.
const MAX_TEMPLATE_BYTES: u64 = 1 << 20;
/// Instructions that rendering may take: a template is data of the model's author.
const MAX_STEPS: u64 = 5_000_000;
/// Name of the template inside its environment.
const NAME: &str = "chat";

/// Why there is no prompt.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The file is too long.
    #[error("{} is longer than {MAX_TEMPLATE_BYTES} bytes", path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
    },
    /// `tokenizer_config.json` is no JSON of that shape.
    #[error("{} is not a tokenizer configuration", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the parser found.
        source: serde_json::Error,
    },
    /// The metadata of a GGUF file cannot be read.
    #[error(transparent)]
    Gguf(Box<stoa_engine::EngineError>),
    /// The template is no Jinja.
    #[error("the chat template is not valid")]
    Syntax(#[source] Box<Error>),
    /// The template refuses these messages.
    #[error("the chat template refuses these messages: {reason}")]
    Refused {
        /// The template's words.
        reason: String,
    },
}

/// One message of a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChatMessage {
    /// `system`, `user`, `assistant` or what the template knows.
    pub role: String,
    /// The text.
    pub content: String,
}

/// What of `tokenizer_config.json` concerns templates.
#[derive(Deserialize)]
struct TokenizerConfig {
    #[serde(default)]
    chat_template: Option<Source>,
    #[serde(default)]
    bos_token: Option<Special>,
    #[serde(default)]
    eos_token: Option<Special>,
}

/// One template, or several by name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    One(String),
    Named(Vec<Named>),
}

#[derive(Deserialize)]
struct Named {
    name: String,
    template: String,
}

/// A special token, alone or with its properties.
#[derive(Deserialize)]
#[serde(untagged)]
enum Special {
    Text(String),
    Token { content: String },
}

impl Special {
    fn text(self) -> String {
        match self {
            Self::Text(text) | Self::Token { content: text } => text,
        }
    }
}

/// A compiled template and the special tokens it may name.
#[derive(Clone, Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    bos_token: String,
    eos_token: String,
}

impl ChatTemplate {
    /// The template of a model folder (`chat_template.jinja`, else `tokenizer_config.json`) or of a GGUF file; a base
    /// model has none.
    pub fn of_folder(folder: &Path) -> Result<Option<Self>, TemplateError> {
        let (bos, eos, inline) = special_tokens(folder)?;
        let beside = match folder.is_file() {
            true => None,
            false => read(&folder.join("chat_template.jinja"))?,
        };
        let source = beside.or(inline);
        source.map(|source| Self::compile(source, bos, eos)).transpose()
    }

    /// A template that the operator wrote for the model in `folder`.
    pub fn of_file(file: &Path, folder: &Path) -> Result<Self, TemplateError> {
        let (bos, eos, _) = special_tokens(folder)?;
        let missing = || TemplateError::Unreadable {
            path: file.to_owned(),
            source: std::io::ErrorKind::NotFound.into(),
        };
        Self::compile(read(file)?.ok_or_else(missing)?, bos, eos)
    }

    fn compile(
        source: String,
        bos_token: String,
        eos_token: String,
    ) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        // As Hugging Face sets Jinja up; Python's string methods are part of what templates use.
        environment.set_trim_blocks(true);
        environment.set_lstrip_blocks(true);
        environment
            .set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        environment.set_fuel(Some(MAX_STEPS));
        environment.add_function("raise_exception", |reason: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, reason))
        });
        let compiled = environment.add_template_owned(NAME, source);
        compiled.map_err(|error| TemplateError::Syntax(Box::new(error)))?;
        Ok(Self { environment, bos_token, eos_token })
    }

    /// The prompt of a chat, up to where the assistant begins to speak.
    pub fn render(&self, messages: &[ChatMessage]) -> Result<String, TemplateError> {
        let refused = |error: Error| TemplateError::Refused {
            reason: error.detail().map_or_else(|| error.to_string(), str::to_owned),
        };
        let template = self.environment.get_template(NAME).map_err(refused)?;
        let rendered = template.render(context! {
            messages,
            add_generation_prompt => true,
            bos_token => self.bos_token,
            eos_token => self.eos_token,
            tools => Value::Null,
            documents => Value::Null,
        });
        rendered.map_err(refused)
    }

    /// Whether a prompt begins with the model's start token already.
    pub fn brings_start_token(&self, prompt: &str) -> bool {
        !self.bos_token.is_empty() && prompt.starts_with(&self.bos_token)
    }
}

fn special_tokens(folder: &Path) -> Result<(String, String, Option<String>), TemplateError> {
    let path = folder.join("tokenizer_config.json");
    let text = match folder.is_file() {
        true => stoa_engine::tokenizer_config(folder)
            .map_err(|error| TemplateError::Gguf(Box::new(error)))?,
        false => read(&path)?,
    };
    let Some(text) = text else { return Ok((String::new(), String::new(), None)) };
    let config: TokenizerConfig =
        serde_json::from_str(&text).map_err(|source| TemplateError::Json { path, source })?;
    let token = |special: Option<Special>| special.map(Special::text).unwrap_or_default();
    let template = match config.chat_template {
        Some(Source::One(template)) => Some(template),
        Some(Source::Named(all)) => {
            all.into_iter().find(|one| one.name == "default").map(|one| one.template)
        }
        None => None,
    };
    Ok((token(config.bos_token), token(config.eos_token), template))
}

/// The text of a file, or that there is none.
fn read(path: &Path) -> Result<Option<String>, TemplateError> {
    let unreadable = |source| TemplateError::Unreadable { path: path.to_owned(), source };
    let length = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if length > MAX_TEMPLATE_BYTES {
        return Err(TemplateError::TooLong { path: path.to_owned() });
    }
    std::fs::read_to_string(path).map(Some).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(role: &str, content: &str) -> ChatMessage {
        ChatMessage { role: role.to_owned(), content: content.to_owned() }
    }

    fn template(source: &str) -> Result<ChatTemplate, TemplateError> {
        ChatTemplate::compile(source.to_owned(), "<s>".to_owned(), "</s>".to_owned())
    }

    #[test]
    fn a_template_in_the_manner_of_published_ones_renders() {
        let source = "{{ bos_token }}{% for message in messages %}\n\
            {% if message['role'] == 'system' and not loop.first %}\n\
            {{ raise_exception('system comes first') }}\n{% endif %}\n\
            {{ '<|' + message.role + '|>' + message['content'].strip() + '<|end|>' }}{% endfor %}\n\
            {% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";
        let template = template(source).unwrap();
        let prompt = template.render(&[message("user", " hi "), message("assistant", "yes")]);
        let prompt = prompt.unwrap();
        assert_eq!(prompt, "<s><|user|>hi<|end|><|assistant|>yes<|end|><|assistant|>");
        assert!(template.brings_start_token(&prompt));
        let refused = template.render(&[message("user", "a"), message("system", "b")]);
        assert!(refused.unwrap_err().to_string().contains("system comes first"));
    }

    #[test]
    fn a_template_that_never_ends_is_broken_off() {
        let endless =
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let refused = template(endless).unwrap().render(&[]);
        assert!(matches!(refused, Err(TemplateError::Refused { .. })));
    }

    #[test]
    fn a_folder_without_a_template_has_none_and_one_with_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ChatTemplate::of_folder(folder.path()).unwrap().is_none());
        let config = folder.path().join("tokenizer_config.json");
        std::fs::write(
            &config,
            r#"{"bos_token": {"content": "<b>"}, "chat_template": "{{ bos_token }}x"}"#,
        )
        .unwrap();
        let template = ChatTemplate::of_folder(folder.path()).unwrap().unwrap();
        assert_eq!(template.render(&[]).unwrap(), "<b>x");
        std::fs::write(&config, "{").unwrap();
        assert!(matches!(ChatTemplate::of_folder(folder.path()), Err(TemplateError::Json { .. })));
        std::fs::write(&config, r#"{"chat_template": "{% for"}"#).unwrap();
        assert!(matches!(ChatTemplate::of_folder(folder.path()), Err(TemplateError::Syntax(_))));
    }
}
