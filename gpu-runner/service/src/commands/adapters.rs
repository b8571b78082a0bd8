//! `gpu-runner adapters`: what graphics adapters the machine offers.

use std::io::{Write, stdout};

use stoa_engine::AdapterReport;
use wgpu::{AdapterInfo, Backends, DeviceType, Instance, InstanceDescriptor};

use super::CommandError;

/// Interfaces that the engine runs on.
const APIS: Backends = Backends::VULKAN.union(Backends::METAL).union(Backends::DX12);

/// Prints one adapter a line, or as JSON.
pub fn execute(json: bool) -> Result<(), CommandError> {
    let instance = Instance::new(InstanceDescriptor {
        backends: APIS,
        ..InstanceDescriptor::new_without_display_handle()
    });
    let adapters = pollster::block_on(instance.enumerate_adapters(APIS));
    let reports: Vec<_> = adapters.iter().map(|adapter| report(adapter.get_info())).collect();
    let mut out = stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&reports)?)?;
        return Ok(());
    }
    for AdapterReport { name, api, driver, is_software } in &reports {
        let kind = if *is_software { "software" } else { "hardware" };
        writeln!(out, "{name}  {api}  {driver}  {kind}")?;
    }
    if reports.is_empty() {
        writeln!(out, "no Vulkan, Metal or DX12 adapter; `serve --backend cpu` needs none")?;
    }
    Ok(())
}

fn report(info: AdapterInfo) -> AdapterReport {
    AdapterReport {
        api: format!("{:?}", info.backend).replace("Dx12", "DX12"),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
        is_software: info.device_type == DeviceType::Cpu,
        name: info.name,
    }
}
