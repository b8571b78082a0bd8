//! Tensors of a model on disk, read a block of rows at a time: a checkpoint is never in memory as a whole.

mod encoding;
mod safetensors;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    ops::Range,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

pub use encoding::Encoding;

use crate::EngineError;

/// In which order a file keeps the rows of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOrder {
    /// As the model counts them.
    Plain,
    /// Heads of this many rows, of each the two halves by turns: how llama.cpp wants queries and keys.
    Interleaved {
        /// Rows of a head.
        head: usize,
    },
}

/// Where a tensor lies.
pub struct Stored {
    /// Index of the file.
    pub file: usize,
    /// First byte.
    pub offset: u64,
    /// Format; `Err` names one that this engine does not read.
    pub encoding: Result<Encoding, String>,
    /// Sizes, rows first.
    pub shape: Vec<usize>,
    /// Order of the rows.
    pub order: RowOrder,
    /// What the file added to every value.
    pub added: f32,
}

/// The tensors of a model by their Hugging Face names.
pub struct Weights {
    files: Vec<(PathBuf, Mutex<File>)>,
    tensors: BTreeMap<String, Stored>,
}

impl Weights {
    /// Tensors of files that are open.
    pub fn new(files: Vec<(PathBuf, File)>, tensors: BTreeMap<String, Stored>) -> Self {
        let files = files.into_iter().map(|(path, file)| (path, Mutex::new(file))).collect();
        Self { files, tensors }
    }

    /// The weight files of a Hugging Face folder.
    pub fn of_folder(dir: &Path) -> Result<Self, EngineError> {
        safetensors::open(dir)
    }

    /// The files, in order.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, _)| path.as_path())
    }

    /// Whether there is a tensor of that name.
    pub fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name)
    }

    /// Rows that are read together at little cost: a head where its rows are kept in another order.
    pub fn row_step(&self, name: &str) -> usize {
        match self.tensors.get(name).map(|stored| stored.order) {
            Some(RowOrder::Interleaved { head }) => head,
            _ => 1,
        }
    }

    /// A tensor as f32 values, row-major; refuses another shape, another type and values that are not finite.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EngineError> {
        self.rows(name, shape, 0..shape.first().copied().unwrap_or(0))
    }

    /// Some rows of a tensor that has this shape.
    pub fn rows(
        &self,
        name: &str,
        shape: &[usize],
        rows: Range<usize>,
    ) -> Result<Vec<f32>, EngineError> {
        let stored = self.find(name)?;
        let path = || self.files[stored.file].0.clone();
        let tensor = || name.to_owned();
        if stored.shape != shape {
            return Err(EngineError::TensorShape {
                path: path(),
                tensor: tensor(),
                expected: shape.to_vec(),
                actual: stored.shape.clone(),
            });
        }
        let encoding = match &stored.encoding {
            Ok(encoding) => *encoding,
            Err(dtype) => {
                let dtype = dtype.clone();
                return Err(EngineError::TensorType { path: path(), tensor: tensor(), dtype });
            }
        };
        let mut values = self.read(stored, encoding, rows)?;
        if stored.added != 0.0 {
            values.iter_mut().for_each(|value| *value -= stored.added);
        }
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(EngineError::NotFinite { path: path(), tensor: tensor() })
        }
    }

    fn read(
        &self,
        stored: &Stored,
        encoding: Encoding,
        rows: Range<usize>,
    ) -> Result<Vec<f32>, EngineError> {
        let RowOrder::Interleaved { head } = stored.order else {
            return self.read_plain(stored, encoding, rows);
        };
        // Rows of a head are scattered over the whole head: read the heads that the rows lie in.
        let first = rows.start / head * head;
        let heads = self.read_plain(stored, encoding, first..rows.end.next_multiple_of(head))?;
        let width: usize = stored.shape[1..].iter().product();
        let place = |row: usize| {
            let (start, within) = (row / head * head - first, row % head);
            start + 2 * (within % (head / 2)) + within / (head / 2)
        };
        Ok(rows.flat_map(|row| &heads[place(row) * width..][..width]).copied().collect())
    }

    fn read_plain(
        &self,
        stored: &Stored,
        encoding: Encoding,
        rows: Range<usize>,
    ) -> Result<Vec<f32>, EngineError> {
        let width: usize = stored.shape[1..].iter().product();
        let (count, size) = encoding.block();
        // Rows of a matrix are whole blocks; a vector is read as a whole.
        let begin = stored.offset + (rows.start * width / count * size) as u64;
        let mut bytes = vec![0; rows.len() * width / count * size];
        let (path, file) = &self.files[stored.file];
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(begin))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(|source| EngineError::UnreadableFile { path: path.clone(), source })?;
        Ok(encoding.widen(&bytes))
    }

    fn find(&self, name: &str) -> Result<&Stored, EngineError> {
        self.tensors.get(name).ok_or_else(|| EngineError::MissingTensor {
            path: self.files.first().map(|(path, _)| path.clone()).unwrap_or_default(),
            tensor: name.to_owned(),
        })
    }
}
