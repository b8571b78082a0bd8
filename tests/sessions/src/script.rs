//! The script of a dApp, `tests/cosmjs/src/script.mjs`, played by Node.js.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde_json::Value;
use stoa_system::{accounts, binaries, ports::Ports, process::run};

use crate::{
    compare::{Finding, Rulebook, values},
    node::Node,
};

/// The accounts that act in it; nothing else here signs with them.
const SIGNERS: [(&str, &str); 2] =
    [("STOA_MNEMONIC_DIRECT", "member-2"), ("STOA_MNEMONIC_AMINO", "member-3")];
/// The contract that it uploads.
const PROBE: &str = "chain/modules/testdata/probe.wasm.gz";

/// One transaction or question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Who signs in which way, and what is done.
    pub name: String,
    /// The code that a transaction must have; nothing for a question.
    pub wanted: Option<u64>,
    /// What CosmJS makes of the answer.
    #[serde(default)]
    pub answer: Value,
}

fn folder() -> PathBuf {
    binaries::repository().join("tests/cosmjs")
}

/// Installs what the script needs, as `package-lock.json` names it.
pub fn install() -> Result<()> {
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(folder()))?;
    Ok(())
}

/// Plays it on a node; blocks until it is over.
pub fn play(node: &Node) -> Result<Vec<Step>> {
    let mut command = Command::new("node");
    command.arg("src/script.mjs").current_dir(folder());
    command.env("STOA_RPC", Ports::http(node.ports.rpc));
    command.env("STOA_PROBE", binaries::repository().join(PROBE));
    for (variable, name) in SIGNERS {
        command.env(variable, accounts::named(name)?.mnemonic);
    }
    let steps = run(&mut command).with_context(|| format!("the script on {}", node.name))?;
    serde_json::from_str(&steps).context("the script's steps")
}

/// What is wrong with a step on stoad, and where it differs from wasmd without leave.
pub fn compare(wasmd: &Step, stoad: &Step, rules: &Rulebook) -> Vec<Finding> {
    let mut findings = Vec::new();
    let code = |step: &Step| step.answer.pointer("/code").and_then(Value::as_u64);
    if stoad.wanted.is_some() && code(stoad) != stoad.wanted {
        findings.push(Finding {
            at: "code".to_owned(),
            expected: format!("{:?}", stoad.wanted),
            actual: stoad.answer.to_string(),
        });
    }
    let at = format!("/{}", stoad.name);
    findings.extend(values(&at, &wasmd.answer, &stoad.answer, &[], rules));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_step_must_have_its_code_and_the_other_s_answer() {
        let step =
            |answer: Value| Step { name: "direct: a send".to_owned(), wanted: Some(0), answer };
        let rules = Rulebook::new(Vec::new());
        let good = step(json!({"code": 0, "gasUsed": "7"}));
        assert_eq!(compare(&good, &good, &rules), []);
        let at = |other: &Step| -> Vec<String> {
            compare(&good, other, &rules).into_iter().map(|finding| finding.at).collect()
        };
        assert_eq!(at(&step(json!({"code": 0, "gasUsed": "8"}))), ["/direct: a send/gasUsed"]);
        assert_eq!(at(&step(json!({"code": 5, "gasUsed": "7"}))), ["code", "/direct: a send/code"]);
    }
}
