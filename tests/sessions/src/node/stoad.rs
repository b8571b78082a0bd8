//! `stoad` with CometBFT.

use anyhow::Result;
use stoa_system::{comet::BlockTime, localnet::Localnet, ports::Ports};
use tempfile::TempDir;

use super::{Node, tell};

/// A running chain of one validator; stops when dropped.
pub struct Stoad {
    /// What can be asked.
    pub node: Node,
    _localnet: Localnet,
    _folder: TempDir,
}

impl Stoad {
    /// Starts it in a fresh folder and makes its history.
    pub async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let ports = Ports::free()?;
        let localnet = Localnet::create(folder.path(), &[ports], BlockTime::FAST).await?;
        let node = tell("stoad", ports).await?;
        Ok(Self { node, _localnet: localnet, _folder: folder })
    }
}
