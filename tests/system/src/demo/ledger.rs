//! Who had what before and after, and whether it adds up.

use anyhow::{Result, bail};
use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use stoa_client::Client;
use stoa_primitives::{BASE_DENOM, DENOM_DECIMALS, DISPLAY_DENOM};

/// One row: a party, its balances, and what the story says it should have gained.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Role in the story.
    pub who: &'static str,
    /// Bech32 address.
    pub address: String,
    /// Balance before the story, in `ustoa`.
    pub before: u128,
    /// Balance after the story, in `ustoa`.
    pub after: u128,
    /// Network fees that the party paid, in `ustoa`, as the chain's transactions say.
    pub fees_paid: u128,
    /// What the story's own arithmetic says it gains before fees, in `ustoa`.
    pub expected: i128,
    /// Where that comes from.
    pub why: String,
}

impl Entry {
    /// Gain in `ustoa`, negative for a loss.
    fn delta(&self) -> i128 {
        self.after as i128 - self.before as i128
    }

    /// Whether the chain agrees with the story to the last unit.
    fn adds_up(&self) -> bool {
        self.delta() == self.expected - self.fees_paid as i128
    }
}

/// Reads a balance in the base denomination.
pub async fn balance(client: &Client, address: &str) -> Result<u128> {
    Ok(client.balance(address, BASE_DENOM).await?.u128())
}

/// Prints the ledger and fails if any row, or the sum of all rows, is off by a single unit.
pub fn settle_accounts(entries: &[Entry]) -> Result<()> {
    println!("{}", table(entries));
    if let Some(entry) = entries.iter().find(|entry| !entry.adds_up()) {
        bail!(
            "{} ({}) should have gained {} ustoa less {} ustoa of fees, but gained {} ustoa",
            entry.who,
            entry.address,
            entry.expected,
            entry.fees_paid,
            entry.delta()
        );
    }
    let sum: i128 = entries.iter().map(Entry::delta).sum();
    if sum != 0 {
        bail!("the gains of all parties sum to {sum} ustoa instead of 0");
    }
    println!(
        "Every row equals the story's own arithmetic and the gains sum to 0 ustoa: nothing was lost or made."
    );
    Ok(())
}

fn table(entries: &[Entry]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["who", "before", "after", "change", "network fees", "why"]);
    for entry in entries {
        table.add_row([
            entry.who.to_owned(),
            display(entry.before as i128),
            display(entry.after as i128),
            format!("{}{}", if entry.delta() > 0 { "+" } else { "" }, display(entry.delta())),
            display(entry.fees_paid as i128),
            entry.why.clone(),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(4) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// `-1.500000 STOA` for -1,500,000 `ustoa`.
pub fn display(amount: i128) -> String {
    let unit = 10u128.pow(DENOM_DECIMALS);
    let sign = if amount < 0 { "-" } else { "" };
    let magnitude = amount.unsigned_abs();
    let decimals = DENOM_DECIMALS as usize;
    format!("{sign}{}.{:0decimals$} {DISPLAY_DENOM}", magnitude / unit, magnitude % unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(before: u128, after: u128, expected: i128, fees_paid: u128) -> Entry {
        let (who, why) = ("buyer", String::new());
        Entry { who, address: "stoa1buyer".to_owned(), before, after, fees_paid, expected, why }
    }

    #[test]
    fn a_ledger_that_is_off_by_one_unit_is_refused() {
        settle_accounts(&[entry(10, 4, -5, 1), entry(0, 6, 6, 0)]).unwrap();
        assert!(settle_accounts(&[entry(10, 4, -5, 0), entry(0, 6, 6, 0)]).is_err());
        assert!(settle_accounts(&[entry(10, 4, -5, 1), entry(0, 5, 5, 0)]).is_err());
    }

    #[test]
    fn amounts_show_six_decimals() {
        assert_eq!(display(-1_500_000), "-1.500000 STOA");
        assert_eq!(display(1), "0.000001 STOA");
    }
}
