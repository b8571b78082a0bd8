//! A node that starts later takes a state over from the others.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use stoa_app::{
    App, QueryRequest, QueryResponse,
    snapshot::{
        CHUNK_BYTES, ChunkVerdict, FORMAT, Listed, Manifest, OfferVerdict, OfferedSnapshot,
        Schedule,
    },
};
use stoa_mock_consensus::{
    Actor, Ballot, Genesis, MockChain, Network, Validator, execute, offered, send, transfer,
};
use stoa_store::Root;

use crate::{
    START,
    contracts::{raw, signed},
    outcome,
};

const OFTEN: Schedule = Schedule { interval: 5, keep_recent: 2 };

fn genesis() -> Genesis {
    let (buyer, provider) = (Actor::new("buyer"), Actor::new("provider"));
    Genesis::new().with_balance(&buyer, START).with_balance(&provider, START)
}

/// A chain at height 5 whose state needs several chunks, and its snapshot.
fn large() -> (MockChain, Listed) {
    let mut genesis = genesis().init_chain();
    let mut state: Value = serde_json::from_slice(&genesis.app_state).unwrap();
    let described = |name: &str| {
        json!({
            "base": name, "display": name, "denom_units": [{ "denom": name }],
            "description": name.repeat(CHUNK_BYTES / 5),
        })
    };
    state["bank"]["denom_metadata"] = json!([described("aaa"), described("bbb"), described("ccc")]);
    genesis.app_state = state.to_string().into_bytes();
    let mut chain = MockChain::from_file(genesis, OFTEN).unwrap();
    chain.advance_blocks(5).unwrap();
    let listed = listed(chain.app().unwrap());
    assert!(listed.chunks >= 2, "{} chunks", listed.chunks);
    (chain, listed)
}

fn listed(app: &App) -> Listed {
    app.list_snapshots().first().cloned().unwrap()
}

fn chunks(app: &App, listed: &Listed) -> Vec<Vec<u8>> {
    let chunk = |number| app.load_chunk(listed.height, FORMAT, number).unwrap();
    (0..listed.chunks).map(chunk).collect()
}

fn trusted(chain: &MockChain, height: u64) -> Root {
    chain.root_after(height).unwrap()
}

fn ask(chain: &MockChain, path: &str, data: &[u8], height: u64) -> QueryResponse {
    let (path, data, height) = (path.to_owned(), data.to_vec(), height as i64);
    chain.app().unwrap().query(&QueryRequest { path, data, height, prove: true })
}

