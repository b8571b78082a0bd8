//! `MsgStoreCode`.

use std::io::Read as _;

use flate2::read::GzDecoder;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use stoa_proto::cosmwasm::wasm::v1::CodeInfo;

use crate::{
    Context, ModuleError,
    wasm::{
        error::WasmError,
        event, gas, params,
        policy::Policy,
        run::Run,
        state_key,
        state_key::STORE,
        types::{MAX_WASM_BYTES, StoreCode},
        view,
    },
};

/// First bytes of a gzip archive.
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
/// First bytes of Wasm.
const WASM_MAGIC: &[u8] = b"\0asm";

/// A code that was stored.
pub(in crate::wasm) struct Stored {
    pub(in crate::wasm) code_id: u64,
    pub(in crate::wasm) checksum: Vec<u8>,
}

/// Checks, compiles and stores Wasm under the next number.
pub(in crate::wasm) fn store_code(
    run: &Run<'_>,
    ctx: &mut Context,
    message: &StoreCode,
) -> Result<Stored, WasmError> {
    let parameters = view::params(ctx)?;
    let default = params::default_permission(&parameters, &message.sender);
    let permission = message.permission.clone().unwrap_or_else(|| default.clone());
    // wasmd reads the parameters once for each of their two parts.
    let upload = view::params(ctx)?.code_upload_access.unwrap_or_default();
    let policy = Policy::of(ctx, &message.sender)?;
    if !policy.may_store(&message.sender, &upload, &permission, &default) {
        return Err(WasmError::Unauthorized { what: "can not create code" });
    }
    let wasm = unpack(ctx, &message.code)?;
    gas::charge_vm(ctx, gas::to_vm(gas::compile(wasm.len())))?;
    let code = run.wasm.codes().check(&wasm).map_err(WasmError::Create)?;
    let code_id = take_id(ctx, state_key::NEXT_CODE_ID)?;
    let info = CodeInfo {
        code_hash: code.checksum.to_vec(),
        creator: message.sender.to_string(),
        instantiate_config: Some(permission),
    };
    ctx.set(STORE, &state_key::code(code_id), info.encode_to_vec())?;
    remember_byte_code(ctx, &code.checksum, wasm)?;
    ctx.emit(event::store_code(&code, code_id));
    Ok(Stored { code_id, checksum: code.checksum.to_vec() })
}

/// SHA-256 of the Wasm in an upload, in the words of wasmd's authorizations.
pub(in crate::wasm) fn checksum_of_upload(
    ctx: &Context,
    code: &[u8],
) -> Result<[u8; 32], WasmError> {
    let wasm = unpack(ctx, code).map_err(|error| match error {
        fatal if fatal.is_fatal() => fatal,
        _ => WasmError::InvalidRequest { what: "uncompress wasm archive" },
    })?;
    if !wasm.starts_with(WASM_MAGIC) {
        return Err(WasmError::InvalidRequest { what: "checksum" });
    }
    Ok(Sha256::digest(&wasm).into())
}

/// Keeps Wasm bytes in the state. Not charged: wasmd, whose gas this module keeps, has them in files.
pub(in crate::wasm) fn remember_byte_code(
    ctx: &Context,
    checksum: &[u8],
    wasm: Vec<u8>,
) -> Result<(), ModuleError> {
    Ok(ctx.overlay.set(STORE, &state_key::byte_code(checksum), wasm)?)
}

/// Takes the next value of a counter.
pub(super) fn take_id(ctx: &Context, key: &[u8]) -> Result<u64, WasmError> {
    let id = view::next_id(ctx, key)?;
    ctx.set(STORE, key, id.saturating_add(1).to_be_bytes().to_vec())?;
    Ok(id)
}

/// The Wasm of an upload; an archive unpacks to less than may be stored, as wasmd counts it.
fn unpack(ctx: &Context, code: &[u8]) -> Result<Vec<u8>, WasmError> {
    if !code.starts_with(GZIP_MAGIC) {
        return Ok(code.to_vec());
    }
    ctx.gas.charge(gas::unpack(code.len()), "Uncompress gzip bytecode")?;
    let bound = gas::length(MAX_WASM_BYTES);
    let mut wasm = Vec::new();
    GzDecoder::new(code).take(bound).read_to_end(&mut wasm).map_err(WasmError::Uncompress)?;
    match wasm.len() {
        0..MAX_WASM_BYTES => Ok(wasm),
        _ => Err(WasmError::Unpacked { limit: MAX_WASM_BYTES }),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::testing::context;

    fn pack(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn archives_unpack_up_to_the_limit_and_no_further() {
        let ctx = context();
        let most = vec![0; MAX_WASM_BYTES - 1];
        assert_eq!(unpack(&ctx, &pack(&most)).unwrap(), most);
        assert!(unpack(&ctx, &pack(&vec![0; MAX_WASM_BYTES])).is_err());
        let bomb = pack(&vec![0; 64 * MAX_WASM_BYTES]);
        assert!(bomb.len() < MAX_WASM_BYTES);
        let error = unpack(&ctx, &bomb).unwrap_err();
        assert!(matches!(error, WasmError::Unpacked { .. }));
        assert_eq!(ModuleError::from(error).code(), 2);
    }

    #[test]
    fn broken_archives_are_refused_and_plain_wasm_is_left_alone() {
        let ctx = context();
        assert_eq!(unpack(&ctx, b"\0asm").unwrap(), b"\0asm");
        assert!(matches!(unpack(&ctx, &[0x1f, 0x8b, 1]), Err(WasmError::Uncompress(_))));
    }
}
