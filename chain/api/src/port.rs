//! What the interfaces need from the application.

use stoa_modules::ModuleError;

/// Answers queries from committed state. Called on threads that may block, several at once.
pub trait QueryPort: Send + Sync {
    /// Answers the gRPC path `path` with protobuf bytes, and the height at which that is true. Height
    /// zero asks for the last committed height.
    fn query(&self, path: &str, data: &[u8], height: u64) -> Result<(Vec<u8>, u64), ModuleError>;
}
