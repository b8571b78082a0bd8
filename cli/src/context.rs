//! What every command may need: home, network, key, content store; opened when asked for.

use std::{path::PathBuf, sync::Arc};

use stoa_client::{Client, ContentStore, Key, KeyStore, Network};

use crate::{args::Global, error::CliError, progress::Progress};

/// Folder under the user's home.
const HOME_FOLDER: &str = ".stoa";
/// Network file under the home folder, when none is named.
const NETWORK_FILE: &str = "network.json";

/// The global flags, resolved lazily: `stoa keys` needs no network.
pub(crate) struct Context {
    global: Global,
}

impl Context {
    pub fn new(global: Global) -> Self {
        Self { global }
    }

    pub fn is_json(&self) -> bool {
        self.global.json
    }

    pub fn progress(&self, message: impl Into<String>) -> Progress {
        Progress::start(self.is_json(), message)
    }

    pub fn keys(&self) -> Result<KeyStore, CliError> {
        Ok(KeyStore::new(&self.home()?))
    }

    pub fn network(&self) -> Result<Network, CliError> {
        let path = match &self.global.network {
            Some(path) => path.clone(),
            None => self.home()?.join(NETWORK_FILE),
        };
        if !path.exists() {
            return Err(CliError::NoNetwork { path });
        }
        Ok(Network::load(&path)?)
    }

    /// A client that only asks.
    pub async fn reader(&self) -> Result<Client, CliError> {
        Ok(Client::connect_read_only(&self.network()?).await?)
    }

    /// A client that signs with the chosen key.
    pub async fn signer(&self) -> Result<Client, CliError> {
        let key = self.key()?;
        Ok(Client::connect(&self.network()?, key).await?)
    }

    /// `--from`, or the only key there is.
    pub fn key(&self) -> Result<Key, CliError> {
        let store = self.keys()?;
        if let Some(name) = &self.global.from {
            return Ok(store.load(name)?);
        }
        match store.list()?.as_slice() {
            [only] => Ok(store.load(&only.name)?),
            several => Err(CliError::NoKey { keys: several.len() }),
        }
    }

    /// An address as it is, or the address of a key by its name.
    pub fn address(&self, address_or_key: Option<&str>) -> Result<String, CliError> {
        let Some(text) = address_or_key else {
            return Ok(self.key()?.address().to_owned());
        };
        let records = self.keys()?.list()?;
        let named = records.into_iter().find(|record| record.name == text);
        Ok(named.map_or_else(|| text.to_owned(), |record| record.address))
    }

    pub fn content(&self) -> Result<Arc<dyn ContentStore>, CliError> {
        let url = self.network()?.content_store.ok_or(CliError::NoContentStore)?;
        Ok(stoa_client::open(&url)?)
    }

    fn home(&self) -> Result<PathBuf, CliError> {
        match &self.global.home {
            Some(home) => Ok(home.clone()),
            None => Ok(std::env::home_dir().ok_or(CliError::NoHome)?.join(HOME_FOLDER)),
        }
    }
}
