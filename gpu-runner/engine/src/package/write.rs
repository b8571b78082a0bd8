//! `stoa model pack`: from a folder or a GGUF file to a package.
//!
//! Two runs give the same bytes, on any number of threads. One block of rows is in memory at a time. A run that was
//! killed is gone on with after the last whole part; the package appears under its name when it is whole and synced.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io::Read,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use stoa_exact::SEMANTICS_VERSION;
use stoa_primitives::ContentHash;

use super::{
    LEAVES_FILE, PackageError, PackageManifest, WEIGHTS_FILE,
    journal::Journal,
    layout::{Layout, end_of, leaf_end_of, sections_of},
    manifest::{FORMAT, FileEntry, MANIFEST_FILE},
    sink::{SectionStream, Sink, Target},
};
use crate::{
    EngineError,
    folder::{ModelFiles, config::ModelConfig, open_file},
    integer::{
        matrix::Matrix,
        parts::{MatrixPart, Part, PartSource, Quantiser},
        root::fixed,
    },
};

/// Bytes of a source that are hashed at a time.
const HASH_BLOCK_BYTES: usize = 1 << 20;
/// Longest licence identifier: SPDX's own are far shorter.
const MAX_LICENSE_BYTES: usize = 64;
/// What SPDX writes where nobody said under which licence something is.
const NO_ASSERTION: &str = "NOASSERTION";

/// What a caller decides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackOptions {
    /// SPDX identifier of the weights' licence.
    pub license: Option<String>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackProgress {
    /// What was just done: a file that was hashed, or a tensor.
    pub step: String,
    /// Bytes that are done: of the sources first, then of the package.
    pub done_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackReport {
    /// The manifest.
    pub manifest: PackageManifest,
    /// Parts that an earlier run had done.
    pub resumed_parts: usize,
    /// The most bytes of weights that were in memory at a time, in all their forms.
    pub peak_buffered_bytes: usize,
}

/// Makes the package `output` of the model `source`.
///
/// `Break` from `on_progress` breaks it off; the next call goes on.
pub fn pack(
    source: &Path,
    output: &Path,
    options: &PackOptions,
    on_progress: &mut dyn FnMut(&PackProgress) -> ControlFlow<()>,
) -> Result<PackReport, EngineError> {
    let license = license(source, options)?;
    if output.exists() {
        return Err(EngineError::Package { path: output.to_owned(), source: PackageError::Exists });
    }
    let files = ModelFiles::open(source)?;
    if files.package().is_some() {
        return Err(EngineError::Package { path: source.to_owned(), source: PackageError::Packed });
    }
    let config = files.config()?;
    files.text(&config)?;
    let tokenizer = files.tokenizer.as_deref().map(ContentHash::sha256);
    let layout = Layout::new(&config, tokenizer)?;
    let mut steps = Steps::new(output, &files, &layout, on_progress)?;
    let sources = steps.hash_sources(&files)?;
    let manifest = manifest(&config, &files, &layout, license, sources);
    let partial = partial(output);
    fs::create_dir_all(&partial)
        .map_err(|source| EngineError::Unwritable { path: partial.clone(), source })?;
    let identity = ContentHash::sha256(&manifest.clone().seal()?);
    let mut packer = Packer {
        quantiser: Quantiser(files.weights()?),
        journal: Journal::open(&partial, identity)?,
        sink: Sink::open(&partial)?,
        peak_buffered_bytes: 0,
    };
    let resumed_parts = packer.journal.done().len();
    let manifest = packer.write(&layout, manifest, &mut steps)?;
    let peak_buffered_bytes = packer.peak_buffered_bytes;
    // Its files are closed: some systems rename no folder with open ones.
    drop(packer);
    finish(&partial, output, &files, &manifest)?;
    Ok(PackReport { manifest, resumed_parts, peak_buffered_bytes })
}

fn license(source: &Path, options: &PackOptions) -> Result<String, EngineError> {
    let Some(license) = &options.license else { return Ok(NO_ASSERTION.to_owned()) };
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-+".contains(&byte);
    if license.is_empty() || license.len() > MAX_LICENSE_BYTES || !license.bytes().all(allowed) {
        let problem = PackageError::License { found: license.clone() };
        return Err(EngineError::Package { path: source.to_owned(), source: problem });
    }
    Ok(license.clone())
}

/// Where an unfinished package lies: beside its place, so that the last step is a rename.
fn partial(output: &Path) -> PathBuf {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    output.with_file_name(name)
}

/// Everything but the roots of the sections.
fn manifest(
    config: &ModelConfig,
    files: &ModelFiles,
    layout: &Layout,
    license: String,
    sources: Vec<FileEntry>,
) -> PackageManifest {
    let small = files.small_files();
    PackageManifest {
        format: FORMAT.to_owned(),
        model_root: ContentHash::new([0; 32]),
        semantics_version: SEMANTICS_VERSION,
        architecture: config.architecture.to_owned(),
        license,
        parameter_count: layout.parameter_count,
        files: small.into_iter().map(|(name, content)| FileEntry::of(name, content)).collect(),
        sources,
        sections: layout.sections.clone(),
        tensors: layout.tensors.clone(),
        digest: String::new(),
    }
}

/// Writes the small files and gives the package its name.
fn finish(
    partial: &Path,
    output: &Path,
    files: &ModelFiles,
    manifest: &PackageManifest,
) -> Result<(), EngineError> {
    let failed = |source| EngineError::Unwritable { path: output.to_owned(), source };
    // The journal, and what an attempt with another source may have left.
    for entry in fs::read_dir(partial).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if ![WEIGHTS_FILE, LEAVES_FILE].map(OsStr::new).contains(&entry.file_name().as_os_str()) {
            fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    for (name, content) in files.small_files() {
        Target::open(partial, name)?.replace(content)?;
    }
    Target::open(partial, MANIFEST_FILE)?.replace(&manifest.clone().seal()?)?;
    sync_folder(partial).map_err(failed)?;
    fs::rename(partial, output).map_err(failed)?;
    match output.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_folder(parent).map_err(failed),
        None => Ok(()),
    }
}

/// Names of files are on disk only after their folder was synced; Windows has no such call and needs none.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

struct Steps<'a> {
    output: &'a Path,
    done_bytes: u64,
    total_bytes: u64,
    on_progress: &'a mut dyn FnMut(&PackProgress) -> ControlFlow<()>,
}

