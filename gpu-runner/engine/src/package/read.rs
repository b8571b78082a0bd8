//! A package that is read: every byte is compared with the model root before a weight of it is used.

use std::{
    cell::RefCell,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use rayon::prelude::*;
use stoa_primitives::ContentHash;
use stoa_trace::merkle::{LEAF_BYTES, Node, Tree, leaf};

use super::{
    LEAVES_FILE, PackageError, PackageManifest, SectionEntry, WEIGHTS_FILE,
    layout::{Layout, leaves_of},
    manifest::{FileEntry, MANIFEST_FILE},
};
use crate::{
    EngineError,
    folder::{config::ModelConfig, open_file},
    integer::{
        matrix::Matrix,
        model::IntegerModel,
        parts::{MatrixPart, NormPart, PartSource, checked_norm, words},
    },
};

/// An open package; its manifest is whole and gives the model root that it states.
pub struct Package {
    dir: PathBuf,
    manifest: PackageManifest,
    weights: RefCell<File>,
    leaves: RefCell<File>,
}

impl Package {
    /// The package at `path`; `None` when it is another kind of model.
    pub fn at(path: &Path) -> Result<Option<Self>, EngineError> {
        path.join(MANIFEST_FILE).exists().then(|| Self::open(path)).transpose()
    }

    /// Opens a package: manifest and lengths are checked, the weights when they are read.
    pub fn open(dir: &Path) -> Result<Self, EngineError> {
        let manifest = PackageManifest::read(dir)?;
        let weights = RefCell::new(open_file(&dir.join(WEIGHTS_FILE))?);
        let leaves = RefCell::new(open_file(&dir.join(LEAVES_FILE))?);
        Ok(Self { dir: dir.to_owned(), manifest, weights, leaves })
    }

    /// What the package holds.
    pub fn manifest(&self) -> &PackageManifest {
        &self.manifest
    }

    /// Compares the small files with the manifest.
    pub(crate) fn check_files(&self, files: &[(&str, &[u8])]) -> Result<(), EngineError> {
        let found = files.iter().map(|(name, content)| FileEntry::of(name, content));
        let found: Vec<FileEntry> = found.collect();
        for entry in &self.manifest.files {
            if !found.contains(entry) {
                return Err(self.refuse(&entry.name, PackageError::File));
            }
        }
        match found.iter().find(|entry| !self.manifest.files.contains(entry)) {
            Some(entry) => Err(self.refuse(&entry.name, PackageError::File)),
            None => Ok(()),
        }
    }

    /// The whole model: every section, leaf and byte between them is verified, and every bound checked.
    pub(crate) fn integers(
        &self,
        config: ModelConfig,
        tokenizer: Option<ContentHash>,
    ) -> Result<IntegerModel, EngineError> {
        let layout = Layout::new(&config, tokenizer)?;
        self.check_layout(&layout)?;
        for (section, expected) in self.manifest.sections.iter().zip(&layout.head) {
            if self.section(section)? != *expected {
                let section = section.name.clone();
                return Err(self.refuse(MANIFEST_FILE, PackageError::Layout { section }));
            }
        }
        self.check_padding()?;
        IntegerModel::build(config, self)
    }

    /// Sections, places and lengths must be those that the configuration asks for.
    fn check_layout(&self, layout: &Layout) -> Result<(), EngineError> {
        let differs = |section: &str| {
            let section = section.to_owned();
            Err(self.refuse(MANIFEST_FILE, PackageError::Layout { section }))
        };
        let manifest = &self.manifest;
        for (stated, planned) in manifest.sections.iter().zip(&layout.sections) {
            if *stated != (SectionEntry { root: stated.root, ..planned.clone() }) {
                return differs(&planned.name);
            }
        }
        if manifest.sections.len() != layout.sections.len() {
            return differs("the number of sections");
        }
        if manifest.tensors != layout.tensors || manifest.parameter_count != layout.parameter_count
        {
            return differs("the table of tensors");
        }
        self.check_length(WEIGHTS_FILE, &self.weights, layout.weight_bytes())?;
        self.check_length(LEAVES_FILE, &self.leaves, layout.leaves() * size_of::<Node>() as u64)
    }

    fn check_length(
        &self,
        name: &str,
        file: &RefCell<File>,
        expected: u64,
    ) -> Result<(), EngineError> {
        let path = self.dir.join(name);
        let length = file.borrow().metadata();
        let actual = length.map_err(|source| EngineError::UnreadableFile { path, source })?.len();
        if actual != expected {
            return Err(self.refuse(name, PackageError::Length { expected, actual }));
        }
        Ok(())
    }

    fn check_padding(&self) -> Result<(), EngineError> {
        for pair in self.manifest.sections.windows(2) {
            let [section, next] = pair else { continue };
            let end = section.offset_bytes + section.size_bytes;
            let padding = self.read(WEIGHTS_FILE, &self.weights, end, next.offset_bytes - end)?;
            if padding.iter().any(|byte| *byte != 0) {
                let section = section.name.clone();
                return Err(self.refuse(WEIGHTS_FILE, PackageError::Padding { section }));
            }
        }
        Ok(())
    }

    /// The verified bytes of a section.
    pub(super) fn section(&self, section: &SectionEntry) -> Result<Vec<u8>, EngineError> {
        let stored = self.leaf_nodes(section)?;
        let bytes =
            self.read(WEIGHTS_FILE, &self.weights, section.offset_bytes, section.size_bytes)?;
        let damaged = match bytes.is_empty() {
            true => (stored.first() != Some(&leaf(&[]))).then_some(0),
            false => bytes
                .par_chunks(LEAF_BYTES)
                .zip(&stored)
                .position_first(|(bytes, stored)| leaf(bytes) != *stored),
        };
        match damaged {
            None => Ok(bytes),
            Some(index) => {
                let (section, leaf) = (section.name.clone(), index as u64);
                Err(self.refuse(WEIGHTS_FILE, PackageError::Leaf { section, leaf }))
            }
        }
    }

    /// The stored hashes of a section's leaves, which give its root.
    pub(super) fn leaf_nodes(&self, section: &SectionEntry) -> Result<Vec<Node>, EngineError> {
        let (begin, count) = (section.first_leaf * 32, leaves_of(section.size_bytes));
        let bytes = self.read(LEAVES_FILE, &self.leaves, begin, count * 32)?;
        let nodes: Vec<Node> = bytes.as_chunks().0.to_vec();
        if Tree::of_nodes(nodes.clone()).root() != *section.root.as_bytes() {
            let section = section.name.clone();
            return Err(self.refuse(LEAVES_FILE, PackageError::Leaves { section }));
        }
        Ok(nodes)
    }

    fn read(
        &self,
        name: &str,
        file: &RefCell<File>,
        begin: u64,
        length: u64,
    ) -> Result<Vec<u8>, EngineError> {
        let mut bytes = vec![0; length as usize];
        let mut file = file.borrow_mut();
        let read = file.seek(SeekFrom::Start(begin)).and_then(|_| file.read_exact(&mut bytes));
        let path = self.dir.join(name);
        read.map_err(|source| EngineError::UnreadableFile { path, source })?;
        Ok(bytes)
    }

    /// A section by name; the layout was compared before.
    pub(super) fn find(&self, name: &str) -> Result<&SectionEntry, EngineError> {
        let found = self.manifest.sections.iter().find(|section| section.name == name);
        let missing = || PackageError::Layout { section: name.to_owned() };
        found.ok_or_else(|| self.refuse(MANIFEST_FILE, missing()))
    }

    fn refuse(&self, name: &str, source: PackageError) -> EngineError {
        EngineError::Package { path: self.dir.join(name), source }
    }
}

impl PartSource for Package {
    fn matrix(&self, part: MatrixPart) -> Result<Matrix, EngineError> {
        let names = part.sections().into_iter().map(|(name, _)| name);
        let sections = names.map(|name| self.section(self.find(&name)?));
        part.assemble(sections.collect::<Result<_, _>>()?)
    }

    fn norm(&self, part: NormPart) -> Result<Vec<i32>, EngineError> {
        let bytes = self.section(self.find(&part.section)?)?;
        checked_norm(words(&bytes).map(|word| i64::from(word as i32)), &part.section)
    }
}
