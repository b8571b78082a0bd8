//! SIGKILL at random moments: the chain goes on, and every height has the app hash of a replay that
//! nothing interrupted.

use std::{thread::sleep, time::Duration};

use stoa_mock_consensus::Actor;

use crate::devnet::Devnet;

const ROUNDS: u64 = 6;
/// Seed of the moments; a failure names it.
const SEED: u64 = 0x5eed_0001;

fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn killed_at_random_moments_every_height_replays_to_the_same_app_hash() {
    let (buyer, provider) = (Actor::new("buyer"), Actor::new("provider"));
    let mut node = Devnet::new(&[(&buyer, 1_000_000_000), (&provider, 1_000_000_000)]);
    let (mut state, mut sequence, mut height) = (SEED, 0, 0);
    for round in 0..ROUNDS {
        node.start();
        height = node.wait_for_height(height + 2);
        for _ in 0..random(&mut state) % 12 {
            if node.transfer(&buyer, &provider, 0, sequence) == Some(0) {
                sequence += 1;
            }
            sleep(Duration::from_millis(random(&mut state) % 60));
        }
        // Which process dies first, and how long the other one survives it, vary.
        let pause = Duration::from_millis(random(&mut state) % 40);
        if random(&mut state).is_multiple_of(2) {
            node.kill_stoad();
            sleep(pause);
            node.kill_comet();
        } else {
            node.kill_comet();
            sleep(pause);
            node.kill_stoad();
        }
        // A transaction that was admitted and not decided is gone with the mempool, unless it is in a
        // proposal that consensus remembers. CometBFT reports a block before the application commits it,
        // so the one with that proposal is committed for certain when the next one is reported.
        node.start();
        let restarted = node.wait_for_height(height + 1);
        height = node.wait_for_height(restarted + 2);
        sequence = committed_sequence(&node, &buyer);
        node.kill_stoad();
        node.kill_comet();
        println!("round {round}: height {height}, {sequence} transfers");
    }
    assert!(sequence > 0, "seed {SEED:#x}: no transfer was decided");

    node.start();
    let last = node.wait_for_height(height + 2);
    let hashes: Vec<String> = (1..=last).map(|height| node.app_hash(height)).collect();
    node.kill_comet();
    assert!(node.terminate_stoad(), "SIGTERM must end stoad well; {}", node.logs());

    let mut replay = node.with_empty_application();
    replay.start();
    // CometBFT compares the root of every block that it replays and stops at the first difference.
    replay.wait_for_height(last + 3);
    let replayed: Vec<String> = (1..=last).map(|height| replay.app_hash(height)).collect();
    assert_eq!(replayed, hashes, "seed {SEED:#x}");
    assert_eq!(committed_sequence(&replay, &buyer), sequence);
}

/// Sequence of `actor` in the state, by trying: admission names the expected one.
fn committed_sequence(node: &Devnet, actor: &Actor) -> u64 {
    use cosmos_sdk_proto::cosmos::auth::v1beta1::{
        BaseAccount, QueryAccountRequest, QueryAccountResponse,
    };
    use prost::Message as _;

    let request = QueryAccountRequest { address: actor.address().to_string() }.encode_to_vec();
    let path = "/cosmos.auth.v1beta1.Query/Account";
    let value = crate::serve::query(node, path, &request, 0).expect(path).value;
    let answer = QueryAccountResponse::decode(value.as_slice()).unwrap();
    BaseAccount::decode(answer.account.unwrap().value.as_slice()).unwrap().sequence
}
