//! Weights in several files, named by an index, are the same model.

use safetensors::{SafeTensors, serialize};
use stoa_engine::EngineError;

use crate::common::{cpu, golden};

#[test]
fn sharded_weights_give_the_same_root() {
    let whole = golden("mha-untied-bf16");
    let bytes = std::fs::read(whole.join("model.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap().tensors();
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(whole.join("config.json"), dir.path().join("config.json")).unwrap();

    let mut weight_map = serde_json::Map::new();
    for (number, part) in tensors.chunks(tensors.len().div_ceil(2)).enumerate() {
        let file = format!("model-{number}.safetensors");
        std::fs::write(dir.path().join(&file), serialize(part.to_vec(), None).unwrap()).unwrap();
        weight_map.extend(part.iter().map(|(name, _)| (name.clone(), file.clone().into())));
    }
    let index = serde_json::json!({ "weight_map": weight_map });
    std::fs::write(dir.path().join("model.safetensors.index.json"), index.to_string()).unwrap();
    assert_eq!(cpu(dir.path()).model().model_root, cpu(&whole).model().model_root);

    std::fs::remove_file(dir.path().join("model-1.safetensors")).unwrap();
    let error = stoa_engine::Engine::inspect(dir.path()).unwrap_err();
    assert!(
        matches!(&error, EngineError::MissingFile { path } if path.ends_with("model-1.safetensors")),
        "{error}"
    );
}
