//! How deep in each other the calls are that one message causes.

/// What a message caused by a contract inherits from the message that called the contract. It travels with
/// the context, through whatever module the messages pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nesting {
    /// Responses of contracts around this one.
    pub call_depth: u32,
    /// Smart queries around this one.
    pub query_depth: u32,
    /// Messages of authz around this one that execute others.
    pub exec_depth: u32,
    /// Whether contracts may be made of any code: so it is below an instantiation by the authority.
    pub may_instantiate: bool,
}
