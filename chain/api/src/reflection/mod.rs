//! What the chain tells about its own interface: gRPC server reflection (`grpc.reflection.v1`, `v1alpha`),
//! and the SDK's own services for it (`cosmos.base.reflection.v1beta1`, `v2alpha1`, `cosmos.reflection.v1`).
//!
//! All of it is made of the table of routes and the shapes of its messages; there are no other descriptors
//! to keep in step.

mod enums;
mod files;
mod interfaces;
mod sdk;

use std::sync::OnceLock;

use axum::{Router, routing::any_service};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic_reflection::server::{Builder, Error};

use crate::status::Status;

/// Answers the SDK's own services; nothing for others.
pub(crate) fn answer(path: &str, data: &[u8]) -> Option<Result<Vec<u8>, Status>> {
    if path == "/cosmos.reflection.v1.ReflectionService/FileDescriptors" {
        // `FileDescriptorsResponse` has the fields of a `FileDescriptorSet`.
        return Some(Ok(descriptors().encode_to_vec()));
    }
    sdk::answer(path, data)
}

/// Both versions of gRPC's own reflection, which answer in a stream.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Result<Router<S>, Error> {
    let builder = || Builder::configure().register_file_descriptor_set(descriptors().clone());
    let (v1, v1alpha) = (builder().build_v1()?, builder().build_v1alpha()?);
    Ok(Router::new()
        .route("/grpc.reflection.v1.ServerReflection/*method", any_service(v1))
        .route("/grpc.reflection.v1alpha.ServerReflection/*method", any_service(v1alpha)))
}

/// Every served message and service; made once.
fn descriptors() -> &'static FileDescriptorSet {
    static SET: OnceLock<FileDescriptorSet> = OnceLock::new();
    SET.get_or_init(files::all)
}

#[cfg(test)]
mod tests;
