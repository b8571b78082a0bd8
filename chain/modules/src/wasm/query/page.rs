//! Pages by key, as wasmd allows them.

use cosmos_sdk_proto::cosmos::base::query::v1beta1::{PageRequest, PageResponse};

use crate::{
    Context, ModuleError,
    router::{self, QueryError},
    wasm::{error::WasmError, state_key::STORE},
};

/// Most entries of one page.
pub(super) const MAX_ENTRIES: u64 = 100;

/// Visits one page of the entries under `prefix`; keys are given without it.
pub(super) fn page(
    ctx: &Context,
    prefix: &[u8],
    request: Option<&PageRequest>,
    mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), WasmError>,
) -> Result<PageResponse, WasmError> {
    let mut request = request.cloned().unwrap_or_default();
    if request.offset != 0 || request.count_total {
        let refused = QueryError::invalid("offset and count queries not supported");
        return Err(ModuleError::from(refused).into());
    }
    if request.limit == 0 || request.limit > MAX_ENTRIES {
        request.limit = MAX_ENTRIES;
    }
    let visited = router::page(ctx, STORE, prefix, Some(&request), |key, value| {
        visit(key, value).map_err(ModuleError::from)
    });
    Ok(visited?)
}
