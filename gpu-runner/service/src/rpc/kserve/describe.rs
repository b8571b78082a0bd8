//! What a model takes, how it is served, and how it did so far.

use std::collections::HashMap;

use stoa_engine::{BackendKind, ModelInfo};
use stoa_proto::inference::{
    DataType, InferBatchStatistics, InferStatistics, ModelConfig, ModelInput,
    ModelMetadataResponse, ModelOutput, ModelParameter, ModelStatistics, ModelTransactionPolicy,
    StatisticDuration, model_metadata_response::TensorMetadata,
};

use super::{BYTES, OUTPUT_TOKEN_IDS, TEXT_INPUT, TEXT_OUTPUT, UINT32, VARIABLE};
use crate::{metrics::Total, models::Served};

fn platform(model: &ModelInfo) -> String {
    format!("stoa_exact_v{}", model.semantics_version)
}

/// Tensors of a model.
pub fn metadata(model: &ModelInfo) -> ModelMetadataResponse {
    let tensor = |name: &str, datatype: &str, shape: i64| TensorMetadata {
        name: name.to_owned(),
        datatype: datatype.to_owned(),
        shape: vec![shape],
    };
    ModelMetadataResponse {
        name: model.name.clone(),
        versions: vec![model.model_root.to_string()],
        platform: platform(model),
        inputs: vec![tensor(TEXT_INPUT, BYTES, 1)],
        outputs: vec![tensor(TEXT_OUTPUT, BYTES, 1), tensor(OUTPUT_TOKEN_IDS, UINT32, VARIABLE)],
    }
}

/// How a model is served.
pub fn config(served: &Served) -> ModelConfig {
    let model = served.port.model();
    let output = |name: &str, data_type: DataType, dims: i64| ModelOutput {
        name: name.to_owned(),
        data_type: data_type.into(),
        dims: vec![dims],
    };
    let parameters = [
        ("model_root", model.model_root.to_string()),
        ("semantics_version", model.semantics_version.to_string()),
        ("exact", "true".to_owned()),
        ("context_tokens", model.context_tokens.to_string()),
        ("answers_side_by_side", served.scheduler.batch_limit().to_string()),
    ];
    let parameter =
        |(name, string_value): (&str, String)| (name.to_owned(), ModelParameter { string_value });
    ModelConfig {
        name: model.name.clone(),
        platform: platform(model),
        max_batch_size: 0,
        input: vec![ModelInput {
            name: TEXT_INPUT.to_owned(),
            data_type: DataType::TypeString.into(),
            dims: vec![1],
        }],
        output: vec![
            output(TEXT_OUTPUT, DataType::TypeString, 1),
            output(OUTPUT_TOKEN_IDS, DataType::TypeUint32, VARIABLE),
        ],
        parameters: parameters.into_iter().map(parameter).collect::<HashMap<_, _>>(),
        backend: match served.port.backend() {
            BackendKind::Gpu => "gpu".to_owned(),
            BackendKind::Cpu => "cpu".to_owned(),
        },
        model_transaction_policy: Some(ModelTransactionPolicy { decoupled: true }),
    }
}

/// How a model did since it was loaded.
pub fn statistics(served: &Served) -> ModelStatistics {
    let totals = served.scheduler.statistics().totals();
    let batches = totals.batches.iter().map(|(size, total)| InferBatchStatistics {
        batch_size: *size as u64,
        compute_input: Some(StatisticDuration::default()),
        compute_infer: Some(duration(*total)),
        compute_output: Some(StatisticDuration::default()),
    });
    ModelStatistics {
        name: served.port.model().name.clone(),
        version: served.version(),
        last_inference: totals.last_inference_milliseconds,
        inference_count: totals.success.count,
        execution_count: totals.executions,
        inference_stats: Some(InferStatistics {
            success: Some(duration(totals.success)),
            fail: Some(duration(totals.fail)),
            queue: Some(duration(totals.queue)),
            compute_input: Some(StatisticDuration::default()),
            compute_infer: Some(duration(totals.compute)),
            compute_output: Some(StatisticDuration::default()),
        }),
        batch_stats: batches.collect(),
    }
}

const fn duration(total: Total) -> StatisticDuration {
    StatisticDuration { count: total.count, ns: total.nanoseconds }
}
