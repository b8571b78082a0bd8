//! What the model root says about a model: sizes and constants, and where its sections are.

use alloc::{format, string::String};

use stoa_exact::WeightScale;

use crate::{Norm, Shape, Table};

/// First lines of a manifest that this version of the trace covers.
const HEADER: [&str; 2] = ["stoa-exact-model", "architecture LlamaForCausalLM"];
/// Names of the lines behind them; a line with another name is something that this version does not cover.
const LINES: [&str; 16] = [
    "semantics_version",
    "hidden",
    "inner",
    "layers",
    "heads",
    "groups",
    "head",
    "vocab",
    "context",
    "tied",
    "epsilon",
    "score_mantissa",
    "score_shift",
    "bos",
    "eos_count",
    "eos",
];
/// Sections before the layers.
const BEFORE: u32 = 7;
/// Sections of a layer.
const IN_LAYER: u32 = 10;
/// The table of the rotary embedding.
const ROPE: u32 = 4;
/// Scales of the embedding; its codes follow.
const EMBEDDING: u32 = 5;

/// The facts of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manifest {
    /// Sizes; `positions` is the model's context.
    pub shape: Shape,
    /// Whether the output matrix is the embedding.
    pub tied: bool,
    /// Regularisation of the norms.
    pub epsilon: u64,
    /// Constant of the scores.
    pub score: WeightScale,
}

/// What a section holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

impl Manifest {
    /// Reads a manifest; `None` where the trace is not defined for the model.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = core::str::from_utf8(bytes).ok()?;
        let is_known = |(name, _): (&str, &str)| LINES.contains(&name);
        let is_covered = text.lines().take(HEADER.len()).eq(HEADER)
            && text
                .lines()
                .skip(HEADER.len())
                .all(|line| line.split_once(' ').is_some_and(is_known));
        if !is_covered {
            return None;
        }
        let number = |name: &str| -> Option<u64> {
            let mut lines = text.lines().filter_map(|line| line.split_once(' '));
            lines.find(|(other, _)| *other == name)?.1.parse().ok()
        };
        let size = |name: &str| u32::try_from(number(name)?).ok();
        let shape = Shape {
            hidden: size("hidden")?,
            inner: size("inner")?,
            layers: size("layers")?,
            heads: size("heads")?,
            groups: size("groups")?,
            head: size("head")?,
            vocab: size("vocab")?,
            positions: size("context")?,
        };
        let score = WeightScale { mantissa: size("score_mantissa")?, shift: size("score_shift")? };
        let is_known = number("semantics_version")? == u64::from(stoa_exact::SEMANTICS_VERSION);
        let manifest =
            Self { shape, tied: number("tied")? == 1, epsilon: number("epsilon")?, score };
        (is_known && shape.is_sound()).then_some(manifest)
    }

    /// Number of sections.
    pub const fn sections(&self) -> u32 {
        BEFORE + self.shape.layers * IN_LAYER + if self.tied { 1 } else { 3 }
    }

    /// Number of the section with the scales of a matrix; that of its codes follows.
    pub const fn scales(&self, table: Table, layer: u32) -> u32 {
        let first = BEFORE + layer * IN_LAYER;
        match table {
            Table::Embedding => EMBEDDING,
            Table::Projection => first + 1,
            Table::Output => first + 3,
            Table::GateUp => first + 6,
            Table::Down => first + 8,
            Table::Logits if self.tied => EMBEDDING,
            Table::Logits => self.norm(Norm::Final, 0) + 1,
        }
    }

    /// Number of the section with the weights of a norm.
    pub const fn norm(&self, norm: Norm, layer: u32) -> u32 {
        match norm {
            Norm::Attention => BEFORE + layer * IN_LAYER,
            Norm::Feed => BEFORE + layer * IN_LAYER + 5,
            Norm::Final => BEFORE + self.shape.layers * IN_LAYER,
        }
    }

    /// Number of the section with the rotary table.
    pub const fn rotary(&self) -> u32 {
        ROPE
    }

    /// Rows and columns of a matrix.
    pub const fn size(&self, table: Table) -> (u32, u32) {
        let Shape { hidden, inner, heads, groups, head, vocab, .. } = self.shape;
        match table {
            Table::Embedding | Table::Logits => (vocab, hidden),
            Table::Projection => ((heads + 2 * groups) * head, hidden),
            Table::Output => (hidden, heads * head),
            Table::GateUp => (2 * inner, hidden),
            Table::Down => (hidden, inner),
        }
    }

    /// A section that elements are computed from; `None` for the others.
    pub fn section(&self, number: u32) -> Option<Section> {
        let hidden = u64::from(self.shape.hidden);
        if number == ROPE {
            let bytes = 4 * u64::from(self.shape.positions) * u64::from(self.shape.head);
            return Some(Section { name: "tables.rope".into(), bytes });
        }
        let end = self.norm(Norm::Final, 0);
        let (prefix, table, within) = match number {
            EMBEDDING | 6 => ("embedding".into(), Table::Embedding, number - EMBEDDING),
            _ if number == end => {
                return Some(Section { name: "final_norm".into(), bytes: 4 * hidden });
            }
            _ if number > end && !self.tied => ("output".into(), Table::Logits, number - end - 1),
            _ if number < BEFORE || number > end => return None,
            _ => {
                let (layer, place) = ((number - BEFORE) / IN_LAYER, (number - BEFORE) % IN_LAYER);
                let (name, table, within) = match place {
                    0 => return Some(norm_section(layer, "attention_norm", hidden)),
                    5 => return Some(norm_section(layer, "feed_norm", hidden)),
                    1 | 2 => ("projection", Table::Projection, place - 1),
                    3 | 4 => ("output", Table::Output, place - 3),
                    6 | 7 => ("gate_up", Table::GateUp, place - 6),
                    _ => ("down", Table::Down, place - 8),
                };
                (format!("layers.{layer}.{name}"), table, within)
            }
        };
        let (rows, columns) = self.size(table);
        match within {
            0 => Some(Section { name: format!("{prefix}.scales"), bytes: 4 * u64::from(rows) }),
            1 => {
                let bytes = u64::from(rows) * u64::from(columns);
                Some(Section { name: format!("{prefix}.codes"), bytes })
            }
            _ => None,
        }
    }

    /// Whether a section holds int8 codes.
    pub fn is_codes(&self, number: u32) -> bool {
        self.section(number).is_some_and(|section| section.name.ends_with(".codes"))
    }
}

