//! Whole disputes about traces inside a contract, and what they cost: `docs/dispute-gas.md`.

use std::{fmt::Write as _, fs, io::Read as _, path::Path};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use cosmos_sdk_proto::Any;
use flate2::read::GzDecoder;
use k256::ecdsa::SigningKey;
use serde_json::{Value, json};
use stoa_app::TxResult;
use stoa_exact::Choice;
use stoa_mock_consensus::{Actor, MockChain, execute, instantiate, store_code};
use stoa_proto::cosmwasm::wasm::v1::MsgPinCodes;
use stoa_trace::{
    Part, Shape,
    dispute::{Move, Side, Verdict},
    synthetic::{Case, Script, Synthetic},
};

use crate::{
    outcome,
    steward::{self, any},
};

/// The most that a whole dispute may cost, all transactions together.
const MAX_DISPUTE_GAS: u64 = 1_500_000;
const GAS: u64 = 2_000_000;
const FEE: u128 = 50_000;
/// Enough for the fees of all disputes.
const WEALTH: u128 = 100_000_000_000;
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const TABLE: &str = "docs/dispute-gas.md";

const GREEDY: Choice =
    Choice { temperature_milli: 0, top_k: 0, top_p_milli: 0, seed: 7, position: 0 };
const DRAWN: Choice =
    Choice { temperature_milli: 900, top_k: 40, top_p_milli: 950, seed: 7, position: 0 };

/// The sizes of the shipped model, all of its context used.
fn shipped() -> (Shape, bool) {
    let path = Path::new(ROOT).join("models/stoa-rustdoc-2M/config.json");
    let config: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let size = |name: &str| config[name].as_u64().unwrap() as u32;
    let shape = Shape {
        hidden: size("hidden_size"),
        inner: size("intermediate_size"),
        layers: size("num_hidden_layers"),
        heads: size("num_attention_heads"),
        groups: size("num_key_value_heads"),
        head: size("head_dim"),
        vocab: size("vocab_size"),
        positions: size("max_position_embeddings"),
    };
    (shape, config["tie_word_embeddings"].as_bool().unwrap())
}

/// The sizes of a model of 8 billion parameters.
const LARGE: Shape = Shape {
    hidden: 4096,
    inner: 14_336,
    layers: 32,
    heads: 32,
    groups: 8,
    head: 128,
    vocab: 128_256,
    positions: 8192,
};

/// A chain with the referee.
struct Court {
    chain: MockChain,
    claimant: Actor,
    challenger: Actor,
    contract: String,
    key: SigningKey,
}

/// What one dispute took.
struct Bill {
    /// Of each transaction.
    gas: Vec<u64>,
    /// Of the messages.
    bytes: usize,
}

impl Court {
    fn new(is_pinned: bool) -> Self {
        let (claimant, challenger) = (Actor::new("claimant"), Actor::new("challenger"));
        let genesis =
            steward::genesis().with_balance(&claimant, WEALTH).with_balance(&challenger, WEALTH);
        let mut chain = MockChain::new(&genesis).unwrap();
        let packed = include_bytes!("../../testdata/dispute.wasm.gz").as_slice();
        let mut wasm = Vec::new();
        GzDecoder::new(packed).read_to_end(&mut wasm).unwrap();
        let stored = steward::send(&mut chain, &claimant, store_code(&claimant, wasm));
        assert_eq!(outcome(&stored), ("", 0), "{}", stored.log);
        let made = steward::send(&mut chain, &claimant, instantiate(&claimant, 1));
        assert_eq!(outcome(&made), ("", 0), "{}", made.log);
        let contract = steward::made_address(&made);
        if is_pinned {
            let authority = steward::governor().address().to_string();
            steward::govern(&mut chain, any(&MsgPinCodes { authority, code_ids: vec![1] }));
        }
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        Self { chain, claimant, challenger, contract, key }
    }

