//! `gpu-runner inspect`: identity and size of a model folder, without an adapter.

use std::{
    io::{Write, stdout},
    path::Path,
};

use stoa_engine::Model;

use super::CommandError;

/// Prints the facts, one a line, or as JSON.
pub fn execute(model_dir: &Path, json: bool) -> Result<(), CommandError> {
    let model = Model::inspect(model_dir)?;
    let mut out = stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&model)?)?;
        return Ok(());
    }
    writeln!(out, "name               {}", model.name)?;
    writeln!(out, "architecture       {}", model.architecture)?;
    writeln!(out, "model root         {}", model.model_root)?;
    writeln!(out, "semantics version  {}", model.semantics_version)?;
    writeln!(out, "parameters         {}", model.parameter_count)?;
    writeln!(out, "context            {} tokens", model.context_tokens)?;
    writeln!(out, "vocabulary         {} ids", model.vocab_size)?;
    Ok(())
}
