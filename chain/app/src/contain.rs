//! The boundary that no failure of a transaction or query passes.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use stoa_modules::{Context, ModuleError};
use stoa_store::StoreError;

use crate::error::Refusal;

/// Runs `action` in a layer of its own: its writes and events remain only if it succeeds. A panic is
/// caught and leaves no trace either. The outer error means that this node must not go on.
pub(crate) fn contained<T>(
    ctx: &mut Context,
    action: impl FnOnce(&mut Context) -> Result<T, ModuleError>,
) -> Result<Result<T, Refusal>, StoreError> {
    let depth = ctx.overlay.depth()?;
    let events_before = ctx.events.len();
    // Unwind safety: what a panic leaves half-done are layers and events, and both are dropped below.
    let outcome = catch_unwind(AssertUnwindSafe(|| ctx.atomically(action)));
    match outcome {
        Ok(Ok(value)) => Ok(Ok(value)),
        Ok(Err(ModuleError::Store(error))) if !error.is_caused_by_input() => Err(error),
        Ok(Err(error)) => {
            ctx.overlay.unwind_to(depth)?;
            Ok(Err(Refusal::from(&error)))
        }
        Err(panic) => {
            ctx.overlay.unwind_to(depth)?;
            ctx.events.truncate(events_before);
            let message = message(&*panic);
            tracing::error!(message, "a panic was caught");
            Ok(Err(Refusal::panic(message)))
        }
    }
}

/// Runs something that holds no state, and catches its panic.
pub(crate) fn caught<T>(action: impl FnOnce() -> Result<T, ModuleError>) -> Result<T, Refusal> {
    match catch_unwind(AssertUnwindSafe(action)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Refusal::from(&error)),
        Err(panic) => {
            let message = message(&*panic);
            tracing::error!(message, "a panic was caught");
            Err(Refusal::panic(message))
        }
    }
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("unknown")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stoa_modules::{BlockInfo, Event, ExecMode, GasMeter};
    use stoa_store::{EmptySnapshot, Overlay, StoreName};

    use super::*;
    use crate::error::{PANIC_CODE, UNDEFINED_CODESPACE};

    const STORE: StoreName = StoreName("test");

    fn context() -> Context {
        let block = BlockInfo { height: 1, time_nanos: 1, chain_id: "stoa-test-1".to_owned() };
        let overlay = Overlay::new(Arc::new(EmptySnapshot));
        crate::block::context(block, ExecMode::Deliver, GasMeter::new(10_000), overlay)
    }

    #[test]
    fn a_panic_inside_nested_layers_leaves_no_trace() {
        let mut ctx = context();
        ctx.overlay.set(STORE, b"kept", vec![1]).unwrap();
        let refusal = contained::<()>(&mut ctx, |ctx| {
            ctx.overlay.set(STORE, b"kept", vec![2])?;
            ctx.emit(Event::new("lost"));
            ctx.atomically(|ctx| {
                ctx.overlay.set(STORE, b"lost", vec![3])?;
                panic!("a contract found a hole");
            })
        });
        let refusal = refusal.unwrap().unwrap_err();
        assert_eq!((refusal.codespace, refusal.code), (UNDEFINED_CODESPACE, PANIC_CODE));
        assert_eq!(refusal.log, "recovered: a contract found a hole: panic");
        assert_eq!(ctx.overlay.get(STORE, b"kept").unwrap().unwrap(), [1]);
        assert_eq!(ctx.overlay.get(STORE, b"lost").unwrap(), None);
        assert_eq!((ctx.overlay.depth().unwrap(), ctx.events.len()), (1, 0));
    }

    #[test]
    fn a_key_too_long_fails_the_transaction_and_not_the_node() {
        let mut ctx = context();
        let long = vec![0; stoa_store::MAX_KEY_BYTES + 1];
        let outcome = contained(&mut ctx, |ctx| Ok(ctx.overlay.set(STORE, &long, vec![])?));
        assert_eq!(outcome.unwrap().unwrap_err().codespace, "sdk");
    }

    #[test]
    fn a_corrupt_store_stops_the_node() {
        let mut ctx = context();
        let corrupt = || ModuleError::from(StoreError::Corrupt { what: "test" });
        assert!(contained::<()>(&mut ctx, |_| Err(corrupt())).is_err());
    }
}
