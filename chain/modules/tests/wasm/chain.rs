//! A chain in memory: state, money, contracts, and nothing else.

use std::{
    io::Read as _,
    sync::{Arc, OnceLock},
};

use cosmos_sdk_proto::{
    Any,
    cosmwasm::wasm::v1::{
        MsgExecuteContractResponse, MsgInstantiateContractResponse, MsgStoreCodeResponse,
        QuerySmartContractStateRequest, QuerySmartContractStateResponse,
    },
};
use flate2::read::GzDecoder;
use prost::{Message, Name};
use serde_json::{Value, json};
use stoa_modules::{
    BlockInfo, Context, Event, ExecMode, Gas, GasMeter, ModuleError,
    auth::AccAddress,
    authz, bank,
    core::{BlockGas, LoadedCode, Nesting},
    router::{MessageResponse, MessageRouter, RouteError},
    wasm::{Limits, Wasm},
};
use stoa_store::{EmptySnapshot, Entry, KeyRange, Order, Overlay, Snapshot, StoreError, StoreName};

use crate::messages::{any, execute, instantiate, store_code};

/// The probe's Wasm.
pub fn probe_wasm() -> &'static [u8] {
    static UNPACKED: OnceLock<Vec<u8>> = OnceLock::new();
    UNPACKED.get_or_init(|| {
        let packed = include_bytes!("../../testdata/probe.wasm.gz").as_slice();
        let mut wasm = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut wasm).unwrap();
        wasm
    })
}

/// Enough for anything that ends.
pub const GAS: Gas = 50_000_000;

pub struct Chain {
    pub wasm: Wasm,
    overlay: Overlay,
}

/// What a transaction of one message leaves.
#[derive(Debug)]
pub struct Outcome {
    pub result: Result<MessageResponse, ModuleError>,
    pub gas_used: Gas,
    pub events: Vec<Event>,
}

impl Outcome {
    /// Codespace and code of the refusal.
    #[track_caller]
    pub fn refusal(&self) -> (&'static str, u32) {
        let error = self.result.as_ref().unwrap_err();
        (error.codespace(), error.code())
    }

    #[track_caller]
    pub fn response<T: Message + Name + Default>(&self) -> T {
        let response = self.result.as_ref().unwrap();
        assert_eq!(response.type_url, T::type_url());
        T::decode(response.bytes.as_slice()).unwrap()
    }

    /// Values of `key` in all events of type `kind`.
    pub fn values(&self, kind: &str, key: &str) -> Vec<String> {
        let events = self.events.iter().filter(|event| event.kind == kind);
        let attributes = events.flat_map(|event| &event.attributes);
        attributes.filter(|found| found.key == key).map(|found| found.value.clone()).collect()
    }

    pub fn kinds(&self) -> Vec<&str> {
        self.events.iter().map(|event| event.kind.as_str()).collect()
    }
}

impl Chain {
    /// A chain on which `buyer` has 1000 `ustoa`.
    pub fn new() -> Self {
        let chain = Self { wasm: shared(), overlay: Overlay::new(Arc::new(EmptySnapshot)) };
        let ctx = chain.ctx(GasMeter::unlimited());
        let genesis = json!({
            "balances": [{
                "address": buyer().to_string(),
                "coins": [{"denom": "ustoa", "amount": "1000"}],
            }],
        });
        bank::init_genesis(&ctx, serde_json::from_value(genesis).unwrap()).unwrap();
        chain
    }

    /// A chain with one code and one contract of it, whose admin is `buyer`.
    pub fn with_probe() -> (Self, AccAddress) {
        static BASE: OnceLock<(Overlay, AccAddress)> = OnceLock::new();
        let (state, probe) = BASE.get_or_init(|| {
            let mut chain = Self::new();
            let code_id = chain.store(probe_wasm());
            let probe = chain.instantiate(code_id);
            (chain.overlay, probe)
        });
        let overlay = Overlay::new(Arc::new(Frozen(state.clone())));
        (Self { wasm: shared(), overlay }, probe.clone())
    }

    pub fn ctx(&self, gas: GasMeter) -> Context {
        Context {
            block: BlockInfo {
                height: 12,
                time_nanos: 1_700_000_000_123_456_789,
                chain_id: "stoa-test-1".to_owned(),
            },
            mode: ExecMode::Deliver,
            tx_index: Some(3),
            block_gas: BlockGas::default(),
            loaded_code: Some(LoadedCode::default()),
            nesting: Nesting::default(),
            gas,
            overlay: self.overlay.clone(),
            events: Vec::new(),
        }
    }

    pub fn deliver(&mut self, gas: Gas, message: &impl Name) -> Outcome {
        let message = any(message);
        let mut ctx = self.ctx(GasMeter::new(gas));
        let result = ctx.atomically(|ctx| self.execute(ctx, &message));
        assert_eq!(self.overlay.depth().unwrap(), 1, "layers left open");
        Outcome { result, gas_used: ctx.gas.used(), events: ctx.events }
    }

