//! What contracts leave in their memories when the VM ends them.

use std::thread;

use cosmwasm_vm::{
    Instance, VmError, VmResult, call_execute_raw, call_instantiate_raw, call_query_raw,
    testing::{MockApi, MockQuerier, MockStorage, mock_backend},
};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ExportKind, ExportSection, Function, FunctionSection,
    GlobalSection, GlobalType, InstructionSink, MemArg, MemorySection, MemoryType, Module,
    TypeSection, ValType,
};

use super::{Code, CodeCache};

const GAS: u64 = 1_000_000_000;
const WORD: MemArg = MemArg { offset: 0, align: 2, memory_index: 0 };

type Contract = Instance<MockApi, MockStorage, MockQuerier>;

/// Every instance looks through its whole memory before it does anything, and ends what it does not find empty.
/// Then it fills all of it, one page more included, and answers, gives up or runs out of gas.
#[test]
fn a_contract_finds_its_memory_empty_however_the_one_before_ended() {
    let cache = CodeCache::new(64 * 1024 * 1024, 1024 * 1024);
    let code = cache.compile(&wasm()).unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..24).for_each(|round| fill_and_end(&cache, &code, round)));
        }
    });
}

fn fill_and_end(cache: &CodeCache, code: &Code, round: usize) {
    let enter = |entry: fn(&mut Contract) -> VmResult<Vec<u8>>| {
        let mut instance = cache.instantiate(code, mock_backend(&[]), GAS).unwrap();
        let answer = entry(&mut instance);
        (answer, instance.create_gas_report().used_internally)
    };
    let (answer, used) = enter(|instance| call_instantiate_raw(instance, b"{}", b"{}", b"{}"));
    assert_eq!(answer.unwrap(), [0xff; 8]);
    let (again, used_again) = enter(|instance| call_instantiate_raw(instance, b"{}", b"{}", b"{}"));
    assert_eq!((again.unwrap(), used_again), (vec![0xff; 8], used), "gas is the same");
    if round.is_multiple_of(2) {
        let (ended, _) = enter(|instance| call_execute_raw(instance, b"{}", b"{}", b"{}"));
        assert!(matches!(ended, Err(VmError::RuntimeErr { .. })), "{ended:?}");
    } else {
        let (ended, used) = enter(|instance| call_query_raw(instance, b"{}", b"{}"));
        assert!(matches!(ended, Err(VmError::GasDepletion { .. })), "{ended:?}");
        assert_eq!(used, GAS);
    }
}

fn wasm() -> Vec<u8> {
    let number = ValType::I32;
    let mut types = TypeSection::new();
    types.ty().function([number; 3], [number]);
    types.ty().function([number; 2], [number]);
    types.ty().function([number], [number]);
    types.ty().function([number], []);
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    let mut globals = GlobalSection::new();
    // Whether the memory was looked through, and where the next region begins.
    for beginning in [0, 1024] {
        let ty = GlobalType { val_type: number, mutable: true, shared: false };
        globals.global(ty, &ConstExpr::i32_const(beginning));
    }
    type Body = fn(&mut InstructionSink<'_>);
    let bodies: [(&str, u32, Body); 5] = [
        ("instantiate", 0, |body| {
            fill(body);
            // A region: where it begins, how long it may be, how long it is.
            for (address, value) in [(16, 64), (20, 8), (24, 8)] {
                body.i32_const(address).i32_const(value).i32_store(WORD);
            }
            body.i32_const(16);
        }),
        ("execute", 0, |body| {
            fill(body);
            body.unreachable();
        }),
        ("query", 1, |body| {
            fill(body);
            body.loop_(BlockType::Empty).br(0).end().unreachable();
        }),
        ("allocate", 2, allocate),
        ("deallocate", 3, |_| {}),
    ];
    let (mut functions, mut exports) = (FunctionSection::new(), ExportSection::new());
    let mut code = CodeSection::new();
    for (index, (name, ty, body)) in (0..).zip(bodies) {
        functions.function(ty);
        exports.export(name, ExportKind::Func, index);
        // The address is behind the parameters, of which there are at most three.
        let mut function = Function::new([(4, number)]);
        body(&mut function.instructions());
        function.instructions().end();
        code.function(&function);
    }
    exports.export("memory", ExportKind::Memory, 0);
    let mut memories = MemorySection::new();
    memories.memory(memory);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&globals);
    module.section(&exports).section(&code);
    module.finish()
}

/// Gives a region away; before the first one it looks through all of the memory.
fn allocate(body: &mut InstructionSink<'_>) {
    body.global_get(0).i32_eqz().if_(BlockType::Empty);
    every_word(body, |body| {
        body.local_get(3).i32_load(WORD).if_(BlockType::Empty).unreachable().end();
    });
    body.i32_const(1).global_set(0).end();
    body.global_get(1).global_get(1).i32_const(12).i32_add().i32_store(WORD);
    body.global_get(1).i32_const(4).i32_add().local_get(0).i32_store(WORD);
    body.global_get(1);
    body.global_get(1).i32_const(12).i32_add().local_get(0).i32_add().global_set(1);
}

fn fill(body: &mut InstructionSink<'_>) {
    body.i32_const(1).memory_grow(0).drop();
    every_word(body, |body| _ = body.local_get(3).i32_const(-1).i32_store(WORD));
}

fn every_word(body: &mut InstructionSink<'_>, visit: impl FnOnce(&mut InstructionSink<'_>)) {
    body.i32_const(0).local_set(3).loop_(BlockType::Empty);
    visit(body);
    body.local_get(3).i32_const(4).i32_add().local_tee(3);
    body.memory_size(0).i32_const(16).i32_shl().i32_lt_u().br_if(0).end();
}
