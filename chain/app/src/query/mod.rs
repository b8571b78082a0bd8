//! Questions about committed heights.
//!
//! | path | answer |
//! |---|---|
//! | `/<package>.<Service>/<Method>` | protobuf response of that gRPC method |
//! | `/cosmos.tx.v1beta1.Service/Simulate` | gas and result of a transaction without its effects |
//! | `/cosmos.base.node.v1beta1.Service/Config` | minimum gas price |
//! | `/app/version`, `/app/simulate` | the SDK's own short paths |
//! | `/store/<name>/key` | the bytes under a key, with a proof if one is asked for |
//! | `/store/<name>/subspace` | all keys with a prefix and the bytes under them |

mod gate;
mod node;
mod simulate;
mod stored;
mod subspace;

pub(crate) use gate::Gates;

use stoa_modules::{ExecMode, GasMeter, core::codespace};
use stoa_store::{Overlay, StoreError};

use crate::{
    app::App,
    block::{Note, context},
    contain::caught,
    error::{AppError, Refusal, sdk_code},
};

/// Most gas of one query of a module. The VM is priced so that a processor of today uses 7 million units of
/// gas in a second; reading the store takes less time for its gas.
pub const QUERY_GAS_LIMIT: u64 = 100_000_000;
/// Most gas of one query of a contract, half a second of computing (wasmd's `query_gas_limit`).
pub const SMART_QUERY_GAS_LIMIT: u64 = 3_000_000;
/// Most gas of one simulation, four seconds of computing: an upload of the largest contract fits.
pub const SIMULATION_GAS_LIMIT: u64 = 30_000_000;
/// The query that runs a contract.
const SMART_QUERY: &str = "/cosmwasm.wasm.v1.Query/SmartContractState";

/// A question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryRequest {
    /// What is asked; see the module.
    pub path: String,
    /// Protobuf bytes of the request, or a key.
    pub data: Vec<u8>,
    /// Height; zero for the last, negative is refused.
    pub height: i64,
    /// Whether a proof is wanted; only stored bytes have one.
    pub prove: bool,
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueryResponse {
    /// Zero for success.
    pub code: u32,
    /// Where `code` has its meaning; empty for success.
    pub codespace: String,
    /// Why there is no answer; empty for success.
    pub log: String,
    /// The key, for store paths.
    pub key: Vec<u8>,
    /// The answer.
    pub value: Vec<u8>,
    /// Height that was asked; the last one where nothing was.
    pub height: u64,
    /// From the key to the app hash, inside first; empty where no proof was asked for.
    pub proof_ops: Vec<ProofOp>,
}

/// One level of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofOp {
    /// What `data` is: the SDK's name of the commitment.
    pub kind: &'static str,
    /// What is proven at this level.
    pub key: Vec<u8>,
    /// ICS-23 `CommitmentProof`, protobuf.
    pub data: Vec<u8>,
}

/// Whose fault it is that there is no answer.
enum Failure {
    Refused(Refusal),
    Node(AppError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<AppError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Node(error.into())
    }
}

impl App {
    /// Answers a question over ABCI. Whatever happens is an answer: no query can stop the node.
    pub fn query(&self, request: &QueryRequest) -> QueryResponse {
        let Refusal { codespace, code, log } = match self.ask(request) {
            Ok(response) => return response,
            Err(refusal) => over_abci(refusal),
        };
        let latest = self.info().map_or(0, |info| info.height);
        let height = u64::try_from(request.height).ok().filter(|height| *height > 0);
        let (codespace, height) = (codespace.to_owned(), height.unwrap_or(latest));
        QueryResponse { code, codespace, log, height, ..QueryResponse::default() }
    }

    /// Answers a question, or says why not.
    pub fn ask(&self, request: &QueryRequest) -> Result<QueryResponse, Refusal> {
        self.answer(request).map_err(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            Failure::Node(error) => Refusal::internal(&error),
        })
    }

    fn answer(&self, request: &QueryRequest) -> Result<QueryResponse, Failure> {
        let height = self.height_asked(request)?;
        let parts: Vec<&str> = request.path.trim_start_matches('/').split('/').collect();
        let (key, value) = match parts.as_slice() {
            ["app", "version"] => (Vec::new(), crate::VERSION.as_bytes().to_vec()),
            ["app", "simulate"] => (Vec::new(), self.simulate_bytes(&request.data)?),
            ["cosmos.tx.v1beta1.Service", "Simulate"] => {
                (Vec::new(), self.simulate_request(&request.data)?)
            }
            ["cosmos.base.node.v1beta1.Service", "Config"] => (Vec::new(), self.node_config()),
            ["store", name, "key"] => {
                return self.stored(name, &request.data, height, request.prove);
            }
            ["store", name, "subspace"] => return self.subspace(name, &request.data, height),
            _ => (Vec::new(), self.ask_modules(request, height)?),
        };
        Ok(QueryResponse { key, value, height, ..QueryResponse::default() })
    }

    fn height_asked(&self, request: &QueryRequest) -> Result<u64, Failure> {
        let asked = u64::try_from(request.height).map_err(|_| {
            let log =
                "cannot query with height < 0; please provide a valid height: invalid request";
            Refusal::sdk(sdk_code::INVALID_REQUEST, log)
        })?;
        let latest = self.info()?.height;
        if latest == 0 {
            let log = "the chain is not ready; please wait for first block: invalid height";
            return Err(Refusal::sdk(sdk_code::INVALID_HEIGHT, log).into());
        }
        if asked > latest {
            let log = "cannot query with height in the future; please provide a valid height: invalid height";
            return Err(Refusal::sdk(sdk_code::INVALID_HEIGHT, log).into());
        }
        Ok(if asked == 0 { latest } else { asked })
    }

    fn ask_modules(&self, request: &QueryRequest, height: u64) -> Result<Vec<u8>, Failure> {
        let _turn = self.gates.queries.enter()?;
        let (record, snapshot) = self.database.at(height).map_err(pruned)?;
        let block = Note::decode(height, &record.note)?.block(height);
        let is_smart = request.path == SMART_QUERY;
        let limit = if is_smart { SMART_QUERY_GAS_LIMIT } else { QUERY_GAS_LIMIT };
        let gas = GasMeter::new(limit);
        let ctx = context(block, ExecMode::Query, gas, Overlay::new(snapshot));
        Ok(caught(|| self.modules.query(&ctx, &request.path, &request.data))?)
    }
}

/// What a module refuses with a code of its own has the SDK's "unknown request" over ABCI.
fn over_abci(refusal: Refusal) -> Refusal {
    match refusal.codespace {
        codespace::SDK | codespace::UNDEFINED | stored::store_code::CODESPACE => refusal,
        _ => Refusal::sdk(sdk_code::UNKNOWN_REQUEST, format!("{}: unknown request", refusal.log)),
    }
}

/// A height that is gone is the asker's problem; any other failure is the node's.
fn pruned(error: StoreError) -> Failure {
    match error {
        StoreError::UnknownHeight { height, latest, .. } => {
            let log = format!(
                "failed to load state at height {height}; version does not exist (latest height: {latest}): not found"
            );
            Refusal::sdk(sdk_code::NOT_FOUND, log).into()
        }
        other => Failure::Node(other.into()),
    }
}