impl<'a> Steps<'a> {
    fn new(
        output: &'a Path,
        files: &ModelFiles,
        layout: &Layout,
        on_progress: &'a mut dyn FnMut(&PackProgress) -> ControlFlow<()>,
    ) -> Result<Self, EngineError> {
        let mut total_bytes = layout.sections.iter().map(|section| section.size_bytes).sum();
        for path in files.weights()?.paths() {
            let unreadable = |source| EngineError::UnreadableFile { path: path.to_owned(), source };
            total_bytes += fs::metadata(path).map_err(unreadable)?.len();
        }
        Ok(Self { output, done_bytes: 0, total_bytes, on_progress })
    }

    fn step(&mut self, step: &str, bytes: u64) -> Result<(), EngineError> {
        self.done_bytes += bytes;
        let (step, done_bytes, total_bytes) = (step.to_owned(), self.done_bytes, self.total_bytes);
        match (self.on_progress)(&PackProgress { step, done_bytes, total_bytes }) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(EngineError::Package {
                path: self.output.to_owned(),
                source: PackageError::BrokenOff,
            }),
        }
    }

    fn hash_sources(&mut self, files: &ModelFiles) -> Result<Vec<FileEntry>, EngineError> {
        let paths = files.weights()?.paths();
        paths.map(|path| self.hash_source(path)).collect()
    }

    fn hash_source(&mut self, path: &Path) -> Result<FileEntry, EngineError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut file = open_file(path)?;
        let mut hasher = Sha256::new();
        let mut block = vec![0; HASH_BLOCK_BYTES];
        let mut size_bytes = 0;
        loop {
            let read = file
                .read(&mut block)
                .map_err(|source| EngineError::UnreadableFile { path: path.to_owned(), source })?;
            if read == 0 {
                break;
            }
            hasher.update(&block[..read]);
            size_bytes += read as u64;
            self.step(&name, read as u64)?;
        }
        let sha256 = ContentHash::new(hasher.finalize().into());
        Ok(FileEntry { name, size_bytes, sha256 })
    }
}

