//! One file of known answers.

use std::fmt::Write;

use serde::Serialize;
use stoa_exact::SEMANTICS_VERSION;

/// One value of a case.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A number.
    Number(i64),
    /// A row, or a matrix in row-major order.
    Row(Vec<i64>),
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::Number(i64::from(value))
            }
        }
        impl From<Vec<$type>> for Value {
            fn from(values: Vec<$type>) -> Self {
                Self::Row(values.into_iter().map(i64::from).collect())
            }
        }
    )*};
}
numbers!(i8, u8, i32, u32, i64);

/// Known answers of one operation.
pub struct VectorFile {
    operation: &'static str,
    inputs: &'static [&'static str],
    outputs: &'static [&'static str],
    cases: Vec<Vec<Value>>,
}

impl VectorFile {
    /// Cases of an operation: values of the inputs, then of the outputs.
    pub fn new(
        operation: &'static str,
        inputs: &'static [&'static str],
        outputs: &'static [&'static str],
        cases: impl IntoIterator<Item = Vec<Value>>,
    ) -> Self {
        Self { operation, inputs, outputs, cases: cases.into_iter().collect() }
    }

    /// Name of the file.
    pub fn name(&self) -> String {
        format!("{}.json", self.operation)
    }

    /// The file: JSON, one case a line.
    pub fn text(&self) -> String {
        let list = |names: &[&str]| format!("[\"{}\"]", names.join("\", \""));
        let mut text = format!(
            "{{\n\"semantics_version\": {SEMANTICS_VERSION},\n\"operation\": \"{}\",\n\"inputs\": {},\n\"outputs\": {},\n\"cases\": [\n",
            self.operation,
            list(self.inputs),
            list(self.outputs),
        );
        for (index, case) in self.cases.iter().enumerate() {
            let comma = if index + 1 < self.cases.len() { "," } else { "" };
            // Integers in lists always have a JSON form, and writing to a String cannot fail.
            let line = serde_json::to_string(case).unwrap_or_default();
            let _ = writeln!(text, "{line}{comma}");
        }
        text.push_str("]\n}\n");
        text
    }
}
