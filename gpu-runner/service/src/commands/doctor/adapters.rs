//! Adapters and those of their limits that decide which models fit.

use std::io::Write;

use serde::Serialize;
use wgpu::{Backends, DeviceType, Features, Instance, InstanceDescriptor};

/// Interfaces that the engine runs on.
const APIS: Backends = Backends::VULKAN.union(Backends::METAL).union(Backends::DX12);

/// One adapter.
#[derive(Debug, Serialize)]
pub struct AdapterFinding {
    name: String,
    api: String,
    driver: String,
    /// True when it is a processor.
    pub is_software: bool,
    max_buffer_bytes: u64,
    max_binding_bytes: u64,
    max_workgroup_memory_bytes: u32,
    max_workgroup_invocations: u32,
    has_subgroups: bool,
    has_timestamps: bool,
}

/// Every adapter of the machine.
pub fn find() -> Vec<AdapterFinding> {
    let instance = Instance::new(InstanceDescriptor {
        backends: APIS,
        ..InstanceDescriptor::new_without_display_handle()
    });
    let adapters = pollster::block_on(instance.enumerate_adapters(APIS));
    adapters.iter().map(finding).collect()
}

fn finding(adapter: &wgpu::Adapter) -> AdapterFinding {
    let (info, limits, features) = (adapter.get_info(), adapter.limits(), adapter.features());
    AdapterFinding {
        api: format!("{:?}", info.backend).replace("Dx12", "DX12"),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
        is_software: info.device_type == DeviceType::Cpu,
        name: info.name,
        max_buffer_bytes: limits.max_buffer_size,
        max_binding_bytes: limits.max_storage_buffer_binding_size,
        max_workgroup_memory_bytes: limits.max_compute_workgroup_storage_size,
        max_workgroup_invocations: limits.max_compute_invocations_per_workgroup,
        has_subgroups: features.contains(Features::SUBGROUP),
        has_timestamps: features.contains(Features::TIMESTAMP_QUERY),
    }
}

/// Three lines.
pub fn write(out: &mut impl Write, found: &AdapterFinding) -> std::io::Result<()> {
    let kind = if found.is_software { "software" } else { "hardware" };
    writeln!(out, "  {} ({}, {}, {kind})", found.name, found.api, found.driver)?;
    writeln!(
        out,
        "    buffer {} MiB, binding {} MiB, workgroup memory {} KiB, {} invocations",
        found.max_buffer_bytes >> 20,
        found.max_binding_bytes >> 20,
        found.max_workgroup_memory_bytes >> 10,
        found.max_workgroup_invocations,
    )?;
    let has = |is: bool| if is { "yes" } else { "no" };
    let (subgroups, timestamps) = (has(found.has_subgroups), has(found.has_timestamps));
    writeln!(out, "    subgroups {subgroups}, timestamps {timestamps}")
}
