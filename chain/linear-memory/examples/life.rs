//! What the life of an instance costs with a new memory and with one that was used before: processor time of making it,
//! growing it by a page, touching 24 pages of the system in it, and ending it. Prints microseconds.
//!
//!     cargo run --release -p stoa-linear-memory --example life
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement may end with a panic")]

#[cfg(target_os = "linux")]
mod measure {
    use std::{sync::Arc, thread};

    use stoa_linear_memory::Pool;
    use wasm_encoder::{
        BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemArg,
        MemorySection, MemoryType, TypeSection, ValType,
    };
    use wasmer::{Engine, Instance, Module, Store, imports};

    const LIVES: u32 = 4_000;
    const REPEATS: usize = 7;
    /// Of a contract with 1 MiB of stack and some data.
    const PAGES: u64 = 18;
    const TOUCHED: i32 = 24;

    pub fn run() {
        let pool = Arc::new(Pool::default());
        for threads in [1, 2] {
            let (mut new, mut used) = (Vec::new(), Vec::new());
            for _ in 0..REPEATS {
                new.push(sample(threads, None));
                used.push(sample(threads, Some(&pool)));
            }
            for (name, samples) in [("new", &mut new), ("used before", &mut used)] {
                samples.sort_by(f64::total_cmp);
                let (median, least, most) =
                    (samples[REPEATS / 2], samples[0], samples[REPEATS - 1]);
                println!("{threads} threads, {name}: {median:.2} ({least:.2}-{most:.2})");
            }
        }
    }

    /// Processor time of one life.
    fn sample(threads: u32, pool: Option<&Arc<Pool>>) -> f64 {
        let mut engine = Engine::default();
        if let Some(pool) = pool {
            stoa_linear_memory::use_again(&mut engine, pool, 32 * 1024 * 1024);
        }
        let module = Module::new(&engine, program()).unwrap();
        live(&engine, &module);
        let spent: f64 = thread::scope(|scope| {
            let lives = || {
                let before = processor_time();
                (0..LIVES).for_each(|_| live(&engine, &module));
                processor_time() - before
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(lives)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).sum()
        });
        spent / f64::from(LIVES * threads)
    }

    fn live(engine: &Engine, module: &Module) {
        let mut store = Store::new(engine.clone());
        let instance = Instance::new(&mut store, module, &imports! {}).unwrap();
        instance.exports.get_function("touch").unwrap().call(&mut store, &[]).unwrap();
    }

    /// Microseconds that this thread has had, in the system included.
    fn processor_time() -> f64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1_000.0
    }

    /// Grows by a page and writes to pages of the stack, the data and the heap.
    fn program() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        let (mut functions, mut exports) = (FunctionSection::new(), ExportSection::new());
        functions.function(0);
        exports.export("touch", ExportKind::Func, 0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: PAGES,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut touch = Function::new([(1, ValType::I32)]);
        let byte = MemArg { offset: 0, align: 0, memory_index: 0 };
        let mut body = touch.instructions();
        body.i32_const(1).memory_grow(0).drop().loop_(BlockType::Empty);
        // From the top of the stack to the heap.
        body.local_get(0).i32_const(4096).i32_mul().i32_const(1_048_576 - 8 * 4096).i32_add();
        body.i32_const(1).i32_store8(byte);
        body.local_get(0).i32_const(1).i32_add().local_tee(0).i32_const(TOUCHED).i32_lt_u();
        body.br_if(0).end().i32_const(1_179_648).i32_const(1).i32_store8(byte).end();
        let mut code = CodeSection::new();
        code.function(&touch);
        let mut module = wasm_encoder::Module::new();
        module.section(&types).section(&functions).section(&memories).section(&exports);
        module.section(&code);
        module.finish()
    }
}

fn main() {
    #[cfg(target_os = "linux")]
    measure::run();
}
