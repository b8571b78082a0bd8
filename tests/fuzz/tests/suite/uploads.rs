//! Wasm and archives of it, changed: refused, or a contract that can be run and ends.

use std::{cell::RefCell, io::Write as _};

use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use stoa_app::TxResult;
use stoa_fuzz::{byte_edits, edit_bytes};
use stoa_mock_consensus::{
    CONTRACT_FEE, CONTRACT_GAS, Genesis, MockChain, instantiate, probe_wasm, store_code,
};

use crate::{cases, in_time, seeds};

thread_local! {
    static CHAIN: RefCell<Option<MockChain>> = const { RefCell::new(None) };
}

fn deliver(message: cosmos_sdk_proto::Any) -> TxResult {
    let (buyer, _) = seeds::actors();
    CHAIN.with_borrow_mut(|chain| {
        let genesis = Genesis::new().with_balance(&buyer, u128::from(u64::MAX));
        let chain = chain.get_or_insert_with(|| MockChain::new(&genesis).unwrap());
        let tx = chain.tx(&buyer).unwrap().message(message).gas(CONTRACT_GAS).fee(CONTRACT_FEE);
        in_time(|| chain.deliver(tx.sign(&buyer)).unwrap())
    })
}

/// Uploads, and runs what is accepted.
fn upload(wasm: Vec<u8>) -> TxResult {
    let (buyer, _) = seeds::actors();
    let stored = deliver(store_code(&buyer, wasm));
    assert!(!stored.log.contains("recovered"), "{}", stored.log);
    if stored.is_ok() {
        let attributes = stored.events.iter().flat_map(|event| &event.attributes);
        let id = attributes.filter(|attribute| attribute.key == "code_id").next_back().unwrap();
        let made = deliver(instantiate(&buyer, id.value.parse().unwrap()));
        assert!(!made.log.contains("recovered"), "{}", made.log);
        assert!(made.gas_used <= 2 * CONTRACT_GAS, "{made:?}");
    }
    stored
}

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn modules_that_are_valid_and_useless_are_refused() {
    let header = b"\0asm\x01\0\0\0".to_vec();
    for wasm in [header.clone(), [&header[..], &[0, 3, 1, b'x', 0]].concat(), pack(&header)] {
        assert_eq!(upload(wasm).codespace, "wasm");
    }
    assert!(upload(probe_wasm().unwrap()).is_ok());
}

/// Every section header says that it is as long as it can be.
#[test]
fn lengths_that_lie_take_no_memory() {
    let header = b"\0asm\x01\0\0\0";
    for section in 0..13u8 {
        for length in [&[0xff, 0xff, 0xff, 0xff, 0x0f][..], &[0x85, 0x80, 0x80, 0x80, 0]] {
            let wasm = [&header[..], &[section], length, &[0xff, 0xff, 0xff, 0xff, 0x0f]].concat();
            assert!(!upload(wasm).is_ok());
        }
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn changed_wasm_is_refused_or_runs_and_ends(edits in byte_edits()) {
        upload(edit_bytes(&probe_wasm().unwrap(), &edits));
    }

    #[test]
    fn changed_archives_are_refused_or_run_and_end(edits in byte_edits()) {
        upload(edit_bytes(&pack(&probe_wasm().unwrap()), &edits));
    }
}
