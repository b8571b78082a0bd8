//! The models of this runner: those that are loaded, each with a scheduler, and those that could be.
//!
//! A model's name is the name of its folder, its version is its root in hex.

mod ask;
mod logprobs;
mod template;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

pub use ask::{Answer, AnswerEvent, Question};
pub use logprobs::{Candidate, MAX_CANDIDATES, TokenLogprobs};
use stoa_engine::EngineError;
use stoa_primitives::ContentHash;
pub use template::{ChatMessage, ChatTemplate, TemplateError};

use crate::{
    InferencePort, RunnerError,
    metrics::Metrics,
    scheduler::{Limits, Scheduler},
};

/// Time that the answers of a model get to end when it is unloaded.
const RETIRE_GRACE: Duration = Duration::from_secs(30);
/// How often that is looked at.
const RETIRE_POLL: Duration = Duration::from_millis(20);

/// Loads a model folder.
pub type Loader =
    Arc<dyn Fn(&Path) -> Result<Arc<dyn InferencePort>, EngineError> + Send + Sync + 'static>;

/// A loaded model and what serves it.
pub struct Served {
    /// The engine.
    pub port: Arc<dyn InferencePort>,
    /// Its queue and batch.
    pub scheduler: Scheduler,
    /// How messages become a prompt; a base model has none.
    pub template: Option<ChatTemplate>,
    /// Seconds since 1970 at which it was loaded.
    pub loaded_seconds: u64,
}

impl Served {
    /// The root in hex: the model's version.
    pub fn version(&self) -> String {
        self.port.model().model_root.to_string()
    }
}

/// Where models come from and how many there may be.
pub struct Shelf {
    /// Folder whose subfolders can be loaded; without one the repository is closed.
    pub repository: Option<PathBuf>,
    /// Most models loaded at a time.
    pub max_loaded: usize,
    /// Template that overrides the models' own.
    pub template: Option<ChatTemplate>,
    /// Bounds of each model's scheduler.
    pub limits: Limits,
    /// Loads.
    pub loader: Loader,
}

/// An entry of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexEntry {
    /// Name of the folder.
    pub name: String,
    /// Root in hex; empty for a model that is not loaded.
    pub version: String,
    /// Whether it answers.
    pub is_ready: bool,
}

/// All of them.
pub struct Models {
    shelf: Shelf,
    metrics: Arc<Metrics>,
    loaded: RwLock<BTreeMap<String, Arc<Served>>>,
    /// Loading takes long and memory; one at a time.
    loading: tokio::sync::Mutex<()>,
}

impl Models {
    /// Serves `port`, which was loaded from `folder`, and what the shelf offers.
    pub fn new(
        port: Arc<dyn InferencePort>,
        folder: &Path,
        shelf: Shelf,
        metrics: Arc<Metrics>,
    ) -> Result<Self, ModelsError> {
        let name = port.model().name.clone();
        let models = Self {
            shelf,
            metrics,
            loaded: RwLock::default(),
            loading: tokio::sync::Mutex::default(),
        };
        let served = models.serve(port, folder)?;
        models.change(|loaded| loaded.insert(name, served));
        Ok(models)
    }

    fn serve(
        &self,
        port: Arc<dyn InferencePort>,
        folder: &Path,
    ) -> Result<Arc<Served>, ModelsError> {
        let template = match &self.shelf.template {
            Some(template) => Some(template.clone()),
            None => ChatTemplate::of_folder(folder)?,
        };
        let metrics = Arc::clone(&self.metrics);
        let scheduler = Scheduler::start(port.as_ref(), self.shelf.limits, metrics)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(Arc::new(Served { port, scheduler, template, loaded_seconds: now.as_secs() }))
    }

    /// The model with that name and, unless it is empty, that version.
    pub fn get(&self, name: &str, version: &str) -> Result<Arc<Served>, RunnerError> {
        let found = self.read(|loaded| loaded.get(name).cloned());
        let matching = found.filter(|served| version.is_empty() || version == served.version());
        matching.ok_or_else(|| RunnerError::UnknownModel {
            name: name.to_owned(),
            version: version.to_owned(),
            served: self.names(),
        })
    }

    /// The model with that root.
    pub fn by_root(&self, root: ContentHash) -> Result<Arc<Served>, RunnerError> {
        let found = self.read(|loaded| {
            loaded.values().find(|served| served.port.model().model_root == root).cloned()
        });
        found.ok_or_else(|| RunnerError::OtherModel { ordered: root, served: self.names() })
    }

