//! Whether an extension is acceptable.

use crate::{
    beacon::{Extension, view},
    core::{Context, ModuleError},
    validators::ConsensusAddress,
};

/// Checks the extension of the vote of `validator` at height `index`: its form, and that its link belongs
/// to the validator's chain. Anchors are not judged, since one that comes too early does no harm.
///
/// The answer depends on committed state alone. Between the state in which a vote is cast and the one in
/// which the next block is proposed only links of earlier indices arrive, so what is accepted stays so.
pub fn check(
    ctx: &Context,
    validator: &ConsensusAddress,
    index: u64,
    extension: &[u8],
) -> Result<(), ModuleError> {
    let extension = Extension::decode(extension)?;
    let Some(link) = extension.link else { return Ok(()) };
    Ok(view::record(ctx, validator)?.check(index, &link)?)
}
