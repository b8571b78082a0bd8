//! A program with the run of its memory.

use std::sync::Arc;

use stoa_linear_memory::Pool;
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, InstructionSink,
    MemArg, MemorySection, MemoryType, TypeSection, ValType,
};
use wasmer::{Engine, Instance, Module, RuntimeError, Store, Value, imports};

/// Pages that it begins with.
pub const MINIMUM_PAGES: u32 = 2;

const BYTE: MemArg = MemArg { offset: 0, align: 0, memory_index: 0 };

/// Compiled.
pub struct Program {
    engine: Engine,
    module: Module,
}

/// Running.
#[derive(Debug)]
pub struct Running {
    store: Store,
    instance: Instance,
}

impl Program {
    /// With memories of `pool` of at most `limit_pages`.
    pub fn compile(pool: &Arc<Pool>, limit_pages: u32) -> Self {
        let mut engine = Engine::default();
        stoa_linear_memory::use_again(&mut engine, pool, limit_pages as usize * 64 * 1024);
        let module = Module::new(&engine, wasm()).unwrap();
        Self { engine, module }
    }

    /// A new instance.
    pub fn instantiate(&self) -> Result<Running, String> {
        let mut store = Store::new(self.engine.clone());
        let instance = Instance::new(&mut store, &self.module, &imports! {});
        Ok(Running { instance: instance.map_err(|error| error.to_string())?, store })
    }
}

impl Running {
    /// Pages that it has.
    pub fn size(&mut self) -> u32 {
        self.call("size", &[]).unwrap()
    }

    /// Asks for more, and says what it had, or that there is no more.
    pub fn grow(&mut self, pages: u32) -> Option<u32> {
        let before = self.call("grow", &[pages]).unwrap();
        (before != u32::MAX).then_some(before)
    }

    /// Bytes of its memory that are not zero.
    pub fn traces(&mut self) -> u32 {
        self.call("traces", &[]).unwrap()
    }

    /// Writes into every byte.
    pub fn fill(&mut self) {
        self.call("fill", &[]).unwrap();
    }

    /// Writes one byte.
    pub fn poke(&mut self, address: u32) {
        self.call("poke", &[address]).unwrap();
    }

    /// Reads one byte.
    pub fn peek(&mut self, address: u32) -> Result<u32, RuntimeError> {
        self.call("peek", &[address])
    }

    /// Gives up.
    pub fn trap(&mut self) -> Result<u32, RuntimeError> {
        self.call("trap", &[])
    }

    /// Calls itself without end.
    pub fn overflow_the_stack(&mut self) -> Result<u32, RuntimeError> {
        self.call("recurse", &[])
    }

    fn call(&mut self, name: &str, arguments: &[u32]) -> Result<u32, RuntimeError> {
        let function = self.instance.exports.get_function(name).unwrap();
        let arguments: Vec<_> =
            arguments.iter().map(|argument| Value::I32(argument.cast_signed())).collect();
        let answer = function.call(&mut self.store, &arguments)?;
        Ok(answer[0].unwrap_i32().cast_unsigned())
    }
}

fn wasm() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: MINIMUM_PAGES.into(),
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let (mut functions, mut exports) = (FunctionSection::new(), ExportSection::new());
    let mut code = CodeSection::new();
    type Body = fn(&mut InstructionSink<'_>);
    let bodies: [(&str, u32, Body); 8] = [
        ("size", 0, |body| _ = body.memory_size(0)),
        ("grow", 1, |body| _ = body.local_get(0).memory_grow(0)),
        ("peek", 1, |body| _ = body.local_get(0).i32_load8_u(BYTE)),
        ("poke", 1, |body| _ = body.local_get(0).i32_const(7).i32_store8(BYTE).i32_const(0)),
        ("trap", 0, |body| _ = body.unreachable()),
        ("recurse", 0, |body| _ = body.call(5).i32_const(1).i32_add()),
        ("traces", 0, traces),
        ("fill", 0, fill),
    ];
    for (index, (name, ty, body)) in (0..).zip(bodies) {
        functions.function(ty);
        exports.export(name, ExportKind::Func, index);
        // An address and a number.
        let mut function = Function::new([(2, ValType::I32)]);
        body(&mut function.instructions());
        function.instructions().end();
        code.function(&function);
    }
    let mut module = wasm_encoder::Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    module.finish()
}

/// Counts the bytes that are not zero (local 1) at every address (local 0).
fn traces(body: &mut InstructionSink<'_>) {
    every_address(body, |body| {
        body.local_get(0).i32_load8_u(BYTE).i32_const(0).i32_ne();
        body.local_get(1).i32_add().local_set(1);
    });
    body.local_get(1);
}

fn fill(body: &mut InstructionSink<'_>) {
    every_address(body, |body| _ = body.local_get(0).i32_const(0xff).i32_store8(BYTE));
    body.i32_const(0);
}

fn every_address(body: &mut InstructionSink<'_>, visit: impl FnOnce(&mut InstructionSink<'_>)) {
    body.loop_(BlockType::Empty);
    visit(body);
    body.local_get(0).i32_const(1).i32_add().local_tee(0);
    body.memory_size(0).i32_const(16).i32_shl().i32_lt_u().br_if(0).end();
}
