//! A referee of one dispute about a trace: keeps the state that `stoa-trace` computes and says who was right.
//!
//! Without bonds, clocks and jobs: what a move costs is what is measured here.

use cosmwasm_std::{
    Binary, DepsMut, Empty, Env, MessageInfo, Response, StdError, StdResult, Storage, entry_point,
};
use serde::{Deserialize, Serialize};
use stoa_trace::{
    TraceClaim,
    dispute::{Move, Next, Side, State, Terms, Verdict, read_nodes},
};

const TERMS: &[u8] = b"terms";
const STATE: &[u8] = b"state";
const PARTIES: &[u8] = b"parties";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Execute {
    /// Doubts a claim.
    Open {
        claimant: String,
        /// Key that signed the claim, and its signature.
        public_key: Binary,
        signature: Binary,
        claim: Binary,
        challenger_root: Binary,
        manifest: Binary,
        manifest_path: Binary,
        reveal: Binary,
    },
    /// Makes a move.
    Move { made: Binary },
}

#[entry_point]
pub fn instantiate(_: DepsMut, _: Env, _: MessageInfo, _: Empty) -> StdResult<Response> {
    Ok(Response::new())
}

#[entry_point]
pub fn execute(deps: DepsMut, _: Env, info: MessageInfo, message: Execute) -> StdResult<Response> {
    let refused = |reason: &dyn core::fmt::Display| StdError::generic_err(reason.to_string());
    match message {
        Execute::Open {
            claimant,
            public_key,
            signature,
            claim,
            challenger_root,
            manifest,
            manifest_path,
            reveal,
        } => {
            let claim = TraceClaim::from_bytes(&claim).ok_or_else(|| refused(&"no claim"))?;
            if !deps.api.secp256k1_verify(&claim.digest(), &signature, &public_key)? {
                return Err(refused(&"the claim is not signed by this key"));
            }
            let root = challenger_root.as_slice().try_into().map_err(|_| refused(&"no root"))?;
            let path = read_nodes(&manifest_path).map_err(|reason| refused(&reason))?;
            let terms =
                Terms::new(claim, root, &manifest, &path).map_err(|reason| refused(&reason))?;
            let state = State::open(&terms, &reveal).map_err(|reason| refused(&reason))?;
            deps.storage.set(TERMS, &terms.to_bytes());
            deps.storage.set(STATE, &state.to_bytes());
            deps.storage.set(PARTIES, format!("{claimant} {}", info.sender).as_bytes());
            Ok(Response::new().add_attribute("action", "open"))
        }
        Execute::Move { made } => {
            let terms = Terms::from_bytes(&load(deps.storage, TERMS)?).map_err(|reason| refused(&reason))?;
            let state = State::from_bytes(&load(deps.storage, STATE)?).map_err(|reason| refused(&reason))?;
            let parties = load(deps.storage, PARTIES)?;
            let is_claimant = parties.starts_with(info.sender.as_bytes());
            let side = if is_claimant { Side::Claimant } else { Side::Challenger };
            if side == Side::Challenger && !parties.ends_with(info.sender.as_bytes()) {
                return Err(refused(&"not a party"));
            }
            let made = Move::from_bytes(&made).map_err(|reason| refused(&reason))?;
            let response = Response::new().add_attribute("action", "move");
            match state.play(side, &terms, &made).map_err(|reason| refused(&reason))? {
                Next::Goes(state) => {
                    deps.storage.set(STATE, &state.to_bytes());
                    Ok(response)
                }
                Next::Ends(verdict) => {
                    deps.storage.remove(STATE);
                    let verdict = match verdict {
                        Verdict::Refuted => "refuted",
                        Verdict::Upheld => "upheld",
                    };
                    Ok(response.add_attribute("verdict", verdict))
                }
            }
        }
    }
}

fn load(storage: &dyn Storage, key: &[u8]) -> StdResult<Vec<u8>> {
    storage.get(key).ok_or_else(|| StdError::generic_err("there is no dispute"))
}