    #[track_caller]
    pub fn store(&mut self, wasm: &[u8]) -> u64 {
        self.deliver(GAS, &store_code(wasm)).response::<MsgStoreCodeResponse>().code_id
    }

    #[track_caller]
    pub fn instantiate(&mut self, code_id: u64) -> AccAddress {
        let outcome = self.deliver(GAS, &instantiate(code_id, &json!({})));
        outcome.response::<MsgInstantiateContractResponse>().address.parse().unwrap()
    }

    pub fn call(&mut self, contract: &AccAddress, message: &Value) -> Outcome {
        self.deliver(GAS, &execute(contract, message))
    }

    #[track_caller]
    pub fn must(&mut self, contract: &AccAddress, message: &Value) -> Outcome {
        let outcome = self.call(contract, message);
        outcome.response::<MsgExecuteContractResponse>();
        outcome
    }

    /// Answer of a query path in protobuf.
    pub fn ask<T: Message + Default>(
        &self,
        method: &str,
        request: &impl Message,
    ) -> Result<T, ModuleError> {
        let path = format!("/cosmwasm.wasm.v1.Query/{method}");
        let ctx = self.ctx(GasMeter::new(GAS));
        let answer = self.wasm.query(&ctx, &path, &request.encode_to_vec()).unwrap()?;
        Ok(T::decode(answer.as_slice()).unwrap())
    }

    pub fn try_smart(&self, contract: &AccAddress, query: &Value) -> Result<Value, ModuleError> {
        let request = QuerySmartContractStateRequest {
            address: contract.to_string(),
            query_data: query.to_string().into_bytes(),
        };
        let answer: QuerySmartContractStateResponse = self.ask("SmartContractState", &request)?;
        Ok(serde_json::from_slice(&answer.data).unwrap())
    }

    #[track_caller]
    pub fn smart(&self, contract: &AccAddress, query: &Value) -> Value {
        self.try_smart(contract, query).unwrap()
    }

    /// A value of the probe as text.
    #[track_caller]
    pub fn value(&self, probe: &AccAddress, key: &str) -> Option<String> {
        serde_json::from_value(self.smart(probe, &json!({"get": {"key": key}}))).unwrap()
    }

    pub fn balance(&self, owner: &AccAddress) -> u128 {
        let ctx = self.ctx(GasMeter::unlimited());
        bank::balance(&ctx, owner, "ustoa").unwrap().amount()
    }

    /// Every key and value of the state.
    pub fn state(&self) -> String {
        let ctx = self.ctx(GasMeter::unlimited());
        format!("{:?}", self.wasm.export_genesis(&ctx).unwrap())
    }
}

/// State that nobody writes any more.
struct Frozen(Overlay);

impl Snapshot for Frozen {
    fn get(&self, store: StoreName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.get(store, key)
    }

    fn first(
        &self,
        store: StoreName,
        range: &KeyRange,
        order: Order,
    ) -> Result<Option<Entry>, StoreError> {
        self.0.first(store, range, order)
    }
}

/// One module for all tests: what is compiled is compiled once, and tells nothing.
fn shared() -> Wasm {
    static SHARED: OnceLock<Wasm> = OnceLock::new();
    SHARED.get_or_init(|| Wasm::new(Limits::default())).clone()
}

impl MessageRouter for Chain {
    fn check(&self, message: &Any) -> Result<(), ModuleError> {
        match self.wasm.check(message) {
            Some(result) => result,
            None => bank::check(message).unwrap_or(Ok(())),
        }
    }

    fn execute(&self, ctx: &mut Context, message: &Any) -> Result<MessageResponse, ModuleError> {
        let bank = bank::execute_message(ctx, message);
        bank.or_else(|| authz::execute_message(ctx, self, message))
            .or_else(|| self.wasm.execute_message(ctx, self, message))
            .unwrap()
    }

    fn signers(&self, message: &Any) -> Result<Vec<AccAddress>, ModuleError> {
        bank::signers(message)
            .or_else(|| authz::signers(message))
            .or_else(|| self.wasm.signers(message))
            .unwrap_or_else(|| Err(RouteError::UnknownType { type_url: String::new() }.into()))
    }

    fn knows(&self, message: &Any) -> bool {
        MessageRouter::signers(self, message).is_ok()
    }

    fn query(&self, _: &Context, _: &str, _: &[u8]) -> Result<Vec<u8>, ModuleError> {
        unreachable!("contracts' queries do not leave the module")
    }
}

pub fn buyer() -> AccAddress {
    AccAddress::new([0xb; 20]).unwrap()
}

pub fn attacker() -> AccAddress {
    AccAddress::new([0xa; 20]).unwrap()
}
