//! Protobuf wire types of Stoa's own services, of KServe v2 and of wasmd's `x/wasm`.
//!
//! Purpose: one compiled form of `proto/**/*.proto`, with clients and servers for tonic.
//! Place: at the edge of the chain's own modules, the runner, the relayer and the CLI; logic uses domain
//! types.
//! Invariants: `src/gen` equals what `cargo xtask proto` writes (`--check` compares); a conversion
//! into a domain type refuses every value that the domain type cannot hold.

mod convert;
mod json;

pub use convert::{
    ConversionError, JobKey, MAX_CHAIN_ID_BYTES, MAX_MARKETPLACE_BYTES, content_hash,
};

/// Serialised `FileDescriptorSet` of the runner's packages, for its gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/file_descriptor_set.bin");

/// The chain's random beacon.
pub mod beacon {
    /// Version 1: what votes, blocks and the state hold, and the service `Query`.
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        include!("gen/stoa.beacon.v1.rs");
    }
}

/// Powers that contracts hold.
pub mod privilege {
    /// Version 1: grants, the messages that use them, and the service `Query`.
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        include!("gen/stoa.privilege.v1.rs");
    }
}

/// Validators.
pub mod validators {
    /// Version 1: what the state holds, and the service `Query`.
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        include!("gen/stoa.validators.v1.rs");
    }
}

/// CosmWasm's `x/wasm`.
pub mod cosmwasm {
    /// Contracts and their code.
    pub mod wasm {
        /// Version 1: messages, queries, authorizations, what the state holds, and the genesis section, whose
        /// JSON is that of wasmd.
        #[allow(missing_docs, clippy::all)] // generated
        pub mod v1 {
            include!("gen/cosmwasm.wasm.v1.rs");
        }
    }
}

/// The runner's own service.
pub mod runner {
    /// Version 1: `RunnerService` with `Generate`, `Watch` and `GetDevice`.
    #[allow(missing_docs, clippy::all)] // generated
    pub mod v1 {
        include!("gen/stoa.runner.v1.rs");
    }
}

/// KServe v2 (Open Inference Protocol) `GRPCInferenceService`.
#[allow(missing_docs, clippy::all)] // generated
pub mod inference {
    include!("gen/inference.rs");
}