struct Packer<'a> {
    quantiser: Quantiser<'a>,
    journal: Journal,
    sink: Sink,
    peak_buffered_bytes: usize,
}

impl Packer<'_> {
    /// Writes all sections and returns the manifest with their roots.
    fn write(
        &mut self,
        layout: &Layout,
        mut manifest: PackageManifest,
        steps: &mut Steps<'_>,
    ) -> Result<PackageManifest, EngineError> {
        self.forget_behind(layout)?;
        let (head, others) = manifest.sections.split_at_mut(layout.head.len());
        for (section, bytes) in head.iter_mut().zip(&layout.head) {
            let mut stream = SectionStream::new(section);
            self.sink.push(&mut stream, bytes)?;
            section.root = self.sink.finish(stream)?;
            steps.step(&section.name, bytes.len() as u64)?;
        }
        let mut sections = others.iter_mut();
        for (number, part) in layout.parts.iter().enumerate() {
            let mut places: Vec<_> = sections.by_ref().take(sections_of(part).len()).collect();
            let roots = match self.journal.done().get(number).cloned() {
                Some(roots) => roots,
                None => {
                    let streams = places.iter().map(|place| SectionStream::new(place)).collect();
                    let roots = self.part(part, streams)?;
                    self.sink.sync()?;
                    self.journal.add(roots.clone())?;
                    roots
                }
            };
            let bytes = places.iter().map(|place| place.size_bytes).sum();
            places.iter_mut().zip(roots).for_each(|(place, root)| place.root = root);
            let name = places.first().map(|place| place.name.clone()).unwrap_or_default();
            steps.step(&name, bytes)?;
        }
        self.sink.set_lengths(layout.weight_bytes(), layout.leaves() * 32)?;
        self.sink.sync()?;
        manifest.model_root = manifest.computed_root();
        Ok(manifest)
    }

    /// Cuts off what lies behind the parts that are done: a crash may have left anything there.
    fn forget_behind(&mut self, layout: &Layout) -> Result<(), EngineError> {
        let done = layout.parts.iter().take(self.journal.done().len());
        let sections: usize = done.map(|part| sections_of(part).len()).sum();
        let kept = &layout.sections[..layout.head.len() + sections];
        match kept.last().filter(|_| sections > 0) {
            Some(last) => self.sink.set_lengths(end_of(last), leaf_end_of(last) * 32),
            None => self.sink.set_lengths(0, 0),
        }
    }

    fn part(
        &mut self,
        part: &Part,
        mut streams: Vec<SectionStream>,
    ) -> Result<Vec<ContentHash>, EngineError> {
        match part {
            Part::Norm(norm) => {
                let bytes = fixed(&self.quantiser.norm(norm.clone())?);
                for stream in &mut streams {
                    self.sink.push(stream, &bytes)?;
                }
            }
            Part::Matrix(matrix) => self.matrix(matrix, &mut streams)?,
        }
        streams.into_iter().map(|stream| self.sink.finish(stream)).collect()
    }

    fn matrix(
        &mut self,
        part: &MatrixPart,
        streams: &mut [SectionStream],
    ) -> Result<(), EngineError> {
        let Self { quantiser, sink, peak_buffered_bytes, .. } = self;
        quantiser.blocks(part, &mut |block: Matrix, buffered_bytes| {
            *peak_buffered_bytes = buffered_bytes.max(*peak_buffered_bytes);
            for (stream, (_, bytes)) in streams.iter_mut().zip(block.sections()) {
                sink.push(stream, &bytes)?;
            }
            Ok(())
        })
    }
}