    /// Every loaded model, by name.
    pub fn all(&self) -> Vec<Arc<Served>> {
        self.read(|loaded| loaded.values().cloned().collect())
    }

    /// Tasks that wait or run, of all models.
    pub fn in_flight(&self) -> u64 {
        self.all().iter().map(|served| served.scheduler.in_flight()).sum()
    }

    /// What there is: loaded models, and folders of the repository.
    pub fn index(&self) -> Result<Vec<IndexEntry>, RunnerError> {
        let mut entries: BTreeMap<String, IndexEntry> = BTreeMap::new();
        for name in self.on_disk()? {
            let entry = IndexEntry { name: name.clone(), version: String::new(), is_ready: false };
            entries.insert(name, entry);
        }
        for served in self.all() {
            let (name, version) = (served.port.model().name.clone(), served.version());
            entries.insert(name.clone(), IndexEntry { name, version, is_ready: true });
        }
        Ok(entries.into_values().collect())
    }

    /// Loads a model of the repository, or loads it anew; the old one answers until the new one does.
    pub async fn load(&self, name: &str) -> Result<(), RunnerError> {
        let Some(repository) = &self.shelf.repository else {
            return Err(RunnerError::RepositoryClosed);
        };
        let _one_at_a_time = self.loading.lock().await;
        if !self.on_disk()?.iter().any(|known| known == name) {
            let served = self.names();
            return Err(RunnerError::UnknownModel {
                name: name.to_owned(),
                version: String::new(),
                served,
            });
        }
        let limit = self.shelf.max_loaded;
        let others = self.read(|loaded| loaded.keys().filter(|known| *known != name).count());
        if others >= limit {
            return Err(RunnerError::TooManyModels { limit });
        }
        let (folder, loader) = (repository.join(name), Arc::clone(&self.shelf.loader));
        let of_loader = folder.clone();
        let loaded = tokio::task::spawn_blocking(move || loader(&of_loader)).await;
        let port = loaded.map_err(|_| RunnerError::Lost)??;
        let served = self.serve(port, &folder).map_err(RunnerError::Models)?;
        let replaced = self.change(|loaded| loaded.insert(name.to_owned(), served));
        retire(replaced).await
    }

    /// Stops serving a model; answers that were promised get half a minute.
    pub async fn unload(&self, name: &str) -> Result<(), RunnerError> {
        if self.shelf.repository.is_none() {
            return Err(RunnerError::RepositoryClosed);
        }
        let _one_at_a_time = self.loading.lock().await;
        let removed = self.change(|loaded| loaded.remove(name));
        if removed.is_none() {
            let served = self.names();
            return Err(RunnerError::UnknownModel {
                name: name.to_owned(),
                version: String::new(),
                served,
            });
        }
        retire(removed).await
    }

    /// Ends every scheduler; their last results are stored when this returns. Blocks.
    pub fn end(&self) {
        self.all().iter().for_each(|served| served.scheduler.end());
    }

    fn names(&self) -> String {
        let names = self.all().into_iter().map(|served| {
            format!("{:?} in version {:?}", served.port.model().name, served.version())
        });
        names.collect::<Vec<_>>().join(", ")
    }

    fn on_disk(&self) -> Result<Vec<String>, RunnerError> {
        let Some(repository) = &self.shelf.repository else { return Ok(Vec::new()) };
        let unreadable = |source| RunnerError::Repository { path: repository.clone(), source };
        let mut names = Vec::new();
        for entry in std::fs::read_dir(repository).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            if entry.path().join("config.json").is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn read<T>(&self, look: impl FnOnce(&BTreeMap<String, Arc<Served>>) -> T) -> T {
        look(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Arc<Served>>) -> T) -> T {
        change(&mut self.loaded.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Ends the scheduler of a model that nobody can find any more, once its answers are given.
async fn retire(served: Option<Arc<Served>>) -> Result<(), RunnerError> {
    let Some(served) = served else { return Ok(()) };
    let answered = async {
        while served.scheduler.in_flight() > 0 {
            tokio::time::sleep(RETIRE_POLL).await;
        }
    };
    if tokio::time::timeout(RETIRE_GRACE, answered).await.is_err() {
        tracing::warn!(model = served.port.model().name, "breaking off answers of an old model");
    }
    let ended = tokio::task::spawn_blocking(move || served.scheduler.end()).await;
    ended.map_err(|_| RunnerError::Lost)
}

/// Why a model cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    /// The chat template is refused.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The inference thread could not be started.
    #[error("the inference thread could not be started")]
    Thread(#[source] std::io::Error),
    /// The back end cannot compute answers.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
