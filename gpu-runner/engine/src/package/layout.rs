//! Where everything lies in a package: it follows from the configuration alone, so nothing that a file says about
//! places is trusted.

use stoa_primitives::ContentHash;
use stoa_trace::merkle::LEAF_BYTES;

use super::manifest::{SectionEntry, TensorEntry};
use crate::{
    EngineError,
    folder::config::{ModelConfig, WeightFormat},
    integer::{
        model::IntegerModel,
        parts::{Part, Plan},
        root::head_sections,
    },
};

/// Sections begin at multiples of this.
pub const SECTION_ALIGNMENT: u64 = 4096;

/// The plan of a package.
pub struct Layout {
    /// Sections whose bytes follow from the configuration, in order: the first ones.
    pub head: Vec<Vec<u8>>,
    /// Everything else, in order.
    pub parts: Vec<Part>,
    /// All sections; their roots are not known yet.
    pub sections: Vec<SectionEntry>,
    /// Tensors in the order of the sections.
    pub tensors: Vec<TensorEntry>,
    /// Number of weights.
    pub parameter_count: u64,
}

impl Layout {
    /// Plans the package of a model.
    pub fn new(config: &ModelConfig, tokenizer: Option<ContentHash>) -> Result<Self, EngineError> {
        let plan = Plan::default();
        let skeleton = IntegerModel::build(config.clone(), &plan)?;
        let parts = plan.into_parts();
        let mut places = Places::default();
        let mut head = Vec::new();
        for (name, bytes) in head_sections(&skeleton, tokenizer) {
            places.add(name, bytes.len() as u64);
            head.push(bytes);
        }
        let (mut tensors, mut parameter_count) = (Vec::new(), 0);
        for part in &parts {
            for (name, size) in sections_of(part) {
                places.add(name, size);
            }
            let entries = entries(part);
            let weights = entries
                .iter()
                .map(|tensor| tensor.shape.iter().map(|size| u64::from(*size)).product::<u64>());
            parameter_count += weights.sum::<u64>();
            tensors.extend(entries);
        }
        Ok(Self { head, parts, sections: places.sections, tensors, parameter_count })
    }

    /// Length of `weights.bin`.
    pub fn weight_bytes(&self) -> u64 {
        self.sections.last().map_or(0, end_of)
    }

    /// Leaves of all sections.
    pub fn leaves(&self) -> u64 {
        self.sections.last().map_or(0, leaf_end_of)
    }
}

/// Where a section ends in `weights.bin`.
pub fn end_of(section: &SectionEntry) -> u64 {
    section.offset_bytes + section.size_bytes
}

/// Where a section's leaves end.
pub fn leaf_end_of(section: &SectionEntry) -> u64 {
    section.first_leaf + leaves_of(section.size_bytes)
}

/// Leaves of a section: an empty one has one.
pub fn leaves_of(size_bytes: u64) -> u64 {
    size_bytes.div_ceil(LEAF_BYTES as u64).max(1)
}

/// Sections of a part with their lengths.
pub fn sections_of(part: &Part) -> Vec<(String, u64)> {
    match part {
        Part::Norm(norm) => vec![(norm.section.clone(), 4 * u64::from(norm.width))],
        Part::Matrix(matrix) => {
            let rows = u64::from(matrix.rows());
            matrix.sections().into_iter().map(|(name, row)| (name, rows * row)).collect()
        }
    }
}

#[derive(Default)]
struct Places {
    sections: Vec<SectionEntry>,
    end: u64,
    leaf: u64,
}

impl Places {
    fn add(&mut self, name: String, size_bytes: u64) {
        let offset_bytes = self.end.next_multiple_of(SECTION_ALIGNMENT);
        let root = ContentHash::new([0; 32]);
        self.sections.push(SectionEntry {
            name,
            offset_bytes,
            size_bytes,
            first_leaf: self.leaf,
            root,
        });
        self.end = offset_bytes + size_bytes;
        self.leaf += leaves_of(size_bytes);
    }
}

fn entries(part: &Part) -> Vec<TensorEntry> {
    let fixed = |name: String, section: &str, shape: u32, first_row: u32| TensorEntry {
        name,
        section: section.to_owned(),
        format: "fixed".to_owned(),
        shape: vec![shape],
        first_row,
    };
    let matrix = match part {
        Part::Norm(norm) => {
            return vec![fixed(format!("{}.weight", norm.tensor), &norm.section, norm.width, 0)];
        }
        Part::Matrix(matrix) => matrix,
    };
    let format = match matrix.format {
        WeightFormat::Int8 => "int8".to_owned(),
        WeightFormat::Int4 { group } => format!("int4/{group}"),
    };
    let (mut first_row, mut entries) = (0, Vec::new());
    for (name, rows) in &matrix.tensors {
        entries.push(TensorEntry {
            name: format!("{name}.weight"),
            section: matrix.section.clone(),
            format: format.clone(),
            shape: vec![*rows, matrix.columns],
            first_row,
        });
        if matrix.has_biases {
            entries.push(fixed(format!("{name}.bias"), &matrix.section, *rows, first_row));
        }
        first_row += rows;
    }
    entries
}
