//! What is wrong with a package.

use stoa_primitives::ContentHash;

/// Findings about a package; the file's name is beside them in [`crate::EngineError::Package`].
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The package is of another version.
    #[error("it says {found:?}; this engine reads {:?}", super::manifest::FORMAT)]
    Format {
        /// What the file says.
        found: String,
    },
    /// The manifest is not the text that its digest names.
    #[error("its digest does not match: it was changed")]
    Manifest,
    /// The sections do not give the model root that is stated.
    #[error("its sections give the model root {actual}, it states {stated}")]
    Root {
        /// What the manifest says.
        stated: ContentHash,
        /// What the sections give.
        actual: ContentHash,
    },
    /// The manifest describes another model than its configuration.
    #[error("{section} is not as the configuration asks for it")]
    Layout {
        /// The first section or file that differs.
        section: String,
    },
    /// A file has another length than the manifest says.
    #[error("it has {actual} bytes instead of {expected}")]
    Length {
        /// Bytes by the manifest.
        expected: u64,
        /// Bytes found.
        actual: u64,
    },
    /// A small file has another content than the manifest says.
    #[error("its content is not the one that the manifest names")]
    File,
    /// A leaf has another hash than is stored for it.
    #[error("{section} is damaged in leaf {leaf} (bytes {} to {})", leaf * 1024, leaf * 1024 + 1024)]
    Leaf {
        /// The section.
        section: String,
        /// The leaf in it.
        leaf: u64,
    },
    /// The stored hashes of a section do not give its root.
    #[error("the stored leaf hashes of {section} are damaged")]
    Leaves {
        /// The section.
        section: String,
    },
    /// The bytes between two sections are not zero.
    #[error("the padding behind {section} is not zero")]
    Padding {
        /// The section in front.
        section: String,
    },
    /// The licence is not an SPDX identifier.
    #[error("{found:?} is no SPDX licence identifier")]
    License {
        /// What was given.
        found: String,
    },
    /// The place of the package is taken.
    #[error("it exists already")]
    Exists,
    /// Another process is packing to the same place.
    #[error("another process is packing here")]
    Busy,
    /// The caller broke off; the next attempt goes on from there.
    #[error("packing was broken off; start it again to go on")]
    BrokenOff,
    /// Only integers are stored, and floats were asked for.
    #[error("a package holds integers only; measure the folder or file that it was made of")]
    NoFloats,
    /// A package is made of weights, not of another package.
    #[error("it is a package already")]
    Packed,
}
