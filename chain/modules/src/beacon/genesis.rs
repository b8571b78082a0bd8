//! The first state.

use cosmwasm_std::Uint64;
use serde::Deserialize;

use super::{Params, STORE, state_key};
use crate::core::{Context, ModuleError};

/// The `beacon` section of `app_state`. Numbers are texts, as everywhere in a genesis file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Genesis {
    params: Option<GenesisParams>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GenesisParams {
    window_blocks: Uint64,
    kept_values: Uint64,
}

/// Writes the parameters.
pub fn init_genesis(ctx: &Context, genesis: Genesis) -> Result<(), ModuleError> {
    let params = genesis.params.map_or_else(Params::default, |params| Params {
        window_blocks: params.window_blocks.u64(),
        kept_values: params.kept_values.u64(),
    });
    ctx.set(STORE, state_key::PARAMS, params.check()?.to_stored())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{beacon, testing::context};

    fn init(text: &str) -> Result<Params, ModuleError> {
        let ctx = context();
        init_genesis(&ctx, serde_json::from_str(text).unwrap())?;
        beacon::params(&ctx)
    }

    #[test]
    fn parameters_are_read_and_bounded() {
        let params = init(r#"{"params":{"window_blocks":"3","kept_values":"64"}}"#).unwrap();
        assert_eq!((params.window_blocks, params.kept_values), (3, 64));
        assert_eq!(init("{}").unwrap(), Params::default());
        for (window, kept) in [("0", "64"), ("65", "64"), ("8", "63"), ("8", "1048577")] {
            let text =
                format!(r#"{{"params":{{"window_blocks":"{window}","kept_values":"{kept}"}}}}"#);
            assert_eq!(init(&text).unwrap_err().code(), 18, "{text}");
        }
    }
}
