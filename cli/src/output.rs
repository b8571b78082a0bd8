//! Results, computed first and printed once.

use comfy_table::{Table, TableComponent, presets};
use serde::Serialize;
use serde_json::Value;

use crate::error::CliError;

/// A command's result for programs and for people.
#[derive(Debug)]
pub(crate) struct Output {
    /// For `--json`.
    pub json: Value,
    /// For people.
    pub blocks: Vec<Block>,
    /// The result is shown, and the command has failed all the same.
    pub failure: Option<CliError>,
}

/// One part of what people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// As it is.
    Text(String),
    /// Names and values.
    Pairs(Vec<(&'static str, String)>),
    /// Columns.
    Table { headers: Vec<&'static str>, rows: Vec<Vec<String>> },
}

impl Output {
    /// `json` for programs, `blocks` for people.
    pub fn new(json: &impl Serialize, blocks: Vec<Block>) -> Result<Self, CliError> {
        Ok(Self { json: serde_json::to_value(json)?, blocks, failure: None })
    }

    /// What is written to standard output.
    pub fn render(&self, is_json: bool) -> String {
        if is_json {
            return format!("{:#}\n", self.json);
        }
        let mut text = String::new();
        for block in &self.blocks {
            text.push_str(&block.render());
            text.push('\n');
        }
        text
    }
}

impl Block {
    fn render(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        match self {
            Self::Text(text) => return text.clone(),
            Self::Pairs(pairs) => {
                table.add_rows(pairs.iter().map(|(name, value)| vec![*name, value.as_str()]));
            }
            Self::Table { headers, rows } if rows.is_empty() => {
                return format!("none ({})", headers.join(", ").to_lowercase());
            }
            Self::Table { headers, rows } => {
                table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
                for line in [
                    TableComponent::HorizontalLines,
                    TableComponent::MiddleIntersections,
                    TableComponent::TopBorder,
                    TableComponent::TopBorderIntersections,
                    TableComponent::BottomBorder,
                    TableComponent::BottomBorderIntersections,
                ] {
                    table.remove_style(line);
                }
                table.set_header(headers);
                table.add_rows(rows);
            }
        }
        table.trim_fmt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn programs_get_one_json_document_and_people_a_table() {
        let table = Block::Table {
            headers: vec!["ID", "Name"],
            rows: vec![vec!["1".to_owned(), "tiny".to_owned()]],
        };
        let output = Output::new(&json!([{ "id": 1 }]), vec![table]).unwrap();
        let parsed: Value = serde_json::from_str(&output.render(true)).unwrap();
        assert_eq!(parsed, json!([{ "id": 1 }]));
        let text = output.render(false);
        assert_eq!(text.lines().count(), 3, "a header, a line, a row: {text}");
        assert!(text.contains("ID") && text.contains("tiny") && !text.contains('{'), "{text}");
    }

    #[test]
    fn an_empty_table_says_so() {
        let table = Block::Table { headers: vec!["ID", "Name"], rows: Vec::new() };
        assert_eq!(table.render(), "none (id, name)");
    }
}