#[test]
fn a_newcomer_takes_a_snapshot_and_goes_on_alike() {
    let (buyer, provider) = (Actor::new("buyer"), Actor::new("provider"));
    let mut chain = MockChain::from_file(genesis().init_chain(), OFTEN).unwrap();
    chain.advance_blocks(1).unwrap();
    let contract = chain.deploy_probe(&buyer).unwrap();
    let write = |value: &str| {
        execute(&provider, &contract, &format!(r#"{{"set":{{"key":"k","value":"{value}"}}}}"#))
    };
    chain.deliver(signed(&chain, &provider, write("before"))).unwrap();
    while chain.height() < 12 {
        let tx = chain.tx(&buyer).unwrap().message(send(&buyer, &provider.address(), 7));
        chain.deliver(tx.sign(&buyer)).unwrap();
    }

    let mut newcomer = chain.newcomer().unwrap();
    let giver = chain.app().unwrap();
    let height =
        transfer(giver, newcomer.app().unwrap(), |height| Ok(trusted(&chain, height))).unwrap();
    assert_eq!(height, 10);
    let info = newcomer.app().unwrap().info().unwrap();
    assert_eq!((info.height, info.app_hash), (10, chain.root_after(10)));
    let account = [[1].as_slice(), buyer.address().as_bytes()].concat();
    for (path, data) in [
        ("/store/acc/key", account.as_slice()),
        ("/store/bank/key", b"\x00ustoa"),
        ("/store/wasm/key", b"nothing"),
        ("/store/bank/subspace", b"\x02"),
        ("/cosmos.bank.v1beta1.Query/Params", b""),
    ] {
        let answers = [&chain, &newcomer].map(|chain| ask(chain, path, data, height));
        assert_eq!(answers[0].code, 0, "{path}: {}", answers[0].log);
        assert_eq!(answers[0], answers[1], "{path}");
    }
    assert_eq!(raw(&newcomer, &contract, "k"), b"before");

    newcomer.follow(&chain).unwrap();
    assert_eq!(newcomer.app_hash().unwrap(), chain.app_hash().unwrap());
    // The contract's code came along: it runs.
    let tx = signed(&chain, &provider, write("after"));
    let result = chain.deliver(tx).unwrap();
    assert_eq!(outcome(&result), ("", 0), "{}", result.log);
    newcomer.follow(&chain).unwrap();
    assert_eq!(raw(&newcomer, &contract, "k"), b"after");
    // What it gives away itself is the same again.
    while chain.height() < 15 {
        chain.advance_blocks(1).unwrap();
    }
    newcomer.follow(&chain).unwrap();
    assert_eq!(newcomer.app_hash().unwrap(), chain.app_hash().unwrap());
    assert_eq!(listed(newcomer.app().unwrap()), listed(chain.app().unwrap()));
}

#[test]
fn chunks_of_several_nodes_mix_and_the_oldest_snapshots_go() {
    let (mut chain, first) = large();
    let mut other = chain.newcomer().unwrap();
    other.follow(&chain).unwrap();
    assert_eq!(listed(other.app().unwrap()), first);
    let givers = [&chain, &other].map(|chain| chunks(chain.app().unwrap(), &first));
    let newcomer = chain.newcomer().unwrap();
    let app = newcomer.app().unwrap();
    let verdict = app.offer_snapshot(&offered(&first), &trusted(&chain, 5)).unwrap();
    assert_eq!(verdict, OfferVerdict::Accept);
    for number in 0..first.chunks {
        let chunk = &givers[number as usize % 2][number as usize];
        assert_eq!(app.apply_chunk(number, chunk).unwrap(), ChunkVerdict::Accept);
    }
    assert_eq!(app.info().unwrap().height, 5);

    while chain.height() < 20 {
        chain.advance_blocks(5).unwrap();
    }
    let heights: Vec<u64> =
        chain.app().unwrap().list_snapshots().iter().map(|listed| listed.height).collect();
    assert_eq!(heights, [20, 15]);
}

#[test]
fn a_bad_chunk_is_fetched_again_and_bad_offers_are_refused_for_what_they_are() {
    let (chain, listed) = large();
    let chunks = chunks(chain.app().unwrap(), &listed);
    let newcomer = chain.newcomer().unwrap();
    let app = newcomer.app().unwrap();
    let (good, root) = (offered(&listed), trusted(&chain, 5));
    let offer = |offer: &OfferedSnapshot, root: &[u8]| app.offer_snapshot(offer, root).unwrap();

    let refused = [
        (OfferedSnapshot { format: FORMAT + 1, ..good.clone() }, OfferVerdict::RejectFormat),
        (OfferedSnapshot { hash: vec![1; 32], ..good.clone() }, OfferVerdict::RejectSender),
        (OfferedSnapshot { chunks: good.chunks + 1, ..good.clone() }, OfferVerdict::RejectSender),
        (OfferedSnapshot { chunks: u32::MAX, ..good.clone() }, OfferVerdict::RejectSender),
        (OfferedSnapshot { height: 0, ..good.clone() }, OfferVerdict::RejectSender),
        (OfferedSnapshot { metadata: vec![], ..good.clone() }, OfferVerdict::RejectSender),
    ];
    for (bad, verdict) in &refused {
        assert_eq!(offer(bad, &root), *verdict, "{}", bad.chunks);
    }
    assert_eq!(offer(&good, &[1; 32]), OfferVerdict::Reject);
    assert_eq!(offer(&good, &[]), OfferVerdict::Reject);
    assert_eq!(app.apply_chunk(0, &chunks[0]).unwrap(), ChunkVerdict::RejectSnapshot);

    assert_eq!(offer(&good, &root), OfferVerdict::Accept);
    assert_eq!(app.apply_chunk(0, b"").unwrap(), ChunkVerdict::Refetch);
    assert_eq!(app.apply_chunk(0, &chunks[1]).unwrap(), ChunkVerdict::Refetch);
    for (number, chunk) in (0..).zip(&chunks) {
        assert_eq!(app.info().unwrap().height, 0, "nothing is visible before the end");
        assert_eq!(app.apply_chunk(number, chunk).unwrap(), ChunkVerdict::Accept);
    }
    assert_eq!(app.info().unwrap().app_hash, Some(root));
    assert_eq!(offer(&good, &root), OfferVerdict::Abort);
}

#[test]
fn chunks_that_fit_their_manifest_and_not_the_roots_are_refused() {
    let (chain, listed) = large();
    let mut all = chunks(chain.app().unwrap(), &listed);
    // A byte of a description: the stream's form is as good as before.
    let place = all[0].len() - 9;
    all[0][place] ^= 1;
    let chunk_hashes = all.iter().map(|chunk| sha256(chunk)).collect();
    let metadata =
        Manifest { chunk_hashes, ..Manifest::decode(&listed.metadata).unwrap() }.encode();
    let (hash, good) = (sha256(&metadata).to_vec(), offered(&listed));
    let bad = OfferedSnapshot { metadata, hash, ..good.clone() };
    let newcomer = chain.newcomer().unwrap();
    let app = newcomer.app().unwrap();
    assert_eq!(app.offer_snapshot(&bad, &trusted(&chain, 5)).unwrap(), OfferVerdict::Accept);
    let verdicts: BTreeSet<bool> = (0..)
        .zip(&all)
        .map(|(number, chunk)| app.apply_chunk(number, chunk).unwrap() == ChunkVerdict::Accept)
        .collect();
    assert!(verdicts.contains(&false));
    assert_eq!(app.info().unwrap().height, 0);
    // Another peer's is taken all the same.
    transfer(chain.app().unwrap(), app, |height| Ok(trusted(&chain, height))).unwrap();
}

#[test]
fn a_crash_in_the_middle_leaves_a_node_that_can_start_again_either_way() {
    let (chain, listed) = large();
    let chunks = chunks(chain.app().unwrap(), &listed);
    for syncs_again in [true, false] {
        let mut newcomer = chain.newcomer().unwrap();
        let app = newcomer.app().unwrap();
        app.offer_snapshot(&offered(&listed), &trusted(&chain, 5)).unwrap();
        assert_eq!(app.apply_chunk(0, &chunks[0]).unwrap(), ChunkVerdict::Accept);
        newcomer.crash_and_reopen().unwrap();
        assert_eq!(newcomer.app().unwrap().info().unwrap().height, 0);
        if syncs_again {
            let root_after = |height| Ok(trusted(&chain, height));
            transfer(chain.app().unwrap(), newcomer.app().unwrap(), root_after).unwrap();
        }
        newcomer.follow(&chain).unwrap();
        assert_eq!(newcomer.app_hash().unwrap(), chain.app_hash().unwrap());
    }
}

#[test]
fn a_validator_that_was_synced_votes_and_contributes_from_the_next_height_on() {
    let roles = ["first", "second", "third", "fourth"];
    let validators = roles.map(|role| Validator::new(role, 10));
    let mut network =
        Network::with_snapshots(&genesis().with_window(4), &validators, OFTEN).unwrap();
    network.advance_blocks(13).unwrap();
    assert_eq!(network.state_sync(3, 0).unwrap(), 10);
    for round in 0..20 {
        // Every honest vote is verified by the others, and all roots are compared.
        network.round(&[], |_| Ballot::Honest).unwrap();
        let root = network.app_hash().unwrap();
        assert!(root.is_some(), "round {round}");
    }
    let value = crate::beacon::value(&network, network.height() - 4).unwrap();
    assert_eq!((value.power, value.total_power), (40, 40));
    // From a node that was itself synced.
    network.state_sync(0, 3).unwrap();
    network.advance_blocks(5).unwrap();
    network.app_hash().unwrap();
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    use sha2::{Digest as _, Sha256};
    Sha256::digest(bytes).into()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever a peer offers and sends, the node answers, shows nothing of it, and takes a true snapshot
    /// afterwards.
    #[test]
    fn hostile_offers_and_chunks_never_panic(
        height: u64, chunks: u32, metadata: Vec<u8>, count in 0usize..4, time_nanos: u64,
        chunk in proptest::collection::vec(prop_oneof![0u8..4, any::<u8>()], 0..200),
    ) {
        let mut chain = MockChain::from_file(genesis().init_chain(), OFTEN).unwrap();
        chain.advance_blocks(5).unwrap();
        let newcomer = chain.newcomer().unwrap();
        let app = newcomer.app().unwrap();
        let true_one = listed(chain.app().unwrap());
        let roots = Manifest::decode(&true_one.metadata).unwrap().roots;
        let manifest = Manifest { time_nanos, roots, chunk_hashes: vec![sha256(&chunk); count] };
        for metadata in [metadata, manifest.encode()] {
            let (format, hash) = (FORMAT, sha256(&metadata).to_vec());
            for chunks in [chunks, count as u32] {
                let (hash, metadata) = (hash.clone(), metadata.clone());
                let offer = OfferedSnapshot { height, format, chunks, hash, metadata };
                let verdict = app.offer_snapshot(&offer, &trusted(&chain, 5)).unwrap();
                for number in 0..count as u32 {
                    let applied = app.apply_chunk(number, &chunk).unwrap();
                    prop_assert!(verdict == OfferVerdict::Accept || applied == ChunkVerdict::RejectSnapshot);
                }
                prop_assert_eq!(app.info().unwrap().height, 0);
            }
        }
        transfer(chain.app().unwrap(), app, |height| Ok(trusted(&chain, height))).unwrap();
    }
}
