//! A request's JSON, field by field: what is wrong is refused by name, and nothing is ignored in silence
//! that would change the answer.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::ApiError;

/// Fields of OpenAI's API that change nothing here: notes for its own bookkeeping.
const WITHOUT_EFFECT: &[&str] = &[
    "user",
    "metadata",
    "store",
    "service_tier",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "parallel_tool_calls",
];

/// The fields that were not taken yet.
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<Self, ApiError> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(ApiError::body("the body must be a JSON object")),
            Err(error) => Err(ApiError::body(format!("the body is not JSON: {error}"))),
        }
    }

    /// Takes a field; `null` and absence are the same.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, ApiError> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value).map(Some).map_err(|error| {
                ApiError::invalid(name, format!("{name} has another type: {error}"))
            }),
        }
    }

    /// Takes a field that must be there.
    pub fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, ApiError> {
        let missing = || ApiError::invalid(name, format!("{name} is missing"));
        self.take(name)?.ok_or_else(missing)
    }

    /// Takes a number within bounds.
    pub fn within(&mut self, name: &str, low: u64, high: u64) -> Result<Option<u64>, ApiError> {
        let Some(number) = self.take::<u64>(name)? else { return Ok(None) };
        if (low..=high).contains(&number) {
            return Ok(Some(number));
        }
        let message = format!("{name} is {number}, it must be between {low} and {high}");
        Err(ApiError::invalid(name, message))
    }

    /// Takes a field that may only say what happens anyway.
    pub fn only(&mut self, name: &str, neutral: &[Value], reason: &str) -> Result<(), ApiError> {
        match self.take::<Value>(name)? {
            None => Ok(()),
            Some(value) if neutral.iter().any(|allowed| same(allowed, &value)) => Ok(()),
            Some(_) => Err(ApiError::unsupported(name, format!("{name}: {reason}"))),
        }
    }

    /// Refuses what is left and has an effect elsewhere.
    pub fn end(self) -> Result<(), ApiError> {
        let unknown = self
            .0
            .into_iter()
            .find(|(name, value)| !value.is_null() && !WITHOUT_EFFECT.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("this runner does not know the parameter {name}");
                Err(ApiError::unsupported(&name, message))
            }
        }
    }
}

/// Equal, where 1 and 1.0 are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a == b,
        _ => a == b,
    }
}
