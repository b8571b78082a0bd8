//! The tables.

use std::fmt::Write;

use crate::{Results, gpu, kernels, models, timing::Samples};

/// Everything as Markdown.
pub fn markdown(results: &Results) -> String {
    let machine = &results.machine;
    let mut text = format!(
        "{}, {} threads, {}; load average {} before and {} after.\n\n",
        machine.processor,
        machine.threads,
        machine.units.join(", "),
        machine.load_before,
        machine.load_after,
    );
    let _ = writeln!(text, "| roof | best | median (min–max) |\n|---|---|---|");
    let gigabytes = results.roofs.bandwidth.map(|bytes| bytes / 1e9);
    roof(&mut text, "memory, GB/s", &gigabytes);
    for (unit, samples) in &results.roofs.integer {
        let giga = samples.map(|products| products / 1e9);
        roof(&mut text, &format!("{unit}, 10^9 int8 products/s"), &giga);
    }
    text.push_str(&kernel_table(&results.kernels));
    text.push_str(&model_table(&results.models));
    if let Some(gpu) = &results.gpu {
        text.push_str(&gpu_table(gpu));
    }
    text
}

fn roof(text: &mut String, name: &str, samples: &Samples) {
    let _ = writeln!(text, "| {name} | {:.1} | {} |", samples.at(1.0), samples.text(1));
}

fn kernel_table(rows: &[kernels::Row]) -> String {
    let mut text = String::from(
        "\n| unit | columns | tokens | weights GB/s | of the memory roof | of the integer roof |\n|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {:.0} % | {:.0} % |",
            row.unit,
            row.columns,
            row.tokens,
            row.bytes.map(|bytes| bytes / 1e9).text(1),
            row.of_bandwidth * 100.0,
            row.of_integer * 100.0,
        );
    }
    text
}

fn model_table(rows: &[models::Row]) -> String {
    let mut text = String::from(
        "\n| model | batch | prompt tokens/s | llama.cpp | ratio | decoded tokens/s | llama.cpp | ratio |\n|---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = write!(text, "| {} | {} |", row.model, row.batch);
        let llama = row.llama.as_ref();
        for (ours, theirs) in [
            (&row.prefill, llama.map(|pair| &pair.prefill)),
            (&row.decode, llama.map(|pair| &pair.decode)),
        ] {
            let _ = write!(text, " {} |", ours.text(1));
            match theirs {
                None => text.push_str(" – | – |"),
                Some(theirs) => {
                    let ratios = ours.all.iter().zip(&theirs.all).map(|(a, b)| a / b).collect();
                    let ratios = Samples::new(ratios);
                    let _ = write!(text, " {} | {} |", theirs.text(1), ratios.text(2));
                }
            }
        }
        text.push('\n');
    }
    text
}

fn gpu_table(row: &gpu::Row) -> String {
    let note = match row.is_software {
        true => "a software adapter: only relative figures mean anything",
        false => "a graphics adapter",
    };
    format!(
        "\n{} – {note}. {} weights, {} layers.\n\n\
         | dispatches a step | host µs a step | decode ms | prefill ms a token | CPU back end, decode ms |\n|---|---|---|---|---|\n\
         | {} | {} | {} | {} | {} |\n",
        row.adapter,
        row.parameters,
        row.layers,
        row.dispatches,
        row.host_us.text(0),
        row.decode_ms.text(2),
        row.prefill_ms.text(2),
        row.cpu_decode_ms.text(2),
    )
}
