//! What a person reads after a run.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::compare::{Field, Finding, Outcome};

/// Longest value that is shown in full.
const MAX_VALUE_CHARS: usize = 600;

/// The report of a run, or the worst of it.
pub fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    for finding in outcome.findings.iter().filter(|finding| is_shown(finding)) {
        // Writing to a string cannot fail.
        let _ = write_finding(&mut text, finding);
    }
    let _ = write_summary(&mut text, outcome);
    text
}

fn is_shown(finding: &Finding) -> bool {
    finding.allowed.is_none()
}

fn write_finding(text: &mut String, finding: &Finding) -> std::fmt::Result {
    let difference = &finding.difference;
    let mut field = format!("{:?}", difference.field);
    if difference.field == Field::GasUsed
        && let (Ok(wasmd), Ok(stoad)) =
            (difference.wasmd.parse::<i64>(), difference.stoad.parse::<i64>())
    {
        write!(field, " {:+}", stoad - wasmd)?;
    }
    writeln!(text, "{} \"{}\": {field}", finding.place, finding.case)?;
    writeln!(text, "  wasmd {}", short(&difference.wasmd))?;
    writeln!(text, "  stoad {}", short(&difference.stoad))
}

fn short(value: &str) -> String {
    match value.char_indices().nth(MAX_VALUE_CHARS) {
        Some((end, _)) => format!("{}… ({} bytes)", value.get(..end).unwrap_or(value), value.len()),
        None => value.to_owned(),
    }
}

fn write_summary(text: &mut String, outcome: &Outcome) -> std::fmt::Result {
    let Outcome { transactions, equal, admissions, equal_admissions, succeeded, findings } =
        outcome;
    writeln!(
        text,
        "{transactions} transactions compared ({succeeded} succeed on wasmd), {equal} equal in \
         code, gas, events and data"
    )?;
    writeln!(
        text,
        "{admissions} simulations and checks before the blocks, {equal_admissions} equal in the same parts"
    )?;
    let mut fields: BTreeMap<Field, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.allowed.is_none()) {
        *fields.entry(finding.difference.field).or_default() += 1;
    }
    for (field, count) in fields {
        writeln!(text, "  {count} differences of {field:?}")?;
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in findings.iter().filter_map(|finding| finding.allowed) {
        *reasons.entry(reason).or_default() += 1;
    }
    for (reason, count) in reasons {
        writeln!(text, "  {count} allowed: {reason}")?;
    }
    Ok(())
}
