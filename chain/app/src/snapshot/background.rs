//! Snapshots are taken by a thread of their own.

use std::{
    io::{self, Write},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Instant,
};

use stoa_store::{Database, Export, ExportError};

use super::{Listed, MAX_KEPT, Manifest, Schedule, shelf::Shelf};
use crate::block::Note;

/// The snapshots of this node, and the one that is being taken.
pub(crate) struct Snapshots {
    schedule: Schedule,
    shelf: Arc<Shelf>,
    running: Mutex<Option<JoinHandle<()>>>,
    is_stopping: Arc<AtomicBool>,
}

impl Snapshots {
    /// Those in `folder`, which is created if absent.
    pub(crate) fn open(folder: &Path, schedule: Schedule) -> io::Result<Self> {
        let shelf = Arc::new(Shelf::open(folder)?);
        let (running, is_stopping) = (Mutex::default(), Arc::default());
        Ok(Self { schedule, shelf, running, is_stopping })
    }

    /// When they are taken.
    pub(crate) const fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// All that peers may fetch, the last first.
    pub(crate) fn list(&self) -> Vec<Listed> {
        self.shelf.list()
    }

    /// A chunk, if it is there.
    pub(crate) fn chunk(&self, height: u64, number: u32) -> Option<Vec<u8>> {
        self.shelf.chunk(height, number)
    }

    /// Begins to take one of the commit of `height` if one is due then. The state is fixed before this
    /// returns; all else happens behind it. Nothing that fails here concerns consensus.
    pub(crate) fn after_commit(&self, database: &Database, height: u64) {
        if !self.schedule.is_due(height) {
            return;
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.as_ref().is_some_and(|thread| !thread.is_finished()) {
            tracing::warn!(
                height,
                "no snapshot: the one before is not finished; take them more rarely"
            );
            return;
        }
        let export = match database.export() {
            Ok(Some(export)) => export,
            Ok(None) => return,
            Err(error) => return tracing::error!(height, %error, "no snapshot"),
        };
        let (shelf, schedule) = (Arc::clone(&self.shelf), self.schedule);
        let is_stopping = Arc::clone(&self.is_stopping);
        let task = move || {
            let started = Instant::now();
            match take(&export, &shelf, schedule, &is_stopping) {
                Ok(Listed { chunks, .. }) => {
                    let millis = started.elapsed().as_millis();
                    tracing::info!(height, chunks, millis, "snapshot taken");
                }
                Err(error) => tracing::error!(height, %error, "no snapshot"),
            }
        };
        match thread::Builder::new().name("snapshot".to_owned()).spawn(task) {
            Ok(thread) => *running = Some(thread),
            Err(error) => tracing::error!(height, %error, "no snapshot"),
        }
    }

    /// Returns once none is being taken.
    pub(crate) fn wait(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A panic there has been printed, and concerns nobody else.
        let _ = running.map(JoinHandle::join);
    }
}

/// The database can be opened again once the application is dropped.
impl Drop for Snapshots {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        self.wait();
    }
}

/// A sink that fails when the node stops.
struct UntilStopped<'a> {
    sink: &'a mut dyn Write,
    is_stopping: &'a AtomicBool,
}

impl Write for UntilStopped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_stopping.load(Ordering::Relaxed) {
            return Err(io::Error::other("the node stops"));
        }
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

fn take(
    export: &Export,
    shelf: &Shelf,
    schedule: Schedule,
    is_stopping: &AtomicBool,
) -> Result<Listed, ExportError> {
    let record = export.record();
    let note = Note::decode(record.height, &record.note).map_err(io::Error::other)?;
    let write = |sink: &mut dyn Write| export.write(&mut UntilStopped { sink, is_stopping });
    let (roots, time_nanos) = (export.roots(), note.time_nanos);
    let describe = |chunk_hashes| Manifest { time_nanos, roots, chunk_hashes };
    let taken = shelf.put(record.height, write, describe)?;
    let kept = schedule.keep_recent.clamp(1, MAX_KEPT);
    shelf.keep(usize::try_from(kept).unwrap_or(usize::MAX))?;
    Ok(taken)
}