fn norm_section(layer: u32, name: &str, hidden: u64) -> Section {
    Section { name: format!("layers.{layer}.{name}"), bytes: 4 * hidden }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::manifest_text;
    use std::string::ToString;

    #[test]
    fn a_manifest_is_read_and_what_goes_beyond_it_is_refused() {
        let shape = Shape {
            hidden: 192,
            inner: 512,
            layers: 5,
            heads: 6,
            groups: 2,
            head: 32,
            vocab: 2048,
            positions: 512,
        };
        let score = WeightScale { mantissa: 16_970, shift: 29 };
        let manifest = Manifest { shape, tied: true, epsilon: 8_246_337, score };
        let text = manifest_text(&manifest) + "bos 0\neos_count 1\neos 1\n";
        assert_eq!(Manifest::parse(text.as_bytes()), Some(manifest));
        let refused = [
            text.clone() + "int4_group 32\n",
            text.clone() + "window 5\n",
            text.clone() + "\n",
            text.replace("LlamaFor", "Qwen2For"),
            text.replace("semantics_version 1", "semantics_version 2"),
            text.replace("groups 2", "groups 4"),
            text.replace("hidden 192\n", ""),
            text.replace("hidden 192", "hidden -1"),
            text.lines().skip(1).map(|line| line.to_string() + "\n").collect(),
            String::new(),
        ];
        for text in refused {
            assert_eq!(Manifest::parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(Manifest::parse(&[255]), None);
    }

    #[test]
    fn every_section_of_a_layer_has_its_name_and_length() {
        let shape = Shape {
            hidden: 8,
            inner: 24,
            layers: 2,
            heads: 2,
            groups: 1,
            head: 6,
            vocab: 10,
            positions: 5,
        };
        let score = WeightScale { mantissa: 16_970, shift: 29 };
        let manifest = Manifest { shape, tied: false, epsilon: 1, score };
        let of =
            |number: u32| manifest.section(number).map(|section| (section.name, section.bytes));
        let named = |name: &str, bytes: u64| Some((name.to_string(), bytes));
        assert_eq!(of(3), None);
        assert_eq!(of(manifest.rotary()), named("tables.rope", 4 * 5 * 6));
        assert_eq!(of(6), named("embedding.codes", 80));
        let scales = |table, layer| of(manifest.scales(table, layer));
        assert_eq!(of(manifest.norm(Norm::Attention, 1)), named("layers.1.attention_norm", 32));
        assert_eq!(scales(Table::Projection, 0), named("layers.0.projection.scales", 4 * 24));
        assert_eq!(of(manifest.scales(Table::Output, 1) + 1), named("layers.1.output.codes", 96));
        assert_eq!(of(manifest.norm(Norm::Feed, 0)), named("layers.0.feed_norm", 32));
        assert_eq!(of(manifest.scales(Table::GateUp, 0) + 1), named("layers.0.gate_up.codes", 384));
        assert_eq!(scales(Table::Down, 1), named("layers.1.down.scales", 32));
        assert_eq!(of(manifest.norm(Norm::Final, 0)), named("final_norm", 32));
        assert_eq!(scales(Table::Logits, 0), named("output.scales", 40));
        assert_eq!(of(manifest.sections() - 1), named("output.codes", 80));
        assert_eq!(of(manifest.sections()), None);
        let tied = Manifest { tied: true, ..manifest };
        assert_eq!(tied.scales(Table::Logits, 0), tied.scales(Table::Embedding, 0));
        assert_eq!(tied.section(tied.sections()), None);
    }
}
