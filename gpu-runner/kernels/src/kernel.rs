//! One pipeline with its bind group layout, made once.

use std::borrow::Cow;

use crate::{Gpu, KernelError, shader};

/// How a kernel uses one binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Storage buffer, read only.
    Read,
    /// Storage buffer, read and written.
    Write,
    /// Uniform buffer.
    Uniform,
}

/// What a kernel is made of; nothing else decides its bits.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Name of the kernel and of its entry point.
    pub name: &'static str,
    /// WGSL behind the integer helpers.
    pub sources: Vec<Cow<'static, str>>,
    /// Values of the overrides.
    pub constants: Vec<(&'static str, u32)>,
    /// Use of `@binding(0)`, `@binding(1)` and so on.
    pub bindings: Vec<Access>,
}

impl Recipe {
    /// A recipe out of WGSL texts of this crate.
    pub fn new(
        name: &'static str,
        sources: &[&'static str],
        constants: &[(&'static str, u32)],
        bindings: &[Access],
    ) -> Self {
        Self {
            name,
            sources: sources.iter().map(|text| Cow::Borrowed(*text)).collect(),
            constants: constants.to_vec(),
            bindings: bindings.to_vec(),
        }
    }

    /// The whole WGSL text.
    pub fn text(&self) -> String {
        let mut text = shader::FIXED.to_owned();
        for source in &self.sources {
            text.push('\n');
            text.push_str(source);
        }
        text
    }

    /// Makes the pipeline.
    pub fn compile(&self, gpu: &Gpu) -> Kernel {
        let name = self.name;
        let module = gpu.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(name),
            source: wgpu::ShaderSource::Wgsl(self.text().into()),
        });
        let entries: Vec<_> = (0u32..)
            .zip(&self.bindings)
            .map(|(binding, access)| layout_entry(binding, *access))
            .collect();
        let layout = gpu.device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some(name),
            entries: &entries,
        });
        let pipeline_layout = gpu.device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(name),
            bind_group_layouts: &[Some(&layout)],
            ..Default::default()
        });
        let constants: Vec<_> =
            self.constants.iter().map(|(name, value)| (*name, f64::from(*value))).collect();
        let pipeline = gpu.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some(name),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: &constants,
                ..Default::default()
            },
            cache: gpu.pipelines(),
        });
        Kernel { name, pipeline, layout }
    }
}

/// A compiled kernel; a clone is the same pipeline.
#[derive(Clone)]
pub struct Kernel {
    name: &'static str,
    pipeline: wgpu::ComputePipeline,
    layout: wgpu::BindGroupLayout,
}

impl Kernel {
    /// Name of the kernel and of its entry point.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Binds buffers in the order of the kernel's `@binding` numbers.
    pub fn bind(&self, gpu: &Gpu, buffers: &[&wgpu::Buffer]) -> wgpu::BindGroup {
        let entries: Vec<_> = (0u32..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry {
                binding,
                resource: buffer.as_entire_binding(),
            })
            .collect();
        gpu.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.name),
            layout: &self.layout,
            entries: &entries,
        })
    }

    /// Records one dispatch.
    pub fn dispatch(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        group: &wgpu::BindGroup,
        workgroups: [u32; 2],
    ) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, group, &[]);
        pass.dispatch_workgroups(workgroups[0], workgroups[1], 1);
    }

    /// Runs one dispatch and waits; for self-tests and tests.
    pub fn run(&self, gpu: &Gpu, buffers: &[&wgpu::Buffer], workgroups: [u32; 2]) {
        let group = self.bind(gpu, buffers);
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            self.dispatch(&mut pass, &group, workgroups);
        }
        gpu.queue.submit([encoder.finish()]);
    }

    /// Compares a result of the adapter with the CPU twin's, word for word.
    pub fn compare(&self, actual: &[u32], expected: &[u32]) -> Result<(), KernelError> {
        let differs = |(a, b): (&u32, &u32)| a != b;
        match actual.iter().zip(expected).position(differs) {
            None if actual.len() == expected.len() => Ok(()),
            found => {
                let element = found.unwrap_or(actual.len().min(expected.len()));
                Err(KernelError::Mismatch {
                    kernel: self.name,
                    element,
                    actual: actual.get(element).copied().unwrap_or_default(),
                    expected: expected.get(element).copied().unwrap_or_default(),
                })
            }
        }
    }
}

fn layout_entry(binding: u32, access: Access) -> wgpu::BindGroupLayoutEntry {
    let ty = match access {
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::Write => wgpu::BufferBindingType::Storage { read_only: false },
        Access::Uniform => wgpu::BufferBindingType::Uniform,
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
