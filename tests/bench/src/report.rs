//! Tables of ratios.

use std::collections::BTreeSet;

use comfy_table::{Table, presets::ASCII_MARKDOWN};

use crate::{
    end_to_end::EndToEnd,
    measure::{Cell, Figures, Pair, Size},
    sample::{Sample, Spread},
};

/// Bytes of a mebibyte.
const MIB: f64 = 1024.0 * 1024.0;

/// All tables as Markdown.
pub fn text(figures: &Figures, end_to_end: &[EndToEnd]) -> String {
    let mut parts = vec![
        "### FinalizeBlock and Commit".to_owned(),
        blocks(&figures.cells).to_string(),
        "### CheckTx".to_owned(),
        checks(&figures.cells).to_string(),
        "### CheckTx again after a block".to_owned(),
        rechecks(&figures.sizes).to_string(),
        "### Memory, disk, start".to_owned(),
        sizes(&figures.sizes).to_string(),
        "### Balance queries while blocks execute".to_owned(),
        queries(&figures.sizes).to_string(),
    ];
    let sizes = figures.sizes.iter().map(|size| size.accounts).collect::<BTreeSet<_>>();
    if sizes.len() > 1 {
        parts.push("### What a transaction takes by the size of the state".to_owned());
        parts.push(growth(&figures.cells).to_string());
    }
    if !end_to_end.is_empty() {
        parts.push("### Through CometBFT".to_owned());
        parts.push(committed(end_to_end).to_string());
    }
    parts.join("\n\n")
}

fn table(head: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(ASCII_MARKDOWN).set_header(head);
    table
}

fn blocks(cells: &[Cell]) -> Table {
    let mut table = table(&[
        "load",
        "accounts",
        "txs",
        "seen in mempool",
        "wasmd tx/s",
        "stoad tx/s",
        "ratio (min–max)",
        "FinalizeBlock",
        "Commit",
        "CPU time",
        "stoad µs/tx",
    ]);
    for cell in cells {
        let (wasmd, stoad) = rates(&cell.blocks);
        table.add_row([
            cell.workload.to_string(),
            cell.accounts.to_string(),
            cell.txs.to_string(),
            if cell.is_checked { "yes" } else { "no" }.to_owned(),
            format!("{wasmd:.0}"),
            format!("{stoad:.0}"),
            ratio(&cell.blocks, Sample::total_millis),
            ratio(&cell.blocks, |sample| sample.first_millis),
            ratio(&cell.blocks, |sample| sample.commit_millis),
            ratio(&cell.blocks, |sample| sample.cpu_millis as f64),
            format!("{:.1}", 1_000_000.0 / stoad),
        ]);
    }
    table
}

fn checks(cells: &[Cell]) -> Table {
    let head =
        ["load", "accounts", "txs", "wasmd tx/s", "stoad tx/s", "ratio (min–max)", "CPU time"];
    let mut table = table(&head);
    for cell in cells.iter().filter(|cell| cell.is_checked) {
        let (wasmd, stoad) = rates(&cell.checks);
        table.add_row([
            cell.workload.to_string(),
            cell.accounts.to_string(),
            cell.txs.to_string(),
            format!("{wasmd:.0}"),
            format!("{stoad:.0}"),
            ratio(&cell.checks, Sample::total_millis),
            ratio(&cell.checks, |sample| sample.cpu_millis as f64),
        ]);
    }
    table
}

fn rechecks(sizes: &[Size]) -> Table {
    let mut table =
        table(&["accounts", "txs", "wasmd tx/s", "stoad tx/s", "ratio (min–max)", "CPU time"]);
    for size in sizes {
        let (wasmd, stoad) = rates(&size.rechecks);
        table.add_row([
            size.accounts.to_string(),
            size.rechecks.first().map_or(0, |pair| pair.stoad.txs).to_string(),
            format!("{wasmd:.0}"),
            format!("{stoad:.0}"),
            ratio(&size.rechecks, Sample::total_millis),
            ratio(&size.rechecks, |sample| sample.cpu_millis as f64),
        ]);
    }
    table
}

