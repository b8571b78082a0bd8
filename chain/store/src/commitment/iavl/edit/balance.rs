//! Keeping the two sides of a node within one level of each other.

use std::mem::swap;

use super::{Changed, Editor};
use crate::StoreError;

impl Editor<'_> {
    /// Measures a node whose children changed, and rotates it when one side is two levels higher.
    pub(super) fn balance(&mut self, node: &mut Changed) -> Result<(), StoreError> {
        node.measure();
        match node.lean() {
            2.. => {
                let left = self.open(&mut node.left)?;
                if left.lean() < 0 {
                    self.rotate_left(left)?;
                }
                self.rotate_right(node)
            }
            ..=-2 => {
                let right = self.open(&mut node.right)?;
                if right.lean() > 0 {
                    self.rotate_right(right)?;
                }
                self.rotate_left(node)
            }
            -1..=1 => Ok(()),
        }
    }

    /// `(a b) c` becomes `a (b c)`: the left child's place is taken by the node's, and the reverse.
    fn rotate_right(&mut self, node: &mut Changed) -> Result<(), StoreError> {
        let child = self.open(&mut node.left)?;
        swap(&mut node.right, &mut child.left);
        swap(&mut child.left, &mut child.right);
        swap(&mut node.key, &mut child.key);
        child.measure();
        swap(&mut node.left, &mut node.right);
        node.measure();
        Ok(())
    }

    /// `a (b c)` becomes `(a b) c`.
    fn rotate_left(&mut self, node: &mut Changed) -> Result<(), StoreError> {
        let child = self.open(&mut node.right)?;
        swap(&mut node.left, &mut child.right);
        swap(&mut child.left, &mut child.right);
        swap(&mut node.key, &mut child.key);
        child.measure();
        swap(&mut node.left, &mut node.right);
        node.measure();
        Ok(())
    }
}

impl Changed {
    fn measure(&mut self) {
        self.height = self.left.height().max(self.right.height()) + 1;
        self.size = self.left.size() + self.right.size();
    }

    /// Levels by which the left side is higher.
    fn lean(&self) -> i16 {
        i16::from(self.left.height()) - i16::from(self.right.height())
    }
}
