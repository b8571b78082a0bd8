//! The repository: what there is, and loading and unloading it.

use std::collections::HashMap;

use stoa_proto::inference::{
    ModelRepositoryParameter, RepositoryIndexRequest, RepositoryIndexResponse,
    RepositoryModelLoadRequest, RepositoryModelLoadResponse, RepositoryModelUnloadRequest,
    RepositoryModelUnloadResponse, repository_index_response::ModelIndex,
};

use crate::{RunnerError, models::Models};

/// The one parameter of an unload that means nothing here and is sent by stock clients.
const UNLOAD_DEPENDENTS: &str = "unload_dependents";

/// Models that answer, and models that could.
pub fn index(
    models: &Models,
    request: &RepositoryIndexRequest,
) -> Result<RepositoryIndexResponse, RunnerError> {
    the_one_repository(&request.repository_name)?;
    let entries = models.index()?.into_iter().filter(|entry| entry.is_ready || !request.ready);
    let models = entries.map(|entry| ModelIndex {
        name: entry.name,
        version: entry.version,
        state: if entry.is_ready { "READY" } else { "UNAVAILABLE" }.to_owned(),
        reason: if entry.is_ready { "" } else { "not loaded" }.to_owned(),
    });
    Ok(RepositoryIndexResponse { models: models.collect() })
}

/// Loads a model, or loads it anew.
pub async fn load(
    models: &Models,
    request: RepositoryModelLoadRequest,
) -> Result<RepositoryModelLoadResponse, RunnerError> {
    the_one_repository(&request.repository_name)?;
    only(&request.parameters, &[])?;
    models.load(&request.model_name).await?;
    tracing::info!(model = request.model_name, "loaded by the operator");
    Ok(RepositoryModelLoadResponse {})
}

/// Stops serving a model.
pub async fn unload(
    models: &Models,
    request: RepositoryModelUnloadRequest,
) -> Result<RepositoryModelUnloadResponse, RunnerError> {
    the_one_repository(&request.repository_name)?;
    only(&request.parameters, &[UNLOAD_DEPENDENTS])?;
    models.unload(&request.model_name).await?;
    tracing::info!(model = request.model_name, "unloaded by the operator");
    Ok(RepositoryModelUnloadResponse {})
}

fn the_one_repository(name: &str) -> Result<(), RunnerError> {
    if name.is_empty() {
        return Ok(());
    }
    Err(RunnerError::Tensor {
        subject: "repository_name".to_owned(),
        actual: format!("{name:?}"),
        rule: "empty: there is one repository and it has no name",
    })
}

fn only(
    parameters: &HashMap<String, ModelRepositoryParameter>,
    known: &[&str],
) -> Result<(), RunnerError> {
    match parameters.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(RunnerError::Tensor {
            subject: "the name of a parameter".to_owned(),
            actual: format!("{unknown:?}"),
            rule: "one that this runner knows",
        }),
    }
}