    fn send(&mut self, side: Side, message: &str) -> TxResult {
        let actor = match side {
            Side::Claimant => self.claimant.clone(),
            Side::Challenger => self.challenger.clone(),
        };
        let message: Any = execute(&actor, &self.contract, message);
        let tx = self.chain.tx(&actor).unwrap().message(message).gas(GAS).fee(FEE);
        self.chain.deliver(tx.sign(&actor)).unwrap()
    }

    fn opening(&self, script: &Script) -> String {
        let signature = stoa_receipt::sign_digest(&script.claim.digest(), &self.key).unwrap();
        let public_key = self.key.verifying_key().to_encoded_point(true);
        let base64 = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        json!({ "open": {
            "claimant": self.claimant.address().to_string(),
            "public_key": base64(public_key.as_bytes()),
            "signature": base64(&signature),
            "claim": base64(&script.claim.to_bytes()),
            "challenger_root": base64(&script.challenger_root),
            "manifest": base64(&script.manifest),
            "manifest_path": base64(script.manifest_path.as_flattened()),
            "reveal": base64(&script.reveal),
        } })
        .to_string()
    }

    /// Plays a script on the chain; the contract must judge as the script does.
    fn judge(&mut self, script: &Script, label: &str) -> Bill {
        let open = self.opening(script);
        let mut messages = vec![(Side::Challenger, open)];
        messages.extend(script.moves.iter().map(|(side, made)| (*side, message_of(made))));
        let mut bill = Bill { gas: Vec::new(), bytes: 0 };
        let mut verdict = None;
        for (side, message) in &messages {
            let result = self.send(*side, message);
            assert_eq!(outcome(&result), ("", 0), "{label}: {}", result.log);
            bill.gas.push(result.gas_used);
            bill.bytes += message.len();
            verdict = verdict_of(&result);
        }
        let expected = match script.verdict {
            Verdict::Refuted => "refuted",
            Verdict::Upheld => "upheld",
        };
        assert_eq!(verdict.as_deref(), Some(expected), "{label}");
        bill
    }
}

fn message_of(made: &Move) -> String {
    json!({ "move": { "made": BASE64_STANDARD.encode(made.to_bytes()) } }).to_string()
}

fn verdict_of(result: &TxResult) -> Option<String> {
    let mut attributes = result.events.iter().flat_map(|event| &event.attributes);
    attributes.find(|attribute| attribute.key == "verdict").map(|found| found.value.clone())
}

/// The disputes of a shape: every kind of operation, and the token drawn with every part of the sampler.
fn disputes(model: Shape, tied: bool) -> Vec<(Synthetic, Case)> {
    let make = |choice| Synthetic::new(model, tied, model.positions, choice);
    let contents = make(GREEDY);
    let drawn = Case::all(&make(DRAWN)).into_iter().find(|case| case.tensor.part == Part::Tokens);
    let greedy = Case::all(&contents).into_iter().map(|case| (make(GREEDY), case));
    greedy.chain(drawn.map(|case| (make(DRAWN), case))).collect()
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
    groups.join(",")
}

/// Plays every dispute about a lie of a shape and adds its table.
fn table(courts: &mut [Court; 2], text: &mut String, title: &str, (model, tied): (Shape, bool)) {
    let Shape { hidden, inner, layers, heads, groups, head, vocab, positions } = model;
    writeln!(text, "\n## {title}\n").unwrap();
    writeln!(
        text,
        "Hidden {hidden}, inner {inner}, {layers} layers, {heads} query heads on {groups} key-value heads of {head}, {vocab} token ids, \
         {positions} positions.\n"
    )
    .unwrap();
    let header = "| element of | transactions | message bytes | last transaction, gas | dispute, gas | not pinned |";
    writeln!(text, "{header}\n|---|---|---|---|---|---|").unwrap();
    let mut largest = 0;
    for (contents, case) in disputes(model, tied) {
        let label = case.label(&contents);
        let script = Script::play(&contents, case, false).unwrap();
        let [pinned, loaded] = courts.each_mut().map(|court| court.judge(&script, &label));
        let total: u64 = pinned.gas.iter().sum();
        let columns =
            [pinned.bytes as u64, *pinned.gas.last().unwrap(), total, loaded.gas.iter().sum()];
        let [bytes, last, whole, not_pinned] = columns.map(thousands);
        let count = pinned.gas.len();
        writeln!(text, "| `{label}` | {count} | {bytes} | {last} | {whole} | {not_pinned} |")
            .unwrap();
        assert!(total <= MAX_DISPUTE_GAS, "{title}: {label} costs {total}: {:?}", pinned.gas);
        largest = largest.max(total);
    }
    let (largest, limit) = (thousands(largest), thousands(MAX_DISPUTE_GAS));
    writeln!(text, "\nThe dearest: {largest} of at most {limit}.").unwrap();
}

