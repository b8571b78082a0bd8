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

    /// CometBFT's home.
    pub fn comet(&self) -> PathBuf {
        self.0.join("comet")
    }

    /// stoad's home.
    pub fn node(&self) -> PathBuf {
        self.0.join("node")
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
