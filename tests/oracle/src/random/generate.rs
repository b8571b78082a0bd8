//! A sequence of transactions from a seed.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use stoa_system::random::Random;

use crate::scenario::{ACTORS, Action, Flaw, Tx, WITHOUT_LIMIT};

/// Blocks of one sequence.
const BLOCKS: usize = 60;
/// Most transactions of a block; each has its own signer.
const MAX_BLOCK_TXS: u64 = 3;
/// How deep messages are nested.
const MAX_DEPTH: u32 = 3;
/// Contracts of the stage, and one that does not exist.
const CONTRACTS: [&str; 4] = ["one", "two", "three", "nobody"];
const KEYS: [&str; 5] = ["entry0", "entry3", "k", "a longer key", "z"];
const REPLY_ON: [&str; 4] = ["never", "success", "error", "always"];
/// Code of the contracts of the stage.
const CODE: &str = "probe.gz";

/// The blocks of a seed; they stand on [`crate::scenario::stage`].
pub fn sequence(seed: u64) -> Vec<Vec<Tx>> {
    let mut random = Random::from_seed(seed);
    (0..BLOCKS).map(|block| one_block(&mut random, block)).collect()
}

fn one_block(random: &mut Random, block: usize) -> Vec<Tx> {
    let first = random.below(ACTORS.len() as u64);
    (0..=random.below(MAX_BLOCK_TXS))
        .map(|index| {
            let signer = ACTORS[((first + index) % ACTORS.len() as u64) as usize];
            transaction(random, signer, format!("{block}.{index}"))
        })
        .collect()
}

fn transaction(random: &mut Random, signer: &str, name: String) -> Tx {
    let mut tx = Tx::new(name, signer, action(random, signer));
    while random.one_in(4) {
        tx = tx.and(action(random, signer));
    }
    tx.gas = match random.below(4) {
        0 => 60_000 + random.below(400_000),
        _ => WITHOUT_LIMIT / 4,
    };
    if random.one_in(5) {
        tx.memo = "m".repeat(random.below(300) as usize);
    }
    if random.one_in(12) {
        let flaws = [Flaw::Signature, Flaw::ChainId, Flaw::Sequence(1), Flaw::HighS];
        tx.flaw = Some(random.of(&flaws));
    }
    tx
}

fn action(random: &mut Random, signer: &str) -> Action {
    let coins = format!("{}ustoa", random.below(3_000_000));
    match random.below(12) {
        0 | 1 => Action::send(signer, &anybody(random), &coins),
        2 => Action::Instantiate {
            from: signer.to_owned(),
            code: CODE.to_owned(),
            label: format!("made {}", random.below(1_000)),
            admin: if random.one_in(2) { signer.to_owned() } else { String::new() },
            msg: json!({"messages": submessages(random, 1)}),
            funds: if random.one_in(2) { coins } else { String::new() },
            salt: random.one_in(2).then(|| format!("salt {}", random.below(50))),
        },
        3 => Action::migrate(signer, random.of(&CONTRACTS), CODE, json!({"messages": []})),
        _ => Action::Execute {
            from: signer.to_owned(),
            contract: random.of(&CONTRACTS).to_owned(),
            msg: call(random, 0),
            funds: if random.one_in(3) { coins } else { String::new() },
        },
    }
}

fn anybody(random: &mut Random) -> String {
    match random.below(3) {
        0 => random.of(&ACTORS).to_owned(),
        1 => random.of(&CONTRACTS).to_owned(),
        _ => format!("somebody {}", random.below(20)),
    }
}

/// A message to the probe.
fn call(random: &mut Random, depth: u32) -> Value {
    let key = random.of(&KEYS);
    match random.below(10) {
        0 => json!({"set": {"key": key, "value": "v".repeat(random.below(400) as usize)}}),
        1 => json!({"remove": {"key": key}}),
        2 => json!({"fail": {"text": format!("no <{key}>")}}),
        3 => json!({"fill": {"count": random.below(20), "bytes": random.below(200)}}),
        4 => json!({"attributes": {"count": random.below(20), "bytes": random.below(60)}}),
        5 => json!({"call_self": {"depth": random.below(4)}}),
        6 => json!({"ask": {"query": query(random, depth)}}),
        7 => {
            json!({"events": {"attributes": [[key, "<v>"]], "events": [[key, [["b", key], ["a", "&"]]]]}})
        }
        _ if depth < MAX_DEPTH => {
            json!({"send": {"messages": submessages(random, depth + 1), "data": "AQID"}})
        }
        _ => json!({"panic": {"text": key}}),
    }
}

fn submessages(random: &mut Random, depth: u32) -> Vec<Value> {
    (0..random.below(4)).map(|id| submessage(random, id, depth)).collect()
}

fn submessage(random: &mut Random, id: u64, depth: u32) -> Value {
    let amount = random.below(200_000).to_string();
    let coins = json!([{"denom": "ustoa", "amount": amount}]);
    let to = format!("@{}", anybody(random));
    let msg = match random.below(6) {
        0 => json!({"bank": {"send": {"to_address": to, "amount": coins}}}),
        1 => json!({"bank": {"burn": {"amount": coins}}}),
        2 => {
            json!({"wasm": {"instantiate": {"admin": null, "code_id": {"@code": CODE}, "funds": [],
            "msg": {"@binary": {"messages": []}}, "label": "child"}}})
        }
        _ => json!({"wasm": {"execute": {"contract_addr": format!("@{}", random.of(&CONTRACTS)),
            "msg": {"@binary": call(random, depth)},
            "funds": if random.one_in(4) { coins } else { json!([]) }}}}),
    };
    let gas_limit = random.one_in(3).then(|| random.below(200_000));
    let wish = random.of(&["", "data:back", "fail:<no>", "other"]);
    let mut message =
        json!({"id": id, "msg": msg, "reply_on": random.of(&REPLY_ON), "gas_limit": gas_limit});
    if !wish.is_empty() {
        message["payload"] = json!(BASE64_STANDARD.encode(wish));
    }
    message
}

fn query(random: &mut Random, depth: u32) -> Value {
    let key = random.of(&KEYS);
    let to = format!("@{}", anybody(random));
    match random.below(7) {
        0 => json!({"get": {"key": key}}),
        1 => json!({"scan": {"start": null, "end": key, "descending": random.one_in(2)}}),
        2 => {
            json!({"walk": {"values": random.one_in(2), "descending": random.one_in(2), "count": random.below(9)}})
        }
        3 => json!({"nest": {"depth": random.below(12)}}),
        4 => json!({"chain": {"request": {"bank": {"all_balances": {"address": to}}}}}),
        5 => json!({"address": {"text": to}}),
        _ if depth < MAX_DEPTH => json!({"chain": {"request": {"wasm": {"smart": {
            "contract_addr": format!("@{}", random.of(&CONTRACTS)),
            "msg": {"@binary": query(random, depth + 1)}}}}}}),
        _ => json!({"fail": {"text": key}}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_sequence_each_time_and_it_reads_back_from_a_file() {
        let first = sequence(7);
        assert_eq!(first, sequence(7));
        assert_ne!(first, sequence(8));
        let text = serde_json::to_string(&first).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Vec<Tx>>>(&text).unwrap(), first);
    }
}
