//! The folder in which a network lives.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Folders and files of one network.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// An empty home; whatever was there is deleted.
    pub fn fresh(path: &Path) -> Result<Self> {
        if path.exists() {
            fs::remove_dir_all(path).with_context(|| format!("emptying {}", path.display()))?;
        }
        Self::open(path)
    }

    /// A home that may hold the state of an earlier run.
    pub fn open(path: &Path) -> Result<Self> {
        let home = Self(path.to_path_buf());
        for folder in [home.logs(), home.pids(), home.content(), home.cli()] {
            fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        }
        Ok(home)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// One validator's folder; the first has number 1.
    pub fn validator(&self, number: usize) -> NodeHome {
        NodeHome { folder: self.validators().join(number.to_string()), logs: self.logs(), number }
    }

    /// How many validators' folders there are.
    pub fn validator_count(&self) -> usize {
        fs::read_dir(self.validators()).map_or(0, Iterator::count)
    }

    fn validators(&self) -> PathBuf {
        self.0.join("validators")
    }

    /// The runner's home.
    pub fn runner(&self) -> PathBuf {
        self.0.join("runner")
    }

    /// The relayer's home.
    pub fn relayer(&self) -> PathBuf {
        self.0.join("relayer")
    }

    /// The content store.
    pub fn content(&self) -> PathBuf {
        self.0.join("content")
    }

    /// What wallets and explorers need to know about the network.
    pub fn registry(&self) -> PathBuf {
        self.0.join("registry")
    }

    /// The command line's home, with the development keys.
    pub fn cli(&self) -> PathBuf {
        self.0.join("cli")
    }

    /// One log a process.
    pub fn logs(&self) -> PathBuf {
        self.0.join("logs")
    }

    /// One pid file a process that outlives its starter.
    pub fn pids(&self) -> PathBuf {
        self.0.join("pids")
    }

    /// What clients need to know about the network.
    pub fn network(&self) -> PathBuf {
        self.0.join("network.json")
    }
}

/// The folder of one validator.
#[derive(Clone, Debug)]
pub struct NodeHome {
    folder: PathBuf,
    logs: PathBuf,
    number: usize,
}

impl NodeHome {
    /// Makes the folder.
    pub fn make(&self) -> Result<()> {
        let folder = &self.folder;
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))
    }

    /// CometBFT's home.
    pub fn comet(&self) -> PathBuf {
        self.folder.join("comet")
    }

    /// The genesis file, which all validators share byte by byte.
    pub fn genesis(&self) -> PathBuf {
        self.comet().join("config/genesis.json")
    }

    /// stoad's home.
    pub fn app(&self) -> PathBuf {
        self.folder.join("app")
    }

    /// Where its processes write their logs.
    pub fn logs(&self) -> PathBuf {
        self.logs.clone()
    }

    /// A process's name in messages and log files, e.g. `stoad-1`.
    pub fn named(&self, program: &str) -> String {
        format!("{program}-{}", self.number)
    }
}
