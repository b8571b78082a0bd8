//! Keys and values of a GGUF file.

use std::collections::BTreeMap;

use super::GgufError;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An unsigned number of any width.
    Unsigned(u64),
    /// A signed number of any width.
    Signed(i64),
    /// A 32-bit float.
    Single(f32),
    /// A 64-bit float.
    Double(f64),
    /// A flag.
    Flag(bool),
    /// A text.
    Text(String),
    /// Values of one kind, none of them a list.
    List(Vec<Value>),
}

/// The metadata of a file.
#[derive(Debug, Default)]
pub struct Metadata(BTreeMap<String, Value>);

impl Metadata {
    /// Adds a key that is not there yet.
    pub fn insert(&mut self, key: String, value: Value) -> Result<(), GgufError> {
        if self.0.contains_key(&key) {
            return Err(GgufError::Twice { name: key });
        }
        self.0.insert(key, value);
        Ok(())
    }

    /// A text, if there is one.
    pub fn text(&self, key: &str) -> Result<Option<&str>, GgufError> {
        self.get(key, "a text", |value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// A whole number that is not negative, if there is one.
    pub fn number(&self, key: &str) -> Result<Option<u64>, GgufError> {
        self.get(key, "a whole number", whole)
    }

    /// A token id, if there is one.
    pub fn token(&self, key: &str) -> Result<Option<u32>, GgufError> {
        self.get(key, "a token id", |value| whole(value)?.try_into().ok())
    }

    /// A real number, if there is one: a 32-bit one is the shortest decimal that names it, so that 1e-5 stays 1e-5.
    pub fn real(&self, key: &str) -> Result<Option<f64>, GgufError> {
        self.get(key, "a finite number", |value| {
            let real = match value {
                Value::Single(single) => single.to_string().parse().ok()?,
                Value::Double(double) => *double,
                other => whole(other)? as f64,
            };
            real.is_finite().then_some(real)
        })
    }

    /// A flag, if there is one.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, GgufError> {
        self.get(key, "a flag", |value| match value {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        })
    }

    /// A list of texts, if there is one.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<&str>>, GgufError> {
        self.list(key, "a list of texts", |value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// A list of whole numbers that are not negative, if there is one.
    pub fn numbers(&self, key: &str) -> Result<Option<Vec<u64>>, GgufError> {
        self.list(key, "a list of whole numbers", whole)
    }

    /// A list of finite floats, if there is one.
    pub fn reals(&self, key: &str) -> Result<Option<Vec<f32>>, GgufError> {
        self.list(key, "a list of finite numbers", |value| match value {
            Value::Single(single) => single.is_finite().then_some(*single),
            _ => None,
        })
    }

    fn list<'a, T>(
        &'a self,
        key: &str,
        expected: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<Vec<T>>, GgufError> {
        self.get(key, expected, |value| match value {
            Value::List(values) => values.iter().map(&read).collect(),
            _ => None,
        })
    }

    fn get<'a, T>(
        &'a self,
        key: &str,
        expected: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, GgufError> {
        let Some(value) = self.0.get(key) else { return Ok(None) };
        let wrong = || GgufError::WrongValue { key: key.to_owned(), expected };
        read(value).map(Some).ok_or_else(wrong)
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Unsigned(number) => Some(*number),
        Value::Signed(number) => (*number).try_into().ok(),
        _ => None,
    }
}