const HEAD: &str = "# What a dispute costs

Every kind of element of a trace ([the canonical trace](spec/trace-v1.md)), at the last position, where rows are longest. A claimant
lies about one element; a challenger opens the dispute, both go down from the roots, and the contract computes the element, or one chunk of 1,024 of the
row that it reduces, again. All transactions of both parties, in SDK gas, with signatures, bytes and fees. The contract is pinned, as a
contract that the chain relies on is; the last column is the same dispute without that, where every transaction pays for loading it. Only the pinned
dispute is held to the limit. The chain's gas is wasmd's to the unit.

The contract is `chain/mock-consensus/testdata/dispute`. Contents are made up from a seed in the ranges of the semantics; their sizes are real. This page is
written by `STOA_WRITE=1 cargo test --workspace --test suite disputes::` and compared with it by the same test without the variable.
";

#[test]
fn a_whole_dispute_about_any_operation_stays_within_its_gas() {
    let mut courts = [Court::new(true), Court::new(false)];
    let mut text = HEAD.to_owned();
    table(&mut courts, &mut text, "The shipped model", shipped());
    table(&mut courts, &mut text, "A model of 8 billion parameters", (LARGE, false));
    let path = Path::new(ROOT).join(TABLE);
    if std::env::var_os("STOA_WRITE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    assert!(known == text, "{TABLE} is not what was measured:\n{text}");
}

#[test]
fn the_contract_upholds_the_truth_and_refuses_what_is_not_a_partys_move() {
    let mut court = Court::new(true);
    let (model, tied) = shipped();
    let contents = Synthetic::new(model, tied, model.positions, GREEDY);
    let cases = Case::all(&contents);
    for part in [Part::Scores, Part::Tokens] {
        let case = *cases.iter().find(|case| case.tensor.part == part).unwrap();
        let script = Script::play(&contents, case, true).unwrap();
        assert_eq!(script.verdict, Verdict::Upheld);
        // Another signature, then the other party, then a move that is over.
        let open = court.opening(&script);
        let forged = open.replace("\"signature\":\"", "\"signature\":\"AAAA").replace("==\"", "\"");
        assert_ne!(outcome(&court.send(Side::Challenger, &forged)), ("", 0));
        let (side, made) = &script.moves[0];
        assert_eq!(*side, Side::Claimant);
        court.judge(&script, "truth");
        let late = court.send(*side, &message_of(made));
        assert_eq!(outcome(&late), ("wasm", 5), "{}", late.log);
        assert!(late.log.contains("there is no dispute"), "{}", late.log);
        assert_eq!(outcome(&court.send(Side::Challenger, &open)), ("", 0));
        let wrong = court.send(Side::Challenger, &message_of(made));
        assert!(wrong.log.contains("it is not the time for this move"), "{}", wrong.log);
        let mut tampered = made.clone();
        if let Move::Descend { own, .. } = &mut tampered {
            own[0][0] ^= 1;
        }
        let refused = court.send(Side::Claimant, &message_of(&tampered));
        assert!(refused.log.contains("does not lead to the party's own root"), "{}", refused.log);
    }
}