/// The time of a transaction, and how many times that in the smallest state it is: beside it, how many times
/// as large the logarithm of the number of accounts is.
fn growth(cells: &[Cell]) -> Table {
    let mut table = table(&[
        "load",
        "txs",
        "seen in mempool",
        "accounts",
        "wasmd µs/tx",
        "stoad µs/tx",
        "wasmd grows",
        "stoad grows",
        "logarithm grows",
    ]);
    for cell in cells {
        let is_alike = |other: &&Cell| {
            (other.workload, other.txs, other.is_checked)
                == (cell.workload, cell.txs, cell.is_checked)
        };
        let alike = cells.iter().filter(is_alike);
        let Some(smallest) = alike.min_by_key(|other| other.accounts) else { continue };
        let micros = |cell: &Cell| {
            let (wasmd, stoad) = rates(&cell.blocks);
            [wasmd, stoad].map(|rate| 1_000_000.0 / rate)
        };
        let ([wasmd, stoad], [least_wasmd, least_stoad]) = (micros(cell), micros(smallest));
        let logarithm = (cell.accounts as f64).ln() / (smallest.accounts as f64).ln();
        table.add_row([
            cell.workload.to_string(),
            cell.txs.to_string(),
            if cell.is_checked { "yes" } else { "no" }.to_owned(),
            cell.accounts.to_string(),
            format!("{wasmd:.1}"),
            format!("{stoad:.1}"),
            format!("{:.2}", wasmd / least_wasmd),
            format!("{:.2}", stoad / least_stoad),
            format!("{logarithm:.2}"),
        ]);
    }
    table
}

fn sizes(sizes: &[Size]) -> Table {
    let mut table =
        table(&["accounts", "txs executed", "figure", "wasmd", "stoad", "wasmd / stoad"]);
    for size in sizes {
        let mut row = |what: &str, unit: &str, wasmd: f64, stoad: f64| {
            table.add_row([
                size.accounts.to_string(),
                size.txs.to_string(),
                what.to_owned(),
                format!("{wasmd:.0} {unit}"),
                format!("{stoad:.0} {unit}"),
                format!("{:.2}", wasmd / stoad),
            ]);
        };
        let Pair { wasmd, stoad } = &size.memory;
        row("resident memory", "MiB", wasmd.resident_mib, stoad.resident_mib);
        row("resident memory, peak", "MiB", wasmd.peak_mib, stoad.peak_mib);
        let Pair { wasmd, stoad } = &size.disk_bytes;
        row("state on disk", "MiB", *wasmd as f64 / MIB, *stoad as f64 / MIB);
        for Pair { wasmd, stoad } in &size.starts {
            let what = if stoad.is_power_cut { "start after kill -9" } else { "start" };
            row(what, "ms", wasmd.elapsed_millis, stoad.elapsed_millis);
        }
    }
    table
}

fn queries(sizes: &[Size]) -> Table {
    let mut table = table(&["accounts", "chain", "answers", "median ms", "99 % ms", "max ms"]);
    for size in sizes {
        for (name, latency) in [("wasmd", size.queries.wasmd), ("stoad", size.queries.stoad)] {
            table.add_row([
                size.accounts.to_string(),
                name.to_owned(),
                latency.count.to_string(),
                format!("{:.2}", latency.median_millis),
                format!("{:.2}", latency.p99_millis),
                format!("{:.2}", latency.max_millis),
            ]);
        }
    }
    table
}

fn committed(runs: &[EndToEnd]) -> Table {
    let head = ["load", "txs", "wasmd tx/s (min–max)", "stoad tx/s (min–max)", "ratio (min–max)"];
    let mut table = table(&head);
    for run in runs {
        let of = |pick: fn(&Pair<f64>) -> f64| spread(Spread::of(run.rates.iter().map(pick)), 0);
        let ratios = run.rates.iter().map(|pair| pair.stoad / pair.wasmd);
        table.add_row([
            run.workload.to_string(),
            run.txs.to_string(),
            of(|pair| pair.wasmd),
            of(|pair| pair.stoad),
            spread(Spread::of(ratios), 2),
        ]);
    }
    table
}

/// Transactions a second of both, by the median of the pairs.
fn rates(pairs: &[Pair<Sample>]) -> (f64, f64) {
    let rate = |sample: &Sample| sample.txs as f64 * 1_000.0 / sample.total_millis();
    let wasmd = Spread::of(pairs.iter().map(|pair| rate(&pair.wasmd)));
    let stoad = Spread::of(pairs.iter().map(|pair| rate(&pair.stoad)));
    (wasmd.median, stoad.median)
}

/// How many times more wasmd takes.
fn ratio(pairs: &[Pair<Sample>], figure: impl Fn(&Sample) -> f64) -> String {
    let ratio = |pair: &Pair<Sample>| figure(&pair.wasmd) / figure(&pair.stoad);
    spread(Spread::of(pairs.iter().map(ratio)), 1)
}

fn spread(spread: Spread, digits: usize) -> String {
    let Spread { min, median, max } = spread;
    format!("{median:.digits$} ({min:.digits$}–{max:.digits$})")
}
