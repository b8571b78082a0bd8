//! A whole trace in memory.

use alloc::vec::Vec;

use crate::{Kind, Shape, Tensor, Tensors};

/// The tensors of a claim, each as its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    shape: Shape,
    tensors: Vec<Vec<u8>>,
}

impl Trace {
    /// An empty trace, to be filled in order.
    pub fn new(shape: Shape) -> Self {
        Self { shape, tensors: Vec::new() }
    }

    /// Sizes.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Appends the next tensor as words.
    pub fn push_words(&mut self, values: &[i32]) {
        self.tensors.push(values.iter().flat_map(|value| value.to_le_bytes()).collect());
    }

    /// Appends the next tensor as codes.
    pub fn push_codes(&mut self, values: &[i8]) {
        self.tensors.push(values.iter().map(|value| *value as u8).collect());
    }

    /// Bytes of a tensor.
    pub fn bytes(&self, tensor: Tensor) -> &[u8] {
        self.tensors.get(self.shape.number(tensor) as usize).map_or(&[], Vec::as_slice)
    }

    /// Bytes of a tensor, to be changed by who lies.
    pub fn bytes_mut(&mut self, tensor: Tensor) -> Option<&mut Vec<u8>> {
        self.tensors.get_mut(self.shape.number(tensor) as usize)
    }

    /// One element as a word.
    pub fn element(&self, tensor: Tensor, index: u64) -> Option<i32> {
        match tensor.kind() {
            Kind::Words => self.words(tensor, index, 1)?.first().copied(),
            Kind::Codes => self.codes(tensor, index, 1)?.first().map(|code| i32::from(*code)),
        }
    }
}

impl Tensors for Trace {
    fn words(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i32>> {
        let start = start as usize * 4;
        let bytes = self.bytes(tensor).get(start..start + count as usize * 4)?;
        Some(bytes.as_chunks::<4>().0.iter().map(|word| i32::from_le_bytes(*word)).collect())
    }

    fn codes(&self, tensor: Tensor, start: u64, count: u32) -> Option<Vec<i8>> {
        let start = start as usize;
        let bytes = self.bytes(tensor).get(start..start + count as usize)?;
        Some(bytes.iter().map(|byte| *byte as i8).collect())
    }
}
