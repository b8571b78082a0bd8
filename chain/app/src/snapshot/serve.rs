//! What peers may fetch.

use super::{FORMAT, Listed};
use crate::app::App;

impl App {
    /// The snapshots of this node, the last first.
    pub fn list_snapshots(&self) -> Vec<Listed> {
        self.snapshots.list()
    }

    /// A chunk of one of them, if it is there.
    pub fn load_chunk(&self, height: u64, format: u32, number: u32) -> Option<Vec<u8>> {
        if format == FORMAT { self.snapshots.chunk(height, number) } else { None }
    }
}
