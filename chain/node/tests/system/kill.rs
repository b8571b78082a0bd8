//! Either process dies under CometBFT, at random moments and at chosen steps of a block: the chain goes on,
//! and every height has the app hash of a replay that nothing interrupted.
//!
//! `STOA_KILLS=500` makes the run longer (a tenth as many rounds), `STOA_SEED` replays one.

use std::{os::unix::process::ExitStatusExt as _, thread::sleep, time::Duration};

use stoa_mock_consensus::Actor;
use stoa_store::FailPoint;

use crate::{
    choice::{Choice, number},
    devnet::Devnet,
};

/// Rounds unless `STOA_KILLS` asks for more.
const ROUNDS: u64 = 6;
/// Kills of `STOA_KILLS` for one round here, which takes that much longer.
const KILLS_A_ROUND: u64 = 10;
/// How long an armed step may take to be reached.
const PATIENCE: Duration = Duration::from_secs(300);
const SIGABRT: i32 = 6;

/// What dies in a round.
#[derive(Debug)]
enum Death {
    /// `stoad`, in the middle of a block.
    At(FailPoint),
    StoadFirst,
    CometFirst,
}

impl Death {
    fn choose(choice: &mut Choice) -> Self {
        match choice.below(4) {
            0 => Self::StoadFirst,
            1 => Self::CometFirst,
            _ => Self::At(*choice.of(&FailPoint::ALL[1..])),
        }
    }
}

#[test]
fn killed_at_random_moments_every_height_replays_to_the_same_app_hash() {
    let (buyer, provider) = (Actor::new("buyer"), Actor::new("provider"));
    let mut node = Devnet::new(&[(&buyer, 1_000_000_000), (&provider, 1_000_000_000)]);
    let mut choice = Choice::seeded("killed_at_random_moments");
    let rounds = number("STOA_KILLS").map_or(ROUNDS, |kills| ROUNDS.max(kills / KILLS_A_ROUND));
    let (mut sequence, mut height) = (0, 0);
    for round in 0..rounds {
        let death = Death::choose(&mut choice);
        live(&mut node, &death, height + 2, &mut choice, |node, choice| {
            for _ in 0..choice.below(12) {
                if node.transfer(&buyer, &provider, 0, sequence) == Some(0) {
                    sequence += 1;
                }
                sleep(Duration::from_millis(choice.below(60)));
            }
        });
        // A transaction that was admitted and not decided is gone with the mempool, unless it is in a
        // proposal that consensus remembers. CometBFT reports a block before the application commits it,
        // so the one with that proposal is committed for certain when the next one is reported.
        node.start();
        let restarted = node.wait_for_height(height + 1);
        height = node.wait_for_height(restarted + 2);
        sequence = committed_sequence(&node, &buyer);
        node.kill_stoad();
        node.kill_comet();
        println!("round {round}, {death:?}: height {height}, {sequence} transfers");
    }
    assert!(sequence > 0, "no transfer was decided");

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
    assert_eq!(replayed, hashes);
    assert_eq!(committed_sequence(&replay, &buyer), sequence);
}

/// Starts the node, puts `load` on it and lets it die.
fn live(
    node: &mut Devnet,
    death: &Death,
    height: u64,
    choice: &mut Choice,
    mut load: impl FnMut(&Devnet, &mut Choice),
) {
    let pause = Duration::from_millis(choice.below(40));
    if let Death::At(point) = death {
        // Steps of transactions are passed only under load, the others in every block.
        let is_of_a_tx = matches!(point, FailPoint::TxBegun | FailPoint::TxEnded);
        let visit = if is_of_a_tx { 1 } else { 1 + choice.below(8) };
        node.armed = Some(format!("{}:{visit}", point.name()));
        node.start();
        let mut died = None;
        for _ in 0..PATIENCE.as_secs() {
            load(node, choice);
            died = node.wait_for_death(Duration::from_secs(1));
            if died.is_some() {
                break;
            }
        }
        let status = died.unwrap_or_else(|| panic!("{death:?} is never reached; {}", node.logs()));
        assert_eq!(status.signal(), Some(SIGABRT), "{death:?}; {}", node.logs());
        sleep(pause);
        node.kill_comet();
        node.kill_stoad();
        return;
    }
    node.start();
    node.wait_for_height(height);
    load(node, choice);
    // Which process dies first, and how long the other one survives it, vary.
    if matches!(death, Death::StoadFirst) {
        node.kill_stoad();
        sleep(pause);
        node.kill_comet();
    } else {
        node.kill_comet();
        sleep(pause);
        node.kill_stoad();
    }
}

/// Sequence of `actor` in the state, by trying: admission names the expected one.
pub fn committed_sequence(node: &Devnet, actor: &Actor) -> u64 {
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
